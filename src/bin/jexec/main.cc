// jexec(8): runs a command in a jail.
#include <unistd.h>

#include "inherited.hpp"
#include "kernel/open.hpp"
#include "options.hpp"
#include "proxy.hpp"

using namespace cellblock;

namespace {

[[noreturn]] void give_up(std::string text) {
  (void)!::write(2, text.data(), text.size());
  ::_exit(1);
}

[[noreturn]] void run(jexec::Request request, const std::vector<int>& inherited) {
  auto jails = kernel::open_jails();
  if (!jails) give_up(fmt::format("jexec: {}\n", jails.error().text()));
  auto jail = (*jails)->find(request.jail);
  if (!jail) give_up(fmt::format("jexec: {}\n", jail.error().text()));
  model::JailId jid = jail->prison.jid;
  // A signal to the whole group would reach this process' own group, where the ids are the same inside and outside.
  bool same_ids = jail->prison.linux_userns == model::Sys::inherit;
  jexec::prepare(same_ids ? jexec::Group::own : jexec::group_for(request.entry.argv));
  request.entry.before_exec = jexec::before_exec;
  auto child = (*jails)->enter(jid, request.entry);
  if (!child) give_up(fmt::format("jexec: {}\n", jexec::failure_text(child.error(), jid)));
  jexec::End end = jexec::follow(child->pid, inherited);
  (*jails)->left(jid);
  jexec::end_like(end);
}

}  // namespace

int main(int argc, char** argv, char** environment) {
  std::vector<int> inherited = jexec::inherited_descriptors();
  jexec::withhold_directories(inherited);
  std::vector<std::string> arguments(argv + 1, argv + argc), variables;
  for (char** variable = environment; *variable; ++variable) variables.emplace_back(*variable);
  if (!arguments.empty() && arguments[0] == "--help") {
    (void)!::write(1, jexec::usage.data(), jexec::usage.size());
    return 0;
  }
  auto parsed = jexec::parse_options(arguments, variables);
  if (auto* text = std::get_if<std::string>(&parsed)) give_up(std::move(*text));
  run(std::move(std::get<jexec::Request>(parsed)), inherited);
}
