// Beside the data of ID lies a file ID/id that names it. What is built on it has a second name of that very file,
// CHILD/below: the link says what it is built on, and the count of links how many are built on it.
#include "dataset/shelf.hpp"

#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.hpp"
#include "dataset/durable.hpp"
#include "dataset/tree.hpp"
#include "sys/file.hpp"

namespace cellblock::dataset {
namespace {

constexpr const char* counter = "next";
constexpr const char* marker = "state";
constexpr char settled_state = 'S', unsettled_state = 'U';

std::string id_text(uint64_t number) {
  std::string id;
  for (; number || id.empty(); number /= 36) id.insert(id.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36]);
  return id;
}

uint64_t id_number(std::string_view id) {
  uint64_t number = 0;
  for (char c : id) number = number * 36 + static_cast<uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  return number;
}

Result<Fd> folder_in(int at, const char* name) {
  CB_CHECK(sys::make_directory(at, name, 0700));
  return sys::open_at(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

/// Where others are still built on what was dropped, its folder says so by its mode: that takes no room on a full disk.
constexpr mode_t kept_mode = 0700, dropped_mode = 0500;

Result<> mark_dropped(int at, const std::string& id) {
  if (::fchmodat(at, id.c_str(), dropped_mode, 0) < 0) return sys_fail(errno, "{}", id);
  return {};
}

bool is_dropped(int at, const std::string& id) {
  struct stat status {};
  return ::fstatat(at, id.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && (status.st_mode & 0777) == dropped_mode;
}

bool is_there(int at, const std::string& path) { return ::faccessat(at, path.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0; }

}  // namespace

Result<Shelf> Shelf::open(int pool) {
  CB_TRY(Fd own, sys::open_at(pool, ".", O_RDONLY | O_DIRECTORY));
  CB_TRY(Fd data, folder_in(pool, "data"));
  CB_TRY(Fd trash, folder_in(pool, "trash"));
  Shelf shelf(std::move(own), std::move(data), std::move(trash));
  auto state = sys::read_file_at(pool, marker);
  if (!state || state->empty()) CB_CHECK(shelf.mark(settled_state));
  else shelf.unsettled_ = (*state)[0] == unsettled_state;
  return shelf;
}

Result<uint64_t> Shelf::next_number() {
  auto text = sys::read_file_at(pool_.get(), counter);
  auto last = text ? parse_int(trim(*text)) : std::nullopt;
  uint64_t number = static_cast<uint64_t>(last.value_or(0)) + 1;
  // Fixed width, in place: a crash leaves the old number or the new one. A lost one is found again by add().
  std::string line = fmt::format("{:020}\n", number);
  CB_TRY(Fd file, sys::open_at(pool_.get(), counter, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600));
  if (::pwrite(file.get(), line.data(), line.size(), 0) != static_cast<ssize_t>(line.size())) return sys_fail(errno ? errno : ENOSPC, "{}", counter);
  return number;
}

/// One byte of a file that is there from the beginning: written on a full disk, too.
Result<> Shelf::mark(char state) {
  CB_TRY(Fd file, sys::open_at(pool_.get(), marker, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600));
  if (::pwrite(file.get(), &state, 1, 0) != 1) return sys_fail(errno, "{}", marker);
  unsettled_ = state == unsettled_state;
  return {};
}

Result<> Shelf::unsettle() { return unsettled_ ? Result<>{} : mark(unsettled_state); }

Result<> Shelf::settle() { return unsettled_ ? mark(settled_state) : Result<>{}; }

Result<> Shelf::note_self(const std::string& id) {
  CB_TRY(Fd file, sys::open_at(data_.get(), (id + "/id").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600));
  return sys::write_all(file.get(), id);
}

Result<std::string> Shelf::add(const std::string& below) {
  CB_CHECK(unsettle());
  for (;;) {
    CB_TRY(uint64_t number, next_number());
    std::string id = id_text(number);
    if (::mkdirat(data_.get(), id.c_str(), kept_mode) < 0) {
      if (errno == EEXIST) continue;
      return sys_fail(errno, "mkdir {}", id);
    }
    CB_CHECK(note_self(id));
    if (!below.empty() && ::linkat(data_.get(), (below + "/id").c_str(), data_.get(), (id + "/below").c_str(), 0) < 0)
      return sys_fail(errno, "{}/below", id);
    return id;
  }
}

Result<std::string> Shelf::below(const std::string& id) const {
  auto text = sys::read_file_at(data_.get(), (id + "/below").c_str(), 64);
  if (!text && text.error().why == Why::absent && is_there(data_.get(), id)) return std::string();
  return text;
}

Result<std::vector<std::string>> Shelf::chain(const std::string& id) const {
  std::vector<std::string> chain;
  for (std::string at = id; !at.empty();) {
    if (chain.size() > 1000) return fail(Why::invalid, "the layers of {} go round in a circle", id);
    chain.push_back(at);
    CB_TRY(at, below(at));
  }
  return chain;
}

Result<bool> Shelf::is_base(const std::string& id) const {
  struct stat status {};
  if (::fstatat(data_.get(), (id + "/id").c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) return sys_fail(errno, "{}/id", id);
  return status.st_nlink > 1;
}

Result<Fd> Shelf::hold(const std::string& id) const {
  CB_TRY(Fd file, sys::open_at(data_.get(), (id + "/id").c_str(), O_RDONLY | O_NOFOLLOW));
  if (::flock(file.get(), LOCK_SH) < 0) return sys_fail(errno, "flock {}", id);
  return file;
}

Result<> Shelf::check_unheld(const std::string& id) const {
  CB_TRY(Fd file, sys::open_at(data_.get(), (id + "/id").c_str(), O_RDONLY | O_NOFOLLOW));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) < 0) return fail(Why::busy, "dataset is busy");
  return {};
}

Result<> Shelf::discard(const std::string& id) {
  if (::renameat(data_.get(), id.c_str(), trash_.get(), id.c_str()) < 0 && errno != ENOENT) return sys_fail(errno, "dropping {}", id);
  // Its link counts no more: it may be last to go of what lies below.
  ::unlinkat(trash_.get(), (id + "/below").c_str(), 0);
  return {};
}

Result<> Shelf::drop(const std::string& id) {
  CB_CHECK(unsettle());
  for (std::string at = id; !at.empty();) {
    auto base = is_base(at);
    if (!base && base.error().why == Why::absent) return {};
    if (!base) return pass(std::move(base.error()));
    if (*base) return mark_dropped(data_.get(), at);
    CB_TRY(std::string next, below(at));
    CB_CHECK(discard(at));
    if (next.empty() || !is_dropped(data_.get(), next)) return {};
    at = next;
  }
  return {};
}

Result<> Shelf::sweep(const std::set<std::string>& live) {
  std::set<std::string> kept;
  for (const std::string& id : live)
    for (std::string at = id; !at.empty() && kept.insert(at).second;) {
      auto next = below(at);
      at = next ? *next : "";
    }
  uint64_t highest = 0;
  for (const std::string& id : sys::directories_in(data_.get())) {
    highest = std::max(highest, id_number(id));
    if (!kept.contains(id)) CB_CHECK(discard(id));
    else if (!live.contains(id)) CB_CHECK(mark_dropped(data_.get(), id));
  }
  ::unlinkat(pool_.get(), "sizes", 0);  // an id may be given once more
  auto text = sys::read_file_at(pool_.get(), counter);
  if (!text || static_cast<uint64_t>(parse_int(trim(*text)).value_or(0)) < highest)
    CB_CHECK(write_durably(pool_.get(), counter, fmt::format("{:020}\n", highest)));
  return settle();
}

Result<> Shelf::empty_trash() {
  for (const std::string& name : sys::directories_in(trash_.get())) CB_CHECK(remove_tree(trash_.get(), name));
  return {};
}

}  // namespace cellblock::dataset
