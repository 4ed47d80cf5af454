// What `zfs send` writes and `zfs receive` reads: a sequence of messages, each with a checksum that goes on from the one
// before, so that nothing can be changed, left out or put in between unnoticed. Pure: bytes to values and back.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace cellblock::dataset {

namespace stream {

/// A snapshot begins. What follows makes it of nothing, or of the snapshot with the guid `from`.
struct Begin {
  std::string dataset, snapshot;
  uint64_t guid = 0, from = 0;
  int64_t created = 0;
};
enum class Kind : uint8_t { directory, file, symlink, fifo, character, block };
/// Paths are relative to the top, which is "." itself; a directory comes before what is in it.
struct Entry {
  std::string path;
  Kind kind = Kind::file;
  uint32_t mode = 0, uid = 0, gid = 0;
  int64_t seconds = 0;
  uint32_t nanoseconds = 0;
  uint64_t size = 0, device = 0;
  std::string target;  ///< of a symbolic link
};
struct Xattr {  ///< of the last entry
  std::string name, value;
};
struct Data {  ///< of the last entry, a file
  uint64_t offset = 0;
  std::string bytes;
};
struct Link {  ///< one more name of a file that was sent before
  std::string path, target;
};
struct Remove {
  std::string path;
};
struct End {};     ///< the snapshot is complete
struct Finish {};  ///< nothing follows

using Message = std::variant<Begin, Entry, Xattr, Data, Link, Remove, End, Finish>;

constexpr size_t largest_data = 256u << 10;

/// Whether it is the path of something in a tree: no "..", nothing absolute.
bool is_path(std::string_view path);

class Writer {
 public:
  using Sink = std::function<Result<>(std::string_view bytes)>;
  explicit Writer(Sink sink) : sink_(std::move(sink)) {}
  Result<> put(const Message& message);

 private:
  Sink sink_;
  uint64_t sum_ = 0;
  bool begun_ = false;
};

class Reader {
 public:
  /// Reads exactly that many bytes, or fewer at the end.
  using Source = std::function<Result<std::string>(size_t bytes)>;
  explicit Reader(Source source) : source_(std::move(source)) {}
  /// Why::invalid: "invalid stream (...)". Paths and kinds are good, their order is the receiver's to judge.
  Result<Message> next();

 private:
  Source source_;
  uint64_t sum_ = 0;
  bool begun_ = false;
};

}  // namespace stream
}  // namespace cellblock::dataset
