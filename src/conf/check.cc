#include "conf/check.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.hpp"
#include "conf/address.hpp"
#include "model/param.hpp"

namespace cellblock::conf {
namespace {

/// The parameter with the nearest name, if it is near.
std::string suggestion(std::string_view name) {
  std::string_view best;
  size_t least = 1 + std::min<size_t>(name.size() / 3, 3);
  for (const model::Param& param : model::params()) {
    size_t longer = std::max(name.size(), param.name.size()),
           shorter = std::min(name.size(), param.name.size());
    if (longer - shorter >= least) continue;  // which many letters have to be added at least
    if (size_t far = distance(name, param.name); far < least) {
      least = far;
      best = param.name;
    }
  }
  if (best.empty()) return "jail(8) lists all parameters; a variable is written with a '$' in front";
  return fmt::format("did you mean \"{}\"?", best);
}

/// As jail(8) reads what stands behind the '/': a number, or for IPv4 a dotted mask; nothing is 0.
bool is_prefix(const std::string& text, bool v6) {
  if (text.empty()) return true;
  char* end = nullptr;
  long number = std::strtol(text.c_str(), &end, 10);
  in_addr mask{};
  if (!v6 && *end == '.') return ::inet_pton(AF_INET, text.c_str(), &mask) == 1;
  return *end == '\0' && number >= 0 && number <= (v6 ? 128 : 32);
}

std::string bad_prefix(std::string_view name, std::string_view prefix) {
  return fmt::format("{}: bad {} \"/{}\"", name, name == "ip6.addr" ? "prefixlen" : "netmask", prefix);
}

std::string_view advice(model::Kind kind) {
  switch (kind) {
    case model::Kind::boolean:
      return "true, false or a number; without a value it is true, with a \"no\" false";
    case model::Kind::integer:
      return "a whole number is needed";
    case model::Kind::jailsys:
      return "disable, new or inherit";
    case model::Kind::list:
      return "write an address as [interface|]address[/prefix]";
    case model::Kind::string:
      return "";
  }
  return "";
}

class Checker {
 public:
  Checker(const model::Wanted& wanted, std::span<const Origin> origins)
      : wanted_(wanted), origins_(origins) {}

  std::vector<Diag> run(CheckScope scope) {
    for (size_t i = 0; i < wanted_.settings.size(); ++i) {
      const model::Setting& setting = wanted_.settings[i];
      std::optional<model::Named> named = model::find_param(setting.name);
      if (named && named->param->side == model::Side::command)
        own(i, *named);
      else if (scope == CheckScope::everything)
        kernel(i, named);
    }
    return std::move(diags_);
  }

 private:
  /// jail(8)'s own parameters: only booleans and integers can be wrong.
  void own(size_t i, const model::Named& named) {
    const model::Setting& setting = wanted_.settings[i];
    if (setting.bare()) return;
    if (named.param->kind == model::Kind::boolean) {
      if (Result<bool> truth = model::truth_of(setting); !truth)
        report(value_at(i), truth.error().text(), *named.param);
    } else if (named.param->kind == model::Kind::integer && !parse_int(setting.values.back())) {
      report(value_at(i), fmt::format("{}: non-integer value \"{}\"", setting.name, setting.values.back()),
             *named.param);
    }
  }

  void kernel(size_t i, const std::optional<model::Named>& named) {
    const model::Setting& setting = wanted_.settings[i];
    if (!named || named->param->read_only) {
      std::string hint = named ? "it can be read only: jls shows it" : suggestion(setting.name);
      // `jail -m web persist`: with a second word it is a line of parameters.
      if (!named && !wanted_.configured && setting.bare() && wanted_.settings.size() > 1 && !hint.starts_with("did"))
        hint = fmt::format("the jail of that name is name={}", setting.name);
      diags_.push_back(
          {name_at(i), prefix() + fmt::format("unknown parameter: {}", setting.name), std::move(hint)});
      return;
    }
    if (setting.name == "ip4.addr" || setting.name == "ip6.addr") return addresses(i, *named->param);
    model::Prison scratch;
    if (Result<> assigned = model::assign(scratch, kernel_setting(setting)); !assigned)
      report(value_at(i), assigned.error().text(), *named->param);
  }

  /// Each element for itself, so that each bad one is named. A lone empty one stands for an empty list.
  void addresses(size_t i, const model::Param& param) {
    const model::Setting& setting = wanted_.settings[i];
    for (size_t k = 0; k < setting.values.size(); ++k) {
      model::Setting one = kernel_setting({setting.name, {setting.values[k]}});
      if (setting.values.size() > 1 && one.values[0].empty()) one.values[0] = " ";
      model::Prison scratch;
      if (Result<> assigned = model::assign(scratch, one); !assigned) {
        report(value_at(i, k), std::string(trim(assigned.error().text())), param);
        continue;
      }
      for (const std::string& element : split(setting.values[k], ','))
        if (std::string prefix = split_address(element).prefix; !is_prefix(prefix, setting.name == "ip6.addr"))
          report(value_at(i, k), bad_prefix(setting.name, prefix), param);
    }
  }

  void report(Span at, const std::string& what, const model::Param& param) {
    diags_.push_back({at, prefix() + what, std::string(advice(param.kind))});
  }

  std::string prefix() const { return wanted_.configured ? wanted_.name + ": " : ""; }
  Span name_at(size_t i) const { return i < origins_.size() ? origins_[i].at : Span{}; }
  Span value_at(size_t i, size_t k) const {
    return i < origins_.size() && k < origins_[i].values.size() ? origins_[i].values[k] : name_at(i);
  }
  Span value_at(size_t i) const { return value_at(i, wanted_.settings[i].values.size() - 1); }

  const model::Wanted& wanted_;
  std::span<const Origin> origins_;
  std::vector<Diag> diags_;
};

}  // namespace

std::vector<Diag> check(const model::Wanted& wanted, std::span<const Origin> origins, CheckScope scope) {
  return Checker(wanted, origins).run(scope);
}

}  // namespace cellblock::conf
