// A pool as one command sees it: locked, its records read where they are asked for, all changes written at once.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "dataset/record.hpp"
#include "dataset/registry.hpp"
#include "dataset/shelf.hpp"
#include "dataset/store.hpp"

namespace cellblock::dataset {

enum class Hold : uint8_t { shared, exclusive };

class Pool {
 public:
  /// Completes what a killed command left, if need be, and waits for others.
  static Result<std::unique_ptr<Pool>> open(const PoolEntry& entry, Hold hold);
  /// Makes the folders of a new, empty pool in its directory.
  static Result<> lay_out(const PoolEntry& entry);
  /// Takes away what a failed change has left half done.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  const PoolEntry& entry() const { return entry_; }
  Hold hold() const { return hold_; }
  int folder() const { return folder_.get(); }
  Shelf& shelf() { return *shelf_; }
  Result<Store*> store(const std::string& backend);

  bool has(const std::string& path);
  /// Why::absent: "dataset does not exist".
  Result<Record*> find(const std::string& path);
  /// Of the dataset and all below it, in order: a parent comes before its children.
  Result<std::vector<std::string>> within(const std::string& path);
  std::vector<std::string> all() { return {paths().begin(), paths().end()}; }

  /// These count with commit().
  Record& put(const std::string& path, Record record);
  void changed(const std::string& path) { changed_.insert(path); }
  void erase(const std::string& path);
  /// The data goes after the commit, with settle().
  void drop(const std::string& data) { dropped_.push_back(data); }
  /// All that was changed, or nothing; then what was dropped goes.
  Result<> commit();

 private:
  Pool(PoolEntry entry, Hold hold, Fd folder, Fd sets) : entry_(std::move(entry)), hold_(hold), folder_(std::move(folder)), sets_(std::move(sets)) {}
  Result<> take_hold();
  Result<> recover();
  Result<> sweep();
  const std::set<std::string>& paths();

  PoolEntry entry_;
  Hold hold_;
  Fd folder_, sets_, lock_;
  std::unique_ptr<Shelf> shelf_;
  std::map<std::string, std::unique_ptr<Store>> stores_;
  std::map<std::string, Record> records_;
  std::set<std::string> paths_, changed_, erased_;
  std::vector<std::string> dropped_;
  bool listed_ = false;
};

/// A new guid.
uint64_t new_guid();
int64_t now_seconds();

}  // namespace cellblock::dataset
