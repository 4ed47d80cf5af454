#include "bpf/first_processes.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>

#include "bpf/folder.hpp"
#include "sys/bpf.hpp"

namespace cellblock::bpf {
namespace {

constexpr const char* pinned = "/sys/fs/bpf/cellblock/first_processes-" FIRST_PROCESSES_VERSION;
/// As much as the kernel has ready for one read(2) of an iterator (kernel/bpf/bpf_iter.c): never part of a record.
constexpr size_t one_read = 32 << 10;

Result<Fd> load() {
  CB_CHECK(make_folder());
  int loaded = cb_load_first_processes();
  if (loaded < 0) return sys_fail(-loaded, "bpf iterator");
  Fd link(loaded);
  if (auto kept = sys::pin(link.get(), pinned); !kept && kept.error().why != Why::exists) return pass(kept.error());
  return link;
}

Result<Fd> open_link() {
  if (check_folder()) {
    auto link = sys::open_pinned(pinned);
    if (link || link.error().why != Why::absent) return link;
  }
  return load();
}

}  // namespace

Result<> for_each_first_process(const std::function<void(const cb_first_process&)>& each) {
  CB_TRY(Fd link, open_link());
  CB_TRY(Fd iterator, sys::open_iterator(link.get()));
  std::array<cb_first_process, one_read / sizeof(cb_first_process) + 1> some;
  for (;;) {
    ssize_t size = ::read(iterator.get(), some.data(), sizeof some);
    if (size < 0) return sys_fail(errno, "bpf iterator");
    if (size == 0) return {};
    for (size_t i = 0; i < static_cast<size_t>(size) / sizeof(cb_first_process); ++i) each(some[i]);
  }
}

}  // namespace cellblock::bpf
