// cellblock network: the networks of networks.conf, and who is on them.
#include "network.hpp"

#include <fmt/core.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.hpp"
#include "conf/parse.hpp"
#include "conf/resolve.hpp"
#include "conf/source.hpp"
#include "kernel/held_bridges.hpp"
#include "net/network.hpp"
#include "plan/network.hpp"
#include "plan/wants.hpp"
#include "verb.hpp"
#include "view/table.hpp"

namespace cellblock {
namespace {

using model::Wanted;

}  // namespace

Networks read_networks() {
  if (::access(plan::networks_file, F_OK) < 0 && errno == ENOENT) return {};
  conf::DiskSources sources;
  conf::Parsed parsed = conf::parse(sources, plan::networks_file);
  conf::Resolved resolved = conf::resolve(parsed.tree);
  parsed.diags.insert(parsed.diags.end(), resolved.diags.begin(), resolved.diags.end());
  fmt::print(stderr, "{}", conf::print(parsed.tree.texts, parsed.diags, "cellblock"));
  std::vector<std::string> problems = plan::check_networks(resolved.jails);
  for (const std::string& problem : problems) fmt::print(stderr, "cellblock: {}: {}\n", plan::networks_file, problem);
  return {std::move(resolved.jails), parsed.diags.empty() && problems.empty()};
}

Result<record::State> recorded() {
  auto home = kernel::Home::open(false);
  if (!home && home.error().why == Why::absent) return record::State();
  if (!home) return pass(std::move(home.error()));
  kernel::Registry registry(*home);
  return registry.take();
}

namespace {

std::string all_of(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : " ") + value;
  return text;
}

Result<view::Table> table_of_networks(const std::vector<Wanted>& networks, const record::State& state) {
  view::Table table{{{"name"}, {"bridge"}, {"state"}, {"jails", view::Align::right}, {"address"}}, {}};
  CB_TRY(net::Network host, net::Network::open());
  for (const Wanted& network : networks) {
    const std::string bridge = plan::bridge_of(network);
    const std::string segment = plan::segment_of(network);
    auto jails = std::ranges::count_if(state.cables, [&](const auto& each) { return each.second.segment() == segment; });
    bool is_there = host.link(bridge).has_value();
    table.rows.push_back({network.name, segment, is_there ? "up" : "down", fmt::format("{}", jails),
                          all_of(plan::values_of(network, "address"))});
  }
  return table;
}

view::Table table_of_jails(const Wanted& network, const record::State& state) {
  view::Table table{{{"jail"}, {"interface"}, {"address"}}, {}};
  for (const auto& [id, made] : state.cables) {
    const model::Jail* jail = state.snapshot.find(id.jid);
    if (!jail || made.segment() != plan::segment_of(network)) continue;
    std::vector<std::string> addresses;
    for (const auto& one : made.addresses) addresses.push_back(fmt::format("{}/{}", one.address, one.prefix));
    table.rows.push_back({jail->prison.name, made.near, all_of(addresses)});
  }
  return table;
}

Result<Wanted> named(const std::vector<Wanted>& networks, const std::string& name) {
  auto network = std::ranges::find(networks, name, &Wanted::name);
  if (network == networks.end()) return fail(Why::absent, "network: {}: there is none of that name", name);
  return *network;
}

/// Those of these names, or all. An error: there is none of one, or `strict` and the file has faults, which have been told.
Result<std::vector<Wanted>> chosen(const Words& names, bool strict) {
  Networks networks = read_networks();
  if (strict && !networks.good) return fail(Why::invalid, "network: nothing started: {} has faults", plan::networks_file);
  if (names.empty()) return std::move(networks.all);
  std::vector<Wanted> found;
  for (const std::string& name : names) {
    CB_TRY(Wanted network, named(networks.all, name));
    found.push_back(std::move(network));
  }
  return found;
}

Result<> switch_one(kernel::Registry& registry, const Wanted& network, bool on) {
  CB_TRY(model::Cable cable, plan::cable_to(network));
  auto done = on ? kernel::hold_bridge(registry, cable) : kernel::release_bridge(registry, cable);
  CB_CHECK(done);
  if (*done) fmt::print("{}: {}\n", network.name, on ? "started" : "stopped");
  return {};
}

/// One that is refused doesn't keep the others from it.
Result<int> switch_networks(const Words& names, bool on) {
  if (std::ranges::any_of(names, [](const std::string& name) { return name.starts_with('-'); })) return usage(network_verb);
  CB_TRY(std::vector<Wanted> networks, chosen(names, on));
  CB_TRY(kernel::Home home, kernel::Home::open(true));
  kernel::Registry registry(home);
  int status = 0;
  for (const Wanted& network : networks) {
    auto done = switch_one(registry, network, on);
    if (done) continue;
    fmt::print(stderr, "cellblock: network {}: {}\n", network.name, done.error().text());
    status = 1;
  }
  return status;
}

Result<int> run_network(const Words& words) {
  const std::string verb = words.empty() ? "" : words[0];
  if (verb == "draw") return draw_network({words.begin() + 1, words.end()});
  if (verb == "start" || verb == "stop") return switch_networks({words.begin() + 1, words.end()}, verb == "start");
  Words plain;
  bool json = false;
  for (const std::string& word : words) {
    if (word == "--json") json = true;
    else if (word.starts_with('-')) return refuse(network_verb, word, "--json");
    else plain.push_back(word);
  }
  const std::string act = plain.empty() ? "list" : plain[0];
  if ((act != "list" && act != "check" && act != "show") || plain.size() > (act == "show" ? 2 : 1) ||
      (act == "show" && plain.size() != 2))
    return usage(network_verb);
  Networks networks = read_networks();
  if (act == "check") return networks.good ? 0 : 1;
  CB_TRY(record::State state, recorded());
  view::Table table;
  if (act == "list") {
    CB_TRY(table, table_of_networks(networks.all, state));
  } else {
    CB_TRY(Wanted network, named(networks.all, plain[1]));
    table = table_of_jails(network, state);
  }
  fmt::print("{}", json ? view::render_json(table) : view::render(table));
  return 0;
}

}  // namespace

const Verb network_verb{
    "network", "[list | show NETWORK | check] [--json] | start [NETWORK ...] | stop [NETWORK ...] | draw [NAME] [--dot | --json | --every SECONDS]",
    "list the networks of networks.conf, draw who is connected to whom",
    "Lists the networks of /etc/cellblock/networks.conf with their bridges and how many jails are on each.\n"
    "show lists the jails of one, with their addresses. check says what is wrong with the file.\n"
    "start makes the bridge of each, or of all, before the first jail comes, and it stays without one until stop.\n"
    "draw shows bridges, cables, addresses, translation of addresses and traffic of the host and its jails, or what concerns\n"
    "one network, bridge or jail: as a tree, as a graph for Graphviz, as JSON, or again and again with the traffic per second.",
    run_network};

}  // namespace cellblock
