#include "conf/print.hpp"

#include <fmt/core.h>

namespace cellblock::conf {
namespace {

std::string print_values(const model::Setting* setting, std::string_view separator) {
  std::string out;
  if (!setting) return out;
  for (const std::string& value : setting->values) {
    if (&value != &setting->values.front()) out += separator;
    out += quote(value);
  }
  return out;
}

std::string print_line(const model::Wanted& jail, std::string_view separator, std::string line) {
  for (const model::Setting& setting : jail.settings) {
    if (setting.name == "jid") continue;
    if (!line.empty()) line += separator;
    line += setting.name;
    if (!setting.bare()) line += '=' + print_values(&setting, ",");
  }
  return line + '\n';
}

}  // namespace

std::string quote(std::string_view value) {
  auto has = [value](char c) { return value.find(c) != value.npos; };
  char mark = 0;
  if (value.empty() || has('\''))
    mark = '"';
  else if (has('"'))
    mark = '\'';
  else if (has(' ') || has('\t'))
    mark = '"';
  std::string out;
  if (mark) out += mark;
  for (char c : value) {
    if (c == '\\' || (mark && c == mark)) out += '\\';
    out += c;
  }
  if (mark) out += mark;
  return out;
}

std::string print_jails(const std::vector<model::Wanted>& jails, std::string_view separator) {
  std::string out;
  for (const model::Wanted& jail : jails) out += print_line(jail, separator, {});
  return out;
}

std::string print_started(const model::Wanted& jail, model::JailId jid) {
  return print_line(jail, "\t", fmt::format("jid={}", jid));
}

std::string print_started_old_style(const model::Wanted& jail, model::JailId jid) {
  std::string ip4 = print_values(jail.find("ip4.addr"), ","), ip6 = print_values(jail.find("ip6.addr"), ",");
  return fmt::format("{}\t{}\t{}\t{}{}{}\t{}\n", jid, print_values(jail.find("path"), ","),
                     print_values(jail.find("host.hostname"), ","), ip4,
                     ip4.empty() || ip6.empty() ? "" : ",", ip6, print_values(jail.find("command"), " "));
}

}  // namespace cellblock::conf
