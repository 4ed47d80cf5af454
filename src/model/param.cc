#include "model/param.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <type_traits>

#include "base/text.hpp"
#include "model/meta.hpp"
#include "model/param_order.hpp"

namespace cellblock::model {
namespace {

constexpr std::array<std::string_view, 3> sys_names = {"disable", "new", "inherit"};

/// Where "no" stands in "nopersist" or "allow.nomount".
std::optional<size_t> negation_of(std::string_view name) {
  size_t dot = name.rfind('.');
  size_t begin = dot == name.npos ? 0 : dot + 1;
  if (!name.substr(begin).starts_with("no")) return std::nullopt;
  return begin;
}

/// The flag that an allow row stands for, inside `prison`.
bool flag_of(const Prison& prison, Allow what) { return allowed(prison.allow, what); }

template <class Number>
Result<Number> number_of(const Setting& setting) {
  std::string_view text = setting.bare() ? "" : std::string_view(setting.values.back());
  std::string_view digits = text.starts_with('+') && !text.starts_with("+-") ? text.substr(1) : text;
  Number value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size())
    return fail(Why::invalid, "{}: non-integer value \"{}\"", setting.name, text);
  return value;
}

/// Bare and empty mean `new`; the number of a value is as good as its name.
Result<Sys> sys_of(const Setting& setting) {
  if (setting.bare() || setting.values.back().empty()) return Sys::fresh;
  std::string word = to_lower(setting.values.back());
  for (size_t at = 0; at < sys_names.size(); ++at)
    if (word == sys_names[at] || word == std::array{"0", "1", "2"}[at]) return static_cast<Sys>(at);
  return fail(Why::invalid, "{}: unknown jailsys value \"{}\"", setting.name, setting.values.back());
}

/// Addresses in the one spelling that can be compared; other lists as they are. A single "" or "-" is no element.
Result<std::vector<std::string>> list_of(const Setting& setting, std::optional<int> of_addresses) {
  std::vector<std::string> list;
  if (setting.values.size() == 1 && (setting.values[0].empty() || setting.values[0] == "-")) return list;
  if (!of_addresses) return setting.values;
  const int family = *of_addresses;
  for (const std::string& value : setting.values) {
    std::array<unsigned char, sizeof(in6_addr)> bytes;
    std::array<char, INET6_ADDRSTRLEN> text;
    if (::inet_pton(family, value.c_str(), bytes.data()) != 1)
      return fail(Why::invalid, "{}: not an {} address: {}", setting.name, family == AF_INET ? "IPv4" : "IPv6",
                  value);
    list.emplace_back(::inet_ntop(family, bytes.data(), text.data(), text.size()));
  }
  return list;
}

Result<> assign_text(std::string& text, const Named& named, const Setting& setting) {
  if (named.key.empty())
    text = setting.bare() ? "" : setting.values.back();
  else if (setting.bare())
    remove_meta_value(text, named.key);
  else
    set_meta_value(text, named.key, setting.values.back());
  return {};
}

/// Assigns to the field that a row names; one overload per kind of field.
struct Assigner {
  Prison& prison;
  const Named& named;
  const Setting& setting;

  Result<> operator()(std::monostate) const {
    return fail(Why::invalid, "unknown parameter: {}", setting.name);
  }
  Result<> operator()(bool Prison::*field) const {
    CB_TRY(prison.*field, truth_of(setting));
    return {};
  }
  Result<> operator()(int Prison::*field) const {
    CB_TRY(prison.*field, number_of<int>(setting));
    return {};
  }
  Result<> operator()(uint64_t Prison::*field) const {
    CB_TRY(prison.*field, number_of<uint64_t>(setting));
    return {};
  }
  Result<> operator()(std::string Prison::*field) const { return assign_text(prison.*field, named, setting); }
  Result<> operator()(Sys Prison::*field) const {
    CB_TRY(prison.*field, sys_of(setting));
    return {};
  }
  Result<> operator()(std::vector<std::string> Prison::*field) const {
    const bool ip4 = field == &Prison::ip4_addr, ip6 = field == &Prison::ip6_addr;
    CB_TRY(prison.*field, list_of(setting, ip4 ? std::optional(AF_INET) : ip6 ? std::optional(AF_INET6) : std::nullopt));
    return {};
  }
  Result<> operator()(Allow what) const {
    CB_TRY(bool truth, truth_of(setting));
    prison.allow.set(static_cast<size_t>(what), truth);
    return {};
  }
};

using Values = std::vector<std::string>;

struct Reader {
  const Prison& prison;

