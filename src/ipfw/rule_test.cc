#include "ipfw/rule.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace cellblock::ipfw {
namespace {

std::string listed(std::string_view text) {
  auto rule = parse_rule(split_words(text));
  return rule ? fmt::format("{} {}", rule->number, rule->text) : "error: " + rule.error().text();
}

TEST(ParseRule, ListsAsFreeBSDDoes) {
  EXPECT_EQ(listed("100 pass all from any to any"), "100 allow ip from any to any");
  EXPECT_EQ(listed("drop icmp from 10.1.2.3/8 to me in via em0"), "0 deny icmp from 10.0.0.0/8 to me in via em0");
  EXPECT_EQ(listed("allow tcp from any 1024-65535 to 10.0.0.1,10.0.0.2 22,80 setup keep-state"),
            "0 allow tcp from any 1024-65535 to 10.0.0.1,10.0.0.2 22,80 setup keep-state :default");
  EXPECT_EQ(listed("5 set 0 count log udp from not me to { any or me6 } dst-port 53 // names"),
            "5 count log udp from not me to { any or me6 } dst-port 53 // names");
  EXPECT_EQ(listed("prob 0.5 deny ip from any to 1.2.3.4:255.255.255.0"), "0 prob 0.500000 deny ip from any to 1.2.3.0/24");
  EXPECT_EQ(listed("check-state"), "0 check-state :default");
  EXPECT_EQ(listed("check-state :any // x"), "0 check-state :any // x");
  EXPECT_EQ(listed("allow tcp from any to any setup keep-state :web"), "0 allow tcp from any to any setup keep-state :web");
  EXPECT_EQ(listed("skipto 500 ip from any to any out"), "0 skipto 500 ip from any to any out");
  EXPECT_EQ(listed("unreach needfrag icmp from any to any icmptypes 8,11"), "0 unreach needfrag icmp from any to any icmptypes 8,11");
}

TEST(ParseRule, TakesAnAddressInAnInterfacesPlace) {
  auto rule = parse_rule(split_words("allow ip from any to any via 192.0.2.1 not recv em0"));
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->terms[3].any[0].ip.text(), "192.0.2.1");
  EXPECT_EQ(rule->terms[3].any[0].name, "");
  EXPECT_EQ(rule->text, "allow ip from any to any via 192.0.2.1 not recv em0");
}

TEST(ParseRule, AsksTables) {
  EXPECT_EQ(listed("allow ip from table(1) to table(hosts,0100),10.0.0.1"), "0 allow ip from table(1) to table(hosts,100),10.0.0.1");
  EXPECT_EQ(listed("allow ip from not table(1,10.0.0.1) to any recv table(in) xmit table(out,2)"),
            "0 allow ip from not table(1,167772161) to any recv table(in) xmit table(out,2)");
  EXPECT_EQ(listed("allow ip from any to any lookup dst-ip 5 not lookup src-port ports"), "0 allow ip from any to any lookup dst-ip 5 not lookup src-port ports");
  EXPECT_EQ(listed("allow ip from table(1 to any"), "error: forgotten parenthesis: ``table(1''");
  EXPECT_EQ(listed("allow ip from table(all) to any"), "error: bad table name ``all''");
  EXPECT_EQ(listed("allow ip from table(1,x) to any"), "error: bad table value ``x''");
  EXPECT_EQ(listed("allow ip from any to any lookup jail 5"), "error: lookup jail: not supported on this system");
}

