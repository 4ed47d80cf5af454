// The other side of a stream: what it tells, done in one tree and nowhere else. The stream may be hostile.
#pragma once

#include <string>
#include <vector>

#include "base/fd.hpp"
#include "dataset/stream.hpp"

namespace cellblock::dataset {

enum class Devices : uint8_t { refused, taken };

class TreeBuild {
 public:
  /// `top` is the tree's directory, which the caller keeps open.
  TreeBuild(int top, Devices devices) : top_(top), devices_(devices) {}
  /// One message between Begin and End.
  Result<> take(const stream::Message& message);
  /// Times of directories: last, as what is made in them changes these.
  Result<> finish();

 private:
  struct Place {
    Fd folder;
    std::string name;
  };
  Result<Place> place_of(const std::string& path) const;
  Result<> entry(const stream::Entry& entry);
  Result<> make(const Place& place, const stream::Entry& entry);
  Result<> attributes(const Place& place, const stream::Entry& entry);
  Result<> xattr(const stream::Xattr& xattr);
  Result<> data(const stream::Data& data);
  Result<> link(const stream::Link& link);
  Result<> remove(const std::string& path);

  int top_;
  Devices devices_;
  Fd file_;               ///< the last entry, if it is a file
  Place last_;            ///< the last entry
  uint64_t size_ = 0;
  std::vector<stream::Entry> folders_;
};

}  // namespace cellblock::dataset
