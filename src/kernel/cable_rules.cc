#include "kernel/cable_rules.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <memory>

#include "base/text.hpp"
#include "kernel/faults.hpp"
#include "kernel/rule_elements.hpp"
#include "kernel/strays.hpp"
#include "net/ip.hpp"
#include "nft/batch.hpp"
#include "nft/dump.hpp"
#include "record/rules.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

using model::CableId;
using nft::Body;
using record::State;

constexpr auto family = nft::Family::inet;
constexpr uint8_t ip4 = NFPROTO_IPV4, ip6 = NFPROTO_IPV6;

/// Part of a concatenation, from its first four bytes on.
constexpr nft::Register part(unsigned number) { return static_cast<nft::Register>(NFT_REG32_00 + number); }

Body of_family(bool v6) { return std::move(Body().load(NFT_META_NFPROTO).is(nft::byte(v6 ? ip6 : ip4))); }

Body& load_way(Body& body) { return body.load(NFT_META_IIFNAME, part(0)).load(NFT_META_OIFNAME, part(4)); }

nft::SetRef set(std::string_view name) { return {std::string(name), 0}; }

/// Leads a connection where a map says: of the address it came to, or (`to_all`) of each that is the host's own.
Body lead(bool v6, bool limited, bool to_all) {
  const unsigned size = v6 ? 4 : 1;
  const nft::Field& source = v6 ? nft::field::ip6_source : nft::field::ip_source;
  Body body = of_family(v6);
  if (to_all) body.load(nft::Fib{}).is(nft::host32(RTN_LOCAL));
  body.load(NFT_META_L4PROTO, part(0));
  if (to_all) body.load_value(std::string(size * 4, '\0'), part(1));
  else body.load(v6 ? nft::field::ip6_destination : nft::field::ip_destination, part(1));
  body.load(nft::field::destination_port, part(1 + size));
  if (limited) body.load(source, part(2 + size));
  body.map(set((limited ? rule_set::limited : rule_set::forward)[v6]), part(0), part(0));
  body.nat(NFT_NAT_DNAT, v6 ? ip6 : ip4, {.address = part(0), .address_end = {}, .port = part(size), .port_end = {}});
  return body;
}

void add_chain(nft::Batch& batch, const char* name, uint32_t hook, int32_t priority) {
  batch.add(nft::Chain{.name = name, .base = nft::Base{.type = "nat", .hook = hook, .priority = priority}});
}

/// What comes to the host, and what the host sends itself: not by its loopback addresses, which mean nothing to a jail.
void add_leading(nft::Batch& batch) {
  auto rule = [&](const char* chain, Body body) { batch.append({.chain = chain, .body = std::move(body)}); };
  batch.add(nft::Chain{.name = "lead"});
  add_chain(batch, "incoming", NF_INET_PRE_ROUTING, -100);
  add_chain(batch, "own", NF_INET_LOCAL_OUT, -100);
  rule("own", std::move(of_family(false).load(nft::field::ip_destination).mask(nft::be32(0xff000000)).is(nft::be32(0x7f000000)).accept()));
  rule("own", std::move(of_family(true).load(nft::field::ip6_destination).is(std::string(15, '\0') + '\1').accept()));
  for (const char* chain : {"incoming", "own"}) rule(chain, std::move(Body().jump("lead")));
  for (bool v6 : {false, true})
    for (bool to_all : {false, true})
      for (bool limited : {false, true}) rule("lead", lead(v6, limited, to_all));
}

/// What stays on a bridge keeps its source, unless it was led there: its answer has to come by the host then, too.
void add_hiding(nft::Batch& batch) {
  auto rule = [&](Body body) { batch.append({.chain = "outgoing", .body = std::move(body)}); };
  add_chain(batch, "outgoing", NF_INET_POST_ROUTING, 100);
  Body led = std::move(Body().load(NFT_CT_STATUS).mask(nft::host32(IPS_DST_NAT)).is_not(nft::host32(0)));
  rule(std::move(load_way(led).in(set(rule_set::bridges), part(0)).masquerade()));
  Body stays;
  rule(std::move(load_way(stays).in(set(rule_set::bridges), part(0)).accept()));
  for (bool v6 : {false, true})
    rule(std::move(of_family(v6).load(NFT_META_IIFNAME, part(0)).load(v6 ? nft::field::ip6_source : nft::field::ip_source, part(4))
                       .in(set(rule_set::hidden[v6]), part(0)).masquerade()));
  const std::string rest(15, '\0');
  rule(std::move(of_family(true).load(nft::field::ip6_source).mask("\xfe" + rest).is_not("\xfc" + rest).accept()));
  rule(std::move(Body().load(NFT_META_IIFNAME).in(set(rule_set::networks)).masquerade()));
  Body by;
  rule(std::move(load_way(by).in(set(rule_set::networks_by), part(0)).masquerade()));
}

