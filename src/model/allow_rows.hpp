// Rows of the parameter table, part 2: the allow.* flags. For param_table.cc.
#pragma once

#include "model/param.hpp"

namespace cellblock::model {

consteval Param allow_row(std::string_view name, Allow flag, std::string_view since, Effect effect,
                          std::string_view text, std::string_view on_linux, std::string_view fallback = "false") {
  return {.name = name, .kind = Kind::boolean, .side = Side::kernel, .fallback = fallback, .since = since,
          .text = text, .effect = effect, .on_linux = on_linux, .field = flag};
}

inline constexpr Param allow_rows[] = {
    allow_row("allow.set_hostname", Allow::set_hostname, "8.0", Effect::full,
              "Processes inside may set the host name.",
              "Without it a seccomp filter fails sethostname(2) and setdomainname(2) with EPERM.", "true"),
    allow_row("allow.sysvipc", Allow::sysvipc, "8.0", Effect::full,
              "An old way to say `inherit` for `sysvmsg`, `sysvsem` and `sysvshm`.", "The parent's IPC namespace."),
    allow_row("allow.raw_sockets", Allow::raw_sockets, "8.0", Effect::partial,
              "Processes inside may open raw sockets.",
              "Without it raw and packet sockets fail with EPERM. In a network stack that is not the jail's own the "
              "kernel grants them with `linux.userns=inherit` only. A jail with `vnet=new` always has them."),
    allow_row("allow.chflags", Allow::chflags, "8.0", Effect::partial,
              "Root inside may change the system flags of files (schg, sappnd).",
              "The capability CAP_LINUX_IMMUTABLE, which counts with `linux.userns=inherit` only and not from "
              "`securelevel=1` on."),
    allow_row("allow.mount", Allow::mount, "8.0", Effect::partial,
              "Root inside may mount the file systems that the flags below name; `enforce_statfs` must be below 2.",
              "Without it a seccomp filter fails the mount system calls with EPERM."),
    allow_row("allow.mount.devfs", Allow::mount_devfs, "9.1", Effect::none, "Root inside may mount devfs.",
              "Kept and shown; use `mount.devfs`, which mounts it from outside."),
    allow_row("allow.mount.fdescfs", Allow::mount_fdescfs, "11.0", Effect::none, "Root inside may mount fdescfs.",
              "Kept and shown; use `mount.fdescfs`, which mounts it from outside."),
    allow_row("allow.mount.nullfs", Allow::mount_nullfs, "9.1", Effect::full, "Root inside may mount nullfs.",
              "Bind mounts."),
    allow_row("allow.mount.procfs", Allow::mount_procfs, "9.1", Effect::full, "Root inside may mount procfs.",
              "A proc file system of the jail's own processes."),
    allow_row("allow.mount.tmpfs", Allow::mount_tmpfs, "10.0", Effect::full, "Root inside may mount tmpfs.",
              "Linux has the same file system."),
    allow_row("allow.mount.zfs", Allow::mount_zfs, "9.1", Effect::none, "Root inside may mount ZFS data sets.",
              "Kept and shown; Linux does not mount ZFS in a user namespace."),
    allow_row("allow.mount.linprocfs", Allow::mount_linprocfs, "11.0", Effect::full,
              "Root inside may mount linprocfs.", "The same as `allow.mount.procfs`."),
    allow_row("allow.mount.linsysfs", Allow::mount_linsysfs, "11.0", Effect::partial,
              "Root inside may mount linsysfs.", "The file system sysfs, read-only."),
    allow_row("allow.mount.fusefs", Allow::mount_fusefs, "12.0", Effect::partial,
              "Root inside may mount file systems of user programs.", "The file system fuse; it needs `/dev/fuse`."),
    allow_row("allow.quotas", Allow::quotas, "8.0", Effect::none, "Root inside may administer file system quotas.",
              "Kept and shown; Linux lets nobody but the host's root do so."),
    allow_row("allow.read_msgbuf", Allow::read_msgbuf, "11.3", Effect::partial,
              "Processes inside may read the kernel's messages.",
              "Without it a seccomp filter fails syslog(2) with EPERM. With it the kernel grants it if "
              "kernel.dmesg_restrict is 0 or with `linux.userns=inherit`."),
    allow_row("allow.socket_af", Allow::socket_af, "8.0", Effect::full,
              "Processes inside may use address families other than local, IPv4, IPv6, route and netlink.",
              "Without it a seccomp filter fails the others with EPROTONOSUPPORT."),
    allow_row("allow.mlock", Allow::mlock, "11.3", Effect::full, "Processes inside may lock memory.",
              "Without it a seccomp filter fails mlock(2) and its relatives with EPERM. With it the resource limit "
              "for locked memory counts, but not for root with `linux.userns=inherit`."),
    allow_row("allow.nfsd", Allow::nfsd, "13.2", Effect::none, "A jail with `vnet=new` may run the NFS server.",
              "Kept and shown."),
    allow_row("allow.reserved_ports", Allow::reserved_ports, "11.2", Effect::partial,
              "Root inside may bind ports below 1024.",
              "The capability CAP_NET_BIND_SERVICE, which counts with `vnet=new` or `linux.userns=inherit`. In the "
              "host's network stack other jails bind such ports only from net.ipv4.ip_unprivileged_port_start on.",
              "true"),
    allow_row("allow.unprivileged_parent_tampering", Allow::unprivileged_parent_tampering, "15.0", Effect::none,
              "Users of the parent may signal and trace processes of the same user id inside.",
              "Kept and shown. With `linux.userns=new` no user of the host has an id that is in the jail."),
    allow_row("allow.unprivileged_proc_debug", Allow::unprivileged_proc_debug, "12.1", Effect::full,
              "Users other than root may trace processes inside.",
              "Without it a seccomp filter fails ptrace(2) and its relatives with EPERM, for root inside as well.",
              "true"),
    allow_row("allow.suser", Allow::suser, "13.0", Effect::full, "User id 0 inside has privileges.",
              "Without it the capability sets of the jail are empty and stay so.", "true"),
    allow_row("allow.extattr", Allow::extattr, "15.0", Effect::none,
              "Root inside may change extended attributes of the system namespace.",
              "Kept and shown; Linux grants its namespace trusted to nobody but the host's root."),
    allow_row("allow.adjtime", Allow::adjtime, "15.0", Effect::none, "Root inside may slew the clock.",
              "Kept and shown; Linux has one capability for slewing and setting, see `allow.settime`."),
    allow_row("allow.settime", Allow::settime, "15.0", Effect::partial, "Root inside may set and slew the clock.",
              "The capability CAP_SYS_TIME, which counts with `linux.userns=inherit` only and not from "
              "`securelevel=2` on."),
    allow_row("allow.routing", Allow::routing, "15.0", Effect::none,
              "Root in a jail without a network stack of its own may change routes.",
              "Kept and shown; Linux can grant routes in the host's stack only together with all of its network "
              "configuration."),
    allow_row("allow.setaudit", Allow::setaudit, "15.0", Effect::partial, "Processes inside may set audit state.",
              "The capability CAP_AUDIT_CONTROL, which counts with `linux.userns=inherit` only."),
    allow_row("allow.vmm", Allow::vmm, "12.0", Effect::none, "Processes inside may run virtual machines.",
              "Kept and shown; who may use `/dev/kvm` is the devfs ruleset's business."),
    allow_row("allow.vmm_ppt", Allow::vmm_ppt, "15.0", Effect::none,
              "Processes inside may pass devices through to virtual machines.", "Kept and shown."),
};
static_assert(std::size(allow_rows) == static_cast<size_t>(Allow::count));

}  // namespace cellblock::model
