// The chains through which packets come, and what they do with those that have a state.
#include <netinet/in.h>

#include <linux/netfilter/nf_conntrack_common.h>

#include "pf/compiler.hpp"
#include "pf/timeouts.hpp"

namespace cellblock::pf {
namespace {

using nft::Body;

constexpr uint8_t original = 0, reply = 1;

/// A packet of a connection with one of `flags`.
Body has_flag(uint32_t flags) {
  Body body;
  return std::move(body.load(NFT_CT_LABELS).mask(nft::host32(flags), {}, label_flags).is_not(nft::host32(0), label_flags));
}

/// The same of one direction.
Body labelled(uint8_t direction, uint32_t flags) {
  Body body;
  return std::move(body.load(nft::Ct{NFT_CT_DIRECTION, {}}).is(nft::byte(direction)).append(has_flag(flags)));
}

/// By the counter that a map has for the rule's number.
Body count_by(const std::string& map, nft::Register number) {
  Body body;
  body.load(NFT_CT_LABELS).expression("objref", [&](Body::Request& data) {
    nft::put_number(data, NFTA_OBJREF_SET_SREG, number);
    data.attribute(NFTA_OBJREF_SET_NAME, std::string_view(map));
  });
  return body;
}

}  // namespace

void Compiler::hook(const std::string& name, const std::string& type, uint32_t number, int priority) {
  batch_.add(nft::Chain{.name = name, .base = nft::Base{.type = type, .hook = number, .priority = priority, .policy = {}, .device = {}}, .userdata = {}});
  out_.chains.push_back(name);
}

void Compiler::skipped(const std::string& to, Phase phase) {
  auto main = whole_.rulesets.find("");
  if (main == whole_.rulesets.end()) return;
  for (const std::string& name : main->second.rules.skipped)
    rule(to, std::move(Body().load(phase == Phase::in ? NFT_META_IIFNAME : NFT_META_OIFNAME).is(nft::interface_name(kernel_name(name))).accept()));
}

// What `block return` says. By ICMP: the kernel gives it to the connection that is refused, as related to it, or to none.
// Then it is told by that, and by that no program has sent it.
void Compiler::answers(const std::string& to, Phase phase) {
  rule(to, std::move(labelled(reply, flag_refused).accept()));
  for (bool v6 : {false, true}) {
    Body body;
    body.load(NFT_META_L4PROTO).is(nft::byte(v6 ? uint8_t{IPPROTO_ICMPV6} : uint8_t{IPPROTO_ICMP})).load(nft::field::icmp_type).is(nft::byte(v6 ? 1 : 3));
    rule(to, std::move(Body(body).append(has_flag(flag_unreachable)).accept()));
    body.load(NFT_CT_STATE).mask(nft::host32(1)).is_not(nft::host32(0));  // none
    if (phase == Phase::in) body.load(NFT_META_IIFNAME).is(nft::interface_name("lo")).accept();
    else body.load(NFT_META_IIF).is(nft::host32(0)).jump("answers");
    rule(to, std::move(body));
  }
}

void Compiler::entrance() {
  // Translation comes before the rules both ways, so that these see the addresses as pf's do.
  hook("rdr", "nat", NF_INET_PRE_ROUTING, -100);
  hook("nat", "nat", NF_INET_POST_ROUTING, 100);
  hook("scrub.in", "filter", NF_INET_PRE_ROUTING, -120);
  hook("scrub.out", "filter", NF_INET_POST_ROUTING, 120);
  hook("in", "filter", NF_INET_PRE_ROUTING, -90);
  hook("out", "filter", NF_INET_POST_ROUTING, 110);
  hook("refuse.forward", "filter", NF_INET_FORWARD, 95);
  hook("refuse.output", "filter", NF_INET_LOCAL_OUT, 95);
  chain("refuse");
  rule(chain("answers"), std::move(Body().load(NFT_META_SKUID).compare(NFT_CMP_GTE, nft::host32(0)).give_back()));
  rule("answers", std::move(Body().accept()));
  for (Phase phase : {Phase::in, Phase::out}) keep(phase), stateless(phase);
  for (const char* name : {"rdr", "scrub.in"}) skipped(name, Phase::in);
  for (const char* name : {"nat", "scrub.out"}) skipped(name, Phase::out);
  if (!whole_.rulesets.contains("")) return;
  rule("rdr", std::move(Body().jump("|rdr")));
  rule("nat", std::move(Body().jump("|nat")));
  for (Phase phase : {Phase::in, Phase::out, Phase::refuse}) ask(phase);
  for (const char* name : {"refuse.forward", "refuse.output"}) rule(name, std::move(Body().jump("refuse")));
}

// What is known passes; about the rest the rules are asked.
void Compiler::ask(Phase phase) {
  bool in = phase == Phase::in;
  std::string name(name_of(phase));
  skipped(name, phase);
  answers(name, phase);
  for (uint8_t direction : {original, reply}) {
    bool by_in = in == (direction == original);
    Body body = labelled(direction, by_in ? flag_in : flag_out);
    if (phase == Phase::refuse) body.accept();
    else body.jump(fmt::format("known.{}.{}", name, by_in ? "in" : "out"));
    rule(name, std::move(body));
  }
  if (phase == Phase::refuse) rule(name, std::move(Body().jump("|untranslated")));
  for (bool quick : {true, false}) rule(name, std::move(Body().jump("|" + chain_name(phase, quick))));
  if (phase != Phase::refuse) rule(name, std::move(Body().go_to("pass." + name)));
}

// Where no rule has kept state. What was translated has one all the same: its answers are no business of the rules.
void Compiler::stateless(Phase phase) {
  std::string name(name_of(phase)), to = chain("pass." + name);
  Body body;
  body.load(nft::Ct{NFT_CT_DIRECTION, {}}).is(nft::byte(original));
  body.load(NFT_CT_STATUS).mask(nft::host32(phase == Phase::in ? IPS_DST_NAT : IPS_SRC_NAT)).is_not(nft::host32(0)).go_to("keep." + name);
  rule(to, std::move(body));
  rule(to, std::move(Body().accept()));
}

// Where a rule that keeps state ends: the connection has one from now on, for the way that it takes.
void Compiler::keep(Phase phase) {
  bool in = phase == Phase::in;
  std::string name = chain(fmt::format("keep.{}", name_of(phase)));
  for (const nft::ConnectionTimeout& timeout : objects_of(whole_.timeouts())) rule(name, std::move(Body().set_timeout(timeout.name)));
  for (uint8_t direction : {original, reply}) {
    uint32_t flag = in == (direction == original) ? flag_in : flag_out;
    Body body;
    body.load(nft::Ct{NFT_CT_DIRECTION, {}}).is(nft::byte(direction)).load_value(Label{.flags = flag}.bytes()).set(NFT_CT_LABELS).accept();
    rule(name, std::move(body));
  }
  rule(name, std::move(Body().accept()));
  for (const char* by : {"in", "out"}) chain(fmt::format("known.{}.{}", name_of(phase), by));
}

// Packets of a state count for its rule. The states of who went over a limit (`flush`: those of the rule, `global`: all)
// are as good as gone.
void Compiler::known(Phase phase) {
  for (bool by_in : {true, false}) {
    std::string name = fmt::format("known.{}.{}", name_of(phase), by_in ? "in" : "out");
    for (const auto& [hosts, of] : flushing_) {
      Body body;
      if (of) body.load(NFT_CT_LABELS).is(nft::host32(of), by_in ? label_in : label_out);
      body.load(nft::Ct{hosts.ends_with("h6") ? NFT_CT_SRC_IP6 : NFT_CT_SRC_IP, original});
      rule(name, std::move(body.in({hosts}).give_back()));
    }
    rule(name, count_by(std::string(name_of(phase)), by_in ? label_in : label_out));
    rule(name, std::move(Body().accept()));
  }
}

}  // namespace cellblock::pf
