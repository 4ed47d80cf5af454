#include "replica.hpp"

#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace cellblock {
namespace {

// No program of ours is larger; what is larger is data that somebody named by mistake.
constexpr size_t max_program = 1u << 30;
constexpr int max_links = 40;

Result<std::string> find_program(const std::string& word) {
  if (word.find('/') != word.npos) return word;
  const char* path = ::getenv("PATH");
  for (const std::string& folder : split(path ? path : "/usr/bin:/bin", ':')) {
    std::string candidate = (folder.empty() ? "." : folder) + "/" + word;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return sys_fail(ENOENT, "{}", word);
}

std::string absolute(const std::string& path) {
  if (path.starts_with('/')) return path;
  std::unique_ptr<char, decltype(&::free)> here(::getcwd(nullptr, 0), ::free);
  return std::string(here ? here.get() : "") + "/" + path;
}

bool keeps_its_path(std::string_view path) {
  constexpr std::array<std::string_view, 7> folders{"/bin/", "/sbin/", "/lib", "/usr/", "/opt/", "/libexec/",
                                                    "/rescue/"};
  return std::ranges::any_of(folders, [path](std::string_view folder) { return path.starts_with(folder); });
}

// Moved to another folder, it would look for them there.
bool finds_libraries_beside_it(const std::string& path) {
  auto bytes = sys::read_file(path, max_program);
  Result<Elf> elf = bytes ? parse_elf(*bytes) : pass(bytes.error());
  if (!elf) return false;
  auto is_relative = [](const std::string& entry) { return entry.find("ORIGIN") != entry.npos; };
  return std::ranges::any_of(elf->runpath, is_relative) || std::ranges::any_of(elf->rpath, is_relative);
}

bool is_usable(const std::string& path, const Elf& by) {
  auto file = sys::open(path, O_RDONLY);
  if (!file) return false;
  char head[sizeof(Elf64_Ehdr)];
  ssize_t size = ::pread(file->get(), head, sizeof head, 0);
  if (size < static_cast<ssize_t>(sizeof(Elf32_Ehdr)) || !is_elf({head, static_cast<size_t>(size)})) return false;
  uint16_t machine = static_cast<uint16_t>(static_cast<unsigned char>(head[18]) |
                                           static_cast<unsigned char>(head[19]) << 8);
  return (head[EI_CLASS] == ELFCLASS64) == by.wide && machine == by.machine;
}

}  // namespace

std::vector<std::string> default_library_folders(const Elf& elf) {
  std::string_view multiarch = elf.machine == EM_X86_64   ? "x86_64-linux-gnu"
                               : elf.machine == EM_386     ? "i386-linux-gnu"
                               : elf.machine == EM_AARCH64 ? "aarch64-linux-gnu"
                               : elf.machine == EM_ARM     ? "arm-linux-gnueabihf"
                               : elf.machine == EM_RISCV   ? "riscv64-linux-gnu"
                                                           : "";
  std::vector<std::string> folders;
  if (!multiarch.empty())
    for (auto above : {"/lib/", "/usr/lib/", "/usr/local/lib/"}) folders.push_back(fmt::format("{}{}", above, multiarch));
  if (elf.wide) folders.insert(folders.end(), {"/lib64", "/usr/lib64", "/usr/local/lib64"});
  folders.insert(folders.end(), {"/lib", "/usr/lib", "/usr/local/lib"});
  return folders;
}

std::string expand_run_path(std::string_view entry, std::string_view origin) {
  std::string out(entry);
  for (std::string_view variable : {"${ORIGIN}", "$ORIGIN"})
    for (size_t at = out.find(variable); at != out.npos; at = out.find(variable, at + origin.size()))
      out.replace(at, variable.size(), origin);
  return out.find('$') == out.npos ? out : "";
}

Result<> Replica::add_program(const std::string& word) {
  CB_TRY(std::string found, find_program(word));
  std::string path = absolute(found);
  // Where /bin is a link to usr/bin, programs expect it whichever way they were named.
  CB_CHECK(replicate(path.starts_with("/usr/sbin/") ? "/sbin" : "/bin"));
  if (keeps_its_path(path) || finds_libraries_beside_it(path)) return add_path(path);
  std::string place = fmt::format("/bin/{}", base_name(path));
  CB_CHECK(copy_file(path, place));
  return follow(path, {});
}

Result<> Replica::add_path(const std::string& path) {
  CB_TRY(std::string real, replicate(absolute(path)));
  struct stat status;
  if (::lstat(real.c_str(), &status) < 0) return sys_fail(errno, "{}", real);
  if (S_ISDIR(status.st_mode)) return add_tree(real);
  return follow(real, {});
}

// Walks from / to the end of `path`, makes each folder, repeats each link, and copies the file at the end.
// Returns the path without links.
Result<std::string> Replica::replicate(const std::string& path) {
  std::string done;
  std::vector<std::string> ahead = split(path, '/');
  std::ranges::reverse(ahead);
  for (int links = 0; !ahead.empty();) {
    std::string component = std::move(ahead.back());
    ahead.pop_back();
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      done.erase(std::min(done.rfind('/'), done.size()));
      continue;
    }
    std::string next = done + "/" + component;
    struct stat status;
    if (::lstat(next.c_str(), &status) < 0) return sys_fail(errno, "{}", next);
    if (S_ISLNK(status.st_mode)) {
      if (++links > max_links) return sys_fail(ELOOP, "{}", path);
      char target[PATH_MAX];
      ssize_t size = ::readlink(next.c_str(), target, sizeof target);
      if (size < 0) return sys_fail(errno, "readlink {}", next);
      std::string text(target, static_cast<size_t>(size));
      CB_CHECK(root_.link(next, text));
      if (text.starts_with('/')) done.clear();
      std::vector<std::string> more = split(text, '/');
      ahead.insert(ahead.end(), more.rbegin(), more.rend());
    } else if (S_ISDIR(status.st_mode)) {
      CB_CHECK(root_.directory(next, status.st_mode & 07777));
      done = next;
    } else if (S_ISREG(status.st_mode)) {
      CB_CHECK(copy_file(next, next));
      done = next;
    } else {
      return fail(Why::unsupported, "{}: neither a file nor a folder", next);
    }
  }
  return done;
}

