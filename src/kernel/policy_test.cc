#include "kernel/policy.hpp"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>

#include "kernel/i386_calls.hpp"
#include "sys/seccomp.hpp"

namespace cellblock::kernel {
namespace {

using model::Allow;
using model::Prison;
using sys::seccomp::allow;
using sys::seccomp::refuse;
using sys::seccomp::Verdict;

Verdict ask(const Prison& prison, uint32_t call, std::array<uint64_t, 6> arguments = {}, uint32_t arch = AUDIT_ARCH_X86_64) {
  return sys::seccomp::evaluate(filter_for(prison, Listener::none), arch, call, arguments);
}

Prison with(std::initializer_list<Allow> flags) {
  Prison prison;
  for (Allow flag : flags) prison.allow.set(static_cast<size_t>(flag));
  return prison;
}

TEST(Policy, ADefaultJailIsRefusedTheMachine) {
  Prison prison;
  for (uint32_t call : {SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot, SYS_swapon,
                        SYS_swapoff, SYS_acct, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_io_uring_setup,
                        SYS_keyctl, SYS_add_key, SYS_request_key, SYS_open_by_handle_at, SYS_iopl, SYS_ioperm,
                        SYS_mount, SYS_umount2, SYS_fsopen, SYS_move_mount, SYS_pivot_root, SYS_setns, SYS_quotactl,
                        SYS_syslog, SYS_mlock, SYS_settimeofday, SYS_clock_settime})
    EXPECT_EQ(ask(prison, call), refuse(EPERM)) << call;
  EXPECT_EQ(ask(prison, SYS_clone3), refuse(ENOSYS));
  EXPECT_EQ(ask(prison, 470), refuse(ENOSYS)) << "calls that we know nothing of";
  EXPECT_EQ(ask(prison, jail_call), refuse(EPERM)) << "tells that one is in a jail";
}

TEST(Policy, OrdinaryLifeIsAllowed) {
  Prison prison;
  for (uint32_t call : {SYS_read, SYS_openat, SYS_fork, SYS_execve, SYS_chroot, SYS_chown, SYS_setuid, SYS_kill,
                        SYS_ptrace, SYS_sethostname, SYS_seccomp, SYS_prctl, SYS_futex, SYS_statx})
    EXPECT_EQ(ask(prison, call), allow()) << call;
  EXPECT_EQ(ask(prison, SYS_clone, {SIGCHLD}), allow());
  EXPECT_EQ(ask(prison, SYS_clone, {CLONE_VM | CLONE_THREAD}), allow());
  EXPECT_EQ(ask(prison, SYS_clone, {CLONE_NEWUSER | SIGCHLD}), refuse(EPERM));
  EXPECT_EQ(ask(prison, SYS_unshare, {CLONE_NEWNS}), refuse(EPERM));
  EXPECT_EQ(ask(prison, SYS_unshare, {CLONE_FILES}), allow());
  EXPECT_EQ(ask(prison, SYS_ioctl, {0, TIOCSTI}), refuse(EPERM));
  EXPECT_EQ(ask(prison, SYS_ioctl, {0, TIOCGWINSZ}), allow());
}

TEST(Policy, SocketFamiliesFollowTheJailsAddresses) {
  Prison none;
  EXPECT_EQ(ask(none, SYS_socket, {AF_UNIX, SOCK_STREAM}), allow());
  EXPECT_EQ(ask(none, SYS_socket, {AF_INET, SOCK_STREAM}), refuse(EPROTONOSUPPORT));
  EXPECT_EQ(ask(none, SYS_socket, {AF_INET6, SOCK_DGRAM}), refuse(EPROTONOSUPPORT));
  EXPECT_EQ(ask(none, SYS_socket, {AF_VSOCK, SOCK_STREAM}), refuse(EPROTONOSUPPORT));
  EXPECT_EQ(ask(none, SYS_socket, {AF_PACKET, SOCK_RAW}), refuse(EPERM));
  Prison four;
  four.ip4 = model::Sys::inherit;
  EXPECT_EQ(ask(four, SYS_socket, {AF_INET, SOCK_STREAM | SOCK_CLOEXEC}), allow());
  EXPECT_EQ(ask(four, SYS_socket, {AF_INET6, SOCK_STREAM}), refuse(EPROTONOSUPPORT));
  EXPECT_EQ(ask(four, SYS_socket, {AF_INET, SOCK_RAW | SOCK_NONBLOCK}), refuse(EPERM));
  Prison raw = with({Allow::raw_sockets, Allow::socket_af});
  raw.ip4 = model::Sys::inherit;
  EXPECT_EQ(ask(raw, SYS_socket, {AF_INET, SOCK_RAW}), refuse(EPERM)) << "nobody to make it";
  EXPECT_EQ(sys::seccomp::evaluate(filter_for(raw, Listener::own), AUDIT_ARCH_X86_64, SYS_socket,
                                   std::array<uint64_t, 6>{AF_INET, SOCK_RAW}),
            sys::seccomp::notify());
  EXPECT_EQ(ask(raw, SYS_socket, {AF_PACKET, SOCK_RAW}), refuse(EPERM));
  EXPECT_EQ(ask(raw, SYS_socket, {AF_VSOCK, SOCK_STREAM}), allow());
  Prison vnet;
  vnet.vnet = model::Sys::fresh;
  EXPECT_EQ(ask(vnet, SYS_socket, {AF_PACKET, SOCK_RAW}), allow());
}

TEST(Policy, SysvIsAbsentUnlessGiven) {
  Prison prison;
  EXPECT_EQ(ask(prison, SYS_shmget), refuse(ENOSYS));
  EXPECT_EQ(ask(prison, SYS_semop), refuse(ENOSYS));
  prison.sysvshm = model::Sys::fresh;
  EXPECT_EQ(ask(prison, SYS_shmget), allow());
  EXPECT_EQ(ask(prison, SYS_msgsnd), refuse(ENOSYS));
}

TEST(Policy, AWardenServesWhatIsAllowed) {
  Prison prison;
  auto asked = [&](uint32_t call, Listener listener) {
    return sys::seccomp::evaluate(filter_for(prison, listener), AUDIT_ARCH_X86_64, call, std::array<uint64_t, 6>{});
  };
  EXPECT_EQ(asked(jail_call, Listener::own), refuse(EPERM));
  EXPECT_EQ(asked(SYS_mount, Listener::own), refuse(EPERM));
  EXPECT_EQ(asked(SYS_setns, Listener::own), refuse(EPERM));
  prison.children_max = 1;
  prison.allow.set(static_cast<size_t>(Allow::mount));
  prison.enforce_statfs = 1;
  prison.osrelease = "2.6.32";
  EXPECT_EQ(asked(jail_call, Listener::own), sys::seccomp::notify());
  EXPECT_EQ(asked(SYS_mount, Listener::own), sys::seccomp::notify());
  EXPECT_EQ(asked(SYS_uname, Listener::own), sys::seccomp::notify());
  EXPECT_EQ(asked(SYS_setns, Listener::own), allow());
  EXPECT_EQ(asked(jail_call, Listener::above), allow());
  EXPECT_EQ(asked(SYS_mount, Listener::none), refuse(EPERM));
}

TEST(Policy, SocketsOfARestrictedJailAreTheWardensToJudge) {
  Prison restricted;
  restricted.ip4 = model::Sys::fresh;
  restricted.ip4_addr = {"192.0.2.1"};
  auto ask_own = [](const Prison& prison, uint32_t call, std::array<uint64_t, 6> arguments, uint32_t arch = AUDIT_ARCH_X86_64) {
    return sys::seccomp::evaluate(filter_for(prison, Listener::own), arch, call, arguments);
  };
  auto asked = [&](std::array<uint64_t, 6> arguments) { return ask_own(restricted, SYS_socket, arguments); };
  EXPECT_TRUE(needs_warden(restricted));
  EXPECT_EQ(asked({AF_UNIX, SOCK_STREAM}), allow());
  EXPECT_EQ(asked({AF_INET, SOCK_STREAM}), allow());
  EXPECT_EQ(asked({AF_INET, SOCK_DGRAM, 17}), allow());
  EXPECT_EQ(asked({AF_INET6, SOCK_STREAM}), refuse(EPROTONOSUPPORT)) << "it has no such address";
  EXPECT_EQ(asked({AF_PACKET, SOCK_RAW}), refuse(EPERM)) << "never";
  EXPECT_EQ(asked({AF_PACKET, SOCK_DGRAM}), refuse(EPERM));
  for (std::array<uint64_t, 6> arguments : {std::array<uint64_t, 6>{AF_NETLINK, SOCK_RAW}, {AF_INET, SOCK_RAW, 1}, {AF_INET, SOCK_DGRAM, 1}, {AF_VSOCK, SOCK_STREAM}})
    EXPECT_EQ(asked(arguments), sys::seccomp::notify());
  EXPECT_EQ(ask_own(restricted, I386_NR_socketcall, {1}, AUDIT_ARCH_I386), refuse(EPERM));
  Prison free;
  free.ip4 = free.ip6 = model::Sys::inherit;
  EXPECT_EQ(ask_own(free, SYS_socket, {AF_NETLINK, SOCK_RAW}), allow());
  free.children_max = 1;
  EXPECT_EQ(ask_own(free, SYS_socket, {AF_NETLINK, SOCK_RAW}), sys::seccomp::notify()) << "a jail inside relies on it";
}

TEST(Policy, ThirtyTwoBitProgramsMeetTheSameRules) {
  Prison prison;
  EXPECT_EQ(ask(prison, I386_NR_mount, {}, AUDIT_ARCH_I386), refuse(EPERM));
  EXPECT_EQ(ask(prison, I386_NR_keyctl, {}, AUDIT_ARCH_I386), refuse(EPERM));
  EXPECT_EQ(ask(prison, I386_NR_socketcall, {1}, AUDIT_ARCH_I386), refuse(EPERM));
  EXPECT_EQ(ask(prison, I386_NR_socketcall, {2}, AUDIT_ARCH_I386), allow());
  EXPECT_EQ(ask(prison, I386_NR_ipc, {23}, AUDIT_ARCH_I386), refuse(ENOSYS));
  EXPECT_EQ(ask(prison, I386_NR_read, {}, AUDIT_ARCH_I386), allow());
  EXPECT_EQ(ask(prison, I386_NR_socket, {AF_INET, SOCK_STREAM}, AUDIT_ARCH_I386), refuse(EPROTONOSUPPORT));
  EXPECT_EQ(ask(prison, 0x40000000u | SYS_read), refuse(ENOSYS)) << "x32";
}

TEST(Policy, CapabilitiesShrinkWithoutAUserNamespace) {
  Prison own, shared;
  shared.linux_userns = model::Sys::inherit;
  auto has = [](const Prison& prison, int capability) { return (capabilities_for(prison) >> capability & 1) != 0; };
  for (int capability : {CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_BPF, CAP_MAC_ADMIN, CAP_LINUX_IMMUTABLE, CAP_SYS_TIME})
    EXPECT_FALSE(has(own, capability)) << capability;
  for (int capability : {CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_MKNOD, CAP_NET_ADMIN, CAP_NET_RAW, CAP_DAC_READ_SEARCH})
    EXPECT_FALSE(has(shared, capability)) << capability;
  EXPECT_TRUE(has(shared, CAP_CHOWN));
  Prison powerless;
  powerless.allow.reset(static_cast<size_t>(Allow::suser));
  EXPECT_EQ(capabilities_for(powerless), 0u);
}

}  // namespace
}  // namespace cellblock::kernel
