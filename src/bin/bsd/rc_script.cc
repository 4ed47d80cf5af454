#include "rc_script.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "conf/source.hpp"

namespace cellblock::bsd {

int run_script(const RcScript& script, const std::string& verb, const std::function<int(const conf::RcConf&, const std::string&)>& act) {
  conf::DiskSources sources;
  conf::SourceTexts texts;
  conf::RcConf conf = conf::load_rc_conf(sources, texts, script.name);
  std::string path = fmt::format("/etc/rc.d/{}", script.name), plain = verb;
  fmt::print(stderr, "{}", conf::print(texts, conf.diags(), path));
  bool asked = true;
  for (std::string_view prefix : {"one", "force"})
    if (asked && plain.starts_with(prefix)) {
      asked = false;
      plain.erase(0, prefix.size());
    }
  bool on = conf.enabled(script.rcvar);
  if (plain == "enabled") return on ? 0 : 1;
  if (plain == "rcvar") {
    fmt::print("# {0}\n#\n{1}=\"{2}\"\n#   (default: \"NO\")\n\n", script.name, script.rcvar, on ? "YES" : "NO");
    return 0;
  }
  auto has = [&plain](const auto& verbs) { return std::ranges::find(verbs, plain) != std::ranges::end(verbs); };
  if (!has(std::vector<std::string_view>{"start", "stop", "restart"}) && !has(script.verbs)) {
    std::string more;
    for (std::string_view each : script.verbs) more += fmt::format("|{}", each);
    fmt::print(stderr, "{0}: unknown directive '{1}'.\nUsage: {0} [one|force](start|stop|restart|rcvar|enabled{2})\n", path, verb, more);
    return 1;
  }
  if (asked && !on && !has(script.free)) {
    fmt::print("Cannot '{0}' {1}. Set {2} to YES in /etc/rc.conf or use 'one{0}' instead of '{0}'.\n", plain, script.name, script.rcvar);
    return 0;
  }
  return act(conf, plain);
}

}  // namespace cellblock::bsd