void add_entries(nft::Batch& batch, const Entries& entries) {
  for (const auto& [name, all] : entries) {
    std::vector<nft::Element> elements;
    for (const Entry& entry : all) elements.push_back({.key = entry.key, .key_end = entry.key_end, .value = entry.value});
    batch.add(set(name), elements);
  }
}

/// The whole table, in one transaction, with the rules of all jails that live; no table if they have none.
Result<> remake(sys::netlink::Socket& socket, const State& state) {
  Entries entries;
  for (const auto& [id, made] : state.cables) {
    const model::Jail* jail = made.rules.empty() ? nullptr : state.snapshot.find(id.jid);
    if (jail && is_alive(state, *jail)) append_entries(entries, made);
  }
  nft::Batch batch;
  batch.fresh({.family = family, .name = std::string(rules_table)});
  if (entries.empty()) return batch.remove_table().commit(socket);
  for (const nft::Set& each : rule_sets()) batch.add(each);
  add_leading(batch);
  add_hiding(batch);
  add_entries(batch, entries);
  return batch.commit(socket);
}

/// Turns a switch below /proc/sys/net that is off. True: it was.
Result<bool> switch_on(const char* path) {
  CB_TRY(std::string text, sys::read_file(path), "{}", path);
  if (trim(text) != "0") return false;
  CB_CHECK(sys::write_at(AT_FDCWD, path, "1"), "{}", path);
  return true;
}

/// A host that forwards packets listens to no router, unless it is told to: those that did go on.
void keep_routers_word() {
  constexpr const char* folder = "/proc/sys/net/ipv6/conf";
  std::unique_ptr<DIR, int (*)(DIR*)> interfaces(::opendir(folder), ::closedir);
  while (const dirent* entry = interfaces ? ::readdir(interfaces.get()) : nullptr) {
    const std::string path = fmt::format("{}/{}/accept_ra", folder, entry->d_name);
    auto text = sys::read_file(path);
    if (text && trim(*text) == "1") (void)sys::write_at(AT_FDCWD, path.c_str(), "2");
  }
}

Result<> let_forward(const record::CableMade& cable) {
  CB_CHECK(switch_on("/proc/sys/net/ipv4/ip_forward"));
  constexpr const char* all = "/proc/sys/net/ipv6/conf/all/forwarding";
  if (std::ranges::none_of(cable.addresses, [](const auto& one) { return one.address.contains(':'); })) return {};
  CB_TRY(std::string is, sys::read_file(all), "{}", all);
  if (trim(is) == "0") keep_routers_word();
  return switch_on(all).map([](bool) {});
}

Result<> note_no_rules(Registry& registry, const std::vector<CableId>& ids) {
  std::string lines;
  for (const CableId& id : ids) lines += record::unrules_line(id);
  return lines.empty() ? Result<>() : registry.append(lines);
}

}  // namespace

Result<> add_rules(Registry& registry, const CableId& id) {
  CB_TRY(const State* state, registry.refresh());
  auto found = state->cables.find(id);
  if (found == state->cables.end() || found->second.rules.empty()) return {};
  CB_CHECK(faults::step("rules announced"));
  CB_CHECK(let_forward(found->second));
  CB_TRY(sys::netlink::Socket socket, sys::netlink::Socket::open(NETLINK_NETFILTER));
  CB_TRY(bool is_there, nft::has_table(socket, family, rules_table));
  Entries entries;
  append_entries(entries, found->second);
  nft::Batch batch;
  add_entries(batch.in(family, rules_table), entries);
  // What is in the way is of a jail that has ended, or somebody has been at the table.
  if (!is_there || !batch.commit(socket)) CB_CHECK(remake(socket, *state), "table {}", rules_table);
  faults::passed("rules made");
  return {};
}

Result<> remake_rules(Registry& registry, const CableId& id) {
  CB_TRY(const State* state, registry.refresh());
  auto found = state->cables.find(id);
  if (found == state->cables.end()) return {};
  if (!found->second.rules.empty()) CB_CHECK(let_forward(found->second));
  CB_TRY(sys::netlink::Socket socket, sys::netlink::Socket::open(NETLINK_NETFILTER));
  CB_CHECK(remake(socket, *state), "table {}", rules_table);
  faults::passed("rules made");
  return note_no_rules(registry, record::loose_rules(*state));
}

Result<size_t> remove_loose_rules(Registry& registry) {
  CB_TRY(const State* state, registry.refresh());
  const std::vector<CableId> loose = record::loose_rules(*state);
  if (loose.empty()) return 0;
  CB_TRY(sys::netlink::Socket socket, sys::netlink::Socket::open(NETLINK_NETFILTER));
  CB_CHECK(remake(socket, *state), "table {}", rules_table);
  faults::passed("rules removed");
  CB_CHECK(note_no_rules(registry, loose));
  return loose.size();
}

}  // namespace cellblock::kernel
