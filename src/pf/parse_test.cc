#include "pf/parse.hpp"

#include <gtest/gtest.h>

#include "pf/print.hpp"

namespace cellblock::pf {
namespace {

class House final : public Machine {
 public:
  std::vector<TableEntry> addresses(const std::string& interface, Part part) const override {
    auto of = [networks = part == Part::networks](std::string_view text) {
      auto prefix = *net::parse_prefix(text);
      return networks ? TableEntry{net::network_of(prefix.ip, prefix.length), prefix.length} : TableEntry{prefix.ip, prefix.ip.bits()};
    };
    if (interface == "em0" || interface == "self") return {of("10.0.0.1/24"), of("2001:db8::1/64")};
    return {};
  }
  std::optional<uint32_t> user(const std::string& name) const override { return name == "www" ? std::optional(80u) : std::nullopt; }
  std::optional<uint32_t> group(const std::string&) const override { return {}; }
};

Parsed read(std::string text, Macros given = {}) {
  conf::MemorySources sources({{"pf.conf", std::move(text)}, {"more", "block in quick proto udp\n"}, {"bad", "10.0.0.1\n10.0.0.0/8 # all\n"}});
  return parse(sources, "pf.conf", House(), std::move(given));
}

/// What pfctl -nv would print of the rules, or the first error.
std::string rules(std::string text) {
  Parsed parsed = read(std::move(text));
  if (!parsed.problems.empty()) return parsed.problems[0].text();
  std::string out;
  for (const auto* list : {&parsed.rules.translations, &parsed.rules.rules})
    for (const Rule& rule : *list) out += (out.empty() ? "" : "\n") + text_of(rule);
  return out;
}

TEST(PfRules, ArePrintedAsPfctlDoes) {
  EXPECT_EQ(rules("block"), "block drop all");
  EXPECT_EQ(rules("set block-policy return\nblock in all"), "block return in all");
  EXPECT_EQ(rules("pass"), "pass all flags S/SA keep state");
  EXPECT_EQ(rules("pass out quick on em0 inet6 proto tcp from any to any port 80"),
            "pass out quick on em0 inet6 proto tcp from any to any port = http flags S/SA keep state");
  EXPECT_EQ(rules("pass in proto udp to port 1000:2000 no state"), "pass in proto udp from any to any port 1000:2000 no state");
  EXPECT_EQ(rules("pass proto tcp flags any"), "pass proto tcp all flags any keep state");
  EXPECT_EQ(rules("pass inet proto icmp icmp-type unreach code needfrag"), "pass inet proto icmp all icmp-type unreach code needfrag keep state");
  EXPECT_EQ(rules("block return-icmp(port-unr) in proto udp to port != 53 label \"a b\""),
            "block return-icmp(port-unr, port-unr) in proto udp from any to any port != domain label \"a b\"");
  EXPECT_EQ(rules("pass out user www"), "pass out all user = 80 flags S/SA keep state");
  EXPECT_EQ(rules("block probability 50%"), "block drop all probability 50%");
  EXPECT_EQ(rules("block in quick log on em0"), "block drop in log quick on em0 all");
  EXPECT_EQ(rules("pass from 10.0.0.1 - 10.0.0.9"), "pf.conf:1: a range of addresses is not supported on Linux");
  EXPECT_EQ(rules("block from 10/8\nblock to 172.16/12\nblock from 10.0.0./8"),
            "pf.conf:3: no IP address found for 10.0.0./8");
  EXPECT_EQ(rules("block from 10/8\nblock to 172.16/12"), "block drop inet from 10.0.0.0/8 to any\nblock drop inet from any to 172.16.0.0/12");
  EXPECT_EQ(rules("pass out proto tcp user > 1000"), "pf.conf:1: user > is not supported on Linux");
  EXPECT_EQ(rules("pass in to urpf-failed"), "pf.conf:1: urpf-failed is not permitted in a destination address");
}

TEST(PfLists, BecomeRulesInPfsOrder) {
  EXPECT_EQ(rules("block proto { tcp, udp } from { 10.0.0.0/8 ::1 } to port { 1 2 }"),
            "block drop inet proto tcp from 10.0.0.0/8 to any port = 1\n"
            "block drop inet proto tcp from 10.0.0.0/8 to any port = 2\n"
            "block drop inet6 proto tcp from ::1 to any port = 1\n"
            "block drop inet6 proto tcp from ::1 to any port = 2\n"
            "block drop inet proto udp from 10.0.0.0/8 to any port = 1\n"
            "block drop inet proto udp from 10.0.0.0/8 to any port = 2\n"
            "block drop inet6 proto udp from ::1 to any port = 1\n"
            "block drop inet6 proto udp from ::1 to any port = 2");
  EXPECT_EQ(rules("block from 10.0.0.1 to ::1"), "pf.conf:1: rule expands to no valid combination");
}

TEST(PfLists, HaveAtLeastOneThing) {
  for (const char* text : {"pass in from { } to any", "block in proto { }", "pass proto tcp to port { }", "block on { }", "set skip on { }",
                           "pass in proto icmp icmp-type { }", "pass in from { , }", "pass out user { }", "nat on em0 -> { }", "block from { { } }"})
    EXPECT_EQ(rules(text), "pf.conf:1: syntax error") << text;
  EXPECT_EQ(text_of(read("table <a> { }").rules), "table <a> { }\n");
}

TEST(PfLists, OfAddressesMayHaveListsInThem) {
  EXPECT_EQ(rules("a = \"{ 10.1.0.0/16, 10.2.0.0/16 }\"\nblock from { 10.3.0.1 $a }"),
            "block drop inet from 10.3.0.1 to any\nblock drop inet from 10.1.0.0/16 to any\nblock drop inet from 10.2.0.0/16 to any");
  EXPECT_EQ(text_of(read("a = \"{ 10.1.0.0/16 }\"\ntable <t> { $a 10.3.0.1 }").rules), "table <t> { 10.1.0.0/16 10.3.0.1 }\n");
  EXPECT_EQ(rules("block from " + std::string(1000, '{')), "pf.conf:1: lists too deep");
}

// pf drops no part of a list in silence: what can't be said of one protocol is an error.
TEST(PfLists, OfProtocolsFitWhatIsAskedOfThem) {
  EXPECT_EQ(rules("pass in proto { tcp, udp } to port domain flags S/SA keep state"),
            "pass in proto tcp from any to any port = domain flags S/SA keep state\npass in proto udp from any to any port = domain keep state");
  for (const char* text : {"pass in proto { tcp icmp } to port 22", "pass in on em0 to port 22", "pass in from any port { 1 2 }", "rdr on em0 -> 10.0.0.1 port 80"})
    EXPECT_EQ(rules(text), "pf.conf:1: port only applies to tcp/udp/sctp") << text;
  EXPECT_EQ(rules("pass in proto { icmp tcp } icmp-type echoreq"), "pf.conf:1: icmp-type/code only applies to icmp");
  EXPECT_EQ(rules("pass in proto icmp icmp6-type echoreq"), "pf.conf:1: icmp6-type/code only applies to icmp6");
  EXPECT_EQ(rules("pass in inet icmp-type 8"), "pf.conf:1: icmp-type/code only applies to icmp");
  EXPECT_EQ(rules("pass in proto udp flags S/SA"), "pf.conf:1: flags only apply to tcp");
  EXPECT_EQ(rules("pass in proto udp flags any"), "pass in proto udp all keep state");
}

TEST(PfRules, SayEachThingOnce) {
  for (auto [text, what] : {std::pair("pass in no state keep state", "state"), {"pass tag A tag B", "tag"}, {"block tagged A ! tagged B", "tagged"},
                            {"pass label \"x\" label \"y\"", "label"}, {"block probability 1% probability 2%", "probability"},
                            {"pass flags S/SA flags any", "flags"}, {"pass inet proto icmp icmp-type 8 icmp6-type 128", "icmp-type"},
                            {"nat on em0 tag A tag B -> 10.0.0.1", "tag"}})
    EXPECT_EQ(rules(text), fmt::format("pf.conf:1: {} cannot be redefined", what));
  EXPECT_EQ(rules("pass out user www user 81"), "pass out all user = 80 flags S/SA keep state\npass out all user = 81 flags S/SA keep state");
}

TEST(PfRules, RefuseByACodeOfEachFamily) {
  EXPECT_EQ(rules("block return-icmp(filter-prohib)"), "block return-icmp(filter-prohib, port-unr) all");
  EXPECT_EQ(rules("block return-icmp6(admin-unr)"), "block return-icmp(port-unr, admin-unr) all");
  EXPECT_EQ(rules("block return-icmp(host-unr, addr-unr) inet6"), "block return-icmp6(addr-unr) inet6 all");
  EXPECT_EQ(rules("block return-icmp"), "block return-icmp(port-unr, port-unr) all");
  EXPECT_EQ(rules("block return-icmp6(net-unr)"), "pf.conf:1: unknown icmp6 code net-unr");
}

TEST(PfMacros, AreTextWhereTheyAreUsed) {
  EXPECT_EQ(rules("web = \"{ 80, 443 }\"\nif = em0\nblock on $if proto tcp to port $web"),
            "block drop on em0 proto tcp from any to any port = http\nblock drop on em0 proto tcp from any to any port = https");
  EXPECT_EQ(rules("block on $no"), "pf.conf:1: macro 'no' not defined");
  EXPECT_EQ(text_of(read("if = em0\nblock on $if", {{"if", {.text = "em7", .given = true}}}).rules.rules.at(0)), "block drop on em7 all");
  EXPECT_EQ(rules("if = em0\nblock inet from $if:network to { $if:0 }"), "block drop inet from 10.0.0.0/24 to 10.0.0.1");
  EXPECT_EQ(rules("if = em0\nnet = $if:network\nnat on $if inet from $net->$if"), "nat on em0 inet from 10.0.0.0/24 to any -> 10.0.0.1");
  EXPECT_EQ(rules("a = \"$a $a\"\nblock on $a"), "pf.conf:2: macro 'a' is used too often");
  EXPECT_EQ(rules("if = em0\nif = em1\nblock on $if"), "block drop on em1 all");
}

TEST(PfAddresses, OfInterfacesAreTakenWhenRead) {
  EXPECT_EQ(rules("block from em0 to any"), "block drop inet from 10.0.0.1 to any\nblock drop inet6 from 2001:db8::1 to any");
  EXPECT_EQ(rules("block inet from em0:network"), "block drop inet from 10.0.0.0/24 to any");
  EXPECT_EQ(rules("block from (em0) to ! <bad>"), "block drop from (em0) to ! <bad>");
  EXPECT_EQ(rules("block from nosuch"), "pf.conf:1: no IP address found for nosuch");
  EXPECT_EQ(rules("antispoof quick for em0 inet"),
            "block drop in quick on ! em0 inet from 10.0.0.0/24 to any\nblock drop in quick inet from 10.0.0.1 to any");
}

TEST(PfTranslations, ArePrintedAsPfctlDoes) {
  EXPECT_EQ(rules("nat on em0 inet from 10.1/16 to any -> (em0)"), "nat on em0 inet from 10.1.0.0/16 to any -> (em0) round-robin");
  EXPECT_EQ(rules("nat on em0 inet from 10.1.0.0/16 to any -> (em0)"), "nat on em0 inet from 10.1.0.0/16 to any -> (em0) round-robin");
  EXPECT_EQ(rules("rdr pass on em0 proto tcp to port 80 -> 10.0.0.9 port 8080"),
            "rdr pass on em0 inet proto tcp from any to any port = http -> 10.0.0.9 port 8080");
  EXPECT_EQ(rules("no nat on em0 to 10.0.0.0/8"), "no nat on em0 inet from any to 10.0.0.0/8");
  EXPECT_EQ(rules("nat on em0 from 10.1.0.0/16 -> { 10.0.0.1 10.0.0.2 }"),
            "nat on em0 inet from 10.1.0.0/16 to any -> { 10.0.0.1, 10.0.0.2 } round-robin");
  EXPECT_EQ(rules("binat on em0 from 10.1.0.5 to any -> 10.0.0.5"), "binat on em0 inet from 10.1.0.5 to any -> 10.0.0.5");
  EXPECT_EQ(rules("binat on em0 from 10.1.0.0/24 to any -> 10.0.0.5"), "pf.conf:1: binat ip versions or masks must match");
  EXPECT_EQ(rules("nat-anchor \"x/*\"\nrdr-anchor y"), "nat-anchor \"x/*\" all\nrdr-anchor \"y\" all");
  EXPECT_EQ(rules("nat on em0 from any to any -> (em0:0)"), "nat on em0 all -> (em0:0) round-robin");
  EXPECT_EQ(rules("nat on em0 from any to any -> (em0:network)"), "pf.conf:1: -> (em0:network) without on em0 is not supported on Linux");
  EXPECT_EQ(rules("nat on em1 from any to any -> (em0)"), "pf.conf:1: -> (em0) without on em0 is not supported on Linux");
  EXPECT_EQ(rules("nat on em0 -> 10.0.0.0/30 round-robin sticky-address"), "nat on em0 inet all -> 10.0.0.0/30 round-robin sticky-address");
  EXPECT_EQ(rules("rdr on em0 -> { 10.0.0.1 10.0.0.2 } source-hash key"), "rdr on em0 inet all -> { 10.0.0.1, 10.0.0.2 } source-hash key");
  EXPECT_EQ(rules("nat on em0 -> 10.0.0.0/30 source-hash sticky-address"),
            "pf.conf:1: 'sticky-address' option can only be used with 'round-robin' or 'random'");
  EXPECT_EQ(rules("nat on em0 -> (em0) source-hash"), "pf.conf:1: source-hash or bitmask of (em0) is not supported on Linux");
  EXPECT_EQ(rules("binat on em0 from 10.1.0.1 to any -> ::1"), "pf.conf:1: binat ip versions or masks must match");
}

TEST(PfTranslations, ToWhatCannotBeAreNamed) {
  EXPECT_EQ(rules("rdr on em0 proto tcp to port 80 -> 127.0.0.1"), "pf.conf:1: rdr to 127.0.0.1 is not supported on Linux");
  EXPECT_EQ(rules("nat on em0 -> 10.0.0.0/8 round-robin"), "pf.conf:1: a choice among more than 256 addresses is not supported on Linux");
  EXPECT_EQ(rules("nat on em0 -> { 10.0.0.0/24 10.1.0.1 }"), "pf.conf:1: a choice among more than 256 addresses is not supported on Linux");
  EXPECT_EQ(rules("nat on em0 -> 10.0.0.0/8 bitmask"), "nat on em0 inet all -> 10.0.0.0/8 bitmask");
  EXPECT_EQ(rules("nat on em0 -> { 10.0.0.0/24 2001:db8::/120 }").find("not supported"), std::string::npos);
}

TEST(PfTranslations, LeadAPortOfARangeToItsPlace) {
  std::string rdr = "rdr on em0 inet proto tcp from any to any port 8080:8082 -> 10.0.0.9 port ";
  EXPECT_EQ(rules(rdr + "80:82"), rdr + "80:82");
  EXPECT_EQ(rules(rdr + "80:*"), rdr + "80:82");
  EXPECT_EQ(rules(rdr + "80"), rdr + "http");
  EXPECT_EQ(rules(rdr + "80:83"), "pf.conf:1: rdr to ports 80:83 from another number of ports is not supported on Linux");
  EXPECT_EQ(rules("rdr on em0 proto tcp to port 80 -> 10.0.0.9 port 80:83"), "pf.conf:1: rdr to ports 80:83 from another number of ports is not supported on Linux");
  EXPECT_EQ(rules("rdr on em0 proto tcp -> 10.0.0.9 port 80:83"), "pf.conf:1: rdr to ports 80:83 from another number of ports is not supported on Linux");
  EXPECT_EQ(rules(rdr + "65534:*"), "pf.conf:1: unknown port 65534:*");
}

TEST(PfTranslations, ToAddressesOfBothFamiliesAreTwoRules) {
  EXPECT_EQ(rules("nat on em0 -> { 10.0.0.1 ::1 }"), "nat on em0 inet all -> 10.0.0.1\nnat on em0 inet6 all -> ::1");
  EXPECT_EQ(rules("nat on em0 from 10.1.0.0/16 -> { 10.0.0.1 ::1 }"), "nat on em0 inet from 10.1.0.0/16 to any -> 10.0.0.1");
  EXPECT_EQ(rules("nat on em0 inet6 from 10.1.0.0/16 -> 10.0.0.1"), "pf.conf:1: no address of translation of that family");
}

TEST(PfAntispoof, LeavesALoopbacksOwnPackets) {
  EXPECT_EQ(rules("antispoof log quick for em0 label x").substr(0, 35), "block drop in log quick on ! em0 in");
  EXPECT_EQ(rules("antispoof for lo0").find("in inet from"), std::string::npos);
}

TEST(PfStates, HaveLimits) {
  EXPECT_EQ(rules("pass in proto tcp to port ssh keep state (max-src-conn 5, max-src-conn-rate 3/10, overload <bad>)"),
            "pass in proto tcp from any to any port = ssh flags S/SA keep state (source-track rule, max-src-conn 5, "
            "max-src-conn-rate 3/10, overload <bad>)");
  EXPECT_EQ(rules("pass in keep state (max 9)"), "pass in all flags S/SA keep state (max 9)");
  EXPECT_EQ(rules("pass in keep state (max 9, max-src-states 3)"), "pass in all flags S/SA keep state (max 9, source-track rule, max-src-states 3)");
  EXPECT_EQ(rules("pass in keep state (max 0)"), "pf.conf:1: max must be > 0");
  EXPECT_EQ(rules("pass in keep state (max 3, overload <bad>)"), "pf.conf:1: 'overload' requires 'max-src-conn' or 'max-src-conn-rate'");
  for (const char* word : {"if-bound", "sloppy", "no-sync", "max-src-nodes 3", "tcp.established 60"})
    EXPECT_EQ(rules(fmt::format("pass in keep state ({})", word)),
              fmt::format("pf.conf:1: state option {} is not supported on Linux", std::string_view(word).substr(0, std::string_view(word).find(' '))));
  EXPECT_EQ(rules("block keep state"), "pf.conf:1: keep state on block or no state rules doesn't make sense");
  for (std::string_view word : {"modulate state", "synproxy state", "allow-opts", "rtable 1", "queue q"})
    EXPECT_EQ(rules("pass in " + std::string(word)), fmt::format("pf.conf:1: {} is not supported on Linux", word.substr(0, word.find(' '))));
}

TEST(PfAnchors, HaveBodiesOfTheirOwn) {
  Parsed parsed = read("anchor web on em0 {\n  pass proto tcp to port 80\n  anchor { block }\n}\nanchor \"a/b\"\nload anchor web from \"more\"\nblock");
  ASSERT_TRUE(parsed.problems.empty()) << parsed.problems[0].text();
  EXPECT_EQ(text_of(parsed.rules), "anchor \"web\" on em0 all\nanchor \"a/b\" all\nblock drop all\n");
  EXPECT_EQ(text_of(parsed.bodies.at("web")), "pass proto tcp from any to any port = http flags S/SA keep state\nanchor \"_1\" all\n");
  EXPECT_EQ(text_of(parsed.bodies.at("web/_1")), "block drop all\n");
  EXPECT_EQ(parsed.to_load.at(0), (std::pair<std::string, std::string>{"web", "more"}));
  EXPECT_EQ(rules("anchor a {\nblock in foo\n}"), "pf.conf:2: syntax error");
  EXPECT_EQ(rules("anchor a {\nnat on em0 -> 10.0.0.1\n}"), "pf.conf:2: nat can't stand in an anchor's braces");
  EXPECT_EQ(rules("anchor a {\nset skip on em0\n}"), "pf.conf:2: set can't stand in an anchor's braces");
  EXPECT_EQ(rules("anchor \"a|b\""), "pf.conf:1: anchor name 'a|b' is empty, too long or has wrong characters");
}

TEST(PfScrub, TakesWhatNftablesCan) {
  auto scrubs = [](std::string text) {
    Parsed parsed = read(std::move(text));
    return parsed.problems.empty() ? text_of(parsed.rules) : parsed.problems[0].text();
  };
  EXPECT_EQ(scrubs("scrub in on em0 all fragment reassemble no-df max-mss 1440"), "scrub in on em0 all no-df max-mss 1440 fragment reassemble\n");
  EXPECT_EQ(scrubs("no scrub from 10.0.0.1"), "no scrub inet from 10.0.0.1 to any\n");
  EXPECT_EQ(scrubs("match in on em0 inet scrub (no-df max-mss 1440)\nmatch in"), "match in on em0 inet all scrub (no-df max-mss 1440)\nmatch in all\n");
  EXPECT_EQ(scrubs("match in scrub (no-df) tag x"), "pf.conf:1: scrub with log, quick, tag or tagged is not supported on Linux");
  EXPECT_EQ(scrubs("match in scrub (random-id)"), "pf.conf:1: scrub random-id is not supported on Linux");
  EXPECT_EQ(scrubs("scrub in all random-id"), "pf.conf:1: scrub random-id is not supported on Linux");
  EXPECT_EQ(scrubs("scrub all fragment crop"), "pf.conf:1: fragment crop is not supported on Linux");
}

TEST(PfOptions, AreTakenIfTheyMeanSomething) {
  EXPECT_EQ(rules("set state-policy floating\nset optimization normal\nset ruleset-optimization basic\nset debug urgent\nblock"), "block drop all");
  EXPECT_EQ(rules("set state-policy if-bound"), "pf.conf:1: set state-policy if-bound is not supported on Linux");
  EXPECT_EQ(rules("set limit table-entries 200000\nblock"), "block drop all");
  EXPECT_EQ(rules("set limit { table-entries 10, states 10 }"), "pf.conf:1: set limit states is not supported on Linux");
  EXPECT_EQ(rules("set timeout interval 10"), "pf.conf:1: set timeout interval is not supported on Linux");
  EXPECT_EQ(rules("set timeout tcp.first 5000000"), "pf.conf:1: timeout tcp.first is longer than 4000000 seconds");
  EXPECT_EQ(rules("set timeout tcp.first"), "pf.conf:1: syntax error");
  EXPECT_EQ(text_of(read("set timeout { tcp.first 10, udp.single 3 adaptive.start 0 }\nset timeout tcp.first 9").rules),
            "set timeout tcp.first 9\nset timeout udp.single 3\n");
  EXPECT_EQ(read("set optimization aggressive\nset timeout tcp.established 60").rules.timeouts.at("tcp.established"), 60u);
  EXPECT_EQ(rules("set timeout { tcp.first 10, interval 3 }"), "pf.conf:1: set timeout interval is not supported on Linux");
  EXPECT_EQ(rules("set keepcounters"), "pf.conf:1: set keepcounters is not supported on Linux");
  EXPECT_EQ(rules("set loginterface em0"), "pf.conf:1: set loginterface em0 is not supported on Linux");
}

// The kernel keeps rules as text: what is printed reads as the same again.
TEST(PfRules, ReadAsTheyArePrinted) {
  for (const char* text :
       {"block return-icmp(port-unr) in log quick on ! em0 inet proto udp from ! 10.0.0.0/8 port 1 >< 9 to <t> port != 53 label \"a $nr\"",
        "pass out on em0 inet6 proto ipv6-icmp icmp6-type echoreq tag x ! tagged y", "pass out proto tcp flags any user 80 group 7 no state",
        "match in all tag \"a\"", "match out proto tcp to port 80 scrub (min-ttl 9, max-mss 500)", "nat pass on em0 inet proto { tcp udp } from (em0:network) to any -> 10.0.0.0/30 port 1024:2000 static-port",
        "rdr log on em0 proto tcp to port 80:90 tag w -> { 10.0.0.1 10.0.0.2 } port 8080 random", "block in from no-route",
        "block in from urpf-failed", "scrub out proto tcp min-ttl 9", "nat on em0 -> { 10.0.0.1 10.0.0.2 } source-hash k",
        "pass in proto tcp keep state (max 7, max-src-states 5) probability 30%", "nat on em0 -> 10.0.0.0/30 random sticky-address", "set skip on { lo0 em1 }\ntable <a> persist const\nblock from <a>",
        "pass in proto tcp keep state (max-src-conn 5, overload <b> flush global)", "anchor \"a/*\" in quick on em0 proto tcp", "block probability 20%"}) {
    Parsed once = read(text);
    ASSERT_TRUE(once.problems.empty()) << once.problems[0].text() << ": " << text;
    Parsed again = read(text_of(once.rules));
    ASSERT_TRUE(again.problems.empty()) << again.problems[0].text() << ": " << text_of(once.rules);
    EXPECT_EQ(text_of(again.rules), text_of(once.rules));
  }
}

TEST(PfTables, HoldEntriesOfFilesToo) {
  Parsed parsed = read("table <bad> persist { 10.9.0.0/16, ::1 } file \"bad\"\nset skip on { lo0 em0 }\ninclude \"more\"\nanchor \"jails/*\" on em0");
  ASSERT_TRUE(parsed.problems.empty()) << parsed.problems[0].text();
  EXPECT_EQ(text_of(parsed.rules.tables.at(0)), "table <bad> persist { 10.0.0.0/8 10.0.0.1 10.9.0.0/16 ::1 }");
  EXPECT_EQ(parsed.rules.skipped, (std::vector<std::string>{"lo0", "em0"}));
  EXPECT_EQ(text_of(parsed.rules.rules.at(0)), "block drop in quick proto udp all");
  EXPECT_EQ(text_of(parsed.rules.rules.at(1)), "anchor \"jails/*\" on em0 all");
}

TEST(PfTables, AreDefinedOnce) {
  EXPECT_EQ(rules("table <t> { 10.0.0.1 }\nblock from <t>\ntable <t> persist"), "pf.conf:3: table <t> is defined already");
}

TEST(PfErrors, NameFileLineAndWordAndGoOn) {
  Parsed parsed = read("pass\nblok in\npass from any to any queue q\nblock in foo\naltq on em0\ntable <a> counters\n\"\nblock");
  std::string all;
  for (const Problem& problem : parsed.problems) all += problem.text() + "\n";
  EXPECT_EQ(all,
            "pf.conf:2: syntax error\n"
            "pf.conf:3: queue is not supported on Linux\n"
            "pf.conf:4: syntax error\n"
            "pf.conf:5: altq is not supported on Linux\n"
            "pf.conf:6: counters is not supported on Linux\n"
            "pf.conf:7: syntax error\n");
}

}  // namespace
}  // namespace cellblock::pf
