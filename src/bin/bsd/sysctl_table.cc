// size: table
#include "sysctl_table.hpp"

#include <algorithm>
#include <array>

namespace cellblock::bsd {
namespace {

constexpr auto integer = OidKind::integer;
constexpr auto text = OidKind::text;
constexpr auto opaque = OidKind::opaque;
constexpr bool rw = true, ro = false;

constexpr std::array rows{
    Oid{"compat.linux.osname", text, rw, Via::store, "Linux", "Linux kernel OS name"},
    Oid{"compat.linux.osrelease", text, rw, Via::store, "@release", "Linux kernel OS release"},
    Oid{"compat.linux.oss_version", integer, rw, Via::store, "198144", "Linux OSS version"},
    Oid{"hw.machine", text, ro, Via::computed, "machine", "Machine class"},
    Oid{"hw.machine_arch", text, ro, Via::computed, "machine_arch", "System architecture"},
    Oid{"hw.model", text, ro, Via::computed, "model", "Machine model"},
    Oid{"hw.ncpu", integer, ro, Via::computed, "ncpu", "Number of active CPUs"},
    Oid{"hw.pagesize", integer, ro, Via::computed, "pagesize", "System memory page size"},
    Oid{"hw.physmem", integer, ro, Via::computed, "physmem", "Amount of physical memory (in bytes)"},
    Oid{"hw.realmem", integer, ro, Via::computed, "physmem", "Amount of memory (in bytes) reported by the firmware"},
    Oid{"hw.usermem", integer, ro, Via::computed, "usermem", "Amount of memory (in bytes) which is not wired"},
    Oid{"hw.vmm.maxcpu", integer, ro, Via::store, "16", "Maximum number of vCPUs"},
    Oid{"kern.arandom", opaque, ro, Via::computed, "random", "arc4rand"},
    Oid{"kern.boottime", opaque, ro, Via::computed, "boottime", "Estimated system boottime"},
    Oid{"kern.clockrate", opaque, ro, Via::computed, "clockrate", "Rate and period of various kernel clocks"},
    Oid{"kern.coredump", integer, rw, Via::store, "1", "Enable/Disable coredumps"},
    Oid{"kern.corefile", text, rw, Via::proc, "kernel/core_pattern", "Process corefile name format string"},
    Oid{"kern.domainname", text, rw, Via::proc, "kernel/domainname", "Name of the current YP/NIS domain"},
    Oid{"kern.geom.debugflags", integer, rw, Via::store, "0", "Set various trace levels for GEOM debugging"},
    Oid{"kern.hostid", integer, ro, Via::computed, "hostid", "Host ID"},
    Oid{"kern.hostname", text, rw, Via::proc, "kernel/hostname", "Hostname"},
    Oid{"kern.hostuuid", text, ro, Via::computed, "hostuuid", "Host UUID"},
    Oid{"kern.ident", text, ro, Via::computed, "ident", "Kernel identifier"},
    Oid{"kern.ipc.maxsockbuf", integer, rw, Via::proc, "net/core/rmem_max", "Maximum socket buffer size"},
    Oid{"kern.ipc.msgmnb", integer, rw, Via::proc, "kernel/msgmnb", "Maximum number of bytes in a queue"},
    Oid{"kern.ipc.msgmni", integer, rw, Via::proc, "kernel/msgmni", "Number of message queue identifiers"},
    Oid{"kern.ipc.shmall", integer, rw, Via::proc, "kernel/shmall", "Maximum number of pages available for shared memory"},
    Oid{"kern.ipc.shmmax", integer, rw, Via::proc, "kernel/shmmax", "Maximum shared memory segment size"},
    Oid{"kern.ipc.shmmni", integer, rw, Via::proc, "kernel/shmmni", "Number of shared memory identifiers"},
    Oid{"kern.ipc.soacceptqueue", integer, rw, Via::proc, "net/core/somaxconn", "Maximum listen socket pending connection accept queue size"},
    Oid{"kern.ipc.somaxconn", integer, rw, Via::proc, "net/core/somaxconn", "Maximum listen socket pending connection accept queue size (compat)"},
    Oid{"kern.maxfiles", integer, rw, Via::proc, "fs/file-max", "Maximum number of files"},
    Oid{"kern.maxfilesperproc", integer, rw, Via::proc, "fs/nr_open", "Maximum files allowed open per process"},
    Oid{"kern.maxproc", integer, ro, Via::proc, "kernel/threads-max", "Maximum number of processes"},
    Oid{"kern.ngroups", integer, ro, Via::proc, "kernel/ngroups_max", "Maximum number of supplemental groups a user can belong to"},
    Oid{"kern.openfiles", integer, ro, Via::proc_first, "fs/file-nr", "System-wide number of open files"},
    Oid{"kern.osreldate", integer, ro, Via::computed, "osreldate", "Kernel release date"},
    Oid{"kern.osrelease", text, ro, Via::computed, "osrelease", "Operating system release"},
    Oid{"kern.ostype", text, ro, Via::computed, "ostype", "Operating system type"},
    Oid{"kern.pid_max", integer, rw, Via::proc, "kernel/pid_max", "Maximum allowed pid"},
    Oid{"kern.randompid", integer, rw, Via::store, "0", "Random PID modulus"},
    Oid{"kern.securelevel", integer, ro, Via::jail, "securelevel", "Current secure level"},
    Oid{"kern.version", text, ro, Via::computed, "version", "Kernel version"},
    Oid{"net.inet.icmp.bmcastecho", integer, rw, Via::proc_not, "net/ipv4/icmp_echo_ignore_broadcasts", "Reply to multicast ICMP Echo Request and Timestamp packets"},
    Oid{"net.inet.icmp.drop_redirect", integer, rw, Via::proc_not, "net/ipv4/conf/all/accept_redirects", "Ignore ICMP redirects"},
    Oid{"net.inet.icmp.icmplim", integer, rw, Via::proc, "net/ipv4/icmp_msgs_per_sec", "Maximum number of ICMP responses per second"},
    Oid{"net.inet.ip.forwarding", integer, rw, Via::proc, "net/ipv4/ip_forward", "Enable IP forwarding between interfaces"},
    Oid{"net.inet.ip.fw.default_rule", integer, ro, Via::firewall, "default_rule", "The default/max possible rule number"},
    Oid{"net.inet.ip.fw.dyn_count", integer, ro, Via::firewall, "dyn_count", "Current number of dynamic states"},
    Oid{"net.inet.ip.fw.enable", integer, rw, Via::firewall, "enable", "Enable ipfw"},
    Oid{"net.inet.ip.fw.one_pass", integer, rw, Via::firewall, "one_pass", "Only do a single pass through ipfw when using nat"},
    Oid{"net.inet.ip.fw.static_count", integer, ro, Via::firewall, "static_count", "Number of static rules"},
    Oid{"net.inet.ip.fw.verbose", integer, rw, Via::firewall, "verbose", "Log matches of rules with log"},
    Oid{"net.inet.ip.portrange.first", integer, rw, Via::proc_first, "net/ipv4/ip_local_port_range", "Ephemeral port range minimum"},
    Oid{"net.inet.ip.portrange.last", integer, rw, Via::proc_second, "net/ipv4/ip_local_port_range", "Ephemeral port range maximum"},
    Oid{"net.inet.ip.portrange.reservedhigh", integer, rw, Via::store, "1023", "Upper bound for reserved ports"},
    Oid{"net.inet.ip.redirect", integer, rw, Via::proc, "net/ipv4/conf/all/send_redirects", "Enable sending IP redirects"},
    Oid{"net.inet.ip.sourceroute", integer, rw, Via::proc, "net/ipv4/conf/all/accept_source_route", "Enable forwarding source routed IP packets"},
    Oid{"net.inet.ip.ttl", integer, rw, Via::proc, "net/ipv4/ip_default_ttl", "Maximum TTL on IP packets"},
    Oid{"net.inet.tcp.always_keepalive", integer, rw, Via::store, "1", "Assume SO_KEEPALIVE on all TCP connections"},
    Oid{"net.inet.tcp.cc.algorithm", text, rw, Via::proc, "net/ipv4/tcp_congestion_control", "Default congestion control algorithm"},
    Oid{"net.inet.tcp.cc.available", text, ro, Via::proc, "net/ipv4/tcp_available_congestion_control", "List available congestion control algorithms"},
    Oid{"net.inet.tcp.finwait2_timeout", integer, rw, Via::proc_milliseconds, "net/ipv4/tcp_fin_timeout", "FIN-WAIT2 timeout"},
    Oid{"net.inet.tcp.keepcnt", integer, rw, Via::proc, "net/ipv4/tcp_keepalive_probes", "Number of keepalive probes to send"},
    Oid{"net.inet.tcp.keepidle", integer, rw, Via::proc_milliseconds, "net/ipv4/tcp_keepalive_time", "Time before keepalive probes begin"},
    Oid{"net.inet.tcp.keepintvl", integer, rw, Via::proc_milliseconds, "net/ipv4/tcp_keepalive_intvl", "Time between keepalive probes"},
    Oid{"net.inet.tcp.path_mtu_discovery", integer, rw, Via::proc_not, "net/ipv4/ip_no_pmtu_disc", "Enable Path MTU Discovery"},
    Oid{"net.inet.tcp.recvbuf_auto", integer, rw, Via::proc, "net/ipv4/tcp_moderate_rcvbuf", "Enable automatic receive buffer sizing"},
    Oid{"net.inet.tcp.recvbuf_max", integer, rw, Via::proc_third, "net/ipv4/tcp_rmem", "Max size of automatic receive buffer"},
    Oid{"net.inet.tcp.recvspace", integer, rw, Via::proc_second, "net/ipv4/tcp_rmem", "Initial receive socket buffer size"},
    Oid{"net.inet.tcp.rfc1323", integer, rw, Via::proc, "net/ipv4/tcp_window_scaling", "Enable rfc1323 (high performance TCP) extensions"},
    Oid{"net.inet.tcp.sack.enable", integer, rw, Via::proc, "net/ipv4/tcp_sack", "Enable/Disable TCP SACK support"},
    Oid{"net.inet.tcp.sendbuf_max", integer, rw, Via::proc_third, "net/ipv4/tcp_wmem", "Max size of automatic send buffer"},
    Oid{"net.inet.tcp.sendspace", integer, rw, Via::proc_second, "net/ipv4/tcp_wmem", "Initial send socket buffer size"},
    Oid{"net.inet.tcp.syncookies", integer, rw, Via::proc, "net/ipv4/tcp_syncookies", "Use TCP SYN cookies if the syncache overflows"},
    Oid{"net.inet6.icmp6.rediraccept", integer, rw, Via::proc, "net/ipv6/conf/all/accept_redirects", "Accept ICMPv6 redirect messages"},
    Oid{"net.inet6.ip6.accept_rtadv", integer, rw, Via::proc, "net/ipv6/conf/default/accept_ra", "Default value of per-interface flag for accepting ICMPv6 RA messages"},
    Oid{"net.inet6.ip6.dad_count", integer, rw, Via::proc, "net/ipv6/conf/default/dad_transmits", "Number of ICMPv6 NS messages sent during duplicate address detection"},
    Oid{"net.inet6.ip6.forwarding", integer, rw, Via::proc, "net/ipv6/conf/all/forwarding", "Enable forwarding of IPv6 packets between interfaces"},
    Oid{"net.inet6.ip6.hlim", integer, rw, Via::proc, "net/ipv6/conf/all/hop_limit", "Default hop limit to use for outgoing IPv6 packets"},
    Oid{"net.link.bridge.pfil_bridge", integer, rw, Via::proc, "net/bridge/bridge-nf-call-iptables", "Packet filter on the bridge interface"},
    Oid{"net.link.tap.up_on_open", integer, rw, Via::store, "0", "Bring interface up when /dev/tap is opened"},
    Oid{"net.link.tap.user_open", integer, rw, Via::store, "0", "Enable legacy devfs interface creation for all users"},
    Oid{"security.bsd.see_other_uids", integer, rw, Via::store, "1", "Unprivileged processes may see subjects/objects with different real uid"},
    Oid{"security.bsd.suser_enabled", integer, rw, Via::jail, "allow.suser", "Processes with uid 0 have privilege"},
    Oid{"security.bsd.unprivileged_proc_debug", integer, rw, Via::jail, "allow.unprivileged_proc_debug", "Unprivileged processes may use process debugging facilities"},
    Oid{"security.jail.allow_raw_sockets", integer, rw, Via::jail, "allow.raw_sockets", "Prison root can create raw sockets (deprecated)"},
    Oid{"security.jail.chflags_allowed", integer, rw, Via::jail, "allow.chflags", "Processes in jail can alter system file flags (deprecated)"},
    Oid{"security.jail.children.cur", integer, ro, Via::jail, "children.cur", "Current number of child jails"},
    Oid{"security.jail.children.max", integer, ro, Via::jail, "children.max", "Maximum number of child jails"},
    Oid{"security.jail.devfs_ruleset", integer, ro, Via::jail, "devfs_ruleset", "Ruleset for the devfs filesystem in jail (deprecated)"},
    Oid{"security.jail.enforce_statfs", integer, rw, Via::jail, "enforce_statfs", "Processes in jail cannot see all mounted file systems (deprecated)"},
    Oid{"security.jail.env", text, ro, Via::jail, "env", "Meta information provided by parent jail"},
    Oid{"security.jail.jail_max_af_ips", integer, rw, Via::store, "255", "Number of IP addresses a jail may have at most per address family (deprecated)"},
    Oid{"security.jail.jailed", integer, ro, Via::jail, "jailed", "Process in jail?"},
    Oid{"security.jail.list", opaque, ro, Via::jail, "list", "List of active jails"},
    Oid{"security.jail.meta_maxbufsize", integer, rw, Via::store, "4096", "Maximum buffer size of each meta and env"},
    Oid{"security.jail.mlock_allowed", integer, rw, Via::jail, "allow.mlock", "Processes in jail can lock/unlock physical pages in memory (deprecated)"},
    Oid{"security.jail.mount_allowed", integer, rw, Via::jail, "allow.mount", "Processes in jail can mount/unmount jail-friendly file systems (deprecated)"},
    Oid{"security.jail.mount_devfs_allowed", integer, rw, Via::jail, "allow.mount.devfs", "Jail may mount the devfs file system (deprecated)"},
    Oid{"security.jail.mount_fdescfs_allowed", integer, rw, Via::jail, "allow.mount.fdescfs", "Jail may mount the fdescfs file system (deprecated)"},
    Oid{"security.jail.mount_fusefs_allowed", integer, rw, Via::jail, "allow.mount.fusefs", "Jail may mount the fusefs file system (deprecated)"},
    Oid{"security.jail.mount_linprocfs_allowed", integer, rw, Via::jail, "allow.mount.linprocfs", "Jail may mount the linprocfs file system (deprecated)"},
    Oid{"security.jail.mount_linsysfs_allowed", integer, rw, Via::jail, "allow.mount.linsysfs", "Jail may mount the linsysfs file system (deprecated)"},
    Oid{"security.jail.mount_nullfs_allowed", integer, rw, Via::jail, "allow.mount.nullfs", "Jail may mount the nullfs file system (deprecated)"},
    Oid{"security.jail.mount_procfs_allowed", integer, rw, Via::jail, "allow.mount.procfs", "Jail may mount the procfs file system (deprecated)"},
    Oid{"security.jail.mount_tmpfs_allowed", integer, rw, Via::jail, "allow.mount.tmpfs", "Jail may mount the tmpfs file system (deprecated)"},
    Oid{"security.jail.mount_zfs_allowed", integer, rw, Via::jail, "allow.mount.zfs", "Jail may mount the zfs file system (deprecated)"},
    Oid{"security.jail.set_hostname_allowed", integer, rw, Via::jail, "allow.set_hostname", "Processes in jail can set their hostnames (deprecated)"},
    Oid{"security.jail.socket_unixiproute_only", integer, rw, Via::jail, "allow.socket_af", "Processes in jail are limited to creating UNIX/IP/route sockets only (deprecated)"},
    Oid{"security.jail.sysvipc_allowed", integer, rw, Via::jail, "allow.sysvipc", "Processes in jail can use System V IPC primitives (deprecated)"},
    Oid{"security.jail.vnet", integer, ro, Via::jail, "vnet", "Jail owns vnet?"},
    Oid{"vfs.usermount", integer, rw, Via::store, "0", "Unprivileged users may mount and unmount file systems"},
    Oid{"vm.loadavg", opaque, ro, Via::computed, "loadavg", "Machine loadaverage history"},
    Oid{"vm.overcommit", integer, rw, Via::proc, "vm/overcommit_memory", "Configure virtual memory overcommit behavior"},
    Oid{"vm.swap_total", integer, ro, Via::computed, "swap_total", "Total amount of available swap storage"},
};

}  // namespace

std::span<const Oid> oids() { return rows; }

const Oid* find_oid(std::string_view name) {
  auto row = std::ranges::lower_bound(rows, name, {}, &Oid::name);
  return row != rows.end() && row->name == name ? &*row : nullptr;
}

std::span<const Oid> oids_below(std::string_view node) {
  auto is_below = [node](const Oid& oid) {
    return oid.name.size() > node.size() && oid.name.starts_with(node) && oid.name[node.size()] == '.';
  };
  auto begin = std::ranges::find_if(rows, is_below);
  auto end = std::find_if_not(begin, rows.end(), is_below);
  return {begin, end};
}

}  // namespace cellblock::bsd
