// System calls and constants newer than the C library's and the kernel headers that we build with. Each names
// the Linux release that brought it.
#pragma once

#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace cellblock::sys {

inline int openat2(int dir, const char* path, const open_how& how) {  // 5.6
  return static_cast<int>(::syscall(SYS_openat2, dir, path, &how, sizeof how));
}
inline int pidfd_open(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }  // 5.3
inline int pidfd_send_signal(int pidfd, int signal) {  // 5.1
  return static_cast<int>(::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}
inline int close_range(unsigned first, unsigned last, unsigned flags) {  // 5.9
  return static_cast<int>(::syscall(SYS_close_range, first, last, flags));
}

inline constexpr unsigned statx_mnt_id_unique = 0x4000;  // 6.8
inline constexpr unsigned fuse_dev_ioc_sync_init = 0xe503;  // FUSE_DEV_IOC_SYNC_INIT, 6.18
inline constexpr int fsconfig_set_fd = 5;            // FSCONFIG_SET_FD
inline constexpr uint64_t landlock_scope_abstract_unix = 1 << 0;  // 6.12, ABI 6
inline constexpr uint64_t landlock_scope_signal = 1 << 1;

/// struct landlock_ruleset_attr as of ABI 6.
struct LandlockRuleset {
  uint64_t handled_access_fs = 0, handled_access_net = 0, scoped = 0;
};
inline int landlock_create_ruleset(const LandlockRuleset* attr, size_t size, unsigned flags) {
  return static_cast<int>(::syscall(SYS_landlock_create_ruleset, attr, size, flags));
}
inline int landlock_restrict_self(int ruleset) {
  return static_cast<int>(::syscall(SYS_landlock_restrict_self, ruleset, 0));
}

inline constexpr uint64_t pidfs_magic = 0x50494446;  // 6.9: pidfds have inode numbers unique since boot

}  // namespace cellblock::sys
