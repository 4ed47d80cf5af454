// What jail(8) says: results on standard output, complaints on standard error.
#pragma once

#include <string_view>

namespace cellblock::apply {

class Voice {
 public:
  virtual ~Voice() = default;
  /// `text` holds whole lines, newlines included. Both are written at once, so that they stay in order with
  /// what the commands of a jail print.
  virtual void say(std::string_view text) = 0;
  virtual void complain(std::string_view text) = 0;
};

/// Descriptors 1 and 2.
class StandardVoice final : public Voice {
 public:
  void say(std::string_view text) override;
  void complain(std::string_view text) override;
};

}  // namespace cellblock::apply
