// cellblock doctor: what this kernel has, and what a jail misses where it hasn't.
#include <fcntl.h>
#include <linux/netlink.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "common/features.hpp"
#include "kernel/host_jails.hpp"
#include "listeners.hpp"
#include "nft/dump.hpp"
#include "sys/netlink.hpp"
#include "verb.hpp"

namespace cellblock {
namespace {

Has has_nf_tables() {
  auto socket = sys::netlink::Socket::open(NETLINK_NETFILTER);
  auto asked = socket ? nft::has_table(*socket, nft::Family::inet, "cellblock") : Result<bool>(pass(socket.error()));
  if (asked) return Has::yes;
  return asked.error().why == Why::denied ? Has::unknown : Has::no;
}

Has has_tun() {
  Fd device(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
  if (device) return Has::yes;
  return errno == EACCES || errno == EPERM ? Has::unknown : Has::no;
}

struct Check {
  std::string_view name;
  Has (*probe)();
  bool needed;  ///< no jail starts without it
  std::string_view cost;
};

constexpr std::array checks{
    Check{"namespaces", has_namespaces, true, "no jail can be made"},
    Check{"user namespaces", has_user_namespaces, false, "root in a jail is uid 0 of this host (linux.userns=inherit)"},
    Check{"mount descriptors", has_new_mount_calls, true, "no jail can be made (Linux 5.2)"},
    Check{"idmapped mounts", has_idmapped_mounts, false,
          "with linux.userns=new files in a jail belong to other users (Linux 5.12)"},
    Check{"cgroup2", has_cgroup2, true, "a jail's processes can't be told from others: mount cgroup2"},
    Check{"cgroup.kill", has_cgroup_kill, false, "jails are killed process by process (Linux 5.14)"},
    Check{"clone3 into a cgroup", has_clone_into_cgroup, false, "starting a jail takes some 10 ms longer (Linux 5.7)"},
    Check{"seccomp notification", has_seccomp_notify, false,
          "a jail has no mount, sethostname or uname of its own, and no jails in it (Linux 5.0)"},
    Check{"pidfs", has_pidfs, false, "a process is known by pid and start time instead (Linux 6.9)"},
    Check{"proc pidns=", has_proc_pidns, false, "a jail's /proc is mounted by the jail, not for it (Linux 6.17)"},
    Check{"overlay from descriptors", has_overlay_descriptors, false,
          "cloned roots are layered before their owners are mapped (Linux 6.13)"},
    Check{"nf_tables", has_nf_tables, false, "no net.nat and net.forward, ipfw, pf, natd"},
    Check{"tun", has_tun, false, "no tun and tap interfaces: OpenVPN, bhyve (module tun, /dev/net/tun)"},
    Check{"eBPF on cgroups", has_cgroup_bpf, false, "no jail can have ip4.addr or ip6.addr without vnet, nor ports below 1024 with linux.userns=new"},
};

constexpr std::array kinds{
    std::pair{"veth", "vnet jails can't be connected by an epair"},
    std::pair{"bridge", "interfaces can't be bridged"},
    std::pair{"vlan", "tagged interfaces can't be made"},
    std::pair{"wireguard", "no tunnels of WireGuard, in jails or outside"},
    std::pair{"vrf", "interfaces can't have a routing table each"},
};

void print_line(std::string_view name, Has has, std::string_view cost) {
  std::string_view state = has == Has::yes ? "yes" : has == Has::no ? "no" : "?";
  if (has == Has::yes) fmt::print("{:<26} {}\n", name, state);
  else fmt::print("{:<26} {:<4} {}\n", name, state, has == Has::no ? cost : "ask as root");
}

void print_landlock() {
  int abi = landlock_abi();
  if (abi >= 6) fmt::print("{:<26} yes, ABI {}\n", "landlock", abi);
  else if (abi > 0) fmt::print("{:<26} yes, ABI {}: abstract unix sockets are not kept apart (Linux 6.12)\n", "landlock", abi);
  else print_line("landlock", Has::no, "single programs can't be isolated, abstract unix sockets are not kept apart");
}

/// One line for each thing that was undone.
Result<> repair() {
  CB_TRY(std::unique_ptr<kernel::HostJails> jails, kernel::HostJails::open());
  CB_TRY(std::vector<std::string> undone, jails->repair());
  for (const std::string& line : undone) fmt::print("{}\n", line);
  return {};
}

Result<int> run(const Words& words) {
  for (const std::string& word : words)
    if (word != "--repair") return refuse(doctor_verb, word, "--repair");
  if (!words.empty()) CB_CHECK(repair());
  int status = 0;
  for (const Check& check : checks) {
    Has has = check.probe();
    print_line(check.name, has, check.cost);
    if (has == Has::no && check.needed) status = 1;
  }
  print_landlock();
  for (auto [kind, cost] : kinds) print_line(kind, has_link_kind(kind), cost);
  auto listeners = find_host_listeners();
  fmt::print("{}", listeners ? listener_report(*listeners) : fmt::format("{:<26} ?    {}\n", "on every address", listeners.error().text()));
  return status;
}

}  // namespace

const Verb doctor_verb{
    "doctor", "[--repair]", "say what this kernel can and can't do for jails",
    "One line per feature of the kernel: whether it is there, and what jails lack where it isn't. Exits with 1 if\n"
    "jails can't be made at all. As root more can be found out.\n"
    "Then the services of this host that listen on every address, and so collide with jails that share its network:\n"
    "protocol, port, program, pid, and which setting binds it to one address.\n"
    "\n"
    "--repair    also undo what interrupted commands have left behind: half-made jails, mounts and addresses\n"
    "            without a jail\n",
    run};

}  // namespace cellblock
