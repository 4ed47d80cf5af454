// size: table
#include "kld_table.hpp"

#include <algorithm>
#include <array>

namespace cellblock::bsd {
namespace {

using enum KldKind;

constexpr std::array rows{
    Kld{"linux", always, "", ""}, Kld{"linux64", always, "", ""}, Kld{"linux_common", always, "", ""},
    Kld{"pty", always, "", ""}, Kld{"nmdm", always, "", ""}, Kld{"rctl", always, "", ""},
    Kld{"accf_http", always, "", ""}, Kld{"accf_data", always, "", ""}, Kld{"accf_dns", always, "", ""},
    Kld{"mac_portacl", always, "", ""}, Kld{"mac_seeotheruids", always, "", ""},

    Kld{"nullfs", always, "", ""}, Kld{"fdescfs", always, "", ""},
    Kld{"procfs", file_system, "proc", ""}, Kld{"linprocfs", file_system, "proc", ""},
    Kld{"pseudofs", file_system, "proc", ""}, Kld{"linsysfs", file_system, "sysfs", ""},
    Kld{"tmpfs", file_system, "tmpfs", ""}, Kld{"unionfs", file_system, "overlay", ""},
    Kld{"fusefs", file_system, "fuse", ""}, Kld{"fuse", file_system, "fuse", ""},
    Kld{"cd9660", file_system, "iso9660", ""}, Kld{"msdosfs", file_system, "vfat", ""},
    Kld{"ext2fs", file_system, "ext4", ""}, Kld{"udf", file_system, "udf", ""},
    Kld{"mqueuefs", file_system, "mqueue", ""}, Kld{"nfscl", file_system, "nfs", ""},
    Kld{"nfsclient", file_system, "nfs", ""}, Kld{"nfsd", module, "nfsd", ""}, Kld{"smbfs", file_system, "cifs", ""},
    Kld{"zfs", file_system, "zfs", ""}, Kld{"opensolaris", file_system, "zfs", ""},
    Kld{"geom_md", device, "loop-control", "loop"}, Kld{"md", device, "loop-control", "loop"},
    Kld{"geom_eli", device, "mapper/control", "dm_crypt"}, Kld{"geom_mirror", module, "raid1", ""},
    Kld{"geom_stripe", module, "raid0", ""},

    Kld{"if_epair", link, "veth", ""}, Kld{"if_bridge", link, "bridge", ""}, Kld{"bridgestp", link, "bridge", ""},
    Kld{"if_tap", device, "net/tun", "tun"}, Kld{"if_tun", device, "net/tun", "tun"},
    Kld{"if_tuntap", device, "net/tun", "tun"}, Kld{"if_vlan", link, "vlan", ""}, Kld{"if_lagg", link, "bond", ""},
    Kld{"if_gif", link, "ipip", ""}, Kld{"if_gre", link, "gre", ""}, Kld{"if_vxlan", link, "vxlan", ""},
    Kld{"if_wg", link, "wireguard", ""}, Kld{"if_disc", link, "dummy", ""}, Kld{"if_edsc", link, "dummy", ""},
    Kld{"if_stf", link, "sit", ""}, Kld{"if_ipsec", link, "xfrm", ""}, Kld{"ipsec", module, "xfrm_user", ""},
    Kld{"carp", always, "", ""},

    Kld{"ipfw", module, "nf_tables", ""}, Kld{"ipfw_nat", module, "nf_tables", ""},
    Kld{"ipdivert", module, "nf_tables", ""}, Kld{"libalias", module, "nf_tables", ""},
    Kld{"pf", module, "nf_tables", ""}, Kld{"pflog", module, "nf_tables", ""}, Kld{"dummynet", always, "", ""},

    Kld{"vmm", device, "kvm", "kvm_intel kvm_amd"}, Kld{"coretemp", module, "coretemp", ""},
    Kld{"amdtemp", module, "k10temp", ""}, Kld{"cpuctl", module, "msr", ""}, Kld{"aesni", module, "aesni_intel", ""},
};

}  // namespace

const Kld* find_kld(std::string_view name) {
  auto row = std::ranges::find(rows, name, &Kld::name);
  return row == rows.end() ? nullptr : &*row;
}

std::string kld_base_name(std::string_view file) {
  file.remove_prefix(file.rfind('/') + 1);
  if (file.ends_with(".ko")) file.remove_suffix(3);
  return std::string(file);
}

}  // namespace cellblock::bsd
