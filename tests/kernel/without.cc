// without CALL[,CALL...] COMMAND [ARGUMENT...]: runs COMMAND on a kernel that lacks these system calls: a seccomp
// filter answers ENOSYS for them. "bpf_maps": bpf(2) is there, but makes no maps.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

const std::map<std::string_view, unsigned> calls = {
    {"clone3", SYS_clone3},
    {"mount_setattr", SYS_mount_setattr},
    {"fsopen", SYS_fsopen},
    {"fsconfig", SYS_fsconfig},
    {"fsmount", SYS_fsmount},
    {"open_tree", SYS_open_tree},
    {"move_mount", SYS_move_mount},
    {"pidfd_open", SYS_pidfd_open},
    {"pidfd_send_signal", SYS_pidfd_send_signal},
    {"openat2", SYS_openat2},
    {"close_range", SYS_close_range},
    {"statx", SYS_statx},
    {"execveat", SYS_execveat},
    {"setns", SYS_setns},
    {"unshare", SYS_unshare},
    {"seccomp", SYS_seccomp},
    {"bpf", SYS_bpf},
    {"landlock_create_ruleset", SYS_landlock_create_ruleset},
};

constexpr sock_filter load_call = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
constexpr sock_filter refuse = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);

void without_maps(std::vector<sock_filter>& program) {
  constexpr unsigned map_create = 0;  // BPF_MAP_CREATE
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 4));
  program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)));
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, map_create, 0, 1));
  program.push_back(refuse);
  program.push_back(load_call);
}

bool install(std::string_view list) {
  std::vector<sock_filter> program = {load_call};
  while (!list.empty()) {
    std::string_view name = list.substr(0, list.find(','));
    list.remove_prefix(name.size() < list.size() ? name.size() + 1 : list.size());
    if (name == "bpf_maps") {
      without_maps(program);
      continue;
    }
    auto call = calls.find(name);
    if (call == calls.end()) {
      std::fprintf(stderr, "without: %.*s: unknown\n", static_cast<int>(name.size()), name.data());
      return false;
    }
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call->second, 0, 1));
    program.push_back(refuse);
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  if (!install(argv[1])) return 125;
  ::execvp(argv[2], argv + 2);
  return 127;
}
