#include "bpf/first_processes.hpp"

#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "sys/bpf.hpp"
#include "sys/file.hpp"

namespace cellblock::bpf {
namespace {

constexpr const char* file_system = "/sys/fs/bpf";
constexpr const char* folder = "/sys/fs/bpf/cellblock";
constexpr const char* pinned = "/sys/fs/bpf/cellblock/first_processes-" FIRST_PROCESSES_VERSION;
/// As much as the kernel has ready for one read(2) of an iterator (kernel/bpf/bpf_iter.c): never part of a record.
constexpr size_t one_read = 32 << 10;

/// Whoever else may write there could hand out a program of their own.
Result<> check_folder() {
  CB_TRY(Fd dir, sys::open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  CB_TRY(struct stat status, sys::status_of(dir.get()));
  if (status.st_uid != 0 || (status.st_mode & 022)) return fail(Why::denied, "{} is not root's alone", folder);
  return {};
}

Result<Fd> load() {
  struct statfs status {};
  if (::statfs(file_system, &status) < 0) return sys_fail(errno, "{}", file_system);
  if (static_cast<uint64_t>(status.f_type) != BPF_FS_MAGIC)
    return fail(Why::unsupported, "{}: no file system of type bpf", file_system);
  CB_CHECK(sys::make_directory(AT_FDCWD, folder, 0700));
  CB_CHECK(check_folder());
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
