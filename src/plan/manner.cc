#include "plan/manner.hpp"

#include "plan/wants.hpp"

namespace cellblock::plan {
namespace {

std::optional<std::string> copy_of(const std::string* text) {
  return text ? std::optional(*text) : std::nullopt;
}

}  // namespace

Manner manner_of(const model::Wanted& wanted) {
  Manner manner;
  manner.clean = is_true(wanted, "exec.clean");
  manner.jail_user = copy_of(text_of(wanted, "exec.jail_user"));
  manner.jail_user_from_host = is_true(wanted, "exec.system_jail_user");
  manner.system_user = copy_of(text_of(wanted, "exec.system_user"));
  manner.timeout = std::chrono::seconds(number_of(wanted, "exec.timeout").value_or(0));
  manner.stop_timeout = std::chrono::seconds(number_of(wanted, "stop.timeout").value_or(10));
  manner.fib = static_cast<uint32_t>(number_of(wanted, "exec.fib").value_or(0));
  manner.console_log = copy_of(text_of(wanted, "exec.consolelog")).value_or("");
  manner.path = copy_of(text_of(wanted, "path")).value_or("");
  return manner;
}

}  // namespace cellblock::plan
