#include "record/journal.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "model/param.hpp"
#include "record/rules.hpp"

namespace cellblock::record {
namespace {

using model::CableId;
using model::Jail;
using model::JailId;

std::string encode(const Process& process) {
  return fmt::format("{}:{}:{}", process.pid, process.inode, process.start);
}

/// A whole number that fits: what does not would come back as another one when the journal is rewritten.
template <class Number>
std::optional<Number> decode(std::string_view text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Process> decode_process(std::string_view text) {
  std::vector<std::string> parts = split(text, ':');
  if (parts.size() != 3) return std::nullopt;
  auto pid = decode<pid_t>(parts[0]);
  auto inode = decode<uint64_t>(parts[1]), start = decode<uint64_t>(parts[2]);
  if (!pid || *pid < 1 || !inode || !start) return std::nullopt;
  return Process{*pid, *inode, *start};
}

std::optional<JailId> decode_jid(std::string_view text) {
  auto jid = decode<JailId>(text);
  if (!jid || *jid < 1 || *jid > model::max_jail_id) return std::nullopt;
  return jid;
}

/// "7", "7/eth1".
std::optional<CableId> decode_cable(std::string_view text) {
  size_t slash = text.find('/');
  auto jid = decode_jid(text.substr(0, slash));
  if (!jid || slash + 1 == text.size()) return std::nullopt;
  return CableId{*jid, slash == text.npos ? "" : unvis(text.substr(slash + 1))};
}

/// A line taken apart: "@key=value" words apart, the rest in order. They lie in the line and are as they stand there:
/// a journal of a thousand jails is read at every start of jls(8).
struct Words {
  std::vector<std::string_view> marks;
  std::vector<std::string_view> plain;

  std::string mark(std::string_view key) const {
    for (std::string_view word : marks)
      if (word.size() > key.size() && word[key.size()] == '=' && word.starts_with(key))
        return unvis(word.substr(key.size() + 1));
    return {};
  }
};

Words take_apart(std::string_view line) {
  Words words;
  words.plain.reserve(16);
  while (!line.empty()) {
    std::string_view word = take_part(line, ' ');
    if (word.starts_with('@') && word.find('=') != word.npos)
      words.marks.push_back(word.substr(1));
    else if (!word.empty())
      words.plain.push_back(word);
  }
  return words;
}

/// "name=value" words, a list's name repeated, a bare name for no value.
std::vector<model::Setting> settings_in(const std::vector<std::string_view>& words, size_t first) {
  std::vector<model::Setting> settings;
  settings.reserve(words.size());
  for (size_t i = first; i < words.size(); ++i) {
    size_t equals = words[i].find('=');
    std::string_view name = words[i].substr(0, equals);
    if (settings.empty() || settings.back().name != name) settings.push_back({std::string(name), {}});
    if (equals != words[i].npos) settings.back().values.push_back(unvis(words[i].substr(equals + 1)));
  }
  return settings;
}

/// Whoever walks up or down the tree of jails comes to an end, whatever the journal says.
bool is_below_itself(const State& state, const model::Prison& prison) {
  for (JailId up = prison.parent; up;) {
    if (up == prison.jid) return true;
    const Jail* above = state.snapshot.find(up);
    up = above ? above->prison.parent : 0;
  }
  return false;
}

bool apply_jail(State& state, const Words& words) {
  auto jid = words.plain.size() > 1 ? decode_jid(words.plain[1]) : std::nullopt;
  if (!jid) return false;
  Jail jail;
  auto maker = decode_process(words.mark("owner"));
  if (const Jail* known = state.snapshot.find(*jid); known && !maker) jail.runtime = known->runtime;
  for (const model::Setting& setting : settings_in(words.plain, 2))
    if (!model::assign(jail.prison, setting)) return false;
  jail.prison.jid = *jid;
  jail.prison.cpuset_id = *jid + 1;
  jail.prison.parent = decode_jid(words.mark("parent")).value_or(0);
  if (is_below_itself(state, jail.prison)) return false;
  jail.runtime.cgroup = words.mark("cgroup");
  jail.runtime.uid_base = decode<uint32_t>(words.mark("uid")).value_or(0);
  if (maker) state.makers[*jid] = *maker;
  if (!state.snapshot.find(*jid)) state.snapshot.last_jid = *jid;
  state.snapshot.jails[*jid] = std::move(jail);
  return true;
}

bool apply_run(State& state, const Words& words) {
  auto jid = words.plain.size() > 1 ? decode_jid(words.plain[1]) : std::nullopt;
  auto keeper = decode_process(words.mark("keeper"));
  if (!jid || !keeper || !state.snapshot.jails.contains(*jid)) return false;
  model::Runtime& runtime = state.snapshot.jails[*jid].runtime;
  runtime.keeper = keeper->pid;
  runtime.keeper_inode = keeper->inode;
  runtime.keeper_start = keeper->start;
  state.makers.erase(*jid);
  return true;
}

/// A kind or a name: "-" for none, as an interface of a machine has no kind.
std::string word_of(const std::string& text) { return text.empty() ? "-" : vis(text); }
std::string from_word(std::string_view word) { return word == "-" ? "" : unvis(word); }

bool apply_lend(State& state, const Words& words) {
  auto jid = words.plain.size() == 6 ? decode_jid(words.plain[1]) : std::nullopt;
  auto from = jid ? decode<JailId>(words.plain[3]) : std::nullopt;
  if (!from || *from < 0 || *from > model::max_jail_id || !state.snapshot.jails.contains(*jid)) return false;
  state.lent[unvis(words.plain[2])] = {*jid, *from, unvis(words.plain[4]), from_word(words.plain[5])};
  return true;
}

bool apply_unlend(State& state, const Words& words) { return words.plain.size() == 2 && state.lent.erase(unvis(words.plain[1])) > 0; }

bool drop_cable(State& state, const CableId& id) {
  auto found = state.cables.find(id);
  if (found == state.cables.end()) return false;
  for (const auto& one : found->second.addresses) state.cable_addresses.erase({found->second.segment(), one.address, id});
  state.unjoined.erase(id);
  state.cables.erase(found);
  return true;
}

void drop_cables_of(State& state, JailId jid) {
  for (auto at = state.cables.lower_bound({jid, ""}); at != state.cables.end() && at->first.jid == jid; at = state.cables.lower_bound({jid, ""}))
    drop_cable(state, CableId(at->first));
}

bool apply_end(State& state, const Words& words) {
  auto jid = words.plain.size() > 1 ? decode_jid(words.plain[1]) : std::nullopt;
  if (!jid) return false;
  state.makers.erase(*jid);
  drop_cables_of(state, *jid);
  std::erase_if(state.lent, [&](const auto& each) { return each.second.jid == *jid; });
  return state.snapshot.jails.erase(*jid) > 0;
}

bool apply_last(State& state, const Words& words) {
  auto jid = words.plain.size() > 1 ? decode_jid(words.plain[1]) : std::nullopt;
  if (!jid) return false;
  state.snapshot.last_jid = *jid;
  return true;
}

bool apply_mount(State& state, const Words& words) {
  auto owner = decode_process(words.mark("owner"));
  if (!owner || words.plain.size() != 2) return false;
  state.mounts.push_back({*owner, words.mark("root"), unvis(words.plain[1]),
                          decode<uint64_t>(words.mark("was")).value_or(0), words.mark("upper")});
  return true;
}

bool apply_unmount(State& state, const Words& words) {
  if (words.plain.size() != 2) return false;
  std::string target = unvis(words.plain[1]);
  auto last = std::find_if(state.mounts.rbegin(), state.mounts.rend(), [&](auto& made) { return made.target == target; });
  if (last == state.mounts.rend()) return false;
  state.mounts.erase(std::next(last).base());
  return true;
}

bool apply_alias(State& state, const Words& words) {
  auto owner = decode_process(words.mark("owner"));
  const int prefix = words.plain.size() == 4 ? decode<int>(words.plain[3]).value_or(-1) : -1;
  if (!owner || prefix < 0 || prefix > 128) return false;
  state.aliases.push_back({*owner, unvis(words.plain[1]), unvis(words.plain[2]), prefix});
  return true;
}

bool apply_unalias(State& state, const Words& words) {
  if (words.plain.size() != 4) return false;
  std::string interface = unvis(words.plain[1]), address = unvis(words.plain[2]);
  return std::erase_if(state.aliases, [&](const AliasMade& made) {
           return made.interface == interface && made.address == address;
         }) > 0;
}

std::optional<model::CableAddress> decode_address(std::string_view text) {
  size_t slash = text.find('/');
  auto prefix = slash == text.npos ? std::nullopt : decode<int>(text.substr(slash + 1));
  if (!prefix || slash == 0 || *prefix < 0 || *prefix > 128) return std::nullopt;
  return model::CableAddress{unvis(text.substr(0, slash)), *prefix};
}

bool apply_rules(State& state, const Words& words, bool made) {
  auto id = words.plain.size() == 2 ? decode_cable(words.plain[1]) : std::nullopt;
  if (!id) return false;
  return made ? state.rules.insert(*id).second : state.rules.erase(*id) > 0;
}

bool apply_cable(State& state, const Words& words) {
  auto id = words.plain.size() >= 4 ? decode_cable(words.plain[1]) : std::nullopt;
  auto rules = parse_rules(words.mark("nat"), words.mark("bridge-nat"), words.mark("forward"));
  auto vlans = model::parse_vlans(words.mark("vlans"));
  if (!id || !rules || !vlans || !state.snapshot.jails.contains(id->jid)) return false;
  CableMade made{unvis(words.plain[2]), unvis(words.plain[3]), {}, decode<uint64_t>(words.mark("like")).value_or(0), *rules,
                 words.mark("isolated") == "true", *vlans};
  if (const std::string via = words.mark("via"); !via.empty()) made.gateways = split(via, ';');
  for (size_t i = 4; i < words.plain.size(); ++i) {
    auto address = decode_address(words.plain[i]);
    if (!address) return false;
    made.addresses.push_back(std::move(*address));
  }
  drop_cable(state, *id);
  for (const auto& one : made.addresses) state.cable_addresses.emplace(made.segment(), one.address, *id);
  state.cables[*id] = std::move(made);
  state.unjoined.insert(*id);
  return true;
}

bool apply_joined(State& state, const Words& words) {
  bool any = false;
  for (size_t i = 1; i < words.plain.size(); ++i)
    if (auto id = decode_cable(words.plain[i]); id && state.unjoined.erase(*id)) any = true;
  return any;
}

bool apply_uncable(State& state, const Words& words) {
  auto id = words.plain.size() == 2 ? decode_cable(words.plain[1]) : std::nullopt;
  return id && drop_cable(state, *id);
}

bool apply_bridge(State& state, const Words& words, bool made) {
  if (words.plain.size() != 2) return false;
  std::string name = unvis(words.plain[1]);
  if (!made) std::erase_if(state.held, [&](const Segment& held) { return held.first == name; });
  return made ? state.bridges.insert(name).second : state.bridges.erase(name) > 0;
}

bool apply_hold(State& state, const Words& words, bool made) {
  auto vlan = words.plain.size() == 3 ? decode<uint16_t>(words.plain[2]) : std::nullopt;
  if (!vlan || *vlan > model::last_vlan) return false;
  Segment segment{unvis(words.plain[1]), *vlan};
  if (made) return state.bridges.contains(segment.first) && state.held.insert(std::move(segment)).second;
  return state.held.erase(segment) > 0;
}

/// The jid of a "jail N ...", "run N ..." or "cable N ..." line; 0 for any other.
JailId jid_of(std::string_view line) {
  size_t verb = line.starts_with("jail ") ? 5 : line.starts_with("run ") ? 4 : line.starts_with("cable ") ? 6 : 0;
  if (!verb) return 0;
  return decode_jid(line.substr(verb, line.find_first_of(" /", verb) - verb)).value_or(0);
}

/// Where each jail ended last: most of a journal is history, not worth taking apart.
std::map<JailId, size_t> last_ends(std::string_view text) {
  std::map<JailId, size_t> ends;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    if (text.compare(at, 4, "end ") == 0 && end < text.size())
      if (auto jid = decode_jid(text.substr(at + 4, end - at - 4))) ends[*jid] = at;
    at = end + 1;
  }
  return ends;
}

}  // namespace

std::string jail_line(const Jail& jail, const std::optional<Process>& maker) {
  std::string line = fmt::format("jail {}", jail.prison.jid);
  if (maker) line += " @owner=" + encode(*maker);
  line += " @cgroup=" + vis(jail.runtime.cgroup);
  if (jail.runtime.uid_base) line += fmt::format(" @uid={}", jail.runtime.uid_base);
  if (jail.prison.parent) line += fmt::format(" @parent={}", jail.prison.parent);
  for (const model::Setting& setting : model::settings_of(jail.prison)) {
    if (setting.bare()) line += " " + setting.name;
    for (const std::string& value : setting.values) line += " " + setting.name + "=" + vis(value);
  }
  return line + "\n";
}

std::string run_line(JailId jid, const model::Runtime& runtime) {
  return fmt::format("run {} @keeper={}\n", jid, encode({runtime.keeper, runtime.keeper_inode, runtime.keeper_start}));
}

std::string end_line(JailId jid) { return fmt::format("end {}\n", jid); }

std::string mount_line(const MountMade& made) {
  std::string upper = made.upper.empty() ? "" : " @upper=" + vis(made.upper);
  return fmt::format("mount @owner={} @was={} @root={}{} {}\n", encode(made.owner), made.was, vis(made.root), upper,
                     vis(made.target));
}

std::string unmount_line(std::string_view target) { return "unmount " + vis(target) + "\n"; }

std::string alias_line(const AliasMade& made) {
  return fmt::format("alias @owner={} {} {} {}\n", encode(made.owner), vis(made.interface), vis(made.address),
                     made.prefix);
}

std::string unalias_line(const AliasMade& made) {
  return fmt::format("unalias {} {} {}\n", vis(made.interface), vis(made.address), made.prefix);
}

std::string lend_line(const std::string& token, const Lent& lent) {
  return fmt::format("lend {} {} {} {} {}\n", lent.jid, vis(token), lent.from, vis(lent.name), word_of(lent.kind));
}

std::string unlend_line(const std::string& token) { return "unlend " + vis(token) + "\n"; }

bool apply_line(State& state, std::string_view line) {
  Words words = take_apart(line);
  if (words.plain.empty()) return false;
  std::string_view verb = words.plain[0];
  if (verb == "jail") return apply_jail(state, words);
  if (verb == "run") return apply_run(state, words);
  if (verb == "end") return apply_end(state, words);
  if (verb == "last") return apply_last(state, words);
  if (verb == "mount") return apply_mount(state, words);
  if (verb == "unmount") return apply_unmount(state, words);
  if (verb == "alias") return apply_alias(state, words);
  if (verb == "unalias") return apply_unalias(state, words);
  if (verb == "lend") return apply_lend(state, words);
  if (verb == "unlend") return apply_unlend(state, words);
  if (verb == "cable") return apply_cable(state, words);
  if (verb == "joined") return apply_joined(state, words);
  if (verb == "uncable") return apply_uncable(state, words);
  if (verb == "bridge" || verb == "unbridge") return apply_bridge(state, words, verb == "bridge");
  if (verb == "hold" || verb == "unhold") return apply_hold(state, words, verb == "hold");
  if (verb == "rules" || verb == "unrules") return apply_rules(state, words, verb == "rules");
  return verb == "cellblock-journal";
}

size_t fold(State& state, std::string_view text) {
  std::map<JailId, size_t> ends = last_ends(text);
  size_t used = 0;
  for (size_t end; (end = text.find('\n', used)) != text.npos; used = end + 1) {
    std::string_view line = text.substr(used, end - used);
    JailId jid = jid_of(line);
    auto ended = jid ? ends.find(jid) : ends.end();
    if (ended == ends.end() || ended->second <= used)
      (void)apply_line(state, line);
    else if (line.starts_with("jail ") && !state.snapshot.find(jid))
      state.snapshot.last_jid = jid;
  }
  return used;
}

std::string rewrite(const State& state) {
  std::string text(header);
  for (const auto& [jid, jail] : state.snapshot.jails) {
    auto maker = state.makers.find(jid);
    text += jail_line(jail, maker == state.makers.end() ? std::nullopt : std::optional(maker->second));
    if (jail.runtime.keeper) text += run_line(jid, jail.runtime);
  }
  for (const auto& [token, lent] : state.lent) text += lend_line(token, lent);
  for (const std::string& bridge : state.bridges) text += bridge_line(bridge);
  for (const Segment& segment : state.held) text += hold_line(segment);
  std::vector<CableId> joined;
  for (const auto& [id, made] : state.cables) {
    text += cable_line(id, made);
    if (!state.unjoined.contains(id)) joined.push_back(id);
  }
  if (!joined.empty()) text += joined_line(joined);
  for (const CableId& id : state.rules) text += rules_line(id);
  for (const MountMade& made : state.mounts) text += mount_line(made);
  for (const AliasMade& made : state.aliases) text += alias_line(made);
  if (state.snapshot.last_jid) text += fmt::format("last {}\n", state.snapshot.last_jid);
  return text;
}

}  // namespace cellblock::record
