#include "jail/options.hpp"

#include <algorithm>
#include <cstdlib>

#include "conf/command_line.hpp"

namespace cellblock::jail {
namespace {

using apply::op_set;
using apply::op_start;
using apply::op_stop;

constexpr std::string_view with_value = "efJnpsuU";
constexpr std::string_view without_value = "cCdhilmqrRv";
constexpr std::string_view stages[] = {"tree", "world", "plan", "latency"};

void set_operation(Options& options, char flag) {
  switch (flag) {
    case 'c': options.orders.ops |= op_start; break;
    case 'm': options.orders.ops |= op_set; break;
    case 'R': options.remove_only = true; [[fallthrough]];
    case 'r': options.orders.ops |= op_stop; break;
    case 'C': options.orders.clean_up = true; break;
    default: break;
  }
}

void set_switch(Options& options, char flag) {
  switch (flag) {
    case 'd': options.orders.warn_dying = true; break;
    case 'i': options.orders.print_jid = true; [[fallthrough]];
    case 'q': options.orders.verbosity = -1; break;
    case 'v': options.orders.verbosity = 1; break;
    default: set_operation(options, flag);
  }
}

/// As strtol(3): what is no number, or below 1, means no limit.
size_t limit_of(const std::string& value) {
  long limit = std::strtol(value.c_str(), nullptr, 10);
  return limit > 0 ? static_cast<size_t>(limit) : 0;
}

void set_value(Options& options, char flag, const std::string& value) {
  switch (flag) {
    case 'e': options.separator = value; break;
    case 'f': options.file = value; break;
    case 'J': options.jid_file = value; break;
    case 'p': options.orders.parallel = limit_of(value); break;
    default: break;
  }
}

void describe(Options& options, char flag, const std::string& value) {
  if (std::string_view("hlnsuU").find(flag) == std::string_view::npos) return;
  options.describes = true;
  for (model::Setting& setting : conf::flag_settings(flag, value)) options.described.push_back(std::move(setting));
}

/// One cluster of flags, "-cf"; `next` is the argument behind it. Returns how many arguments were used up.
Result<size_t> parse_cluster(Options& options, std::string_view cluster, const std::string* next) {
  for (size_t at = 1; at < cluster.size(); ++at) {
    char flag = cluster[at];
    if (without_value.find(flag) != without_value.npos) {
      set_switch(options, flag);
      describe(options, flag, "");
      continue;
    }
    if (with_value.find(flag) == with_value.npos) return fail(Why::invalid, "illegal option -- {}", flag);
    bool attached = at + 1 < cluster.size();
    if (!attached && !next) return fail(Why::invalid, "option requires an argument -- {}", flag);
    std::string value = attached ? std::string(cluster.substr(at + 1)) : *next;
    set_value(options, flag, value);
    describe(options, flag, value);
    return attached ? 1 : 2;
  }
  return 1;
}

}  // namespace

Result<Options> parse_options(std::span<const std::string> arguments) {
  Options options;
  size_t at = 0;
  while (at < arguments.size()) {
    const std::string& argument = arguments[at];
    if (argument.starts_with("--dump=")) {
      options.dump = argument.substr(7);
      if (std::ranges::find(stages, options.dump) == std::end(stages))  // never acts in place of a dump
        return fail(Why::absent, "{}: no such stage (there are tree, world, plan and latency)", argument);
      ++at;
      continue;
    }
    if (argument.size() < 2 || argument[0] != '-') break;
    if (argument == "--") {
      ++at;
      break;
    }
    const std::string* next = at + 1 < arguments.size() ? &arguments[at + 1] : nullptr;
    CB_TRY(size_t used, parse_cluster(options, argument, next));
    at += used;
  }
  options.arguments.assign(arguments.begin() + static_cast<ptrdiff_t>(at), arguments.end());
  return options;
}

Style style_of(const Options& options) {
  const std::vector<std::string>& arguments = options.arguments;
  bool operates = options.orders.ops != 0 || options.orders.clean_up;
  auto has_value = [](const std::string& argument) { return argument.find('=') != argument.npos; };
  if (options.separator) return operates || !arguments.empty() ? Style::usage : Style::exhibit;
  if (!operates)
    return arguments.size() < 4 || !arguments[0].starts_with('/') ? Style::usage : Style::old_style;
  if (options.orders.ops == op_stop && !options.orders.clean_up) {
    if (options.describes || arguments.empty()) return Style::usage;
    bool parameters = !options.remove_only && std::ranges::any_of(arguments, has_value);
    return parameters ? Style::usage : Style::targets;
  }
  if (arguments.size() > 1 || (arguments.size() == 1 && has_value(arguments[0])))
    return options.remove_only || options.orders.clean_up ? Style::usage : Style::command_line;
  return options.remove_only || options.describes ? Style::usage : Style::file;
}

const char usage_text[] =
    "usage: jail [-dhilqv] [-J jid_file] [-u username] [-U username]\n"
    "            -[cmr] param=value ... [command=command ...]\n"
    "       jail [-dqv] [-f file] [-p limit] -[Ccmr] [jail]\n"
    "       jail [-qv] [-f file] [-p limit] -[rR] ['*' | jail ...]\n"
    "       jail [-dhilqv] [-J jid_file] [-u username] [-U username]\n"
    "            [-n jailname] [-s securelevel]\n"
    "            path hostname ip[,...] command ...\n"
    "       jail [-f file] -e separator\n"
    "       jail --dump=tree|world|plan|latency ...\n";

}  // namespace cellblock::jail
