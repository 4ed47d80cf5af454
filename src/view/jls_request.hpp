// The command line of jls(8), as data.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/param.hpp"
#include "view/xo.hpp"

namespace cellblock::view {

/// What a program writes, and its exit status.
struct Answer {
  std::string out, err;
  int status = 0;
};

/// One parameter to show.
struct JlsColumn {
  std::string name;  ///< as asked for
  const model::Param* param = nullptr;
  bool negated = false;  ///< `nopersist`
  std::string key;       ///< of meta and env
  const model::Param* governor =
      nullptr;  ///< the jailsys parameter without whose `new` this one means nothing
};

/// What to print for each jail when no parameter is named.
enum class JlsShape : uint8_t { parameters, table, verbose };

struct JlsRequest {
  XoOptions xo;
  JlsShape shape = JlsShape::parameters;
  bool check = false;       ///< -c: only whether the jail exists
  bool dying = false;       ///< -d
  bool header = false;      ///< -h
  bool named = false;       ///< -n
  bool quoted = false;      ///< -q
  bool feedable = false;    ///< -s
  bool with_names = false;  ///< -N
  bool one_jail = false;    ///< -j
  std::string jail;         ///< its word
  std::vector<JlsColumn> columns;
  std::string warnings;  ///< for standard error, before anything else
};

/// `environment` is the value of LIBXO_OPTIONS. What can't be done comes as the answer to give at once.
std::variant<JlsRequest, Answer> parse_jls(std::span<const std::string> arguments,
                                           std::string_view environment);

}  // namespace cellblock::view
