#include "plan/dump.hpp"

#include "base/text.hpp"

namespace cellblock::plan {
namespace {

std::string_view verb(Act act) {
  switch (act) {
    case Act::run_outside: return "run";
    case Act::run_inside: return "run in jail";
    case Act::run_own: return "run in jail";
    case Act::add_alias: return "add alias";
    case Act::remove_alias: return "remove alias";
    case Act::mount: return "mount";
    case Act::unmount: return "unmount";
    case Act::check_mount: return "check";
    case Act::create: return "create";
    case Act::remove: return "remove";
    case Act::check_cable: return "check";
    case Act::connect: return "connect";
    case Act::disconnect: return "disconnect";
    case Act::attach_dataset: return "attach";
    case Act::detach_dataset: return "detach";
    case Act::move_in: return "move in";
    case Act::move_back: return "move back";
    case Act::terminate: return "terminate";
  }
  return {};
}

}  // namespace

std::string show(const Step& step) {
  std::string out(verb(step.act));
  if (!step.parameter.empty()) out += fmt::format(" {}", step.parameter);
  if (!step.words.empty()) return out + ": " + join(step.words, " ");
  return step.argument.empty() ? out : out + ": " + step.argument;
}

std::string dump(const Steps& steps) {
  std::string out;
  size_t number = 0;
  for (const Step& step : steps) out += fmt::format("{:>4}  {}  # {}\n", ++number, show(step), reason_of(step));
  return out;
}

std::string dump(const model::Wanted& wanted, const std::vector<std::string>& fstab) {
  std::string name = wanted.name.empty() ? "(unnamed)" : wanted.name;
  return fmt::format("start {}:\n{}stop {}:\n{}", name, dump(start(wanted, fstab)), name, dump(stop(wanted, fstab)));
}

}  // namespace cellblock::plan
