// Rows of the parameter table, part 3: what jail(8) itself acts on. For param_table.cc.
#pragma once

#include "model/param.hpp"

namespace cellblock::model {

consteval Param hook_row(std::string_view name, std::string_view since, std::string_view text) {
  return {.name = name, .kind = Kind::list, .side = Side::command, .since = since, .text = text,
          .on_linux = "Run as on FreeBSD."};
}

inline constexpr Param command_rows[] = {
    hook_row("exec.prepare", "13.0", "Commands run on the host before anything else is done for the jail."),
    hook_row("exec.prestart", "9.1", "Commands run on the host after mounts and addresses, before creation."),
    hook_row("exec.created", "11.0", "Commands run on the host once the jail exists and before anything runs in it."),
    hook_row("exec.start", "9.1", "Commands run inside to start the jail, such as `/bin/sh /etc/rc`."),
    hook_row("command", "9.1",
             "The command to run inside. On a command line the rest of the line belongs to it, so it comes last."),
    hook_row("exec.poststart", "9.1", "Commands run on the host after those inside."),
    hook_row("exec.prestop", "9.1", "Commands run on the host before those that stop the jail."),
    hook_row("exec.stop", "9.1", "Commands run inside to stop the jail, such as `/bin/sh /etc/rc.shutdown jail`."),
    hook_row("exec.poststop", "9.1", "Commands run on the host once the jail is gone."),
    hook_row("exec.release", "13.0", "Commands run on the host last, after mounts and addresses are undone."),
    {.name = "exec.clean", .kind = Kind::boolean, .side = Side::command, .fallback = "false", .since = "9.1",
     .text = "Commands inside get a clean environment: HOME, SHELL, TERM, USER and PATH, and start in the home "
             "directory of their user.",
     .on_linux = "PATH is /usr/sbin:/usr/bin:/sbin:/bin: Linux's package tools and start scripts need what lies in sbin."},
    {.name = "exec.jail_user", .kind = Kind::string, .side = Side::command, .fallback = "the current user",
     .since = "9.1", .text = "The user who runs the commands inside, looked up in the jail's password file.",
     .on_linux = "As on FreeBSD."},
    {.name = "exec.system_jail_user", .kind = Kind::boolean, .side = Side::command, .fallback = "false",
     .since = "9.1", .text = "`exec.jail_user` is looked up on the host instead.", .on_linux = "As on FreeBSD."},
    {.name = "exec.system_user", .kind = Kind::string, .side = Side::command, .fallback = "the current user",
     .since = "9.1", .text = "The user who runs the commands on the host.", .on_linux = "As on FreeBSD."},
    {.name = "exec.timeout", .kind = Kind::integer, .side = Side::command, .fallback = "0", .since = "9.1",
     .text = "How many seconds each command may take; 0 sets no limit.", .on_linux = "As on FreeBSD."},
    {.name = "exec.consolelog", .kind = Kind::string, .side = Side::command, .since = "9.1",
     .text = "A file to which the output of the commands inside is appended.", .on_linux = "As on FreeBSD."},
    {.name = "exec.fib", .kind = Kind::integer, .side = Side::command, .since = "9.1",
     .text = "The routing table that the commands inside use.",
     .on_linux = "By a mark on the sockets of a control group below the jail's, as setfib(8) does. Not for jails that a "
                 "jail makes."},
    {.name = "stop.timeout", .kind = Kind::integer, .side = Side::command, .fallback = "10", .since = "9.1",
     .text = "How many seconds processes get between SIGTERM and the removal of the jail; with 0 there is no SIGTERM.",
     .on_linux = "As on FreeBSD."},
    {.name = "interface", .kind = Kind::string, .side = Side::command, .since = "9.1",
     .text = "The interface that takes the addresses of `ip4.addr` and `ip6.addr` which name none.",
     .on_linux = "As on FreeBSD. An address that it has already is left there if the start fails; the jail's stop takes it "
                 "away, as FreeBSD's does."},
    {.name = "vnet.interface", .kind = Kind::list, .side = Side::command, .comma_list = true, .since = "9.1",
     .text = "Interfaces moved into the jail's own network stack after creation.",
     .on_linux = "They come back with their names when the jail is removed."},
    {.name = "net.address", .kind = Kind::list, .side = Side::command, .comma_list = true, .since = "cellblock",
     .text = "Addresses of the jail's end of its cable, each with the length of its network: `10.0.0.5/24`, `fd00::5/64`. "
             "`dhcp` asks a server on the bridge for one; if none answers within a minute, the jail starts without, "
             "and asking goes on. "
             "Of a range, `10.0.0.100-10.0.0.200/24`, a free one, mostly the same at every start.",
     .on_linux = "One that another jail on the bridge has is refused."},
    {.name = "net.bridge", .kind = Kind::string, .side = Side::command, .since = "cellblock",
     .text = "A bridge of the host's to which a jail with `vnet` gets a cable (an epair).",
     .on_linux = "The end on the host has the jail's name, 15 characters at most. A bridge that is missing is made, and "
                 "removed with the last jail on it. `jail -m` changes the cable of a running jail, and is told all that it is to be: "
                 "`jail -m web` after a change of jail.conf. With an empty name it has none, "
                 "and addresses and routes alone change without an interruption."},
    {.name = "net.bridge.address", .kind = Kind::list, .side = Side::command, .comma_list = true, .since = "cellblock",
     .text = "Addresses of the host on `net.bridge`, for a bridge that is made for jails.",
     .on_linux = "They go with the bridge. One of the user's own keeps what it has."},
    {.name = "net.bridge.nat", .kind = Kind::string, .side = Side::command, .fallback = "false", .since = "cellblock",
     .text = "What comes from `net.bridge` and leaves the host by another interface has the host's address there: `true` for "
             "each, or the name of one.",
     .on_linux = "As for `net.nat`, as long as a jail with it runs."},
    {.name = "net.forward", .kind = Kind::list, .side = Side::command, .since = "cellblock",
     .text = "Ports of the host that are led to the jail: `tcp:8080:80`, with an address of the host's `192.0.2.1:8080:80`, "
             "a range `udp:5000-5009:5000`, and who may: `8080:80 from 10.0.0.0/8,fd00::/8`. An IPv6 address stands in brackets.",
     .on_linux = "By nf_tables, to the jail's first address of the family. The host itself and jails on the same bridge are "
                 "led as well, but not by 127.0.0.1 and ::1. (A jail is not led to itself where br_netfilter hands "
                 "bridged packets to the packet filter.) A port that another jail's `net.forward` or a program of the "
                 "host has is refused. The host forwards packets from then on, as for `net.nat`."},
    {.name = "net.gateway", .kind = Kind::list, .side = Side::command, .comma_list = true, .since = "cellblock",
     .text = "Where the jail's default routes lead, one address of each family.",
     .on_linux = "It has to be in a network of `net.address`, or a link-local address."},
    {.name = "net.interface", .kind = Kind::string, .side = Side::command, .fallback = "eth0", .since = "cellblock",
     .text = "The name of the jail's end of its cable. A jail has further ones by `net.NAME.bridge`, `net.NAME.address` and so on: "
             "all parameters of a cable, with the name of its interface in the jail.",
     .on_linux = "15 characters at most. On the host the other end of such a cable is called JAIL.NAME, with less of the jail's name if that "
                 "is too long; NAME can't be `bridge` or `vlan`. `jail -m` changes those that it "
                 "names and leaves the others alone."},
    {.name = "net.isolated", .kind = Kind::boolean, .side = Side::command, .fallback = "false", .since = "cellblock",
     .text = "Nothing goes between this jail and others on its bridge that have it too. The host and the rest of the bridge are "
             "reached.",
     .on_linux = "The port is isolated, by the bridge itself. Packets that the host forwards are another matter: `ipfw` or `pf`."},
    {.name = "net.mac", .kind = Kind::string, .side = Side::command, .since = "cellblock",
     .text = "The hardware address of the jail's end of its cable.",
     .on_linux = "Without it, one that follows from the host's `/etc/machine-id` and the jail's name: the same at "
                 "every start."},
    {.name = "net.mtu", .kind = Kind::integer, .side = Side::command, .since = "cellblock",
     .text = "The largest packet that the cable carries.", .on_linux = "It has to be the bridge's, which is also the default."},
    {.name = "net.nat", .kind = Kind::boolean, .side = Side::command, .fallback = "false", .since = "cellblock",
     .text = "What leaves the host from the jail's addresses, by another interface than its bridge, has the host's address there.",
     .on_linux = "By nf_tables, in a table named cellblock; of IPv6 addresses only fc00::/7 are hidden. `net.ipv4.ip_forward` and "
                 "`net.ipv6.conf.all.forwarding` are switched on and stay on. What another table of the host's drops stays dropped."},
    {.name = "net.network", .kind = Kind::string, .side = Side::command, .since = "cellblock",
     .text = "A network of `/etc/cellblock/networks.conf`, which says what the jail doesn't: bridge, gateway and MTU. "
             "`net.address = auto` is then a free address of it.",
     .on_linux = "Each network is a block in the grammar of this file with `address` (of the host, the jails' gateway), "
                 "`bridge` (its name, if not the network's), `mtu`, `nat` (as `net.bridge.nat`) `pool` (FIRST-LAST: what `auto` takes from), `dns`, `search` and `domain` (a lone one to search)."},
    {.name = "net.vlan", .kind = Kind::integer, .side = Side::command, .since = "cellblock",
     .text = "The VLAN of the bridge to which the cable leads, 1 to 4094: jails of one VLAN are on one network, apart from others of the bridge.",
     .on_linux = "A bridge that is made for jails keeps VLANs apart from then on; of another one vlan_filtering has to be on. "
                 "`net.bridge.address` is then of the host's interface BRIDGE.VLAN, which is made for it. VLAN 1 is the bridge itself. What "
                 "the host forwards is another matter: `ipfw` or `pf`."},
    {.name = "net.vlan.tagged", .kind = Kind::list, .side = Side::command, .comma_list = true, .since = "cellblock",
     .text = "VLANs that reach the jail with their tags, `20` or `30-40`, for interfaces of the jail's own (`ifconfig vlan0 create`).",
     .on_linux = "As for `net.vlan`. What has no tag is of the bridge's own VLAN unless that says otherwise."},
    {.name = "zfs.dataset", .kind = Kind::list, .side = Side::command, .comma_list = true, .since = "15.0",
     .text = "ZFS data sets handed over to the jail.", .effect = Effect::partial,
     .on_linux = "By zfs zone, where OpenZFS is installed; it needs `linux.userns=new`."},
    {.name = "ip_hostname", .kind = Kind::boolean, .side = Side::command, .fallback = "false", .since = "9.1",
     .text = "All addresses that `host.hostname` resolves to are added to `ip4.addr` and `ip6.addr`.",
     .on_linux = "As on FreeBSD."},
    {.name = "mount", .kind = Kind::list, .side = Side::command, .since = "9.1",
     .text = "File systems to mount before creation, each a line of fstab(5).",
     .on_linux = "The type nullfs is a bind mount, procfs and linprocfs are proc, linsysfs is sysfs, unionfs is an "
                 "overlay. Linux types work as well. A file as the source of one is a disk image: a loop device stands "
                 "for it as long as it is mounted."},
    {.name = "mount.fstab", .kind = Kind::list, .side = Side::command, .since = "9.1",
     .text = "Files of such lines.", .on_linux = "As for `mount`."},
    {.name = "mount.devfs", .kind = Kind::boolean, .side = Side::command, .fallback = "false", .since = "9.1",
     .text = "Mounts a devfs on `dev` below the jail's root, with `devfs_ruleset` or else ruleset 4.",
     .on_linux = "A tmpfs with the nodes of the ruleset and the jail's own pseudo terminals, in its mount namespace "
                 "only.",
     .field = &Prison::mount_devfs},
    {.name = "mount.fdescfs", .kind = Kind::boolean, .side = Side::command, .fallback = "false", .since = "9.2",
     .text = "Mounts fdescfs on `dev/fd` below the jail's root.", .on_linux = "A link to `/proc/self/fd`.",
     .field = &Prison::mount_fdescfs},
    {.name = "mount.procfs", .kind = Kind::boolean, .side = Side::command, .fallback = "false", .since = "10.0",
     .text = "Mounts procfs on `proc` below the jail's root.",
     .on_linux = "A proc file system of the jail's own processes, in its mount namespace only.",
     .field = &Prison::mount_procfs},
    {.name = "depend", .kind = Kind::list, .side = Side::command, .since = "9.1",
     .text = "Jails that must be started before this one and stopped after it.", .on_linux = "As on FreeBSD."},
    {.name = "allow.dying", .kind = Kind::boolean, .side = Side::command, .fallback = "false", .since = "8.0",
     .text = "Deprecated: jails being removed no longer stand in the way.", .effect = Effect::none,
     .on_linux = "A warning, as on FreeBSD 15."},
};

}  // namespace cellblock::model
