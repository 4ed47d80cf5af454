// A small complete system: busybox and etc/root/busybox.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.hpp"
#include "common/run.hpp"
#include "elf.hpp"
#include "mkroot.hpp"
#include "root_dir.hpp"
#include "root_files.hpp"
#include "sys/file.hpp"

namespace cellblock {
namespace {

struct Folder {
  const char* path;
  mode_t mode;
};
constexpr Folder folders[] = {
    {"/bin", 0755},      {"/sbin", 0755}, {"/usr/bin", 0755}, {"/usr/sbin", 0755}, {"/lib", 0755},  {"/etc/rc.d", 0755},
    {"/dev", 0755},      {"/proc", 0555}, {"/sys", 0555},     {"/home", 0755},     {"/root", 0700}, {"/mnt", 0755},
    {"/var/log", 0755},  {"/run", 0755}, {"/var/www", 0755}, {"/var/empty", 0555}, {"/var/spool/cron/crontabs", 0755},
    {"/var/tmp", 01777}, {"/tmp", 01777}};

// Static, or it would need libraries in every root.
Result<Fd> open_busybox(std::string& path) {
  const char* search = ::getenv("PATH");
  bool found = false;
  for (const std::string& folder : split(search ? search : "/usr/bin:/bin", ':')) {
    std::string candidate = folder + "/busybox";
    auto bytes = sys::read_file(candidate);
    if (!bytes) continue;
    found = true;
    auto elf = parse_elf(*bytes);
    if (!elf || !elf->interpreter.empty()) continue;
    path = candidate;
    return sys::open(candidate, O_RDONLY);
  }
  if (found) return fail(Why::absent, "busybox is not statically linked here: install busybox-static");
  return fail(Why::absent, "busybox is not installed (package busybox-static)");
}

std::string way_up(std::string_view applet) {
  std::string out;
  for (auto slashes = std::ranges::count(applet, '/'); slashes > 0; --slashes) out += "../";
  return out;
}

// Each line of --list-full is a path without its '/': "usr/bin/awk".
Result<size_t> link_applets(const RootDir& root, const std::string& busybox) {
  CB_TRY(Output list, run_for_output({busybox, "--list-full"}));
  if (list.status != 0) return fail(Why::failed, "{} --list-full failed", busybox);
  size_t count = 0;
  for (const std::string& applet : split_words(list.text)) {
    if (applet.starts_with('/') || applet.find("..") != applet.npos) continue;
    std::string target = applet.starts_with("bin/") ? "busybox" : way_up(applet) + "bin/busybox";
    if (applet == "linuxrc" || base_name(applet) == "busybox") continue;
    CB_CHECK(root.link("/" + applet, target));
    ++count;
  }
  return count;
}

}  // namespace

Result<std::string> fill_with_busybox(const std::string& directory) {
  std::string busybox;
  CB_TRY(Fd file, open_busybox(busybox));
  CB_TRY(RootDir root, RootDir::make(directory));
  for (const Folder& folder : folders) CB_CHECK(root.directory(folder.path, folder.mode));
  CB_CHECK(root.link("/var/run", "../run"));
  CB_CHECK(root.copy("/bin/busybox", file.get()));
  CB_TRY(size_t applets, link_applets(root, busybox));
  CB_CHECK(put_root_files(root, "busybox", Existing::keep));
  if (auto resolver = sys::read_file("/etc/resolv.conf")) CB_CHECK(root.file("/etc/resolv.conf", 0644, *resolver));
  CB_TRY(struct stat status, sys::status_of(file.get()));
  return fmt::format("busybox, {} commands, {}", applets, human_size(static_cast<uint64_t>(status.st_size)));
}

Result<> make_busybox_root(const MkrootRequest& request) {
  CB_CHECK(open_new_root(request.directory));
  CB_TRY(std::string contents, fill_with_busybox(request.directory));
  fmt::print("{}: {}\n", request.directory, contents);
  return {};
}

}  // namespace cellblock
