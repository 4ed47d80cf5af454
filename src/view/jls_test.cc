#include "view/jls.hpp"

#include <gmock/gmock.h>

#include "base/text.hpp"

namespace cellblock::view {
namespace {

using model::Prison;
using model::Snapshot;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using Line = std::vector<std::string>;

void add(Snapshot& snapshot, Prison prison) {
  snapshot.jails[prison.jid] = model::Jail{std::move(prison), {}};
}

/// Two jails: one with everything, one with nothing.
Snapshot two() {
  Snapshot snapshot;
  Prison web;
  web.jid = 7;
  web.cpuset_id = 8;
  web.name = "web";
  web.path = "/jails/web";
  web.hostname = "web.example.org";
  web.persist = true;
  web.ip4 = web.ip6 = model::Sys::fresh;
  web.ip4_addr = {"192.0.2.10", "192.0.2.11"};
  web.ip6_addr = {"2001:db8::10"};
  add(snapshot, web);
  Prison bare;
  bare.jid = 12;
  bare.cpuset_id = 13;
  bare.name = "12";
  add(snapshot, bare);
  return snapshot;
}

Answer list(Line line, const Snapshot& snapshot) {
  auto parsed = parse_jls(line, "");
  if (auto* answer = std::get_if<Answer>(&parsed)) return *answer;
  return list_jails(std::get<JlsRequest>(parsed), snapshot);
}

std::string text(Line line, const Snapshot& snapshot = two()) {
  Answer answer = list(line, snapshot);
  EXPECT_EQ(answer.err, "");
  EXPECT_EQ(answer.status, 0);
  return answer.out;
}

Snapshot one(Prison prison) {
  Snapshot snapshot;
  if (prison.jid == 0) prison.jid = 1;
  add(snapshot, std::move(prison));
  return snapshot;
}

TEST(Jls, Table) {
  EXPECT_EQ(text({}),
            "   JID  IP Address      Hostname                      Path\n"
            "     7  192.0.2.10      web.example.org               /jails/web\n"
            "    12                                                /\n");
}

TEST(Jls, AJailDoesNotCommandTheTerminal) {
  EXPECT_EQ(harmless("a\033[31mb\n\x7f\xc2\x9b" "31m\u00fc", ""), "a\\033[31mb\\012\\177\\302\\23331m\u00fc");
  EXPECT_EQ(harmless("a\tb\n\r", "\n\t"), "a\tb\n\\015");
  std::string out;
  append_padded(out, "\a", 6, 6);
  EXPECT_EQ(out, "\\007  ");
}

TEST(Jls, AnEndOfLineMakesNoRow) {
  Prison prison;
  prison.name = "a\nb";
  EXPECT_EQ(text({"name"}, one(prison)), "a\\012b\n");
  EXPECT_EQ(text({"-nq", "name"}, one(prison)), "name=a\\012b\n");
}

TEST(Jls, TableWithoutJailsIsAHeader) {
  EXPECT_EQ(text({}, {}), "   JID  IP Address      Hostname                      Path\n");
}

TEST(Jls, TableOfNames) {
  EXPECT_EQ(text({"-N"}),
            " JID             IP Address      Hostname                      Path\n"
            " web             192.0.2.10      web.example.org               /jails/web\n"
            " 12                                                            /\n");
}

TEST(Jls, ALongNameShiftsItsRow) {
  Prison prison;
  prison.name = "exactly-fifteen";
  prison.ip4_addr = {"192.0.2.200"};
  EXPECT_THAT(text({"-N"}, one(prison)), HasSubstr("\n exactly-fifteen 192.0.2.200     "));
  prison.name = "more-than-fifteen-characters";
  EXPECT_THAT(text({"-N"}, one(prison)), HasSubstr("\n more-than-fifteen-characters 192.0.2.200     "));
}

TEST(Jls, TableCutsOff) {
  Prison prison;
  prison.jid = 999999;
  prison.hostname = "a-host-name.of-29-characters.and-more";
  prison.path = "/" + std::string(100, 'p');
  prison.ip4_addr = {"192.168.100.200"};
  EXPECT_THAT(text({}, one(prison)), HasSubstr("\n999999  192.168.100.200 a-host-name.of-29-characters. /" +
                                               std::string(73, 'p') + "\n"));
}

TEST(Jls, CharactersAreNotCutThrough) {
  std::string out;
  append_padded(out, "äöü€", 6, 3);
  EXPECT_EQ(out, "äöü   ");
  out.clear();
  append_padded(out, "\xc3\xff\xe2\x82", 0, 2);
  EXPECT_EQ(out, "\xc3\xff");
  out.clear();
  append_padded(out, "€", 3, std::string::npos);
  EXPECT_EQ(out, "€  ");
}

TEST(Jls, Verbose) {
  Snapshot snapshot = two();
  snapshot.jails[12].prison.dying = true;
  EXPECT_EQ(text({"-dv"}, snapshot),
            "   JID  Hostname                      Path\n"
            "        Name                          State\n"
            "        CPUSetID\n"
            "        IP Address(es)\n"
            "     7  web.example.org               /jails/web\n"
            "        web                           ACTIVE\n"
            "        8\n"
            "        192.0.2.10\n"
            "        192.0.2.11\n"
            "        2001:db8::10\n"
            "    12                                /\n"
            "        12                            DYING\n"
            "        13\n");
}

TEST(Jls, DyingOnesOnlyOnDemand) {
  Snapshot snapshot = two();
  snapshot.jails[7].prison.dying = true;
  EXPECT_EQ(text({"jid"}, snapshot), "12\n");
  EXPECT_EQ(text({"-d", "jid"}, snapshot), "7\n12\n");
  EXPECT_EQ(text({"-a", "jid"}, snapshot), "7\n12\n");
}

TEST(Jls, Parameters) {
  EXPECT_EQ(text({"jid", "name", "persist", "host"}), "7 web true new\n12 12 false new\n");
  EXPECT_EQ(text({"ip4.addr", "ip6.addr"}), "192.0.2.10,192.0.2.11 2001:db8::10\n- -\n");
  EXPECT_EQ(text({"host.hostname"}), "web.example.org\n\"\"\n");
  EXPECT_EQ(text({"nopersist", "allow.mount", "allow.nomount"}), "false false true\ntrue false true\n");
}

TEST(Jls, EmptyLists) {
  EXPECT_EQ(text({"ip4.addr"}, one({})), "-\n");
  EXPECT_EQ(text({"-q", "ip4.addr"}, one({})), "\"\"\n");
  EXPECT_EQ(text({"-n", "ip4.addr"}, one({})), "ip4.addr=\n");
  EXPECT_EQ(text({"-nq", "ip4.addr"}, one({})), "ip4.addr=\"\"\n");
}

TEST(Jls, Header) {
  EXPECT_EQ(text({"-h", "jid", "host.hostname"}), "jid host.hostname\n7 web.example.org\n12 \"\"\n");
}

TEST(Jls, NamesAndValues) {
  EXPECT_EQ(text({"-n", "jid", "persist", "allow.set_hostname", "allow.mount", "vnet"}),
            "jid=7 persist allow.set_hostname allow.nomount vnet=inherit\n"
            "jid=12 nopersist allow.set_hostname allow.nomount vnet=inherit\n");
  EXPECT_EQ(text({"-hn", "jid", "nopersist"}), "jid nopersist\njid=7 persist\njid=12 nopersist\n");
}

TEST(Jls, Quotes) {
  Prison prison;
  auto shown = [&](std::string value, Line line) {
    prison.meta = std::move(value);
    return text(line, one(prison));
  };
  EXPECT_EQ(shown("a b", {"meta"}), "a b\n");
  EXPECT_EQ(shown("a b", {"-q", "meta"}), "\"a b\"\n");
  EXPECT_EQ(shown("a\tb", {"-nq", "meta"}), "meta=\"a\tb\"\n");
  EXPECT_EQ(shown("it's", {"-q", "meta"}), "\"it's\"\n");
  EXPECT_EQ(shown("say \"x\"", {"-q", "meta"}), "'say \"x\"'\n");
  EXPECT_EQ(shown("plain", {"-q", "meta"}), "plain\n");
  EXPECT_EQ(shown("two\nlines", {"-q", "meta"}), "two\nlines\n");
  EXPECT_EQ(shown("", {"-q", "meta"}), "\"\"\n");
  EXPECT_EQ(shown("", {"-n", "meta"}), "meta=\"\"\n");
}

TEST(Jls, KeysOfMeta) {
  Prison prison;
  prison.meta = "a=2\nb=3";
  Snapshot snapshot = one(prison);
  EXPECT_EQ(text({"meta.a"}, snapshot), "2\n");
  EXPECT_EQ(text({"meta.c"}, snapshot), "\n");
  EXPECT_EQ(text({"meta.b", "meta.a"}, snapshot), "3 2\n");
  EXPECT_EQ(text({"meta.b", "meta", "meta.a"}, snapshot), "3 a=2\nb=3 2\n");
  EXPECT_EQ(text({"-s", "meta.missing"}, snapshot), "meta.missing\n");
  EXPECT_EQ(text({"-s", "meta.a"}, snapshot), "meta.a=2\n");
  EXPECT_EQ(text({"meta.c", "meta", "meta.a"}, one({})), " \"\" \n");
  prison.env = "a=";
  EXPECT_EQ(text({"env.a"}, one(prison)), "\"\"\n");
}

TEST(Jls, JsonOfKeys) {
  Prison prison;
  prison.name = "j";
  prison.meta = "a b c";
  EXPECT_EQ(text({"--libxo", "json", "name", "meta"}, one(prison)),
            R"({"__version": "2", "jail-information": {"jail": [{"name":"j","meta":"a b c"}]}})"
            "\n");
  EXPECT_EQ(text({"--libxo", "json", "meta.c", "meta.d"}, one(prison)),
            "{\"__version\": \"2\", \"jail-information\": {\"jail\": [{}]}}\n");
  prison.meta = "a=2\nb=3";
  EXPECT_EQ(text({"--libxo", "json", "meta.b"}, one(prison)),
            "{\"__version\": \"2\", \"jail-information\": {\"jail\": [{\"meta.b\":\"3\"}]}}\n");
}

TEST(Jls, JsonTable) {
  EXPECT_EQ(text({"--libxo", "json"}),
            R"({"__version": "2", "jail-information": {"jail": [)"
            R"({"jid":7,"ipv4":"192.0.2.10","hostname":"web.example.org","path":"/jails/web"}, )"
            R"({"jid":12,"ipv4":"","hostname":"","path":"/"}]}})"
            "\n");
  EXPECT_THAT(text({"-N", "--libxo=json"}), HasSubstr(R"([{"name":"web","ipv4":"192.0.2.10")"));
  EXPECT_EQ(text({"--libxo", "json"}, {}), "{\"__version\": \"2\", \"jail-information\": {\"jail\": []}}\n");
}

TEST(Jls, JsonVerbose) {
  EXPECT_THAT(
      text({"-v", "--libxo:J"}),
      HasSubstr(
          R"({"jid":7,"hostname":"web.example.org","path":"/jails/web","name":"web","state":"ACTIVE",)"
          R"("cpusetid":8, "ipv4_addrs": ["192.0.2.10","192.0.2.11"], "ipv6_addrs": ["2001:db8::10"]}, )"));
  EXPECT_THAT(text({"-v", "--libxo", "json,version=3"}),
              HasSubstr(R"("cpusetid":13, "ipv4-addrs": [], "ipv6-addrs": []}]}})"));
}

TEST(Jls, JsonParametersAreStrings) {
  EXPECT_THAT(
      text({"--libxo", "json", "jid", "persist", "ip4.addr", "host"}),
      HasSubstr(R"([{"jid":"7","persist":"true", "ip4.addr": ["192.0.2.10","192.0.2.11"],"host":"new"}, )"
                R"({"jid":"12","persist":"false", "ip4.addr": [],"host":"new"}])"));
  EXPECT_THAT(text({"-n", "--libxo", "json", "jid", "persist"}),
              HasSubstr(R"([{"jid":"7","persist":true}, {"jid":"12","persist":false}])"));
}

TEST(Jls, Xml) {
  EXPECT_EQ(text({"--libxo", "xml,pretty", "name", "ip4.addr", "persist"}),
            "<jail-information version=\"2\">\n"
            "  <jail>\n"
            "    <name>web</name>\n"
            "    <ip4.addr>192.0.2.10</ip4.addr>\n"
            "    <ip4.addr>192.0.2.11</ip4.addr>\n"
            "    <persist>true</persist>\n"
            "  </jail>\n"
            "  <jail>\n"
            "    <name>12</name>\n"
            "    <persist>false</persist>\n"
            "  </jail>\n"
            "</jail-information>\n");
  EXPECT_THAT(text({"--libxo", "xml", "-n", "persist"}),
              StartsWith("<jail-information version=\"2\"><jail><persist>true<"));
}

/// What a shell makes of the line.
Line shell_words(std::string_view text) {
  Line words;
  std::string word;
  char quote = 0;
  for (char c : text) {
    if (quote ? c == quote : c == '"' || c == '\'')
      quote = quote ? 0 : c;
    else if (!quote && (c == ' ' || c == '\n'))
      words.push_back(std::exchange(word, ""));
    else
      word += c;
  }
  return words;
}

/// As jail(8) reads its command line.
Prison fed(std::string_view output) {
  Prison prison;
  for (const std::string& word : shell_words(output)) {
    size_t equals = word.find('=');
    model::Setting setting{word.substr(0, equals), {}};
    if (equals != word.npos) {
      std::string value = word.substr(equals + 1);
      auto named = model::find_param(setting.name);
      setting.values = named && named->param->comma_list && !value.empty() ? split(value, ',') : Line{value};
    }
    auto done = model::assign(prison, setting);
    EXPECT_TRUE(done) << (done ? "" : done.error().text());
  }
  return prison;
}

TEST(Jls, WhatSkipPrintsCanBeFedBack) {
  Prison prison = two().jails[7].prison;
  prison.meta = "say \"x\" = y";
  prison.env = "it's";
  prison.hostid = 4711;
  prison.securelevel = 2;
  prison.sysvmsg = model::Sys::inherit;
  prison.linux_userns = model::Sys::inherit;
  prison.linux_init = "/sbin/init";
  prison.linux_mount = true;
  prison.allow.flip();
  prison.ip4_saddrsel = false;
  prison.osrelease = "6.1.0 x";
  prison.osreldate = 1500000;
  Prison back = fed(text({"-s"}, one(prison)));
  back.cpuset_id = prison.cpuset_id;
  for (const model::Param& param : model::params())
    EXPECT_EQ(model::values_of(back, param), model::values_of(prison, param)) << param.name;
}

TEST(Jls, SkipLeavesOutWhatTheJailDoesNotHave) {
  Prison prison = two().jails[7].prison;
  prison.host = model::Sys::inherit;
  prison.ip6 = model::Sys::disable;
  std::string shown = text({"-s"}, one(prison));
  EXPECT_THAT(shown, HasSubstr(" host=inherit "));
  EXPECT_THAT(shown, Not(HasSubstr("host.hostname")));
  EXPECT_THAT(shown, Not(HasSubstr("ip6.")));
  EXPECT_THAT(shown, HasSubstr(" ip4.addr=192.0.2.10,192.0.2.11 "));
  for (const char* read_only : {" parent=", "dying", "cpuset.id", "children.cur"})
    EXPECT_THAT(shown, Not(HasSubstr(read_only)));
  EXPECT_THAT(shown, Not(HasSubstr("osrel"))) << "the parent's, which can't be written down";
  EXPECT_THAT(text({"-s", "--libxo", "json"}, one(prison)), Not(HasSubstr("host.hostname")));
}

TEST(Jls, AMissingJail) {
  auto request = std::get<JlsRequest>(parse_jls(Line{"-j", "x"}, ""));
  Answer answer = no_such_jail(request, "jail \"x\" not found");
  EXPECT_EQ(answer.out, "   JID  IP Address      Hostname                      Path\n");
  EXPECT_EQ(answer.err, "jls: jail \"x\" not found\n");
  EXPECT_EQ(answer.status, 1);
  answer = no_such_jail(std::get<JlsRequest>(parse_jls(Line{"-j9", "--libxo=json", "name"}, "")),
                        "jail 9 not found");
  EXPECT_EQ(answer.out, "{\"__version\": \"2\", \"jail-information\": {\"jail\": []}}\n");
  EXPECT_EQ(answer.err, "jls: jail 9 not found\n");
}

TEST(Jls, Check) {
  Prison prison;
  prison.name = "x";
  EXPECT_EQ(list({"-cjx"}, one(prison)).status, 0);
  EXPECT_EQ(list({"-cjx"}, one(prison)).out, "");
  prison.dying = true;
  EXPECT_EQ(list({"-cjx"}, one(prison)).status, 1);
  EXPECT_EQ(list({"-cjx"}, one(prison)).err, "");
  EXPECT_EQ(list({"-cdjx"}, one(prison)).status, 0);
  EXPECT_EQ(list({"-jx", "jid"}, one(prison)).err, "jls: jail \"x\" is dying\n");
  Answer answer = no_such_jail(std::get<JlsRequest>(parse_jls(Line{"-cjx"}, "")), "jail \"x\" not found");
  EXPECT_EQ(answer.out + answer.err, "");
  EXPECT_EQ(answer.status, 1);
}

TEST(Jls, AThousandJails) {
  Snapshot snapshot;
  for (int jid = 1; jid <= 1000; ++jid) {
    Prison prison = two().jails[7].prison;
    prison.jid = jid;
    prison.name = "j" + std::to_string(jid);
    add(snapshot, prison);
  }
  std::string out = text({}, snapshot);
  EXPECT_EQ(std::ranges::count(out, '\n'), 1001);
  EXPECT_THAT(out, HasSubstr("\n  1000  192.0.2.10      web.example.org               /jails/web\n"));
}

}  // namespace
}  // namespace cellblock::view
