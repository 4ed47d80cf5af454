// devfs(8): the rulesets, and the devfs mounted somewhere.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "applet.hpp"
#include "base/text.hpp"
#include "devfs_nodes.hpp"
#include "kernel/devices.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "devfs";

int usage() {
  fmt::print(stderr, "usage: devfs rule [-s ruleset] add [rulenum] rulespec\n"
                     "       devfs rule [-s ruleset] apply [rulenum] rulespec | applyset | del rulenum | delset | show\n"
                     "       devfs rule showsets\n"
                     "       devfs [-m mount-point] ruleset ruleset\n");
  return 1;
}

int complain(const Error& error) {
  warnx(me, "{}", error.text());
  return 1;
}

struct Work {
  conf::DevfsRules rules;
  std::string mount_point = "/dev";
  int number = 0;

  conf::DevfsRuleset* set() {
    auto found = rules.sets.find(number);
    return found == rules.sets.end() ? nullptr : &found->second;
  }
};

std::optional<int> parse_ruleset(const Work& work, const std::string& word) {
  if (auto number = parse_int(word)) return *number >= 0 && *number <= 65535 ? std::optional<int>(*number) : std::nullopt;
  return work.rules.number_of(word);
}

// Only what our mount command made can be changed: the machine's own /dev belongs to the machine.
Result<Fd> open_devfs(const std::string& mount_point) {
  auto table = sys::mount_table();
  bool ours = table && std::ranges::any_of(*table, [&](const sys::MountEntry& entry) {
                return entry.target == mount_point && entry.type == "tmpfs" && entry.source == "devfs";
              });
  if (!ours) return fail(Why::invalid, "{}: not a devfs", mount_point);
  return sys::open(mount_point, O_RDONLY | O_DIRECTORY);
}

Result<> apply(const Work& work) {
  CB_TRY(Fd directory, open_devfs(work.mount_point));
  CB_TRY(model::DeviceTree tree,
         conf::devfs::visible(work.number, work.rules, host_devices("/dev"), host_owners()));
  return make_devices(directory.get(), tree);
}

// One rule on top of what is shown now, which no ruleset may describe; it is not kept.
Result<> on_top_of_now(Work& work, conf::DevfsRule rule) {
  CB_TRY(Fd directory, open_devfs(work.mount_point));
  constexpr int unnamed = 65536;  // behind the last that a user can have
  conf::DevfsRuleset now;
  std::vector<conf::DevfsRule> rules(1);
  rules[0].hide = true;
  for (const model::Device& device : host_devices(work.mount_point)) {
    struct stat status;
    if (::fstatat(directory.get(), device.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) continue;
    rules.emplace_back();
    rules.back().path = device.name;
    rules.back().hide = false;
  }
  rules.push_back(std::move(rule));
  for (size_t i = 0; i < rules.size(); ++i) rules[i].number = static_cast<int>(i) + 1;
  now.rules = std::move(rules);
  work.number = unnamed;
  work.rules.sets[unnamed] = std::move(now);
  return {};
}

int add(Work& work, const Words& words) {
  auto rule = conf::parse_devfs_rule(words);
  if (!rule) return complain(rule.error());
  if (work.number == 0) {
    warnx(me, "ruleset 0 can't be changed");
    return 1;
  }
  if (auto added = conf::add_devfs_rule(work.rules.sets[work.number], std::move(*rule)); !added)
    return complain(added.error());
  auto saved = save_devfs_rules(work.rules);
  return saved ? 0 : complain(saved.error());
}

int del(Work& work, const Words& words) {
  auto number = words.empty() ? std::nullopt : parse_int(words[0]);
  if (!number || !work.set()) return usage();
  size_t removed = std::erase_if(work.set()->rules, [&](const conf::DevfsRule& rule) { return rule.number == *number; });
  if (removed == 0) {
    warnx(me, "ioctl DEVFSIO_RDEL: No such file or directory");
    return 1;
  }
  auto saved = save_devfs_rules(work.rules);
  return saved ? 0 : complain(saved.error());
}

int delset(Work& work) {
  if (work.number == 0 || work.rules.sets.erase(work.number) == 0) return usage();
  auto saved = save_devfs_rules(work.rules);
  return saved ? 0 : complain(saved.error());
}

int show(Work& work) {
  for (const conf::DevfsRule& rule : work.set() ? work.set()->rules : std::vector<conf::DevfsRule>{})
    fmt::print("{} {}\n", rule.number, rule.text());
  return 0;
}

int rule(Work& work, const Words& words) {
  Options options(words, "s:");
  if (!options.error().empty() || options.rest().empty()) return usage();
  if (options.has('s')) {
    auto number = parse_ruleset(work, options.value('s'));
    if (!number) return usage();
    work.number = *number;
  }
  std::string verb = options.rest()[0];
  Words rest(options.rest().begin() + 1, options.rest().end());
  if (verb == "add") return add(work, rest);
  if (verb == "del") return del(work, rest);
  if (verb == "delset") return delset(work);
  if (verb == "show") return show(work);
  if (verb == "showsets") {
    for (const auto& [number, set] : work.rules.sets)
      if (number != 0) fmt::print("{}\n", number);
    return 0;
  }
  if (verb != "applyset" && verb != "apply") return usage();
  if (verb == "apply") {
    auto parsed = conf::parse_devfs_rule(rest);
    if (!parsed) return complain(parsed.error());
    if (auto prepared = on_top_of_now(work, std::move(*parsed)); !prepared) return complain(prepared.error());
  }
  auto applied = apply(work);
  return applied ? 0 : complain(applied.error());
}

}  // namespace

int devfs(const Words& words) {
  Options options(words, "m:");
  if (!options.error().empty() || options.rest().empty()) return usage();
  auto rules = kernel::host_devfs_rules();
  if (!rules) return complain(rules.error());
  Work work;
  work.rules = std::move(*rules);
  work.mount_point = options.value('m', "/dev");
  const Words& rest = options.rest();
  if (rest[0] == "rule") return rule(work, rest);
  if (rest[0] != "ruleset" || rest.size() != 2) return usage();
  auto number = parse_ruleset(work, rest[1]);
  if (!number) return usage();
  work.number = *number;
  auto applied = apply(work);
  return applied ? 0 : complain(applied.error());
}

}  // namespace cellblock::bsd
