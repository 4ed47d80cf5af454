// A Debian root, by the distribution's own tools; and what turns any Debian into a jail's root.
#include <ftw.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>

#include "base/text.hpp"
#include "common/run.hpp"
#include "interruptible.hpp"
#include "mkroot.hpp"
#include "root_dir.hpp"
#include "root_files.hpp"
#include "sys/file.hpp"

namespace cellblock {
namespace {

// One line that changes in place on a terminal; the last lines are kept for when it goes wrong.
class Progress {
 public:
  explicit Progress(std::string what) : what_(std::move(what)), terminal_(::isatty(2)), begin_(::time(nullptr)) {}

  void line(std::string_view text) {
    last_.emplace_back(text);
    if (last_.size() > 20) last_.pop_front();
    if (!terminal_) return;
    std::string shown = fmt::format("{} {}s {}", what_, ::time(nullptr) - begin_, trim(text)).substr(0, 78);
    std::ranges::replace_if(shown, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    fmt::print(stderr, "\r{:<78}", shown);
  }

  void end() {
    if (terminal_) fmt::print(stderr, "\r{:78}\r", "");
  }

  void print_last() {
    for (const std::string& text : last_) fmt::print(stderr, "{}\n", text);
  }

 private:
  std::string what_;
  bool terminal_;
  time_t begin_;
  std::deque<std::string> last_;
};

bool is_installed(std::string_view program) {
  const char* search = ::getenv("PATH");
  for (const std::string& folder : split(fmt::format("{}:/usr/local/sbin:/usr/sbin:/sbin", search ? search : ""), ':'))
    if (!folder.empty() && ::access(fmt::format("{}/{}", folder, program).c_str(), X_OK) == 0) return true;
  return false;
}

Result<std::vector<std::string>> builder(const MkrootRequest& request) {
  std::string suite = request.suite.empty() ? "stable" : request.suite;
  std::vector<std::string> argv;
  // A root that is being made need not survive a power cut: without dpkg's syncs it takes a fifth of the time.
  if (is_installed("mmdebstrap"))
    argv = {"mmdebstrap", "--mode=root", "--variant=minbase", "--dpkgopt=force-unsafe-io"};
  else if (is_installed("debootstrap")) argv = {"debootstrap", "--variant=minbase"};
  else return fail(Why::absent, "neither mmdebstrap nor debootstrap is installed");
  if (!request.include.empty()) argv.push_back("--include=" + request.include);
  argv.insert(argv.end(), {suite, request.directory});
  if (!request.mirror.empty()) argv.push_back(request.mirror);
  return argv;
}

// The resolver of this host that can be asked from elsewhere: systemd-resolved's stub answers on loopback only.
Result<std::string> resolver() {
  auto text = sys::read_file("/etc/resolv.conf");
  if (text && text->find("127.0.0.53") == text->npos) return text;
  auto upstream = sys::read_file("/run/systemd/resolve/resolv.conf");
  return upstream ? upstream : text;
}

Result<> build_debian(const std::vector<std::string>& argv, const std::string& directory) {
  Progress progress(fmt::format("{}:", argv[0]));
  auto status = run({argv, true, [&progress](std::string_view line) { progress.line(line); }, {}});
  progress.end();
  if (!status) return pass(status.error());
  if (*status != 0) {
    progress.print_last();
    return fail(Why::failed, "{} failed: nothing was made", argv[0]);
  }
  CB_TRY(RootDir root, RootDir::make(directory));
  return prepare_debian(root);
}

/// What the builder has left, so that it can be tried again: on one file system, as it may have mounted others there.
void take_away(const std::string& directory, bool keep_folder) {
  auto remove = [](const char* path, const struct stat*, int, struct FTW* at) {
    if (at->level > 0) ::remove(path);
    return 0;
  };
  ::nftw(directory.c_str(), remove, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
  if (!keep_folder) ::rmdir(directory.c_str());
}

// As a file, so that it holds in a root without time zone data, too.
Result<> copy_time_zone(const RootDir& root) {
  if (auto zone = sys::read_file("/etc/localtime")) CB_CHECK(root.file("/etc/localtime", 0644, *zone));
  if (auto name = sys::read_file("/etc/timezone")) CB_CHECK(root.file("/etc/timezone", 0644, *name));
  return {};
}

}  // namespace

Result<> prepare_debian(const RootDir& root) {
  CB_CHECK(root.file("/etc/fstab", 0644, "# A jail's file systems are mounted from outside.\n"));
  if (auto text = resolver()) CB_CHECK(root.file("/etc/resolv.conf", 0644, *text));
  if (root.has("/etc/network/interfaces"))
    CB_CHECK(root.file("/etc/network/interfaces", 0644, "# A jail's addresses are its host's business.\n"));
  CB_CHECK(copy_time_zone(root));
  for (auto link : {"/etc/rc2.d/S01rpcbind", "/etc/rc3.d/S01rpcbind", "/etc/rcS.d/S01rpcbind"})
    CB_CHECK(root.remove(link));
  return put_root_files(root, "debian", Existing::keep);
}

Result<> make_debian_root(const MkrootRequest& request) {
  bool was_there = ::access(request.directory.c_str(), F_OK) == 0;
  {
    CB_TRY(RootDir root, open_new_root(request.directory));
    if (!root.is_empty()) return fail(Why::exists, "{}: not empty", request.directory);
  }
  auto argv = builder(request);
  if (!argv) {
    take_away(request.directory, was_there);
    return pass(std::move(argv.error()));
  }
  Interruptible guard;
  auto made = build_debian(*argv, request.directory);
  if (made) {
    fmt::print("{}: Debian {}\n", request.directory, request.suite.empty() ? "stable" : request.suite);
    return {};
  }
  take_away(request.directory, was_there);
  return made;
}

Result<> prepare_root(const MkrootRequest& request) {
  if (::access(request.directory.c_str(), F_OK) != 0) return sys_fail(ENOENT, "{}", request.directory);
  CB_TRY(RootDir root, RootDir::make(request.directory));
  if (root.is_own_root()) return fail(Why::invalid, "{}: this is the root of this system itself", request.directory);
  if (!root.has("/etc/passwd") || !root.has("/bin")) return fail(Why::invalid, "{}: no system in it", request.directory);
  CB_CHECK(prepare_debian(root));
  root.mark();
  fmt::print("{}: prepared\n", request.directory);
  return {};
}

}  // namespace cellblock
