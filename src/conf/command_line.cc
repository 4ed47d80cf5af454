#include "conf/command_line.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "conf/resolve.hpp"
#include "model/param.hpp"

namespace cellblock::conf {
namespace {

bool is_fixed(std::string_view name) { return same_slot(name, "jid") || same_slot(name, "name"); }

/// Adds up: on a command line every `=` works as a `+=` does in a file.
void add(model::Wanted& wanted, model::Setting setting) {
  auto old = std::ranges::find_if(
      wanted.settings, [&](const model::Setting& other) { return same_slot(other.name, setting.name); });
  if (old == wanted.settings.end()) {
    wanted.settings.push_back(std::move(setting));
  } else if (is_fixed(old->name)) {
    wanted.problems.push_back(fmt::format("cannot redefine parameter \"{}\".", old->name));
  } else {
    old->name = std::move(setting.name);
    if (setting.bare()) old->values.clear();
    std::ranges::move(setting.values, std::back_inserter(old->values));
  }
}

/// Like split(), but an empty text is one empty element.
std::vector<std::string> elements(std::string_view text) {
  std::vector<std::string> out = split(text, ',');
  if (out.empty()) out.emplace_back();
  return out;
}

bool takes_commas(std::string_view name) {
  std::optional<model::Named> named = model::find_param(name);
  return named && !named->negated && named->param->comma_list;
}

/// The argument `name=value` or `name`.
model::Setting setting_of(std::string_view argument) {
  size_t equals = argument.find('=');
  model::Setting setting{std::string(argument.substr(0, equals)), {}};
  if (equals == argument.npos) return setting;
  std::string_view value = argument.substr(equals + 1);
  if (takes_commas(setting.name))
    setting.values = elements(value);
  else
    setting.values.emplace_back(value);
  return setting;
}

/// What an argument starts a command with, if it does: nothing for `command`, its value for `command=x`.
std::optional<std::vector<std::string>> command_start(const std::string& argument) {
  if (argument == "command") return std::vector<std::string>{};
  if (argument.starts_with("command=")) return std::vector<std::string>{argument.substr(8)};
  if (argument.starts_with('/')) return std::vector<std::string>{argument};
  return std::nullopt;
}

bool is_ip6(const std::string& text) {
  in6_addr address;
  return ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

/// The permissions that security.jail.* sysctls once gave to all jails, each as FreeBSD's jail(8) sets it.
void add_defaults(model::Wanted& wanted, const model::AllowSet& defaults) {
  using model::Allow;
  static constexpr std::pair<std::string_view, Allow> flags[] = {{"allow.set_hostname", Allow::set_hostname},
                                                                 {"allow.sysvipc", Allow::sysvipc},
                                                                 {"allow.raw_sockets", Allow::raw_sockets},
                                                                 {"allow.chflags", Allow::chflags},
                                                                 {"allow.mount", Allow::mount},
                                                                 {"allow.socket_af", Allow::socket_af}};
  for (const auto& [name, flag] : flags) {
    model::Setting setting{std::string(name), {}};
    if (!model::allowed(defaults, flag)) setting.values.emplace_back("false");
    add(wanted, std::move(setting));
  }
}

}  // namespace

std::vector<model::Setting> flag_settings(char flag, std::string_view argument) {
  std::string value(argument);
  switch (flag) {
    case 'h':
      return {{"ip_hostname", {}}};
    case 'l':
      return {{"exec.clean", {}}};
    case 'n':
      return {{"name", {value}}};
    case 's':
      return {{"securelevel", {value}}};
    case 'u':
      return {{"exec.jail_user", {value}}, {"exec.system_jail_user", {}}};
    case 'U':
      return {{"exec.jail_user", {value}}, {"exec.system_jail_user", {"false"}}};
    case 'd':
      return {{"allow.dying", {}}};
  }
  return {};
}

model::Wanted command_line(std::span<const model::Setting> flags, std::span<const std::string> arguments) {
  model::Wanted wanted;
  for (const model::Setting& flag : flags) add(wanted, flag);
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::optional<std::vector<std::string>> command = command_start(arguments[i]);
    if (!command) {
      add(wanted, setting_of(arguments[i]));
      continue;
    }
    command->insert(command->end(), arguments.begin() + static_cast<ptrdiff_t>(i) + 1, arguments.end());
    if (!command->empty()) add(wanted, {"command", std::move(*command)});
    break;
  }
  return wanted;
}

model::Wanted old_style(std::span<const model::Setting> flags, std::span<const std::string> arguments,
                        const std::optional<model::AllowSet>& defaults) {
  model::Wanted wanted;
  for (const model::Setting& flag : flags) add(wanted, flag);
  if (arguments.size() < 4) {
    wanted.problems.emplace_back("a path, a hostname, addresses and a command are needed");
    return wanted;
  }
  add(wanted, {"path", {arguments[0]}});
  add(wanted, {"host.hostname", {arguments[1]}});
  for (const std::string& address : split(arguments[2], ','))
    add(wanted, {is_ip6(address) ? "ip6.addr" : "ip4.addr", {address}});
  add(wanted, {"command", {arguments.begin() + 3, arguments.end()}});
  if (defaults) add_defaults(wanted, *defaults);
  return wanted;
}

}  // namespace cellblock::conf