TEST(ParseRule, ReadsSetsLimitsTagsAndLogs) {
  auto rule = parse_rule(split_words("100 set 31 allow log logamount 5 tag 7 tcp from any to any limit src-addr dst-port 3"));
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->set, 31u);
  EXPECT_EQ(rule->log_amount, 5u);
  EXPECT_EQ(rule->tag, 7u);
  EXPECT_EQ(rule->limit->keys, 9u);
  EXPECT_EQ(rule->text, "allow log logamount 5 tag 7 tcp from any to any limit src-addr dst-port 3 :default");
  EXPECT_EQ(listed("setfib 0 untag 7 ip from any to any tagged 1-5"), "0 setfib 0 untag 7 ip from any to any tagged 1-5");
  EXPECT_EQ(listed("set 32 allow ip from any to any"), "error: invalid set 32");
  EXPECT_EQ(listed("allow ip from any to any limit 3"), "error: limit: bad argument ``3''");
  EXPECT_EQ(listed("allow ip from any to any limit src-addr 0"), "error: limit: bad argument ``0''");
  EXPECT_EQ(listed("allow ip from any to any keep-state limit src-addr 1"), "error: only one of keep-state and limit is allowed");
  EXPECT_EQ(listed("allow tag 65535 ip from any to any"), "error: tag: bad argument ``65535''");
}

TEST(ParseRule, LeadsPacketsElsewhere) {
  EXPECT_EQ(listed("forward 127.0.0.1,3128 tcp from any to any http"), "0 fwd 127.0.0.1,3128 tcp from any to any http");
  EXPECT_EQ(listed("fwd fe80::1 ip6 from any to any"), "0 fwd fe80::1 ip6 from any to any");
  EXPECT_EQ(listed("divert natd log ip4 from any to any via em0"), "0 divert 8668 log ip4 from any to any via em0");
  EXPECT_EQ(listed("allow tcp from any to any { jail 5 or uid 0 }"), "0 allow tcp from any to any { jail 5 or uid 0 }");
}

TEST(ParseRule, TakesATablesValue) {
  EXPECT_EQ(listed("allow ip from any to any not flow table(f,7)"), "0 allow ip from any to any not flow table(f,7)");
  EXPECT_EQ(listed("allow ip from any to any flow f"), "error: flow: bad argument ``f''");
  EXPECT_EQ(listed("skipto tablearg ip from table(1) to any"), "0 skipto tablearg ip from table(1) to any");
  EXPECT_EQ(listed("nat tablearg ip from any to any via table(2)"), "0 nat tablearg ip from any to any via table(2)");
  EXPECT_EQ(listed("skipto tablearg ip from not table(1) to any"), "error: tablearg: the rule asks no table");
  for (const char* word : {"setfib", "fwd", "divert", "pipe", "allow tag"})
    EXPECT_TRUE(listed(fmt::format("{} tablearg ip from table(1) to any", word)).ends_with("tablearg: not supported on this system")) << word;
}

TEST(ParseRule, KeepsOnlyWhatIsReadAgain) {
  for (const char* chance : {"0.0000001", "0.3333333333333333", "1e-300", "0.25"}) {
    std::string text = listed(fmt::format("prob {} allow ip from any to any", chance));
    auto first = parse_rule(split_words(fmt::format("prob {} allow ip from any to any", chance))), again = parse_rule(split_words(std::string_view(text).substr(2)));
    ASSERT_TRUE(again) << text;
    EXPECT_EQ(again->probability, first->probability);
  }
  auto words = [](std::vector<std::string> list) {
    auto rule = parse_rule(list);
    return rule ? rule->text : "error: " + rule.error().text();
  };
  EXPECT_EQ(words({"allow", "ip", "from", "any", "to", "any", "via", "a b"}), "error: bad word ``a b''");
  EXPECT_EQ(words({"allow", "ip", "from", "any", "to", "any", ""}), "error: bad word ``''");
  EXPECT_EQ(words({"allow", "ip", "from", "any", "to", "any", "//", "two  blanks", ""}), "allow ip from any to any // two blanks");
}

TEST(ParseRule, TakesPortsWhereAProtocolMayHaveThem) {
  for (const char* same : {"allow ip from any to any 80", "allow ip4 from any 1024-65535 to any http", "deny { udp or icmp } from any to any 53", "deny not icmp from any to any 53"})
    EXPECT_EQ(listed(same), fmt::format("0 {}", same));
  EXPECT_EQ(listed("allow tcp from any to any submission,bgp"), "0 allow tcp from any to any submission,bgp");
  EXPECT_EQ(listed("allow icmp from any to any 80"), "error: unrecognised option ``80''");
}

