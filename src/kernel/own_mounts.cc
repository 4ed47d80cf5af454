#include "kernel/own_mounts.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

std::string file_of(model::JailId jid) { return fmt::format("mounts/{}", jid); }

/// Before Linux 6.8 the number of a mount that is gone is soon another's.
bool comes_again(uint64_t number) { return number < sys::first_lasting_mount_number; }

}  // namespace

OwnMounts::OwnMounts(const Home& home, model::JailId jid) : home_(home), name_(file_of(jid)) {}

Result<OwnMounts> OwnMounts::of(const Home& home, model::JailId jid, pid_t keeper) {
  OwnMounts own(home, jid);
  CB_TRY(own.table_, sys::open(fmt::format("/proc/{}/mountinfo", keeper), O_RDONLY));
  return own;
}

Result<> OwnMounts::lock() {
  CB_CHECK(sys::make_directory(home_.fd(), "mounts", 0700));
  CB_TRY(lock_, sys::take_lock(home_.fd(), (name_ + ".lock").c_str()));
  auto text = sys::read_file_at(home_.fd(), name_.c_str());
  if (!text) return text.error().why == Why::absent ? Result<>() : pass(text.error());
  for (const std::string& word : split_words(*text))
    if (auto number = parse_int(word)) numbers_.push_back(static_cast<uint64_t>(*number));
  return drop_ended();
}

Result<std::vector<sys::MountEntry>> OwnMounts::table() const {
  if (::lseek(table_.get(), 0, SEEK_SET) < 0) return sys_fail(errno, "mountinfo");
  CB_TRY(std::string text, sys::read_all(table_.get()));
  return sys::parse_mount_table(text);
}

/// What went with the directory or the mount that it lay on.
Result<> OwnMounts::drop_ended() {
  if (std::ranges::none_of(numbers_, comes_again)) return {};
  CB_TRY(std::vector<sys::MountEntry> now, table());
  auto is_there = [&](uint64_t number) { return std::ranges::any_of(now, [&](const auto& entry) { return entry.id == number; }); };
  std::erase_if(numbers_, [&](uint64_t number) { return comes_again(number) && !is_there(number); });
  return save();
}

/// The covers of a proc are mounts below it, and the jail's no more than those of its first one.
Result<> OwnMounts::disown_below(uint64_t top) {
  if (!comes_again(top)) return {};
  CB_TRY(std::vector<sys::MountEntry> now, table());
  std::map<uint64_t, uint64_t> parents;
  for (const sys::MountEntry& entry : now) parents[entry.id] = entry.parent;
  auto is_below = [&](uint64_t number) {
    for (auto at = parents.find(number); at != parents.end() && at->first != at->second; at = parents.find(at->second))
      if (at->second == top) return true;
    return false;
  };
  return std::erase_if(numbers_, is_below) ? save() : Result<>();
}

bool OwnMounts::has(uint64_t number) const { return std::ranges::find(numbers_, number) != numbers_.end(); }

Result<> OwnMounts::attach(const sys::Tree& tree, int target) {
  CB_TRY(uint64_t number, sys::mount_number(tree.fd()));
  numbers_.push_back(number);
  CB_CHECK(save());
  auto attached = tree.attach(target);
  if (attached) return disown_below(number);
  std::erase(numbers_, number);
  CB_CHECK(save());
  return attached;
}

Result<> OwnMounts::drop(uint64_t number, const std::function<Result<>()>& unmount) {
  std::erase(numbers_, number);
  CB_CHECK(save());
  auto done = unmount();
  if (done) return {};
  numbers_.push_back(number);
  CB_CHECK(save());
  return done;
}

Result<> OwnMounts::save() const {
  std::string text, aside = name_ + ".new";
  for (uint64_t number : numbers_) text += fmt::format("{}\n", number);
  CB_TRY(Fd file, sys::open_at(home_.fd(), aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
  CB_CHECK(sys::write_all(file.get(), text));
  if (::renameat(home_.fd(), aside.c_str(), home_.fd(), name_.c_str()) < 0) return sys_fail(errno, "{}", name_);
  return {};
}

void OwnMounts::forget(const Home& home, model::JailId jid) {
  for (const char* more : {"", ".lock", ".new"}) (void)::unlinkat(home.fd(), (file_of(jid) + more).c_str(), 0);
}

}  // namespace cellblock::kernel
