#include "sys/bpf.hpp"

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace cellblock::sys {
namespace {

int bpf(int command, const bpf_attr& attributes) {
  return static_cast<int>(::syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

bpf_attr at_path(const char* path) {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);  // of a union {} clears the first member alone
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
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.iter_create.link_fd = static_cast<uint32_t>(link);
  Fd iterator(bpf(BPF_ITER_CREATE, attributes));
  if (!iterator) return sys_fail(errno, "bpf iterator");
  return iterator;
}

Result<Fd> attach_program(int program, int target, uint32_t type) {
  bpf_attr attributes{};
  attributes.link_create.prog_fd = static_cast<uint32_t>(program);
  attributes.link_create.target_fd = static_cast<uint32_t>(target);
  attributes.link_create.attach_type = type;
  Fd link(bpf(BPF_LINK_CREATE, attributes));
  if (!link) return sys_fail(errno, "attaching a bpf program");
  return link;
}

namespace {

bpf_attr element_of(int map, const void* key, const void* value, uint64_t flags = 0) {
  bpf_attr attributes{};
  attributes.map_fd = static_cast<uint32_t>(map);
  attributes.key = reinterpret_cast<uintptr_t>(key);
  attributes.value = reinterpret_cast<uintptr_t>(value);
  attributes.flags = flags;
  return attributes;
}

}  // namespace

Result<> update_element(int map, const void* key, const void* value, Element expected) {
  uint64_t flags = expected == Element::absent ? BPF_NOEXIST : expected == Element::present ? BPF_EXIST : BPF_ANY;
  if (bpf(BPF_MAP_UPDATE_ELEM, element_of(map, key, value, flags)) < 0) return sys_fail(errno, "bpf map");
  return {};
}

Result<> find_element(int map, const void* key, void* value) {
  if (bpf(BPF_MAP_LOOKUP_ELEM, element_of(map, key, value)) < 0) return sys_fail(errno, "bpf map");
  return {};
}

Result<> delete_element(int map, const void* key) {
  if (bpf(BPF_MAP_DELETE_ELEM, element_of(map, key, nullptr)) < 0 && errno != ENOENT) return sys_fail(errno, "bpf map");
  return {};
}

Result<bool> next_key(int map, const void* key, void* next) {
  if (bpf(BPF_MAP_GET_NEXT_KEY, element_of(map, key, next)) == 0) return true;
  if (errno == ENOENT) return false;
  return sys_fail(errno, "bpf map");
}

}  // namespace cellblock::sys
