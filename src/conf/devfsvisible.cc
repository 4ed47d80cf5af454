// What a ruleset shows: devfs(5)'s rules without a kernel.
#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "conf/devfsrules.hpp"

namespace cellblock::conf::devfs {
namespace {

using model::Device;
using model::DeviceKind;

std::string_view type_of(const Device& device) {
  if (device.kind == DeviceKind::block) return "disk";
  if (device.kind != DeviceKind::character) return "";
  if (device.major == 1 && (device.minor == 1 || device.minor == 2)) return "mem";
  if (device.major == 9) return "tape";
  bool terminal = (device.major >= 2 && device.major <= 5) || (device.major >= 136 && device.major <= 143) ||
                  device.major == 204;
  return terminal ? "tty" : "";
}

bool matches(const DevfsRule& rule, const Device& device) {
  if (!rule.type.empty() && rule.type != type_of(device)) return false;
  return rule.path.empty() || ::fnmatch(rule.path.c_str(), device.name.c_str(), FNM_PATHNAME) == 0;
}

Result<uint32_t> number_of(const std::string& name, const std::map<std::string, uint32_t, std::less<>>& names,
                           std::string_view what) {
  if (auto found = names.find(name); found != names.end()) return found->second;
  if (auto number = parse_int(name); number && *number >= 0 && *number < UINT32_MAX)
    return static_cast<uint32_t>(*number);
  return fail(Why::absent, "unknown {}: {}", what, name);
}

// One candidate on its way through the rules.
class Judged {
 public:
  Judged(const Device& candidate, const DevfsRules& rules, const Owners& owners)
      : device(candidate), rules_(rules), owners_(owners) {}

  // Includes are followed one level deep, as in devfs(8): rulesets 1 to 5 are written for that.
  Result<> apply(const DevfsRuleset& set, int depth) {
    for (const DevfsRule& rule : set.rules) {
      if (!matches(rule, device)) continue;
      CB_CHECK(act(rule));
      if (!rule.include || depth > 0) continue;
      auto included = rules_.sets.find(*rule.include);
      if (included == rules_.sets.end())
        return fail(Why::absent, "devfs ruleset {} is not defined", *rule.include);
      CB_CHECK(apply(included->second, depth + 1));
    }
    return {};
  }

  Device device;
  bool hidden = false;

 private:
  Result<> act(const DevfsRule& rule) {
    if (rule.hide) hidden = *rule.hide;
    if (rule.mode) device.mode = *rule.mode;
    if (!rule.user.empty()) {
      CB_TRY(device.uid, number_of(rule.user, owners_.users, "user"));
    }
    if (!rule.group.empty()) {
      CB_TRY(device.gid, number_of(rule.group, owners_.groups, "group"));
    }
    return {};
  }

  const DevfsRules& rules_;
  const Owners& owners_;
};

// "a/b/c" needs "a" and "a/b".
void add_parents(std::set<std::string, std::less<>>& needed, std::string_view name) {
  for (size_t slash = name.find('/'); slash != name.npos; slash = name.find('/', slash + 1))
    needed.emplace(name.substr(0, slash));
}

Device directory(std::string name) {
  Device device;
  device.name = std::move(name);
  device.kind = DeviceKind::directory;
  device.mode = 0755;
  return device;
}

}  // namespace

Result<model::DeviceTree> visible(int number, const DevfsRules& rules, const model::DeviceTree& candidates,
                                  const Owners& owners) {
  auto set = rules.sets.find(number);
  if (set == rules.sets.end()) return fail(Why::absent, "devfs ruleset {} is not defined", number);
  std::map<std::string, Device, std::less<>> shown, hidden_directories;
  std::set<std::string, std::less<>> needed;
  for (const Device& candidate : candidates) {
    Judged judged(candidate, rules, owners);
    CB_CHECK(judged.apply(set->second, 0), "devfs ruleset {}", number);
    auto& place = judged.hidden ? hidden_directories : shown;
    if (!judged.hidden) add_parents(needed, candidate.name);
    if (!judged.hidden || candidate.kind == DeviceKind::directory)
      place.insert_or_assign(candidate.name, std::move(judged.device));
  }
  for (const std::string& name : needed) {
    auto known = hidden_directories.find(name);
    shown.try_emplace(name, known == hidden_directories.end() ? directory(name) : known->second);
  }
  model::DeviceTree tree;  // the map's order puts "net" before "net/tun"
  for (auto& [name, device] : shown) tree.push_back(std::move(device));
  return tree;
}

const model::DeviceTree& standard_devices() {
  constexpr auto character = DeviceKind::character;
  constexpr auto folder = DeviceKind::directory;
  constexpr auto link = DeviceKind::link;
  static const model::DeviceTree devices{
      {"null", character, 1, 3, 0666}, {"zero", character, 1, 5, 0666}, {"full", character, 1, 7, 0666},
      {"random", character, 1, 8, 0666}, {"urandom", character, 1, 9, 0666},
      {"tty", character, 5, 0, 0666}, {"console", character, 5, 1, 0600},
      {"kmsg", character, 1, 11, 0600}, {"mem", character, 1, 1, 0640},
      {"fuse", character, 10, 229, 0666}, {"zfs", character, 10, 249, 0666},
      {"kvm", character, 10, 232, 0660}, {"vhost-net", character, 10, 238, 0600},
      {"vhost-vsock", character, 10, 241, 0600}, {"net", folder, 0, 0, 0755},
      {"net/tun", character, 10, 200, 0666}, {"ppp", character, 108, 0, 0600}, {"loop-control", character, 10, 237, 0660},
      {"pts", folder, 0, 0, 0755}, {"shm", folder, 0, 0, 01777}, {"mqueue", folder, 0, 0, 01777},
      {"ptmx", link, 0, 0, 0777, 0, 0, "pts/ptmx"}, {"fd", link, 0, 0, 0777, 0, 0, "/proc/self/fd"},
      {"stdin", link, 0, 0, 0777, 0, 0, "/proc/self/fd/0"},
      {"stdout", link, 0, 0, 0777, 0, 0, "/proc/self/fd/1"},
      {"stderr", link, 0, 0, 0777, 0, 0, "/proc/self/fd/2"},
  };
  return devices;
}

}  // namespace cellblock::conf::devfs
