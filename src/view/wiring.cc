#include "view/wiring.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "view/table.hpp"

namespace cellblock::view {
namespace {

using model::End;
using model::Interface;
using model::Stack;
using model::Traffic;
using model::Wiring;

template <class Each>
void each_end(const Wiring& wiring, Each each) {
  for (size_t stack = 0; stack < wiring.stacks.size(); ++stack)
    for (size_t at = 0; at < wiring.stacks[stack].interfaces.size(); ++at) each(End{stack, at});
}

/// "999", "1.2K", "34.5M": bytes, in steps of 1000.
std::string amount(double bytes) {
  constexpr const char* units[] = {"", "K", "M", "G", "T", "P"};
  size_t unit = 0;
  while (bytes >= 999.5 && unit + 1 < std::size(units)) bytes /= 1000, ++unit;
  return unit == 0 ? fmt::format("{:.0f}", bytes) : fmt::format("{:.1f}{}", bytes, units[unit]);
}

/// "10.0.0.1/24 10.0.0.7/32 (www)".
std::string text_of(const Interface& one) {
  std::vector<std::string> words;
  for (const model::InterfaceAddress& address : one.addresses) {
    words.push_back(address.text);
    if (!address.jails.empty()) words.push_back("(" + join(address.jails, ", ") + ")");
  }
  return join(words, " ");
}

/// What is drawn of one stack, a row for each interface below what it belongs to.
class Tree {
 public:
  Tree(const Wiring& wiring, const Chosen& chosen, double seconds, std::set<End>& drawn, Table& table)
      : wiring_(wiring), chosen_(chosen), whole_(chosen == all_ends(wiring)), seconds_(seconds), drawn_(drawn), table_(table) {}

  void draw(size_t stack) {
    std::vector<size_t> tops = below(stack, std::nullopt);
    const auto& translations = wiring_.stacks[stack].translations;
    size_t others = whole_ ? translations.size() : 0;
    if (tops.empty() && !whole_) return;
    table_.rows.push_back({name_of(stack), " ", " ", " ", " "});
    for (size_t i = 0; i < tops.size(); ++i) branch({stack, tops[i]}, "", i + 1 == tops.size() && others == 0);
    for (size_t i = 0; i < others; ++i) {
      const model::Translation& one = translations[i];
      table_.rows.push_back({fmt::format("{}NAT", i + 1 == others ? "└─ " : "├─ "), fmt::format("{} {}", one.table, one.chain),
                             fmt::format("{} ({} rule{})", one.what, one.rules, one.rules == 1 ? "" : "s"), " ", " "});
    }
  }

 private:
  std::string name_of(size_t stack) const {
    const Stack& one = wiring_.stacks[stack];
    return one.jid ? "jail " + one.name : one.name;
  }

  std::optional<size_t> drawn_on(size_t stack, const Interface& one) const {
    for (const std::optional<size_t>& place : {one.bridge, one.parent})
      if (place && chosen_.contains({stack, *place})) return place;
    return std::nullopt;
  }

  /// Beside it, as the other end of a cable within one stack.
  bool is_drawn_before(End end) const {
    const Interface& one = wiring_.at(end);
    return !one.bridge && one.peer && one.peer->stack == end.stack && *one.peer < end && chosen_.contains(*one.peer);
  }

  /// The interfaces that lie directly on `on`, or on nothing, and have not been drawn from their other end.
  std::vector<size_t> below(size_t stack, std::optional<size_t> on) const {
    std::vector<size_t> found;
    const auto& all = wiring_.stacks[stack].interfaces;
    for (size_t i = 0; i < all.size(); ++i) {
      const End end{stack, i};
      if (drawn_on(stack, all[i]) == on && chosen_.contains(end) && !drawn_.contains(end) && !is_drawn_before(end)) found.push_back(i);
    }
    return found;
  }

  void branch(End end, const std::string& before, bool is_last) {
    const Interface& one = wiring_.at(end);
    drawn_.insert(end);
    std::string to;
    if (one.peer) {
      const Interface& peer = wiring_.at(*one.peer);
      to = peer.name + " of " + name_of(one.peer->stack);
      if (!peer.addresses.empty()) to += " " + text_of(peer);
      // The far end is drawn here, unless more hangs on it there.
      if (!peer.bridge) drawn_.insert(*one.peer);
    } else if (one.kind == "veth") {
      to = "elsewhere";
    }
    std::string label = before + (is_last ? "└─ " : "├─ ") + one.name;
    if (one.kind == "bridge") label += " (bridge)";
    if (!one.is_up) label += " (down)";
    table_.rows.push_back({label, text_of(one), to, traffic(one.traffic.in_bytes), traffic(one.traffic.out_bytes)});
    std::vector<size_t> ports = below(end.stack, end.interface);
    for (size_t i = 0; i < ports.size(); ++i)
      branch({end.stack, ports[i]}, before + (is_last ? "   " : "│  "), i + 1 == ports.size());
  }

