#include "dataset/pool.hpp"

#include <dirent.h>
#include <sys/file.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "dataset/durable.hpp"
#include "dataset/name.hpp"
#include "sys/file.hpp"

namespace cellblock::dataset {
namespace {

constexpr const char* own_folder = ".cellblock";
constexpr size_t largest_record = size_t{1} << 30;

Result<Fd> folder_at(int at, const char* name) { return sys::open_at(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW); }

Result<Fd> folder_of(const PoolEntry& entry) {
  CB_TRY(Fd directory, sys::open(entry.directory, O_RDONLY | O_DIRECTORY));
  auto folder = folder_at(directory.get(), own_folder);
  if (!folder) return pass(std::move(folder.error()), "the pool's files are not in {}", entry.directory);
  return folder;
}

}  // namespace

uint64_t new_guid() {
  uint64_t guid = 0;
  while (guid == 0)
    if (::getrandom(&guid, sizeof guid, 0) != sizeof guid) guid = static_cast<uint64_t>(::time(nullptr)) * 0x9e3779b97f4a7c15;
  return guid;
}

int64_t now_seconds() { return ::time(nullptr); }

Result<> Pool::lay_out(const PoolEntry& entry) {
  CB_TRY(Fd directory, sys::open(entry.directory, O_RDONLY | O_DIRECTORY));
  CB_CHECK(sys::make_directory(directory.get(), own_folder, 0700));
  CB_TRY(Fd folder, folder_at(directory.get(), own_folder));
  CB_CHECK(sys::make_directory(folder.get(), "sets", 0700));
  CB_TRY(Shelf shelf, Shelf::open(folder.get()));
  return {};
}

Result<std::unique_ptr<Pool>> Pool::open(const PoolEntry& entry, Hold hold) {
  CB_TRY(Fd folder, folder_of(entry));
  CB_TRY(Fd sets, folder_at(folder.get(), "sets"));
  std::unique_ptr<Pool> pool(new Pool(entry, hold, std::move(folder), std::move(sets)));
  CB_CHECK(pool->take_hold());
  return pool;
}

Result<> Pool::take_hold() {
  CB_TRY(lock_, sys::open_at(folder_.get(), "lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  // Who only reads still completes what was begun, or it would see a half of it.
  bool half_done = ::faccessat(folder_.get(), "redo", F_OK, 0) == 0;
  int how = hold_ == Hold::exclusive || half_done ? LOCK_EX : LOCK_SH;
  while (::flock(lock_.get(), how) < 0)
    if (errno != EINTR) return sys_fail(errno, "flock");
  CB_TRY(Shelf shelf, Shelf::open(folder_.get()));
  shelf_ = std::make_unique<Shelf>(std::move(shelf));
  if (how == LOCK_EX) {
    keep_spare(folder_.get());
    keep_spare(sets_.get());
  }
  return how == LOCK_EX ? recover() : Result<>{};
}

Result<> Pool::recover() {
  CB_CHECK(redo(folder_.get(), sets_.get()), "completing what an earlier command began");
  return shelf_->is_unsettled() ? sweep() : Result<>{};
}

Result<> Pool::sweep() {
  std::set<std::string> live;
  records_.clear();
  listed_ = false;
  for (const std::string& path : paths()) {
    CB_TRY(Record * record, find(path), "{}", path);
    live.insert(record->data);
    for (const Snapshot& snapshot : record->snapshots) live.insert(snapshot.data);
  }
  return shelf_->sweep(live);
}

Pool::~Pool() {
  if (hold_ != Hold::exclusive || !shelf_) return;
  if (shelf_->is_unsettled()) (void)sweep();  // else the next command does it
  lock_.reset();
  (void)shelf_->empty_trash();
}

Result<Store*> Pool::store(const std::string& backend) {
  if (auto known = stores_.find(backend); known != stores_.end()) return known->second.get();
  CB_TRY(std::unique_ptr<Store> store, open_store(backend, *shelf_));
  return stores_.emplace(backend, std::move(store)).first->second.get();
}

const std::set<std::string>& Pool::paths() {
  if (std::exchange(listed_, true)) return paths_;
  paths_.clear();
  Fd copy(::openat(sets_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  std::unique_ptr<DIR, int (*)(DIR*)> stream(copy ? ::fdopendir(copy.get()) : nullptr, ::closedir);
  if (stream) copy.release();
  while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr)
    if (entry->d_name[0] != '.') paths_.insert(path_of_file(entry->d_name));
  return paths_;
}

bool Pool::has(const std::string& path) {
  if (listed_) return paths_.contains(path);
  return records_.contains(path) || ::faccessat(sets_.get(), file_of(path).c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

Result<Record*> Pool::find(const std::string& path) {
  if (auto known = records_.find(path); known != records_.end()) return &known->second;
  if (erased_.contains(path)) return fail(Why::absent, "dataset does not exist");
  auto text = sys::read_file_at(sets_.get(), file_of(path).c_str(), largest_record);
  if (!text && text.error().why == Why::absent) return fail(Why::absent, "dataset does not exist");
  if (!text) return pass(std::move(text.error()));
  CB_TRY(Record record, parse_record(*text), "{}/{}/sets/{}", entry_.directory, own_folder, file_of(path));
  return &records_.emplace(path, std::move(record)).first->second;
}

Result<std::vector<std::string>> Pool::within(const std::string& path) {
  if (!has(path)) return fail(Why::absent, "dataset does not exist");
  std::vector<std::string> found{path};
  // In the set, "a-b" lies between "a" and "a/b".
  for (auto at = paths().upper_bound(path + "/"); at != paths().end() && at->starts_with(path + "/"); ++at) found.push_back(*at);
  return found;
}

Record& Pool::put(const std::string& path, Record record) {
  if (listed_) paths_.insert(path);
  erased_.erase(path);
  changed_.insert(path);
  return records_[path] = std::move(record);
}

void Pool::erase(const std::string& path) {
  records_.erase(path);
  paths_.erase(path);
  changed_.erase(path);
  erased_.insert(path);
}

Result<> Pool::commit() {
  Batch batch;
  for (const std::string& path : erased_) batch[file_of(path)] = std::nullopt;
  for (const std::string& path : changed_) batch[file_of(path)] = record_text(records_.at(path));
  if (!dropped_.empty()) CB_CHECK(shelf_->unsettle());  // or a crash right after the records would leave the data
  CB_CHECK(write_batch(folder_.get(), sets_.get(), batch));
  changed_.clear();
  erased_.clear();
  for (const std::string& data : std::exchange(dropped_, {})) CB_CHECK(shelf_->drop(data));
  return shelf_->settle();
}

}  // namespace cellblock::dataset
