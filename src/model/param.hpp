// The parameter table: one row per jail parameter. It feeds the parser's checks, jail_set(2)'s assignment,
// `jail -e`, jls, the man page and the shell completions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "model/jail.hpp"

namespace cellblock::model {

enum class Kind : uint8_t { boolean, integer, string, jailsys, list };

/// Who acts on a parameter: the kernel (jail_set), or jail(8) itself.
enum class Side : uint8_t { kernel, command };

/// What a parameter does on Linux.
enum class Effect : uint8_t { full, partial, none };

/// Where a kernel parameter lives; std::monostate for jail(8)'s own and for derived ones.
using Field = std::variant<std::monostate, bool Prison::*, int Prison::*, uint64_t Prison::*, std::string Prison::*,
                           Sys Prison::*, std::vector<std::string> Prison::*, Allow>;

struct Param {
  std::string_view name;
  Kind kind;
  Side side;
  bool create_only = false;  ///< "cannot be changed after creation"; -mr restarts for it
  bool read_only = false;
  bool comma_list = false;   ///< "x=a,b" on a command line equals "x=a x=b"
  bool inside = false;       ///< meta, env: keys "meta.k" address a part of the value
  std::string_view fallback; ///< the default as text, for people
  std::string_view since;    ///< FreeBSD release; "cellblock" for our own
  std::string_view text;     ///< what it means; plain sentences in which `x` marks words as typed
  Effect effect = Effect::full;
  std::string_view on_linux; ///< how Linux does it, or why it has no effect; the same form
  Field field = std::monostate{};
};

/// Plain names first, then dotted ones, each sorted by name: the order in which jls prints them.
std::span<const Param> params();

/// A parameter as written: `allow.nomount` is allow.mount negated; `meta.k` is meta with key k.
struct Named {
  const Param* param = nullptr;
  bool negated = false;
  std::string_view key;
};
/// Empty for an unknown name. Only a boolean can be negated, by "no" before its last component.
std::optional<Named> find_param(std::string_view name);

/// "net.eth1.mac": the parameter net.mac of the cable eth1, one of several that a jail has.
struct CableParam {
  std::string_view cable;
  std::string param;
};
/// Nothing: no parameter of a cable with a name. Whether there is the parameter is another question.
std::optional<CableParam> cable_param(std::string_view name);
/// "net.mac" of a cable as it is written, "net.eth1.mac", alone or at the beginning of an error; any other text as it is.
std::string name_for(std::string_view cable, std::string_view text);

/// A parameter with its value as text: bare `x` has no values, `x=` has one empty value, lists have several.
struct Setting {
  std::string name;
  std::vector<std::string> values;
  bool bare() const { return values.empty(); }
  friend bool operator==(const Setting&, const Setting&) = default;
};

/// The truth of a boolean setting (name has "no" XOR value absent/true/non-zero), or the error
/// `P: unknown boolean value "V"`.
Result<bool> truth_of(const Setting& setting);

/// Sets one parameter that has a field from text, checking its type only (read-only ones too: the record needs
/// them); the rules between parameters and between jails are jail_set.hpp's. Of several values a scalar takes
/// the last. Errors carry FreeBSD's texts (`P: non-integer value "V"`); a parameter without a field is
/// `unknown parameter: P`, as it is to FreeBSD's kernel.
Result<> assign(Prison& prison, const Setting& setting);

/// The value(s) of a kernel parameter as text: one element for scalars ("true"/"false" for booleans,
/// "disable"/"new"/"inherit" for jailsys), any number for lists.
std::vector<std::string> values_of(const Prison& prison, const Param& param);

/// All parameters with a field that differ from a default-constructed Prison's, for the record, in the order of
/// params(). assign() of each on a fresh Prison gives `prison` back, but for children_cur and cpuset_id: they
/// are derived and skipped.
std::vector<Setting> settings_of(const Prison& prison);

std::string_view name_of(Sys value);

}  // namespace cellblock::model
