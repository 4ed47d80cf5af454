#include "kernel/registry.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "kernel/faults.hpp"
#include "sys/file.hpp"
#include "sys/memory.hpp"

namespace cellblock::kernel {
namespace {

/// Below this many bytes a journal is never rewritten; above it, when it is mostly history.
constexpr size_t short_enough = 32 << 10;
/// What a byte of the journal becomes in memory, as the state and a view of it: measured with 1,000 plain jails.
constexpr size_t memory_of_a_byte = 12;

}  // namespace

Result<> Registry::open_file() {
  struct stat status {};
  if (file_ && ::fstatat(home_.fd(), "journal", &status, 0) == 0 && status.st_ino == inode_) return {};
  CB_TRY(file_, sys::open_at(home_.fd(), "journal", O_RDWR | O_CREAT | O_APPEND, 0600), "{}", home_path);
  CB_TRY(status, sys::status_of(file_.get()));
  inode_ = status.st_ino;
  read_ = 0;
  state_ = record::State();
  return {};
}

Result<> Registry::read_news() {
  CB_TRY(struct stat status, sys::status_of(file_.get()));
  size_t size = static_cast<size_t>(status.st_size);
  if (size <= read_) return {};
  sys::expect_memory((size - read_) * memory_of_a_byte);
  std::string news(size - read_, '\0');
  ssize_t got = ::pread(file_.get(), news.data(), news.size(), static_cast<off_t>(read_));
  if (got < 0) return sys_fail(errno, "read {}/journal", home_path);
  news.resize(static_cast<size_t>(got));
  read_ += record::fold(state_, news);
  return {};
}

Result<const record::State*> Registry::refresh() {
  CB_CHECK(open_file());
  CB_CHECK(read_news());
  return &state_;
}

Result<record::State> Registry::take() {
  CB_CHECK(refresh());
  read_ = 0;
  return std::exchange(state_, {});
}

Result<> Registry::update(const std::function<Result<std::string>(const record::State&)>& decide) {
  CB_TRY(Fd lock, sys::take_lock(home_.fd(), "lock"));
  CB_TRY(const record::State* state, refresh());
  CB_TRY(std::string lines, decide(*state));
  if (!lines.empty()) CB_CHECK(put(lines));
  return rewrite_if_long();
}

Result<> Registry::append(std::string_view lines) {
  return update([&](const record::State&) -> Result<std::string> { return std::string(lines); });
}

/// The caller holds the lock and has read all news: what lies behind `read_` is a torn line.
Result<> Registry::put(std::string_view lines) {
  CB_TRY(struct stat status, sys::status_of(file_.get()));
  bool torn = static_cast<size_t>(status.st_size) > read_;
  std::string text = torn ? "\n" : read_ == 0 ? std::string(record::header) : "";
  text += lines;
  CB_CHECK(faults::step("journal"));
  if (auto written = sys::write_all(file_.get(), text); !written) {
    (void)::ftruncate(file_.get(), status.st_size);
    return pass(written.error(), "{}/journal", home_path);
  }
  faults::passed("journal written");
  return read_news();
}

Result<> Registry::rewrite_if_long() {
  if (read_ < std::max(short_enough, rewrite_from_)) return {};
  std::string text = record::rewrite(state_);
  rewrite_from_ = text.size() * 4;  // asked again only when the journal has grown to that: asking costs all jails
  if (rewrite_from_ > read_) return {};
  CB_TRY(Fd fresh, sys::open_at(home_.fd(), "journal.new", O_WRONLY | O_CREAT | O_TRUNC, 0600));
  if (!sys::write_all(fresh.get(), text)) return {};  // no room: the long one still serves
  if (::renameat(home_.fd(), "journal.new", home_.fd(), "journal") < 0) return sys_fail(errno, "journal.new");
  file_.reset();
  return refresh().map([](auto) {});
}

Result<Registry*> LateRegistry::get() {
  if (!registry_) {
    CB_TRY(Home home, Home::open(true));
    home_.emplace(std::move(home));
    registry_.emplace(*home_);
  }
  return &*registry_;
}

}  // namespace cellblock::kernel
