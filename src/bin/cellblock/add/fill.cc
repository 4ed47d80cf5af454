#include "add/fill.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>

#include "add/progress.hpp"
#include "base/text.hpp"
#include "common/run.hpp"
#include "mkroot.hpp"
#include "root_dir.hpp"
#include "root_files.hpp"
#include "sys/file.hpp"

namespace cellblock::add {
namespace {

bool is_folder(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

Result<> copy(const std::string& folder, const std::string& source) {
  bool from_folder = is_folder(source);
  std::vector<std::string> argv{"tar", "-x", "-p", "--numeric-owner", "-f", source, "-C", folder};
  if (from_folder) argv = {"cp", "-a", "-x", source + "/.", folder};
  std::string first;  // of what went wrong; the rest follows from it
  bool full = false;
  auto note = [&](std::string_view line) {
    if (first.empty()) first = line;
    full = full || line.ends_with(strerror_of(ENOSPC));
  };
  int status = 0;
  {
    Progress progress(from_folder ? "copying" : "unpacking", folder, from_folder ? tree_size(source) : 0);
    CB_TRY(status, run({argv, true, note, {}}));
  }
  if (status == 0) return {};
  // add.cc sees to it that programs speak C's language.
  if (full) return fail(Why::exhausted, "{} does not fit into the disk: give it a larger size", source);
  return fail(Why::failed, "{}: {}", source, first.empty() ? fmt::format("{} failed", argv[0]) : first);
}

constexpr std::string_view plain_shutdown =
    "#!/bin/sh\n# exec.stop runs this before the jail's processes are ended.\nexit 0\n";

// A system that someone else made may come without the scripts that start and stop it.
Result<> add_rc(const RootDir& root, const std::string& source) {
  if (!root.has("/bin/sh")) return fail(Why::invalid, "{}: no /bin/sh in it, which is to run the rc script", source);
  if (root.has("/etc/rc"))
    return root.has("/etc/rc.shutdown") ? Result<>() : root.file("/etc/rc.shutdown", 0644, plain_shutdown);
  if (root.has("/etc/debian_version")) return prepare_debian(root);
  for (const RootFile& file : root_files())
    if (file.kind == "busybox" && file.path.starts_with("/etc/rc") && !root.has(file.path))
      CB_CHECK(root.file(file.path, 0644, file.text));
  return {};
}

}  // namespace

Result<std::string> fill(const std::string& folder, const std::string& source) {
  if (source == "busybox") return fill_with_busybox(folder);
  CB_CHECK(copy(folder, source));
  CB_TRY(RootDir root, RootDir::make(folder));
  CB_CHECK(add_rc(root, source));
  for (const char* place : {"/dev", "/proc", "/sys", "/tmp"})
    if (!root.has(place)) CB_CHECK(root.directory(place, std::string_view(place) == "/tmp" ? 01777 : 0755));
  if (!root.has("/etc/resolv.conf"))
    if (auto text = sys::read_file("/etc/resolv.conf")) CB_CHECK(root.file("/etc/resolv.conf", 0644, *text));
  struct statvfs status {};
  uint64_t used = ::statvfs(folder.c_str(), &status) == 0 ? (status.f_blocks - status.f_bfree) * status.f_frsize : 0;
  return fmt::format("{}, {}", source, human_size(used));
}

}  // namespace cellblock::add
