#include "kernel/policy.hpp"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>

#include "kernel/i386_calls.hpp"
#include "sys/compat.hpp"
#include "sys/seccomp.hpp"

namespace cellblock::kernel {
namespace {

using model::Allow;
using model::Prison;
using model::Sys;
using sys::seccomp::allow;
using sys::seccomp::Condition;
using sys::seccomp::notify;
using sys::seccomp::refuse;
using sys::seccomp::Rule;
using sys::seccomp::Table;
using sys::seccomp::Verdict;

/// One call's number on both architectures; -1 where it does not exist.
struct Call {
  long x86_64, i386;
};
#define CALL(name) (Call{SYS_##name, I386_NR_##name})
#define CALL64(name) (Call{SYS_##name, -1})
#define CALL32(name) (Call{-1, I386_NR_##name})
#define NEW_CALL(number) (Call{number, number})

constexpr uint64_t bit(int capability) { return uint64_t{1} << capability; }
constexpr uint32_t namespaces = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
                                CLONE_NEWNET | CLONE_NEWCGROUP;
constexpr uint32_t new_time = 0x80;  // CLONE_NEWTIME shares its bit with clone(2)'s exit signal

/// Collects the rules of both architectures.
class Rules {
 public:
  Rules() {
    x86_64_.reserve(usual_number);
    i386_.reserve(usual_number);
  }
  void add(Call call, std::vector<Condition> conditions, Verdict otherwise) {
    if (call.x86_64 >= 0) x86_64_.push_back({static_cast<uint32_t>(call.x86_64), conditions, otherwise});
    if (call.i386 >= 0) i386_.push_back({static_cast<uint32_t>(call.i386), std::move(conditions), otherwise});
  }
  void add(std::initializer_list<Call> calls, Verdict verdict) {
    for (Call call : calls) add(call, {}, verdict);
  }
  std::vector<sock_filter> compile() {
    constexpr uint32_t last_known = 469;  // file_setattr, Linux 6.17
    Table tables[] = {{AUDIT_ARCH_X86_64, std::move(x86_64_), last_known, true},
                      {AUDIT_ARCH_I386, std::move(i386_), last_known, false}};
    return sys::seccomp::compile(tables);
  }

