// The journal's file: read as it grows, appended to under a lock, rewritten when it has become long.
#pragma once

#include <functional>
#include <optional>

#include "base/error.hpp"
#include "kernel/home.hpp"
#include "record/journal.hpp"

namespace cellblock::kernel {

class Registry {
 public:
  /// `home` must outlive it.
  explicit Registry(const Home& home) : home_(home) {}

  const Home& home() const { return home_; }

  /// What the journal says by now. Reads only what was appended since the last call.
  Result<const record::State*> refresh();

  /// The same to keep. The next call of any kind reads the journal anew.
  Result<record::State> take();

  /// Runs `decide` on the newest state under the lock and appends the lines that it returns, in one write. The
  /// lock is held for the decision only, never over a kernel operation. A full disk appends nothing.
  Result<> update(const std::function<Result<std::string>(const record::State&)>& decide);

  /// Appends lines that need no decision.
  Result<> append(std::string_view lines);

 private:
  Result<> open_file();
  Result<> read_news();
  Result<> put(std::string_view lines);
  Result<> rewrite_if_long();

  const Home& home_;
  Fd file_;
  uint64_t inode_ = 0;
  size_t read_ = 0;  ///< bytes folded so far
  size_t rewrite_from_ = 0;  ///< a shorter journal is not mostly history
  record::State state_;
};

/// The registry of a port that may never need one: opened when first asked for.
class LateRegistry {
 public:
  Result<Registry*> get();

 private:
  std::optional<Home> home_;
  std::optional<Registry> registry_;
};

}  // namespace cellblock::kernel
