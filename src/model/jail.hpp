// What a jail is: the values that jail_set(2) sets and jail_get(2) returns, and what makes it run on Linux.
//
// Values only: nothing here touches the kernel. Names and meanings follow FreeBSD's jail(8); Cellblock's own
// parameters live under prefixes of their own (linux.*).
#pragma once

#include <sys/types.h>

#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

namespace cellblock::model {

/// 1..999999; 0 is the viewer's own jail (on the host: no jail at all).
using JailId = int;
inline constexpr JailId max_jail_id = 999999;

/// A jailsys parameter: `disable`, `new` or `inherit`.
enum class Sys : uint8_t { disable, fresh, inherit };

/// The allow.* flags, in the order of the parameter table. Names are the part behind "allow.", with '.' as '_'.
enum class Allow : uint8_t {
  set_hostname, sysvipc, raw_sockets, chflags, mount, mount_devfs, mount_fdescfs, mount_nullfs, mount_procfs,
  mount_tmpfs, mount_zfs, mount_linprocfs, mount_linsysfs, mount_fusefs, quotas, read_msgbuf, socket_af, mlock,
  nfsd, reserved_ports, unprivileged_parent_tampering, unprivileged_proc_debug, suser, extattr, adjtime, settime,
  routing, setaudit, vmm, vmm_ppt,
  count
};
using AllowSet = std::bitset<static_cast<size_t>(Allow::count)>;

/// set_hostname, reserved_ports, unprivileged_proc_debug and suser: what a new jail may do.
AllowSet default_allow();

inline bool allowed(const AllowSet& set, Allow what) { return set[static_cast<size_t>(what)]; }

/// The kernel's view of one jail. A default-constructed Prison is what `jail -c persist` makes on a host.
struct Prison {
  JailId jid = 0;
  JailId parent = 0;
  std::string name;  ///< whole name from the host's point of view: "outer.inner"
  std::string path = "/";  ///< absolute, resolved, from the host's point of view
  bool persist = false;
  bool dying = false;
  int children_max = 0;
  int children_cur = 0;  ///< derived: descendants of all levels
  int cpuset_id = 0;     ///< derived: jid + 1 (set 1 is the host's)
  int securelevel = -1;
  std::string osrelease;  ///< empty: the parent's
  int osreldate = 0;      ///< 0: the parent's
  int enforce_statfs = 2;
  int devfs_ruleset = 0;
  std::string meta, env;

  Sys host = Sys::fresh;
  std::string hostname, domainname;
  std::string hostuuid = "00000000-0000-0000-0000-000000000000";
  uint64_t hostid = 0;
  Sys vnet = Sys::inherit;
  Sys ip4 = Sys::disable, ip6 = Sys::disable;
  std::vector<std::string> ip4_addr, ip6_addr;  ///< first is primary, the rest sorted
  bool ip4_saddrsel = true, ip6_saddrsel = true;
  Sys sysvmsg = Sys::disable, sysvsem = Sys::disable, sysvshm = Sys::disable;
  Sys linuxulator = Sys::inherit;  ///< parameter "linux"
  std::string linux_osname, linux_osrelease;
  int linux_oss_version = 0;
  int zfs_mount_snapshot = 0;
  std::string mac_label;
  Sys mac_do = Sys::inherit;
  std::string mac_do_rules;
  AllowSet allow = default_allow();

  // Mounted by jail(8) on FreeBSD; here by the jail's creation, so that they exist in its mount namespace only.
  bool mount_devfs = false, mount_fdescfs = false, mount_procfs = false;

  // Cellblock's own.
  Sys linux_userns = Sys::fresh;  ///< `inherit`: root in the jail is uid 0 with a reduced capability set
  std::string linux_init;         ///< program to run as the jail's process 1 in place of the keeper
  std::vector<std::string> net_dns, net_search;  ///< a resolv.conf(5) of the jail's own; empty: its root's
  bool linux_mount = false;       ///< the mount system calls work natively in the user namespace
};

/// How a running jail is reached on this kernel. Written to the record once it runs.
struct Runtime {
  pid_t keeper = 0;          ///< host pid of the jail's process 1
  uint64_t keeper_inode = 0;  ///< inode of its pidfd, unique since boot; 0 where the kernel has no pidfs
  uint64_t keeper_start = 0;  ///< start time in clock ticks, the check where keeper_inode is 0
  std::string cgroup;        ///< its directory below the cgroup2 mount: "cellblock/7", nested "cellblock/7/9"
  uint32_t uid_base = 0;     ///< host id of the jail's id 0; 0 with linux.userns=inherit
};

/// How many user and group ids a jail with a user namespace has: as many as /etc/subuid hands to a user.
constexpr uint32_t ids_per_jail = 65536;

/// One jail as the record knows it.
struct Jail {
  Prison prison;
  Runtime runtime;
};

/// `name` relative to the jail `viewer` ("" is the host): "outer.inner" seen from "outer" is "inner".
std::string relative_name(const std::string& name, const std::string& viewer);
/// Whether jail `inner` is below `outer` ("" is the host, above all).
bool is_below(const std::string& inner, const std::string& outer);

}  // namespace cellblock::model