 private:
  static constexpr size_t usual_number = 160;  // more than a plain jail has
  std::vector<Rule> x86_64_, i386_;
};

/// The verdict on a call that a warden serves.
Verdict ask(Listener listener, bool permitted) {
  if (!permitted || listener == Listener::none) return refuse(EPERM);
  return listener == Listener::own ? notify() : allow();
}

bool may(const Prison& prison, Allow what);

/// allow.raw_sockets in a jail with user ids of its own on a network stack that is not its own.
bool raw_by_warden(const Prison& prison) {
  return stack_of(prison) == Stack::shared && prison.linux_userns != Sys::inherit && may(prison, Allow::raw_sockets);
}

bool flags_by_warden(const Prison& prison) {
  return may(prison, Allow::chflags);
}

bool may(const Prison& prison, Allow what) { return model::allowed(prison.allow, what); }

/// Never for a jail, whatever it is allowed: the machine and its kernel.
void refuse_machine(Rules& rules, const Prison& prison) {
  rules.add({CALL(kexec_load), CALL64(kexec_file_load), CALL(init_module), CALL(finit_module), CALL(delete_module),
             CALL(create_module), CALL(get_kernel_syms), CALL(query_module), CALL(swapon), CALL(swapoff), CALL(acct),
             CALL(iopl), CALL(ioperm), CALL(lookup_dcookie), CALL(nfsservctl), CALL(vhangup), CALL(uselib),
             CALL(_sysctl), CALL(open_by_handle_at), CALL(perf_event_open), CALL(bpf), CALL(userfaultfd),
             CALL(io_uring_setup), CALL(io_uring_enter), CALL(io_uring_register), CALL(kcmp), CALL(move_pages),
             CALL(migrate_pages), CALL(fanotify_init), CALL32(vm86), CALL32(vm86old), CALL(pidfd_getfd)},
            refuse(EPERM));
  rules.add({CALL(add_key), CALL(request_key), CALL(keyctl)}, refuse(EPERM));
  // In a pid namespace reboot(2) only ends its process 1, which an init of the jail's own needs.
  if (prison.linux_init.empty()) rules.add({CALL(reboot)}, refuse(EPERM));
}

/// Namespaces are how jails are made; inside, they would undo one or be a way around a limit.
void refuse_namespaces(Rules& rules, const Prison& prison) {
  if (prison.linux_mount) return;  // an init of the jail's own needs them; its user namespace contains them
  Condition any_new{.argument = 0, .mask = namespaces, .verdict = refuse(EPERM), .nonzero = true};
  Condition unshare_time{.argument = 0, .mask = new_time, .verdict = refuse(EPERM), .nonzero = true};
  rules.add(CALL(clone), {any_new}, allow());
  rules.add(CALL(unshare), {any_new, unshare_time}, allow());
  rules.add({CALL(clone3)}, refuse(ENOSYS));  // its flags can't be seen; the C library falls back to clone(2)
  // Entering a jail inside this one is setns(2); there is nothing else that its user namespace may enter.
  if (prison.children_max == 0) rules.add({CALL(setns)}, refuse(EPERM));
}

void rule_mounts(Rules& rules, const Prison& prison, Listener listener) {
  if (prison.linux_mount) return;
  bool served = may(prison, Allow::mount) && prison.enforce_statfs < 2;
  rules.add({CALL(mount), CALL(umount2), CALL32(umount)}, ask(listener, served));
  rules.add({CALL(pivot_root), CALL(fsopen), CALL(fsconfig), CALL(fsmount), CALL(fspick), CALL(open_tree),
             CALL(move_mount), CALL(mount_setattr), NEW_CALL(467 /* open_tree_attr */)},
            refuse(served ? ENOSYS : EPERM));  // libmount falls back to mount(2)
}

/// Sockets whose answer may change while the jail runs, or that would show what is not the jail's: the warden decides.
/// Jails inside rely on the filter of the jail around them.
bool sockets_by_warden(const Prison& prison) {
  return stack_of(prison) == Stack::shared && (is_restricted(prison) || prison.children_max > 0);
}

/// FreeBSD: EPROTONOSUPPORT for a family that the jail has no address of or may not use, EPERM for raw sockets.
void rule_sockets(Rules& rules, const Prison& prison, Listener listener) {
  bool own_stack = prison.vnet == Sys::fresh, restricted = is_restricted(prison) && listener != Listener::none;
  bool inet = own_stack || prison.ip4 != Sys::disable, inet6 = own_stack || prison.ip6 != Sys::disable;
  Verdict no_family = refuse(EPROTONOSUPPORT);
  bool shown = !sockets_by_warden(prison) || listener == Listener::none;
  std::vector<Condition> conditions{{.argument = 0, .value = AF_UNIX, .verdict = allow()},
                                    {.argument = 0, .value = AF_NETLINK, .verdict = shown ? allow() : ask(listener, true)}};
  if (!inet) conditions.push_back({.argument = 0, .value = AF_INET, .verdict = no_family});
  if (!inet6) conditions.push_back({.argument = 0, .value = AF_INET6, .verdict = no_family});
  bool raw = own_stack || may(prison, Allow::raw_sockets);
  Condition is_raw{.argument = 1, .mask = 0xf, .value = SOCK_RAW, .verdict = refuse(EPERM)};
  if (!raw && !restricted) conditions.push_back(is_raw);
  if (!raw) conditions.push_back({.argument = 1, .mask = 0xf, .value = SOCK_PACKET, .verdict = refuse(EPERM)});
  if (own_stack) conditions.push_back({.argument = 0, .value = AF_PACKET, .verdict = allow()});
  if (!own_stack) conditions.push_back({.argument = 0, .value = AF_PACKET, .verdict = refuse(EPERM)});  // bpf(4)
  is_raw.verdict = ask(listener, true);
  // The capability for it belongs to the owner of the network stack, which a jail's user namespace is not.
  if (raw_by_warden(prison) || restricted) conditions.push_back(is_raw);
  if (restricted)
    for (uint32_t ping : {uint32_t{IPPROTO_ICMP}, uint32_t{IPPROTO_ICMPV6}}) conditions.push_back({.argument = 2, .value = ping, .verdict = ask(listener, true)});
  conditions.push_back({.argument = 0, .value = AF_INET, .verdict = allow()});
  conditions.push_back({.argument = 0, .value = AF_INET6, .verdict = allow()});
  Verdict others = may(prison, Allow::socket_af) ? allow() : no_family;
  rules.add(CALL(socket), std::move(conditions), restricted ? ask(listener, true) : others);
  // The old multiplexer hides its arguments behind a pointer.
  bool open = inet && inet6 && raw && may(prison, Allow::socket_af) && shown;
  if (open) return;
  rules.add(CALL32(socketcall), {{.argument = 0, .value = 1 /* SYS_SOCKET */, .verdict = refuse(EPERM)}}, allow());
}

/// sysv*: disable answers ENOSYS as a FreeBSD kernel without the module does.
void rule_sysv(Rules& rules, const Prison& prison) {
  Verdict none = refuse(ENOSYS);
  auto ipc = [](uint32_t first, uint32_t last, Verdict verdict) {  // ipc(2)'s call numbers on i386
    std::vector<Condition> conditions;
    for (uint32_t call = first; call <= last; ++call) conditions.push_back({.mask = 0xffff, .value = call, .verdict = verdict});
    return conditions;
  };
  std::vector<Condition> multiplexed;
  auto also = [&](std::vector<Condition> more) { multiplexed.insert(multiplexed.end(), more.begin(), more.end()); };
  if (prison.sysvsem == Sys::disable) {
    rules.add({CALL(semget), CALL64(semop), CALL(semctl), CALL64(semtimedop)}, none);
    also(ipc(1, 4, none));
  }
  if (prison.sysvmsg == Sys::disable) {
    rules.add({CALL(msgget), CALL(msgsnd), CALL(msgrcv), CALL(msgctl)}, none);
    also(ipc(11, 14, none));
  }
  if (prison.sysvshm == Sys::disable) {
    rules.add({CALL(shmget), CALL(shmat), CALL(shmdt), CALL(shmctl)}, none);
    also(ipc(21, 24, none));
  }
  if (!multiplexed.empty()) rules.add(CALL32(ipc), std::move(multiplexed), allow());
}

/// A system of another name or release than the kernel's own.
bool is_named(const Prison& prison) {
  return !prison.osrelease.empty() || !prison.linux_osrelease.empty() || !prison.linux_osname.empty();
}

bool slews_clock(const Prison& prison) { return may(prison, Allow::adjtime) || may(prison, Allow::settime); }

/// Without allow.unprivileged_proc_debug root alone may trace; where nobody can tell who is root, nobody may.
void rule_traces(Rules& rules, Listener listener) {
  Verdict verdict = listener == Listener::own ? notify() : refuse(EPERM);
  rules.add({CALL(process_vm_readv), CALL(process_vm_writev)}, verdict);
  std::vector<Condition> begins;
  for (uint32_t request : {PTRACE_TRACEME, PTRACE_ATTACH, PTRACE_SEIZE})
    begins.push_back({.argument = 0, .value = request, .verdict = verdict});
  rules.add(CALL(ptrace), std::move(begins), allow());
}

/// The allow.* flags that are system calls.
void rule_allowed(Rules& rules, const Prison& prison, Listener listener) {
  Verdict no = refuse(EPERM);
  bool names_by_warden = prison.linux_userns == Sys::inherit && listener != Listener::none;
  if (!may(prison, Allow::set_hostname))
    rules.add({CALL(sethostname), CALL(setdomainname)}, no);
  else if (names_by_warden)  // without a user namespace the capability for it would reach the host
    rules.add({CALL(sethostname), CALL(setdomainname)}, ask(listener, true));
  if (!may(prison, Allow::mlock))
    rules.add({CALL(mlock), CALL(mlock2), CALL(mlockall), CALL(munlock), CALL(munlockall)}, no);
  if (!may(prison, Allow::quotas)) rules.add({CALL(quotactl), CALL(quotactl_fd)}, no);
  rules.add({CALL64(syslog)}, ask(listener, may(prison, Allow::read_msgbuf)));
  rules.add({CALL32(syslog)}, no);
  if (!may(prison, Allow::unprivileged_proc_debug)) rule_traces(rules, listener);
  rules.add({CALL64(settimeofday), CALL64(clock_settime)}, ask(listener, may(prison, Allow::settime)));
  rules.add({CALL32(settimeofday), CALL32(clock_settime), CALL32(stime), CALL32(clock_settime64)}, no);
  // Who has no right to slew the clock may look at it: the kernel itself refuses the rest.
  if (slews_clock(prison) && listener == Listener::own) rules.add({CALL64(adjtimex), CALL64(clock_adjtime)}, notify());
  if (listener == Listener::own && is_named(prison)) rules.add({CALL(uname)}, notify());
  if (listener == Listener::own && may(prison, Allow::extattr))
    rules.add({CALL64(setxattr), CALL64(lsetxattr), CALL64(fsetxattr), CALL64(getxattr), CALL64(lgetxattr),
               CALL64(fgetxattr), CALL64(removexattr), CALL64(lremovexattr), CALL64(fremovexattr)}, notify());
}

/// jail(8) in the jail, and what the jail may know of itself: see policy.hpp.
void rule_jail_call(Rules& rules, const Prison& prison, Listener listener) {
  rules.add({NEW_CALL(jail_call)}, ask(listener, needs_warden(prison)));
}

/// Typing into the caller's terminal is the classical way out of a jail through the administrator's shell. File
/// flags: immutable and append-only need a capability that a jail's user namespace does not have.
void rule_ioctls(Rules& rules, const Prison& prison, Listener listener) {
  std::vector<Condition> conditions{{.argument = 1, .value = TIOCSTI, .verdict = refuse(EPERM)},
                                    {.argument = 1, .value = TIOCLINUX, .verdict = refuse(EPERM)},
                                    // mount(2) that waits for the jail's own program: whoever calls it for the jail
                                    // would. As before Linux 6.18.
                                    {.argument = 1, .value = sys::fuse_dev_ioc_sync_init, .verdict = refuse(ENOTTY)}};
  if (flags_by_warden(prison) && listener != Listener::none)
    conditions.push_back({.argument = 1, .value = FS_IOC_SETFLAGS, .verdict = ask(listener, true)});
  rules.add(CALL(ioctl), std::move(conditions), allow());
}

}  // namespace

std::vector<sock_filter> filter_for(const Prison& prison, Listener listener) {
  Rules rules;
  refuse_machine(rules, prison);
  refuse_namespaces(rules, prison);
  rule_mounts(rules, prison, listener);
  rule_sockets(rules, prison, listener);
  rule_sysv(rules, prison);
  rule_allowed(rules, prison, listener);
  rule_jail_call(rules, prison, listener);
  rule_ioctls(rules, prison, listener);
  return rules.compile();
}

uint64_t capabilities_for(const Prison& prison) {
  if (!may(prison, Allow::suser)) return 0;
  bool own_users = prison.linux_userns != Sys::inherit;
  uint64_t set = bit(CAP_CHOWN) | bit(CAP_DAC_OVERRIDE) | bit(CAP_FOWNER) | bit(CAP_FSETID) | bit(CAP_KILL) |
                 bit(CAP_SETGID) | bit(CAP_SETUID) | bit(CAP_SETPCAP) | bit(CAP_SETFCAP) | bit(CAP_SYS_CHROOT) |
                 bit(CAP_AUDIT_WRITE) | bit(CAP_IPC_OWNER) | bit(CAP_LEASE);
  if (may(prison, Allow::reserved_ports)) set |= bit(CAP_NET_BIND_SERVICE);
  if (may(prison, Allow::raw_sockets)) set |= bit(CAP_NET_RAW);
  if (may(prison, Allow::mlock)) set |= bit(CAP_IPC_LOCK);
  if (may(prison, Allow::setaudit)) set |= bit(CAP_AUDIT_CONTROL);
  if (prison.vnet == Sys::fresh) {
    set |= bit(CAP_NET_RAW);
    if (own_users && prison.securelevel < 3) set |= bit(CAP_NET_ADMIN);  // else root has it as its owner (root_stack.hpp)
  }
  if (!own_users) return set;
  // Held over the jail's own user namespace only, so they reach nothing outside.
  set |= bit(CAP_SYS_PTRACE) | bit(CAP_SYS_NICE) | bit(CAP_SYS_RESOURCE) | bit(CAP_DAC_READ_SEARCH);
  if (may(prison, Allow::set_hostname) || prison.linux_mount || prison.children_max > 0) set |= bit(CAP_SYS_ADMIN);
  if (prison.linux_mount) set |= bit(CAP_NET_ADMIN) | bit(CAP_MKNOD);
  if (!prison.linux_init.empty()) set |= bit(CAP_SYS_BOOT);
  return set;
}

bool is_restricted(const Prison& prison) {
  if (stack_of(prison) != Stack::shared) return false;
  return prison.ip4 == Sys::fresh || prison.ip6 == Sys::fresh || !prison.ip4_addr.empty() || !prison.ip6_addr.empty();
}

Stack stack_of(const Prison& prison) {
  if (prison.vnet == Sys::fresh) return Stack::own;
  return prison.ip4 == Sys::disable && prison.ip6 == Sys::disable ? Stack::nowhere : Stack::shared;
}

/// Values of its own that a program in the jail can only ask the warden for (sysctl(8)).
bool has_values(const Prison& prison) {
  static const Prison plain;
  bool host = prison.hostid != plain.hostid || prison.hostuuid != plain.hostuuid || prison.osreldate != 0;
  return host || !prison.env.empty() || prison.enforce_statfs != plain.enforce_statfs;
}

bool needs_warden(const Prison& prison) {
  bool names = prison.linux_userns == Sys::inherit && may(prison, Allow::set_hostname);
  bool mounts = !prison.linux_mount && may(prison, Allow::mount) && prison.enforce_statfs < 2;
  bool machine = slews_clock(prison) || may(prison, Allow::read_msgbuf) || may(prison, Allow::extattr) ||
                 !may(prison, Allow::unprivileged_proc_debug);
  return names || mounts || machine || is_named(prison) || has_values(prison) || prison.children_max > 0 ||
         raw_by_warden(prison) || flags_by_warden(prison) || is_restricted(prison);
}

}  // namespace cellblock::kernel
