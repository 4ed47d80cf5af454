// Rows of the parameter table, part 1: what jail_set(2) knows, but for the allow.* flags. For param_table.cc.
#pragma once

#include "model/param.hpp"

namespace cellblock::model {

inline constexpr Param identity_rows[] = {
    {.name = "jid", .kind = Kind::integer, .side = Side::kernel, .create_only = true,
     .fallback = "the next free number", .since = "5.1",
     .text = "The number that identifies the jail. One space of numbers, 1 to 999999, serves all levels of jails.",
     .on_linux = "Kept in the record below `/run/cellblock`.", .field = &Prison::jid},
    {.name = "name", .kind = Kind::string, .side = Side::kernel, .fallback = "the jid", .since = "8.0",
     .text = "The name of the jail. Dots separate the levels of jails within jails; only the last component can be "
             "changed. A name of digits only must equal the jid.",
     .on_linux = "Kept in the record. A jail's control group carries the jid, so renaming moves nothing.",
     .field = &Prison::name},
    {.name = "path", .kind = Kind::string, .side = Side::kernel, .create_only = true,
     .fallback = "the root of the creator", .since = "4.0",
     .text = "The directory that is the root of the jail. Symbolic links in it are followed once, at creation.",
     .on_linux = "The directory becomes the root of a mount namespace of the jail's own, in which nothing above it "
                 "exists.",
     .field = &Prison::path},
    {.name = "parent", .kind = Kind::integer, .side = Side::kernel, .read_only = true, .since = "8.0",
     .text = "The jid of the jail in which this one lives, 0 for the jail of the one who asks.",
     .on_linux = "Kept in the record.", .field = &Prison::parent},
    {.name = "persist", .kind = Kind::boolean, .side = Side::kernel, .fallback = "false", .since = "8.0",
     .text = "The jail exists without processes in it. Clearing this on an empty jail removes the jail.",
     .on_linux = "Process 1 of the jail, its keeper, stays for a persistent jail and ends with the last other "
                 "process otherwise.",
     .field = &Prison::persist},
    {.name = "dying", .kind = Kind::boolean, .side = Side::kernel, .read_only = true, .since = "8.0",
     .text = "Whether the jail is being removed and something still refers to it.",
     .on_linux = "A removal waits until nothing of the jail is left. Only where the kernel can't end a process does one stay "
                 "to be seen, until it can.", .field = &Prison::dying},
    {.name = "children.max", .kind = Kind::integer, .side = Side::kernel, .fallback = "0", .since = "8.0",
     .text = "How many jails, of all levels, processes inside this one may create.",
     .on_linux = "Checked when a jail is created, for every jail from the creator's upwards. Raised from 0, it counts "
                 "for processes that enter from then on.",
     .field = &Prison::children_max},
    {.name = "children.cur", .kind = Kind::integer, .side = Side::kernel, .read_only = true, .since = "8.0",
     .text = "How many jails of all levels live below this one.", .on_linux = "Counted from the record.",
     .field = &Prison::children_cur},
    {.name = "cpuset.id", .kind = Kind::integer, .side = Side::kernel, .read_only = true, .since = "7.2",
     .text = "The number of the jail's CPU set.", .effect = Effect::partial,
     .on_linux = "A stable number, the jid plus one; the CPUs themselves are those of the jail's control group.",
     .field = &Prison::cpuset_id},
    {.name = "securelevel", .kind = Kind::integer, .side = Side::kernel, .fallback = "that of the parent",
     .since = "8.0",
     .text = "The jail's kern.securelevel. It is never below the parent's and raising it raises the jails below.",
     .effect = Effect::partial,
     .on_linux = "From 1 on system file flags can't be cleared and from 2 on the clock can't be set, at once and for "
                 "all processes. From 3 on the network configuration of a jail with `vnet=new` is out of reach of "
                 "processes that enter from then on. Raw memory and modules always are. As on FreeBSD, the parent may "
                 "lower it to its own.",
     .field = &Prison::securelevel},
    {.name = "osrelease", .kind = Kind::string, .side = Side::kernel, .create_only = true,
     .fallback = "that of the parent", .since = "10.2",
     .text = "The release that uname -r tells inside, 1 to 31 bytes.", .effect = Effect::partial,
     .on_linux = "Told by uname(2). `/proc/version` and `/proc/sys/kernel/osrelease` go on telling the kernel's own, "
                 "which a jail without this parameter sees everywhere.",
     .field = &Prison::osrelease},
    {.name = "osreldate", .kind = Kind::integer, .side = Side::kernel, .create_only = true,
     .fallback = "that of the parent", .since = "10.2", .text = "The number that uname -K tells inside.",
     .effect = Effect::partial,
     .on_linux = "Told inside by sysctl(8) of Cellblock as kern.osreldate; Linux itself has no such number.",
     .field = &Prison::osreldate},
    {.name = "enforce_statfs", .kind = Kind::integer, .side = Side::kernel, .fallback = "2", .since = "8.0",
     .text = "Which mount points processes inside see: 0 all, 1 those below the root, 2 the root's own only.",
     .effect = Effect::partial,
     .on_linux = "mount(8) of Cellblock follows 1 and 2. Other programs see the jail's mount namespace, which holds "
                 "its own mounts alone and in which no call can hide one: `/proc/self/mounts` shows what 1 asks for "
                 "whatever is set, and `/proc/self/mountinfo` also where the root lies on the host's disk. The mounts "
                 "of the host, for 0, are not in it. As on FreeBSD, nothing can be mounted inside while it is 2, and "
                 "setting that on a running jail counts at once.",
     .field = &Prison::enforce_statfs},
    {.name = "devfs_ruleset", .kind = Kind::integer, .side = Side::kernel, .fallback = "that of the parent",
     .since = "9.1", .text = "The ruleset that decides which device nodes a devfs mounted in the jail shows.",
     .effect = Effect::partial,
     .on_linux = "With `mount.devfs`, it chooses from the device nodes of Linux that are safe in a jail. Rulesets 1 to 5 "
                 "are built in as on FreeBSD; `/etc/devfs.rules` adds more, and one that is not defined is an error. "
                 "Without a ruleset 4 counts. A `/dev` that is mounted stays as it is, here as on FreeBSD.",
     .field = &Prison::devfs_ruleset},
    {.name = "mac.label", .kind = Kind::string, .side = Side::kernel, .since = "15.0",
     .text = "The jail's mandatory access control label.", .effect = Effect::none,
     .on_linux = "Kept and shown; the labels of FreeBSD name modules that Linux lacks.",
     .field = &Prison::mac_label},
    {.name = "meta", .kind = Kind::string, .side = Side::kernel, .inside = true, .since = "15.0",
     .text = "Free text about the jail, not readable inside. `meta.key=value` sets one line of it, `meta.key` alone "
             "removes that line.",
     .on_linux = "Kept in the record.", .field = &Prison::meta},
    {.name = "env", .kind = Kind::string, .side = Side::kernel, .inside = true, .since = "15.0",
     .text = "Free text for the jail, with the same keys as `meta`; processes inside may read it.",
     .on_linux = "Told inside by sysctl(8) of Cellblock as security.jail.env, to processes that entered while it was "
                 "not empty.", .field = &Prison::env},
};

inline constexpr Param system_rows[] = {
    {.name = "host", .kind = Kind::jailsys, .side = Side::kernel, .fallback = "new", .since = "8.0",
     .text = "Whether the jail has a host name and the other host values of its own, or its parent's.",
     .on_linux = "`new` is a UTS namespace of its own. A running jail keeps the kind it was created with, whatever is "
                 "shown then.",
     .field = &Prison::host},
    {.name = "host.hostname", .kind = Kind::string, .side = Side::kernel, .fallback = "empty", .since = "4.0",
     .text = "The host name inside.",
     .on_linux = "Set in the jail's UTS namespace, of a running jail too; Linux takes at most 64 bytes.",
     .field = &Prison::hostname},
    {.name = "host.domainname", .kind = Kind::string, .side = Side::kernel, .fallback = "empty", .since = "8.0",
     .text = "The NIS domain name inside.", .on_linux = "As for `host.hostname`.",
     .field = &Prison::domainname},
    {.name = "host.hostuuid", .kind = Kind::string, .side = Side::kernel,
     .fallback = "00000000-0000-0000-0000-000000000000", .since = "8.0", .text = "The host UUID inside.",
     .effect = Effect::partial,
     .on_linux = "Told inside by sysctl(8) of Cellblock as kern.hostuuid; Linux keeps no such value in the kernel. "
                 "`/etc/machine-id` is a file of the jail's own.",
     .field = &Prison::hostuuid},
    {.name = "host.hostid", .kind = Kind::integer, .side = Side::kernel, .fallback = "0", .since = "8.0",
     .text = "The host identifier inside.",     .effect = Effect::partial,
     .on_linux = "Told inside by sysctl(8) of Cellblock as kern.hostid; hostid(1) of Linux reads `/etc/hostid`, a file "
                 "of the jail's own.",
     .field = &Prison::hostid},
    {.name = "vnet", .kind = Kind::jailsys, .side = Side::kernel, .create_only = true, .fallback = "inherit",
     .since = "8.0", .text = "`new` gives the jail a network stack of its own.",
     .on_linux = "A network namespace of its own, in which only an idle lo exists until `vnet.interface` moves "
                 "interfaces in.",
     .field = &Prison::vnet},
    {.name = "ip4", .kind = Kind::jailsys, .side = Side::kernel, .create_only = true, .fallback = "disable",
     .since = "8.0",
     .text = "Whether the jail may use IPv4: `inherit` as its parent does, `new` with the addresses of `ip4.addr`, "
             "`disable` not at all.",
     .on_linux = "With `disable` a seccomp filter fails every IPv4 socket with EPROTONOSUPPORT. With `new` programs on "
                 "the jail's cgroup hold it to its addresses, see `ip4.addr`.",
     .field = &Prison::ip4},
    {.name = "ip6", .kind = Kind::jailsys, .side = Side::kernel, .create_only = true, .fallback = "disable",
     .since = "8.0", .text = "The same as `ip4`, for IPv6.",
     .on_linux = "With `disable` a seccomp filter fails every IPv6 socket with EPROTONOSUPPORT. With `new` programs on "
                 "the jail's cgroup hold it to its addresses, see `ip6.addr`.",
     .field = &Prison::ip6},
    {.name = "ip4.addr", .kind = Kind::list, .side = Side::kernel, .comma_list = true, .since = "7.2",
     .text = "The IPv4 addresses that the jail may use, the primary one first. "
             "`interface|address/prefix` also puts the address on that interface while the jail runs.",
     .effect = Effect::partial,
     .on_linux = "Addresses are put on interfaces and taken off again. eBPF programs on the jail's cgroup enforce the "
                 "rest; a change counts at once. The wildcard of a jail with one address, and all of 127.0.0.0/8 and ::1 "
                 "that the jail does not have, are its primary one; other addresses are EADDRNOTAVAIL. Sockets that are not "
                 "bound connect and send from an own address, and packets of and for others are dropped; so are raw "
                 "ones and echo requests whose source the host's NAT has changed, but neither TCP nor UDP. "
                 "TCP ports are each jail's own: jails and the host may all listen at port 80 of the wildcard, and a jail's listener wins at its address. "
                 "What differs: such a listener has another port inside the kernel, which ss(8) on the host shows, but "
                 "not sockstat(1); a jail has 8192 TCP sockets bound at most (ENOBUFS); a "
                 "client that binds a source port first (but 20 and 512 to 1023, without SO_REUSEADDR) has that port, "
                 "too. UDP ports are shared: a wildcard socket of the host, or of a jail with several addresses, needs "
                 "the port to itself, also with SO_REUSEADDR or SO_REUSEPORT (EADDRINUSE; a jail with user ids of its own "
                 "may share it with itself by SO_REUSEPORT, and any jail the port of one address). But who sets SO_REUSEADDR after bind(2), or sends without bind(2), may hold "
                 "a port that the host has at the wildcard with SO_REUSEADDR, and keep its datagrams from it; at "
                 "addresses of its own the host is safe. Bound to the wildcard and a port, a UDP socket of such a jail connects to the "
                 "jail's own addresses alone (EADDRNOTAVAIL); the wildcard with port 0 is the primary address. The same "
                 "holds for a socket of both families, whose port 0 is the wildcard's. A socket that listens without being bound does so on the wildcard, where it "
                 "answers at the jail's addresses only. MPTCP, SCTP, DCCP and UDP-Lite fail with EPROTONOSUPPORT. Below a jail "
                 "with `vnet=new` ports are shared. Netlink, which getifaddrs(3) and ip(8) ask, shows the jail's "
                 "addresses and their interfaces alone; /proc/net and the ioctls of ifconfig(8) show the whole "
                 "stack, and sockets are not listed by netlink at all.",
     .field = &Prison::ip4_addr},
    {.name = "ip6.addr", .kind = Kind::list, .side = Side::kernel, .comma_list = true, .since = "7.2",
     .text = "The same as `ip4.addr`, for IPv6.", .effect = Effect::partial,
     .on_linux = "As for `ip4.addr`.", .field = &Prison::ip6_addr},
    {.name = "ip4.saddrsel", .kind = Kind::boolean, .side = Side::kernel, .fallback = "true", .since = "8.1",
     .text = "False: outgoing sockets without an address of their own always take the jail's primary address.",
     .effect = Effect::partial,
     .on_linux = "True: the own address that shares the most leading bits with the destination, if they are 16 or more.",
     .field = &Prison::ip4_saddrsel},
    {.name = "ip6.saddrsel", .kind = Kind::boolean, .side = Side::kernel, .fallback = "true", .since = "8.1",
     .text = "The same as `ip4.saddrsel`, for IPv6.", .effect = Effect::partial,
     .on_linux = "True: the own address that shares the most leading bits with the destination, if they are 64 or more.",
     .field = &Prison::ip6_saddrsel},
    {.name = "sysvmsg", .kind = Kind::jailsys, .side = Side::kernel, .fallback = "disable", .since = "11.0",
     .text = "Whether the jail has System V message queues: its own (`new`), its parent's (`inherit`) or none.",
     .effect = Effect::partial,
     .on_linux = "One IPC namespace holds all three of `sysvmsg`, `sysvsem` and `sysvshm`: the jail's own, or the "
                 "parent's if one of them is `inherit`. A disabled one fails with ENOSYS. A running jail keeps the "
                 "namespace it was created with.",
     .field = &Prison::sysvmsg},
    {.name = "sysvsem", .kind = Kind::jailsys, .side = Side::kernel, .fallback = "disable", .since = "11.0",
     .text = "The same as `sysvmsg`, for System V semaphores.", .effect = Effect::partial,
     .on_linux = "As for `sysvmsg`.", .field = &Prison::sysvsem},
    {.name = "sysvshm", .kind = Kind::jailsys, .side = Side::kernel, .fallback = "disable", .since = "11.0",
     .text = "The same as `sysvmsg`, for System V shared memory.", .effect = Effect::partial,
     .on_linux = "As for `sysvmsg`.", .field = &Prison::sysvshm},
    {.name = "linux", .kind = Kind::jailsys, .side = Side::kernel, .fallback = "inherit", .since = "8.0",
     .text = "Whether Linux programs in the jail see values of their own about the emulated system.",
     .effect = Effect::partial,
     .on_linux = "All programs are Linux programs and nothing is emulated; what counts is `linux.osname` and "
                 "`linux.osrelease`.",
     .field = &Prison::linuxulator},
    {.name = "linux.osname", .kind = Kind::string, .side = Side::kernel, .since = "8.0",
     .text = "The system name that Linux programs see.",
     .on_linux = "Told by uname(2); a change counts at once where the name or the release was set at entry.",
     .field = &Prison::linux_osname},
    {.name = "linux.osrelease", .kind = Kind::string, .side = Side::kernel, .since = "8.0",
     .text = "The release that Linux programs see.",
     .on_linux = "Told by uname(2), unless `osrelease` is set. A new jail has compat.linux.osrelease of the host, "
                 "where that is set.",
     .field = &Prison::linux_osrelease},
    {.name = "linux.oss_version", .kind = Kind::integer, .side = Side::kernel, .since = "8.0",
     .text = "The version of the sound interface that Linux programs see.", .effect = Effect::none,
     .on_linux = "Kept and shown; Linux has no call that tells it.", .field = &Prison::linux_oss_version},
    {.name = "zfs.mount_snapshot", .kind = Kind::integer, .side = Side::kernel, .fallback = "0", .since = "15.0",
     .text = "Whether the directory .zfs/snapshot works inside.", .effect = Effect::none,
     .on_linux = "Kept and shown; of OpenZFS on Linux it is a property of the data set, snapdir.",
     .field = &Prison::zfs_mount_snapshot},
    {.name = "mac.do", .kind = Kind::jailsys, .side = Side::kernel, .fallback = "inherit", .since = "15.0",
     .text = "Whether the jail has rules of its own about changing user ids.", .effect = Effect::none,
     .on_linux = "Kept and shown; the module mac_do does not exist.", .field = &Prison::mac_do},
    {.name = "mac.do.rules", .kind = Kind::string, .side = Side::kernel, .since = "15.0",
     .text = "The rules about changing user ids.", .effect = Effect::none, .on_linux = "As for `mac.do`.",
     .field = &Prison::mac_do_rules},
};

inline constexpr Param own_rows[] = {
    {.name = "net.dns", .kind = Kind::list, .side = Side::kernel, .create_only = true, .comma_list = true, .since = "cellblock",
     .text = "Addresses of the name servers that the jail asks, three at most.",
     .on_linux = "A read-only resolv.conf(5) lies over `/etc/resolv.conf` of the jail's root while it runs; nothing is written "
                 "there. A root without that file is refused: an empty one would do.",
     .field = &Prison::net_dns},
    {.name = "net.search", .kind = Kind::list, .side = Side::kernel, .create_only = true, .comma_list = true, .since = "cellblock",
     .text = "Domains in which the jail looks for names that have no dot.", .on_linux = "As for `net.dns`, which it needs.",
     .field = &Prison::net_search},
    {.name = "linux.userns", .kind = Kind::jailsys, .side = Side::kernel, .create_only = true, .fallback = "new",
     .since = "cellblock",
     .text = "`new`: root in the jail is an unprivileged user of the host. `inherit`: user ids mean the same inside "
             "and outside and root in the jail is root with fewer capabilities.",
     .on_linux = "A user namespace with an idmapped root, so that the ids stored on disk are those seen inside. Below a "
                 "jail that inherits the ids of the host every jail does. With `inherit` a network stack of the jail's own "
                 "(`vnet`) is root's as its owner, without CAP_NET_ADMIN: a securelevel of 3 that comes later leaves it so.",
     .field = &Prison::linux_userns},
    {.name = "linux.init", .kind = Kind::string, .side = Side::kernel, .create_only = true,
     .fallback = "the keeper", .since = "cellblock",
     .text = "A program inside the jail that runs as its process 1, such as `/sbin/init`.",
     .on_linux = "Executed in place of the keeper. SIGTERM at the end of the jail is for the others alone: let `exec.stop` ask "
                 "it to end them in its order, by poweroff(8) or `systemctl poweroff`.", .field = &Prison::linux_init},
    {.name = "linux.mount", .kind = Kind::boolean, .side = Side::kernel, .create_only = true, .fallback = "false",
     .since = "cellblock",
     .text = "The mount system calls work inside as Linux defines them for a user namespace, whatever `allow.mount` "
             "says. A jail in a jail may have it if the outer one does.",
     .on_linux = "The seccomp filter leaves mount(2) and its relatives alone.", .field = &Prison::linux_mount},
};

}  // namespace cellblock::model
