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
              "Without it raw sockets fail with EPERM. With it root inside gets them; those of a jail with addresses "
              "of its own send and receive as its primary one until they are bound to another. A change counts at "
              "once in such a jail. Packet sockets, FreeBSD's bpf(4), need `vnet=new`, which always grants both."),
    allow_row("allow.chflags", Allow::chflags, "8.0", Effect::full,
              "Root inside may change the system flags of files (schg, sappnd).",
              "The flags immutable and append-only, as chattr(1) sets them. From `securelevel=1` on they can be set "
              "but not cleared. Taken away, it is gone for running processes too."),
    allow_row("allow.mount", Allow::mount, "8.0", Effect::full,
              "Root inside may mount the file systems that the flags below name; `enforce_statfs` must be below 2.",
              "Without it mount(2) and umount2(2) fail with EPERM. With it the host serves them; fsopen(2) and the "
              "other newer calls say ENOSYS, so that programs fall back to mount(2). A jail can unmount what it has "
              "mounted itself, or protect it further with `mount -u`, and nothing else. Taken away, it is gone for "
              "running processes too."),
    allow_row("allow.mount.devfs", Allow::mount_devfs, "9.1", Effect::partial, "Root inside may mount devfs.",
              "A read-only tmpfs with the nodes of `devfs_ruleset`, without pseudo terminals of its own."),
    allow_row("allow.mount.fdescfs", Allow::mount_fdescfs, "11.0", Effect::partial, "Root inside may mount fdescfs.",
              "On `/dev/fd` of `mount.devfs`, which is a link that does the same, so that nothing is left to do. "
              "Elsewhere it fails with EOPNOTSUPP."),
    allow_row("allow.mount.nullfs", Allow::mount_nullfs, "9.1", Effect::full, "Root inside may mount nullfs.",
              "A bind mount of a directory or file inside, without the mounts below it; with `linux.userns=inherit` "
              "not of `/proc`."),
    allow_row("allow.mount.procfs", Allow::mount_procfs, "9.1", Effect::full, "Root inside may mount procfs.",
              "A proc file system of the jail's own processes; with `linux.userns=inherit` another view of the jail's "
              "`/proc`, which must be mounted."),
    allow_row("allow.mount.tmpfs", Allow::mount_tmpfs, "10.0", Effect::full, "Root inside may mount tmpfs.",
              "Linux has the same file system; the options size, mode and inodes are passed on."),
    allow_row("allow.mount.zfs", Allow::mount_zfs, "9.1", Effect::none, "Root inside may mount ZFS data sets.",
              "Kept and shown; the kernel has no ZFS of its own whose mounts could be served. Mount data sets from "
              "outside."),
    allow_row("allow.mount.linprocfs", Allow::mount_linprocfs, "11.0", Effect::full,
              "Root inside may mount linprocfs.", "The same as `allow.mount.procfs`; either lets mount the type proc."),
    allow_row("allow.mount.linsysfs", Allow::mount_linsysfs, "11.0", Effect::partial,
              "Root inside may mount linsysfs.", "The file system sysfs, read-only."),
    allow_row("allow.mount.fusefs", Allow::mount_fusefs, "12.0", Effect::partial,
              "Root inside may mount file systems of user programs.",
              "The file system fuse, in the jail's own user namespace: not with `linux.userns=inherit`. It needs "
              "`/dev/fuse`, which ruleset 4 shows where the host has it."),
    allow_row("allow.quotas", Allow::quotas, "8.0", Effect::none, "Root inside may administer file system quotas.",
              "Without it quotactl(2) fails with EPERM in the filter, with it in the kernel, which grants quotas to "
              "root of the host alone. Set them from outside: the ids on disk are those seen inside."),
    allow_row("allow.read_msgbuf", Allow::read_msgbuf, "11.3", Effect::full,
              "Processes inside may read the kernel's messages.",
              "Without it syslog(2) fails with EPERM. With it dmesg(1) shows them, whatever kernel.dmesg_restrict "
              "says; nobody inside can clear them. There is no `/dev/kmsg`."),
    allow_row("allow.socket_af", Allow::socket_af, "8.0", Effect::full,
              "Processes inside may use address families other than local, IPv4, IPv6, route and netlink.",
              "Without it a seccomp filter fails the others with EPROTONOSUPPORT. A change counts at once in a jail "
              "with addresses of its own."),
    allow_row("allow.mlock", Allow::mlock, "11.3", Effect::partial, "Processes inside may lock memory.",
              "Without it mlock(2) and its relatives fail with EPERM, but not mmap(2) with MAP_LOCKED. The resource "
              "limit for locked memory counts, but not for root with `linux.userns=inherit` and this flag."),
    allow_row("allow.nfsd", Allow::nfsd, "13.2", Effect::none, "A jail with `vnet=new` may run the NFS server.",
              "Kept and shown; the kernel's NFS server is started by files of nfsd, a file system that only root of "
              "the host can mount."),
    allow_row("allow.reserved_ports", Allow::reserved_ports, "11.2", Effect::full,
              "Root inside may bind ports below 1024.",
              "Without it bind(2) fails with EACCES, for ports below net.ipv4.ip_unprivileged_port_start of the "
              "network stack if it is the jail's own. A change counts at once.",
              "true"),
    allow_row("allow.unprivileged_parent_tampering", Allow::unprivileged_parent_tampering, "15.0", Effect::none,
              "Users of the parent may signal and trace processes of the same user id inside.",
              "Kept and shown. With `linux.userns=new` no user of the host has an id that is in the jail, so none can; "
              "with `linux.userns=inherit` users of the host always can, for the kernel goes by ids."),
    allow_row("allow.unprivileged_proc_debug", Allow::unprivileged_proc_debug, "12.1", Effect::partial,
              "Users other than root may trace processes inside.",
              "Without it ptrace(2), process_vm_readv(2) and process_vm_writev(2) fail with EPERM for them, and in a "
              "jail within this one for root as well. `/proc/PID/mem` of a process of the same user stays open.",
              "true"),
    allow_row("allow.suser", Allow::suser, "13.0", Effect::full, "User id 0 inside has privileges.",
              "Without it the capability sets of the jail are empty and stay so.", "true"),
    allow_row("allow.extattr", Allow::extattr, "15.0", Effect::full,
              "Root inside may change extended attributes of the system namespace.",
              "The namespace trusted: setxattr(2), getxattr(2), removexattr(2) and their relatives; listxattr(2) "
              "leaves these out. The names below trusted.overlay stay the host's."),
    allow_row("allow.adjtime", Allow::adjtime, "15.0", Effect::full, "Root inside may slew the clock.",
              "adjtimex(2) and clock_adjtime(2), but for ADJ_SETOFFSET. The clock is the machine's, as on FreeBSD."),
    allow_row("allow.settime", Allow::settime, "15.0", Effect::full, "Root inside may set and slew the clock.",
              "clock_settime(2), settimeofday(2) and ADJ_SETOFFSET of adjtimex(2); not from `securelevel=2` on. Taken "
              "away, it is gone for running processes too."),
    allow_row("allow.routing", Allow::routing, "15.0", Effect::none,
              "Root in a jail without a network stack of its own may change routes.",
              "Kept and shown; Linux can grant routes in the host's stack only together with all of its network "
              "configuration."),
    allow_row("allow.setaudit", Allow::setaudit, "15.0", Effect::partial, "Processes inside may set audit state.",
              "The capability CAP_AUDIT_CONTROL, which the kernel honours with `linux.userns=inherit` only. Without it "
              "a process can still give itself a login user id (`/proc/self/loginuid`), once, as any on Linux can."),
    allow_row("allow.vmm", Allow::vmm, "12.0", Effect::full, "Processes inside may run virtual machines.",
              "Without it the jail's devfs leaves out `/dev/kvm` and `/dev/vhost-*`, whatever the ruleset shows. With "
              "it they are there if the ruleset shows them and the host has them. A `/dev` that is mounted stays as it "
              "is."),
    allow_row("allow.vmm_ppt", Allow::vmm_ppt, "15.0", Effect::none,
              "Processes inside may pass devices through to virtual machines.",
              "Kept and shown; the nodes below `/dev/vfio` are never in a jail's devfs."),
};
static_assert(std::size(allow_rows) == static_cast<size_t>(Allow::count));

}  // namespace cellblock::model