TEST(ParseRule, NamesPorts) {
  EXPECT_EQ(with_service_names("tcp from any 1024-65535 to 10.0.0.1,10.0.0.2 22,80-90 setup // port 22"), "tcp from any 1024-65535 to 10.0.0.1,10.0.0.2 ssh,http-90 setup // port 22");
  EXPECT_EQ(with_service_names("udp from { 10.0.0.1 or 53 } not 53 to not 10.0.0.2 src-port 123 icmptypes 80"),
            "udp from { 10.0.0.1 or 53 } not domain to not 10.0.0.2 src-port ntp icmptypes 80");
  EXPECT_EQ(with_service_names("ip from any to any ipttl 22"), "ip from any to any ipttl 22");
}

TEST(ParseRule, LooksIntoHeaders) {
  for (const char* same : {"deny ip from any to any not verrevpath in", "setdscp ef ip from any to any dscp 10,af11", "count tcp from any to any tcpoptions mss,!ts",
                           "count ip from any to any ipid 1-5 ipprecedence 3", "count tcp from any to any tcpwin 0,100-200 tcpseq 4294967295 not tcpack 0"})
    EXPECT_EQ(listed(same), fmt::format("0 {}", same));
  EXPECT_EQ(listed("setdscp 64 ip from any to any"), "error: setdscp: bad argument ``64''");
  EXPECT_EQ(listed("count ip from any to any dscp af99"), "error: dscp: bad argument ``af99''");
  EXPECT_EQ(listed("count ip from any to any dscp"), "error: dscp: missing argument");
  EXPECT_EQ(listed("count ip from any to any tcpoptions frob"), "error: invalid tcpoptions: ``frob''");
}

TEST(ParseRule, RefusesInOneLineThatNamesTheWord) {
  EXPECT_EQ(listed("frob ip from any to any"), "error: invalid action ``frob''");
  EXPECT_EQ(listed("allow ip any"), "error: missing ``from''");
  EXPECT_EQ(listed("allow ip from 10.0.0.300 to any"), "error: hostname ``10.0.0.300'' unknown");
  EXPECT_EQ(listed("fwd 10.0.0.1, ip from any to any"), "error: fwd: bad argument ``10.0.0.1,''");
  EXPECT_EQ(listed("fwd 0.0.0.0 ip from any to any"), "error: fwd: bad argument ``0.0.0.0''");
  EXPECT_EQ(listed("divert 0 ip from any to any"), "error: divert: bad argument ``0''");
  EXPECT_EQ(listed("tee natd ip from any to any"), "error: tee: not supported on this system, where no program reads copies of packets");
  EXPECT_EQ(listed("allow ip from any to any not jail 5"), "error: not jail: not supported on this system");
  EXPECT_EQ(listed("allow ip from any to any jail web"), "error: jail: bad argument ``web''") << "names are for the command";
  EXPECT_EQ(listed("check-state :no/name"), "error: Invalid state name :no/name");
  EXPECT_EQ(listed("allow ip from any to any keep-state :any"), "error: Invalid state name :any");
  EXPECT_EQ(listed("check-state in"), "error: check-state: takes a name, and nothing else");
  EXPECT_EQ(listed("allow ip from any to any via em?"), "error: via em?: no pattern but a ``*'' at the end is supported on this system");
  EXPECT_EQ(listed("allow ip from any to any recv e*0"), "error: recv e*0: no pattern but a ``*'' at the end is supported on this system");
  EXPECT_EQ(listed("allow ip from any to any xmit [a-e]m0"), "error: xmit [a-e]m0: no pattern but a ``*'' at the end is supported on this system");
  EXPECT_EQ(listed("allow ip from any to any via em*"), "0 allow ip from any to any via em*");
  EXPECT_EQ(listed("allow ip from any to any antispoof"), "error: antispoof: not supported on this system");
  EXPECT_EQ(listed("65535 allow ip from any to any"), "error: bad rule number ``65535''");
  EXPECT_EQ(listed("allow tcp from any to any 99999"), "error: invalid number ``99999''");
  EXPECT_EQ(listed("allow tcp from any to { any"), "error: missing }");
}

}  // namespace
}  // namespace cellblock::ipfw
