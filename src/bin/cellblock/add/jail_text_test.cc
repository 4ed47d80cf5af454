#include "add/jail_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conf/parse.hpp"
#include "conf/resolve.hpp"

namespace cellblock::add {
namespace {

using testing::ElementsAre;

Answers web() { return {"web", "1g", "10.0.0.7/24,fd00::7", "eth0", "web.example.org", "busybox", "no"}; }

// The block is not compared as text: what jail(8) reads in it counts.
model::Wanted read(const Answers& answers) {
  conf::Parsed parsed = conf::parse_text(jail_block(answers, Places::of(answers.name)));
  EXPECT_TRUE(parsed.diags.empty());
  conf::Resolved resolved = conf::resolve(parsed.tree);
  EXPECT_EQ(resolved.jails.size(), 1u);
  EXPECT_TRUE(resolved.diags.empty());
  return resolved.jails.at(0);
}

TEST(JailBlock, IsWhatJailReads) {
  model::Wanted jail = read(web());
  EXPECT_EQ(jail.name, "web");
  EXPECT_THAT(jail.find("path")->values, ElementsAre("/var/lib/cellblock/web"));
  EXPECT_THAT(jail.find("mount")->values, ElementsAre("/var/lib/cellblock/web.img /var/lib/cellblock/web ext4 rw 0 0"));
  EXPECT_THAT(jail.find("ip4.addr")->values, ElementsAre("10.0.0.7/24"));
  EXPECT_THAT(jail.find("ip6.addr")->values, ElementsAre("fd00::7"));
  EXPECT_THAT(jail.find("interface")->values, ElementsAre("eth0"));
  EXPECT_THAT(jail.find("host.hostname")->values, ElementsAre("web.example.org"));
  EXPECT_THAT(jail.find("exec.start")->values, ElementsAre("/bin/sh /etc/rc"));
}

TEST(JailBlock, InheritsOrHasNoNetwork) {
  Answers answers = web();
  answers.addresses = "inherit";
  answers.interface = "";
  EXPECT_THAT(read(answers).find("ip6")->values, ElementsAre("inherit"));
  answers.addresses = "";
  model::Wanted none = read(answers);
  for (const char* name : {"ip4", "ip6", "ip4.addr", "ip6.addr", "interface"}) EXPECT_EQ(none.find(name), nullptr) << name;
}

TEST(WithInclude, AddsOneLineWhereItIsMissing) {
  std::string config = "/etc/jail.conf.d/web.conf", all = ".include \"/etc/jail.conf.d/*.conf\";\n";
  EXPECT_EQ(with_include("", config), all);
  EXPECT_EQ(with_include(all, config), all);
  EXPECT_EQ(with_include("  .include '/etc/jail.conf.d/web.conf'", config), "  .include '/etc/jail.conf.d/web.conf'");
  std::string other = "a { path = /a; }\n# .include \"/etc/jail.conf.d/*.conf\";\nb { path = /b; }";
  EXPECT_EQ(with_include(other, config), other + "\n" + all);
  EXPECT_EQ(with_include(other + "\n" + all, "/etc/jail.conf.d/db.conf"), other + "\n" + all) << "once";
  std::string single = ".include \"/etc/jail.conf.d/b.conf\";\n", elsewhere = ".include \"/srv/c.conf\";\n";
  EXPECT_EQ(with_include(single + elsewhere, config), elsewhere + all) << "nothing twice";
}

TEST(WithBoot, ListsTheJail) {
  EXPECT_EQ(with_boot("", "web"), "jail_enable=\"YES\"\njail_list=\"web\"\n");
  std::string both = "jail_enable=\"YES\"\njail_list=\"db web\"\n", every = "jail_enable=\"YES\"\n";
  EXPECT_EQ(with_boot(both, "web"), both);
  EXPECT_EQ(with_boot(every, "web"), every);  // an empty list is all jails
  EXPECT_EQ(with_boot("jail_enable=\"YES\"\njail_list=\"db\"\n", "web"), both);
}

TEST(Summary, ShowsWhatWillBe) {
  EXPECT_EQ(summary(web(), Places::of("web")),
            "Name       : web\n"
            "Disk       : 1g, /var/lib/cellblock/web.img\n"
            "Root       : /var/lib/cellblock/web\n"
            "Addresses  : 10.0.0.7/24,fd00::7 on eth0\n"
            "Host name  : web.example.org\n"
            "Filled with: busybox\n"
            "Boot       : no\n"
            "Described  : /etc/jail.conf.d/web.conf\n");
}

}  // namespace
}  // namespace cellblock::add
