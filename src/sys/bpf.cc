#include "sys/bpf.hpp"

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace cellblock::sys {
namespace {

int bpf(int command, const bpf_attr& attributes) {
  return static_cast<int>(::syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

bpf_attr at_path(const char* path) {
  bpf_attr attributes{};
  attributes.pathname = reinterpret_cast<uintptr_t>(path);
  return attributes;
}

}  // namespace

Result<Fd> open_pinned(const char* path) {
  Fd object(bpf(BPF_OBJ_GET, at_path(path)));
  if (!object) return sys_fail(errno, "{}", path);
  return object;
}

Result<> pin(int object, const char* path) {
  bpf_attr attributes = at_path(path);
  attributes.bpf_fd = static_cast<uint32_t>(object);
  if (bpf(BPF_OBJ_PIN, attributes) < 0) return sys_fail(errno, "{}", path);
  return {};
}

Result<Fd> open_iterator(int link) {
  bpf_attr attributes{};
  attributes.iter_create.link_fd = static_cast<uint32_t>(link);
  Fd iterator(bpf(BPF_ITER_CREATE, attributes));
  if (!iterator) return sys_fail(errno, "bpf iterator");
  return iterator;
}

}  // namespace cellblock::sys