Result<> Replica::copy_file(const std::string& from, const std::string& to) {
  if (!copied_.insert(to).second) return {};
  CB_TRY(Fd file, sys::open(from, O_RDONLY));
  CB_CHECK(root_.copy(to, file.get()));
  CB_TRY(struct stat status, sys::status_of(file.get()));
  ++files_;
  bytes_ += static_cast<uint64_t>(status.st_size);
  return {};
}

Result<> Replica::add_tree(const std::string& path) {
  auto close = [](DIR* opened) { ::closedir(opened); };
  std::unique_ptr<DIR, decltype(close)> dir(::opendir(path.c_str()));
  if (!dir) return sys_fail(errno, "{}", path);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(dir.get()))
    if (std::string_view name = entry->d_name; name != "." && name != "..") names.emplace_back(name);
  std::ranges::sort(names);
  for (const std::string& name : names) CB_CHECK(add_path(path + "/" + name));
  return {};
}

// Adds what the file at this host path names. `search` are the run paths that its user hands down (DT_RPATH).
Result<> Replica::follow(const std::string& file, std::vector<std::string> search) {
  if (!followed_.insert(file).second) return {};
  CB_TRY(Fd opened, sys::open(file, O_RDONLY));
  char head[256];
  ssize_t size = ::pread(opened.get(), head, sizeof head, 0);
  std::string_view start(head, size < 0 ? 0 : static_cast<size_t>(size));
  if (start.starts_with("#!")) return follow_script(start.substr(2, start.find('\n') - 2));
  if (!is_elf(start)) return {};
  CB_TRY(std::string bytes, sys::read_all(opened.get(), max_program), "{}", file);
  CB_TRY(Elf elf, parse_elf(bytes), "{}", file);
  return follow_elf(file, elf, std::move(search));
}

Result<> Replica::follow_script(std::string_view first_line) {
  std::vector<std::string> words = split_words(first_line);
  if (words.empty() || !words[0].starts_with('/')) return {};
  CB_CHECK(add_path(words[0]));
  if (words[0].ends_with("/env") && words.size() > 1) CB_CHECK(add_program(words[1]));
  return {};
}

Result<> Replica::follow_elf(const std::string& file, const Elf& elf, std::vector<std::string> search) {
  std::string origin = file.substr(0, file.rfind('/'));
  if (!elf.interpreter.empty()) CB_CHECK(add_path(elf.interpreter), "interpreter of {}", file);
  // ld.so(8): RPATH, which users hand down, only where there is no RUNPATH, which they don't.
  std::vector<std::string> own;
  for (const std::string& entry : elf.runpath.empty() ? elf.rpath : elf.runpath)
    if (std::string folder = expand_run_path(entry, origin); !folder.empty()) own.push_back(folder);
  std::vector<std::string> handed_down = search;
  if (elf.runpath.empty()) handed_down.insert(handed_down.begin(), own.begin(), own.end());
  std::vector<std::string> here = elf.runpath.empty() ? handed_down : own;
  bool musl = elf.interpreter.find("ld-musl") != std::string::npos;
  for (const std::string& name : elf.needed) {
    if (musl && name.starts_with("libc.")) continue;  // it is the interpreter itself
    auto library = find_library(name, elf, here);
    if (!library) {
      missing_.push_back(fmt::format("{} (needed by {})", name, file));
      continue;
    }
    CB_TRY(std::string real, replicate(*library));
    CB_CHECK(follow(real, handed_down));
  }
  return {};
}

Result<std::string> Replica::find_library(const std::string& name, const Elf& by, const std::vector<std::string>& search) {
  if (name.find('/') != name.npos) return absolute(name);
  for (const std::string& folder : search)
    if (std::string path = folder + "/" + name; is_usable(path, by)) return path;
  if (!ld_cache_read_) {
    ld_cache_ = sys::read_file("/etc/ld.so.cache").value_or("");
    ld_cache_read_ = true;
  }
  for (const std::string& path : find_in_ld_cache(ld_cache_, name))
    if (is_usable(path, by)) return path;
  for (const std::string& folder : default_library_folders(by))
    if (std::string path = folder + "/" + name; is_usable(path, by)) return path;
  return sys_fail(ENOENT, "{}", name);
}

}  // namespace cellblock
