// What one jail_set(2) asks for: its settings typed, and checked as far as they can be without any other jail.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/param.hpp"

namespace cellblock::model {

struct SetRequest {
  const std::vector<Setting>* settings = nullptr;
  std::vector<const Param*> given;
  Prison values;  ///< what is given, in its typed form; defaults elsewhere
  AllowSet granted, denied;

  bool has(std::string_view parameter) const {
    for (const Param* param : given)
      if (param->name == parameter) return true;
    return false;
  }
  bool has_any(std::initializer_list<std::string_view> parameters) const {
    for (std::string_view parameter : parameters)
      if (has(parameter)) return true;
    return false;
  }
};

/// A failure for which FreeBSD's kernel gives an errno and no text.
inline tl::unexpected<Error> refuse(int error_number) {
  return tl::unexpected(Error{why_of(error_number), error_number, {}});
}

/// `settings` must outlive the result.
Result<SetRequest> read_request(const std::vector<Setting>& settings);

}  // namespace cellblock::model