  std::string traffic(uint64_t bytes) const {
    if (seconds_ <= 0) return amount(static_cast<double>(bytes));
    return amount(static_cast<double>(bytes) / seconds_) + "/s";
  }

  const Wiring& wiring_;
  const Chosen& chosen_;
  bool whole_;  ///< all is drawn: stacks without an interface and translations, too
  double seconds_;
  std::set<End>& drawn_;
  Table& table_;
};

/// A bridge with its ports, whatever they lead to.
void add_bridge(const Wiring& wiring, End bridge, Chosen& chosen) {
  chosen.insert(bridge);
  const auto& all = wiring.stacks[bridge.stack].interfaces;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].bridge != bridge.interface) continue;
    chosen.insert({bridge.stack, i});
    if (all[i].peer) chosen.insert(*all[i].peer);
  }
}

void add_jail(const Wiring& wiring, size_t stack, const Chosen& all, Chosen& chosen) {
  for (End end : all) {
    if (end.stack != stack) continue;
    chosen.insert(end);
    if (auto peer = wiring.at(end).peer) {
      chosen.insert(*peer);
      if (auto bridge = wiring.at(*peer).bridge) chosen.insert({peer->stack, *bridge});
    }
  }
}

}  // namespace

Chosen all_ends(const Wiring& wiring) {
  Chosen chosen;
  each_end(wiring, [&](End end) {
    const Interface& one = wiring.at(end);
    auto is_usual = [](const model::InterfaceAddress& address) { return address.text == "127.0.0.1/8" || address.text == "::1/128"; };
    if (!one.is_loopback || !std::ranges::all_of(one.addresses, is_usual)) chosen.insert(end);
  });
  return chosen;
}

std::optional<Chosen> ends_of(const Wiring& wiring, std::string_view name) {
  Chosen chosen, all = all_ends(wiring);
  bool is_known = false;
  for (size_t stack = 0; stack < wiring.stacks.size(); ++stack) {
    if (wiring.stacks[stack].name != name) continue;
    is_known = true;
    add_jail(wiring, stack, all, chosen);
  }
  each_end(wiring, [&](End end) {
    if (wiring.at(end).kind != "bridge" || wiring.at(end).name != name) return;
    is_known = true;
    add_bridge(wiring, end, chosen);
  });
  return is_known ? std::optional(chosen) : std::nullopt;
}

std::string draw(const Wiring& wiring, const Chosen& chosen, double seconds) {
  Table table{{{"interface"}, {"addresses"}, {"connected to"}, {"in", Align::right}, {"out", Align::right}}, {}};
  std::set<End> drawn;
  Tree tree(wiring, chosen, seconds, drawn, table);
  for (size_t stack = 0; stack < wiring.stacks.size(); ++stack) tree.draw(stack);
  std::string out;
  for (const std::string& line : split(render(table), '\n')) out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  return out.substr(0, out.find_last_not_of('\n') + 1) + "\n";
}

Wiring since(const Wiring& before, const Wiring& now) {
  std::map<std::pair<model::JailId, std::string>, Traffic> was;
  each_end(before, [&](End end) { was[{before.stacks[end.stack].jid, before.at(end).name}] = before.at(end).traffic; });
  Wiring out = now;
  for (Stack& stack : out.stacks) {
    for (Interface& one : stack.interfaces) {
      auto found = was.find({stack.jid, one.name});
      const Traffic old = found == was.end() ? one.traffic : found->second;
      auto grown = [](uint64_t from, uint64_t to) { return to > from ? to - from : 0; };  // a new one of the same name begins at 0
      one.traffic = {grown(old.in_packets, one.traffic.in_packets), grown(old.out_packets, one.traffic.out_packets),
                     grown(old.in_bytes, one.traffic.in_bytes), grown(old.out_bytes, one.traffic.out_bytes)};
    }
  }
  return out;
}

}  // namespace cellblock::view