  Values operator()(std::monostate) const { return {}; }
  Values operator()(bool Prison::*field) const { return {prison.*field ? "true" : "false"}; }
  Values operator()(int Prison::*field) const { return {std::to_string(prison.*field)}; }
  Values operator()(uint64_t Prison::*field) const { return {std::to_string(prison.*field)}; }
  Values operator()(std::string Prison::*field) const { return {prison.*field}; }
  Values operator()(Sys Prison::*field) const { return {std::string(name_of(prison.*field))}; }
  Values operator()(std::vector<std::string> Prison::*field) const { return prison.*field; }
  Values operator()(Allow what) const { return {flag_of(prison, what) ? "true" : "false"}; }
};

/// Whether two prisons agree in one field.
struct Comparer {
  const Prison& a;
  const Prison& b;

  bool operator()(std::monostate) const { return true; }
  bool operator()(Allow what) const { return flag_of(a, what) == flag_of(b, what); }
  template <class T>
  bool operator()(T Prison::*field) const {
    return a.*field == b.*field;
  }
};

bool is_derived(const Param& param) {
  return param.field == Field(&Prison::children_cur) || param.field == Field(&Prison::cpuset_id);
}

}  // namespace

std::optional<CableParam> cable_param(std::string_view name) {
  constexpr std::string_view prefix = "net.", not_of_one[] = {"net.dns", "net.search", "net.interface"};
  size_t dot = name.starts_with(prefix) ? name.find('.', prefix.size()) : name.npos;
  if (dot == name.npos) return std::nullopt;
  CableParam found{name.substr(prefix.size(), dot - prefix.size()), std::string(prefix) + std::string(name.substr(dot + 1))};
  const bool is_one = !found.cable.empty() && found.cable != "bridge" && found.cable != "vlan" && std::ranges::find(not_of_one, found.param) == std::end(not_of_one);
  return is_one ? std::optional(std::move(found)) : std::nullopt;
}

std::string name_for(std::string_view cable, std::string_view text) {
  constexpr std::string_view prefix = "net.";
  if (cable.empty() || !text.starts_with(prefix)) return std::string(text);
  std::string_view rest = text.substr(prefix.size());
  constexpr std::string_view interface = "interface";  // of these the cable's name is what says it
  if (rest.starts_with(interface)) return fmt::format("{}{}{}", prefix, cable, rest.substr(interface.size()));
  return fmt::format("{}{}.{}", prefix, cable, rest);
}

namespace {

std::optional<Named> find_plain(std::string_view name) {
  if (const Param* param = find_row(name)) return Named{param, false, {}};
  if (size_t dot = name.find('.'); dot != name.npos && dot + 1 < name.size()) {
    const Param* whole = find_row(name.substr(0, dot));
    if (whole && whole->inside) return Named{whole, false, name.substr(dot + 1)};
  }
  auto negation = negation_of(name);
  if (!negation) return std::nullopt;
  std::string positive(name);
  positive.erase(*negation, 2);
  const Param* param = find_row(positive);
  if (!param || param->kind != Kind::boolean) return std::nullopt;
  return Named{param, true, {}};
}

}  // namespace

std::optional<Named> find_param(std::string_view name) {
  if (auto found = find_plain(name)) return found;
  auto of_cable = cable_param(name);
  return of_cable ? find_plain(of_cable->param) : std::nullopt;
}

Result<bool> truth_of(const Setting& setting) {
  auto named = find_param(setting.name);
  bool negated = named ? named->negated : negation_of(setting.name).has_value();
  if (setting.bare()) return !negated;
  const std::string& value = setting.values.back();
  std::string word = to_lower(value);
  if (word == "true" || word == "false") return negated != (word == "true");
  if (value.empty()) return negated;
  auto number = parse_int(value);
  if (!number) return fail(Why::invalid, "{}: unknown boolean value \"{}\"", setting.name, value);
  return negated != (*number != 0);
}

Result<> assign(Prison& prison, const Setting& setting) {
  auto named = find_param(setting.name);
  if (!named) return fail(Why::invalid, "unknown parameter: {}", setting.name);
  return std::visit(Assigner{prison, *named, setting}, named->param->field);
}

std::vector<std::string> values_of(const Prison& prison, const Param& param) {
  return std::visit(Reader{prison}, param.field);
}

std::vector<Setting> settings_of(const Prison& prison) {
  static const Prison fresh;
  std::vector<Setting> settings;
  for (const Param& param : params()) {
    if (is_derived(param) || std::visit(Comparer{prison, fresh}, param.field)) continue;
    settings.push_back({std::string(param.name), values_of(prison, param)});
    if (settings.back().bare()) settings.back().values.emplace_back();  // a bare list would be no list at all
  }
  return settings;
}

std::string_view name_of(Sys value) { return sys_names[static_cast<size_t>(value)]; }

}  // namespace cellblock::model
