#include "words.hpp"

#include "model/param.hpp"

namespace cellblock {
namespace {

using model::Kind;
using model::Param;

std::string negated(std::string_view name) {
  std::string text(name);
  size_t dot = text.rfind('.');
  return text.insert(dot == text.npos ? 0 : dot + 1, "no");
}

bool has_value(const Param& param) { return param.kind != Kind::boolean; }

std::vector<std::string> settable() {
  std::vector<std::string> words;
  for (const Param& param : model::params()) {
    if (param.read_only) continue;
    words.push_back(std::string(param.name) + (has_value(param) ? "=" : ""));
    if (!has_value(param)) words.push_back(negated(param.name));
  }
  return words;
}

template <class Keep>
std::vector<std::string> names(Keep keep) {
  std::vector<std::string> words;
  for (const Param& param : model::params())
    if (keep(param)) words.emplace_back(param.name);
  return words;
}

}  // namespace

std::optional<std::vector<std::string>> word_list(std::string_view list) {
  if (list == "set") return settable();
  if (list == "all") return names([](const Param&) { return true; });
  if (list == "get") return names([](const Param& param) { return param.side == model::Side::kernel; });
  if (list == "boolean") return names([](const Param& param) { return param.kind == Kind::boolean; });
  if (list == "jailsys") return names([](const Param& param) { return param.kind == Kind::jailsys; });
  return std::nullopt;
}

}  // namespace cellblock
