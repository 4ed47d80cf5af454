// cellblock --dump: what each stage makes of a jail.conf.
#include <fmt/core.h>

#include "conf/parse.hpp"
#include "conf/print.hpp"
#include "conf/resolve.hpp"
#include "conf/source.hpp"
#include "kernel/open.hpp"
#include "plan/dump.hpp"
#include "sys/file.hpp"
#include "verb.hpp"
#include "view/dump.hpp"

namespace cellblock {
namespace {

// Without names: all jails.
bool is_asked_for(const model::Wanted& jail, const Words& words) {
  if (words.size() < 2) return true;
  for (size_t i = 1; i < words.size(); ++i)
    if (words[i] == jail.name) return true;
  return false;
}

void print_world(const std::vector<model::Wanted>& jails, const Words& words) {
  for (const model::Wanted& jail : jails)
    if (is_asked_for(jail, words)) fmt::print("{}\n", conf::print_jails({jail}, "\n"));
}

void print_plans(const std::vector<model::Wanted>& jails, const Words& words) {
  for (const model::Wanted& jail : jails)
    if (is_asked_for(jail, words)) fmt::print("{}", plan::dump(jail, {}));
}

}  // namespace

Result<int> dump(std::string_view stage, const Words& words) {
  if (stage == "journal") {
    CB_TRY(std::string journal, sys::read_file("/run/cellblock/journal"));
    fmt::print("{}", journal);
    return 0;
  }
  if (stage == "snapshot") {
    CB_TRY(std::unique_ptr<port::Jails> jails, kernel::open_jails());
    CB_TRY(model::Snapshot snapshot, jails->get());
    fmt::print("{}", view::dump(snapshot));
    return 0;
  }
  if (stage != "tree" && stage != "world" && stage != "plan") 
    return fail(Why::invalid, "--dump={}: no such stage (there are tree, world, plan, journal and snapshot)", stage);
  conf::DiskSources sources;
  conf::Parsed parsed = conf::parse(sources, words.empty() ? "/etc/jail.conf" : words[0]);
  conf::Resolved resolved = conf::resolve(parsed.tree);
  parsed.diags.insert(parsed.diags.end(), resolved.diags.begin(), resolved.diags.end());
  fmt::print(stderr, "{}", conf::print(parsed.tree.texts, parsed.diags, "cellblock"));
  if (stage == "tree") fmt::print("{}", conf::print_tree(parsed.tree));
  if (stage == "world") print_world(resolved.jails, words);
  if (stage == "plan") print_plans(resolved.jails, words);
  return parsed.diags.empty() ? 0 : 1;
}

}  // namespace cellblock
