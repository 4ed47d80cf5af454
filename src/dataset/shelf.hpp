// Where the data of a pool's datasets lies: folders named by ids, each perhaps built on another one. What a record names
// is there; what none names is taken away, at the latest by the next command after one that was killed.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace cellblock::dataset {

class Shelf {
 public:
  /// Of the pool whose folder `.cellblock` is `pool`. Folders that are missing are made.
  static Result<Shelf> open(int pool);

  int folder() const { return data_.get(); }

  /// A number that grows with every call.
  Result<uint64_t> next_number();
  /// An empty folder on the shelf, built on `below` if that is given.
  Result<std::string> add(const std::string& below = "");
  /// What it is built on; empty: nothing.
  Result<std::string> below(const std::string& id) const;
  /// Itself, what it is built on, what that is built on ...
  Result<std::vector<std::string>> chain(const std::string& id) const;
  /// Whether others are built on it.
  Result<bool> is_base(const std::string& id) const;

  /// While the descriptor is open, check_unheld() fails: somebody reads it without the pool's lock.
  Result<Fd> hold(const std::string& id) const;
  /// Why::busy: "dataset is busy".
  Result<> check_unheld(const std::string& id) const;

  /// No record names it any more. One that others are built on goes with the last of them.
  Result<> drop(const std::string& id);
  /// From here on something may be half done; add() and drop() see to it themselves.
  Result<> unsettle();
  /// After all is said in the records: there is nothing half done.
  Result<> settle();
  bool is_unsettled() const { return unsettled_; }
  /// Drops all that is neither in `live` nor below it.
  Result<> sweep(const std::set<std::string>& live);
  /// Deletes what was dropped. Takes its time, and needs no lock.
  Result<> empty_trash();

 private:
  Shelf(Fd pool, Fd data, Fd trash) : pool_(std::move(pool)), data_(std::move(data)), trash_(std::move(trash)) {}
  Result<> mark(char state);
  Result<> note_self(const std::string& id);
  Result<> discard(const std::string& id);

  Fd pool_, data_, trash_;
  bool unsettled_ = false;
};

}  // namespace cellblock::dataset
