// What all our services have in common: their verbs, and rc.conf(5)'s word on whether they run.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "conf/rcconf.hpp"

namespace cellblock::bsd {

struct RcScript {
  std::string_view name, rcvar;
  std::vector<std::string_view> verbs;  ///< besides start, stop, restart, rcvar and enabled
  std::vector<std::string_view> free;   ///< those of them that do not ask rc.conf first
};

/// `service NAME VERB`: "one" and "force" before a verb run it whatever rc.conf says. `act` gets the plain verb.
int run_script(const RcScript& script, const std::string& verb, const std::function<int(const conf::RcConf&, const std::string&)>& act);

}  // namespace cellblock::bsd
