#include "jail/command.hpp"

#include <algorithm>

#include "apply/scheduler.hpp"
#include "conf/check.hpp"
#include "conf/command_line.hpp"
#include "conf/parse.hpp"
#include "conf/print.hpp"
#include "conf/resolve.hpp"
#include "jail/dump.hpp"
#include "plan/network.hpp"
#include "port/latency.hpp"

namespace cellblock::jail {
namespace {

constexpr const char* program = "jail";

/// The jails of one run, and what is needed to complain about them.
struct Description {
  conf::Tree tree;
  conf::Resolved resolved;
  apply::Source source = apply::Source::file;
  bool old_style = false;
};

class Command {
 public:
  Command(const Surroundings& around, Options options) : around_(around), options_(std::move(options)) {}

  int run() {
    switch (style_of(options_)) {
      case Style::usage: return usage();
      case Style::exhibit: return exhibit();
      case Style::old_style: return describe_old_style() ? operate() : 1;
      case Style::command_line: return describe_one() ? operate() : 1;
      case Style::targets: return describe_targets() ? operate() : 1;
      case Style::file: return load() ? operate() : 1;
    }
    return 1;
  }

 private:
  int usage();
  int exhibit();
  bool load();
  bool describe_old_style();
  bool describe_one();
  bool describe_targets();
  void take(model::Wanted wanted);
  void expand_networks();
  int operate();
  bool select(apply::Scheduler& scheduler);
  std::string check(size_t id, const model::Wanted& wanted, bool only_stops);
  int complain(std::string_view text);

  const Surroundings& around_;
  Options options_;
  Description description_;
};

int Command::usage() {
  around_.voice.complain(usage_text);
  return 1;
}

int Command::complain(std::string_view text) {
  around_.voice.complain(fmt::format("{}: {}\n", program, text));
  return 1;
}

/// What is wrong with single jails is said at once, also of jails that are not meant; only a file that can't be
/// read ends the command.
bool Command::load() {
  conf::Parsed parsed = conf::parse(around_.sources, options_.file);
  if (!parsed.diags.empty()) {
    around_.voice.complain(conf::print(parsed.tree.texts, parsed.diags, program));
    return false;
  }
  description_.tree = std::move(parsed.tree);
  description_.resolved = conf::resolve(description_.tree);
  if (!description_.resolved.diags.empty())
    around_.voice.complain(conf::print(description_.tree.texts, description_.resolved.diags, program));
  if (around_.bsd_commands && defines_variable(description_.tree, "bsd"))
    options_.orders.bsd_commands = around_.bsd_commands();
  return true;
}

int Command::exhibit() {
  if (!load()) return 1;
  around_.voice.say(conf::print_jails(description_.resolved.jails, *options_.separator));
  return 0;
}

void Command::take(model::Wanted wanted) {
  for (const std::string& problem : wanted.problems) complain(problem);
  description_.source = apply::Source::command_line;
  description_.resolved.jails.push_back(std::move(wanted));
}

bool Command::describe_old_style() {
  options_.orders.ops = apply::op_start;
  description_.old_style = true;
  auto defaults = around_.old_style_defaults ? around_.old_style_defaults() : std::nullopt;
  take(conf::old_style(options_.described, options_.arguments, defaults));
  return true;
}

bool Command::describe_one() {
  take(conf::command_line(options_.described, options_.arguments));
  return true;
}

bool Command::describe_targets() {
  bool from_file = !options_.remove_only && (options_.file == "-" || around_.exists(options_.file));
  const std::vector<std::string>& targets = options_.arguments;
  options_.orders.note_removed = from_file || targets.size() > 1 || conf::is_wildcard(targets[0]);
  if (options_.remove_only) description_.source = apply::Source::running;
  return !from_file || load();
}

std::string Command::check(size_t id, const model::Wanted& wanted, bool only_stops) {
  auto scope = only_stops ? conf::CheckScope::own_parameters : conf::CheckScope::everything;
  std::span<const conf::Origin> origins;
  if (id < description_.resolved.origins.size()) origins = description_.resolved.origins[id];
  auto diags = conf::check(wanted, origins, scope);
  return diags.empty() ? std::string() : conf::print(description_.tree.texts, diags, program);
}

bool Command::select(apply::Scheduler& scheduler) {
  if (options_.orders.ops != apply::op_stop)
    return scheduler.select(options_.arguments.empty() || description_.source == apply::Source::command_line
                                ? std::string_view()
                                : options_.arguments[0]);
  if (options_.arguments.empty()) return scheduler.select("");
  for (const std::string& target : options_.arguments) scheduler.select(target);
  return true;
}

/// Jails that name a network get what it says. A network that isn't there is said when the jail's turn comes: one that
/// is to be stopped needs none.
void Command::expand_networks() {
  std::vector<model::Wanted>& jails = description_.resolved.jails;
  if (std::ranges::none_of(jails, plan::wants_network)) return;
  std::vector<model::Wanted> networks;
  if (around_.exists(plan::networks_file)) {
    conf::Parsed parsed = conf::parse(around_.sources, plan::networks_file);
    conf::Resolved resolved = conf::resolve(parsed.tree);
    for (const auto& diags : {parsed.diags, resolved.diags})
      if (!diags.empty()) around_.voice.complain(conf::print(parsed.tree.texts, diags, program));
    const std::vector<std::string> problems = plan::check_networks(resolved.jails);
    for (const std::string& problem : problems) complain(fmt::format("{}: {}", plan::networks_file, problem));
    // What is wrong may be what keeps jails apart: none gets a network out of such a file.
    if (parsed.diags.empty() && resolved.diags.empty() && problems.empty()) networks = std::move(resolved.jails);
  }
  for (model::Wanted& jail : jails) (void)plan::expand_network(jail, networks);
}

int Command::operate() {
  if (options_.orders.ops == 0) {  // -C alone
    options_.orders.ops = apply::op_stop;
    options_.orders.clean_only = true;
  }
  if (dumps_description(options_.dump)) {
    around_.voice.say(dump(options_.dump, description_.tree, description_.resolved.jails));
    return 0;
  }
  expand_networks();
  auto ports = around_.open_ports();
  if (!ports) return complain(ports.error().text());
  latency::mark("open");
  apply::Questions questions;
  questions.check = [this](size_t id, const model::Wanted& wanted, bool only_stops) {
    return check(id, wanted, only_stops);
  };
  questions.look_up = around_.look_up;
  std::function<void(std::string_view)> log;
  questions.started = [this, &log](const model::Wanted& wanted, model::JailId jid) {
    if (log)
      log(description_.old_style ? conf::print_started_old_style(wanted, jid) : conf::print_started(wanted, jid));
  };
  apply::Scheduler scheduler(*ports, options_.orders, std::move(questions),
                             std::move(description_.resolved.jails), description_.source);
  if (!select(scheduler)) return 1;
  if (options_.jid_file) {
    auto opened = around_.open_log(*options_.jid_file);
    if (!opened) return complain(fmt::format("open {}", opened.error().text()));
    log = std::move(*opened);
  }
  return scheduler.run();
}

}  // namespace

int run(const Surroundings& around, std::span<const std::string> arguments) {
  if (!arguments.empty() && arguments[0] == "--help") {
    around.voice.say(usage_text);
    return 0;
  }
  auto options = parse_options(arguments);
  if (!options) {
    bool said = options.error().why == Why::absent;
    around.voice.complain(fmt::format("{}: {}\n{}", program, options.error().text(), said ? "" : usage_text));
    return 1;
  }
  return Command(around, std::move(*options)).run();
}

}  // namespace cellblock::jail
