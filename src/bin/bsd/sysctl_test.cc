#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.hpp"
#include "common/test_folder.hpp"
#include "model/param.hpp"
#include "sysctl_values.hpp"

namespace cellblock::bsd {
namespace {

namespace fs = std::filesystem;

// A folder stands for /proc and one for /run/cellblock.
class SysctlTest : public testing::Test {
 protected:
  void SetUp() override {
    for (auto below : {"sys/net/ipv4", "sys/net/core", "sys/kernel"}) fs::create_directories(folder.at(below));
    folder.write("sys/net/ipv4/ip_forward", "0\n");
    folder.write("sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456\n");
    folder.write("sys/net/ipv4/icmp_echo_ignore_broadcasts", "1\n");
    folder.write("sys/net/ipv4/tcp_keepalive_time", "7200\n");
    folder.write("sys/kernel/domainname", "(none)\n");
    folder.write("sys/kernel/hostname", "host.example.org\n");
  }

  SysctlValues values(OwnJail own = {}) { return {std::move(own), {folder.path(), folder.at("run/sysctl")}}; }
  std::string get(std::string_view name, OwnJail own = {}) {
    auto value = values(std::move(own)).get(*find_oid(name));
    return value ? *value : "error " + value.error().text();
  }
  int set(std::string_view name, const std::string& value, OwnJail own = {}) {
    auto done = values(std::move(own)).set(*find_oid(name), value);
    return done ? 0 : done.error().sys;
  }

  TestFolder folder;
};

TEST_F(SysctlTest, LinuxFilesInFreeBsdsForm) {
  EXPECT_EQ(get("net.inet.ip.forwarding"), "0");
  EXPECT_EQ(get("net.inet.tcp.recvbuf_max"), "6291456");
  EXPECT_EQ(get("net.inet.tcp.recvspace"), "131072");
  EXPECT_EQ(get("net.inet.icmp.bmcastecho"), "0");
  EXPECT_EQ(get("net.inet.tcp.keepidle"), "7200000");
  EXPECT_EQ(get("kern.domainname"), "");
  EXPECT_EQ(get("kern.hostname"), "host.example.org");
  EXPECT_EQ(values().get(*find_oid("vm.overcommit")).error().why, Why::absent);
}

TEST_F(SysctlTest, TheFirewallAnswersForItself) {
  EXPECT_EQ(values().get(*find_oid("net.inet.ip.fw.enable")).error().why, Why::absent);
  EXPECT_EQ(set("net.inet.ip.fw.enable", "0"), ENOENT);
  std::string kept;
  SysctlValues real({}, {.firewall = [](std::string_view key) -> Result<std::string> { return std::string(key); },
                         .set_firewall = [&kept](std::string_view key, const std::string& value) -> Result<> {
                           kept = fmt::format("{}={}", key, value);
                           return {};
                         }});
  EXPECT_EQ(real.get(*find_oid("net.inet.ip.fw.dyn_count")), "dyn_count");
  EXPECT_TRUE(real.set(*find_oid("net.inet.ip.fw.one_pass"), "0"));
  EXPECT_EQ(kept, "one_pass=0");
}

TEST_F(SysctlTest, AndBack) {
  EXPECT_EQ(set("net.inet.ip.forwarding", "1"), 0);
  EXPECT_EQ(folder.read("sys/net/ipv4/ip_forward").substr(0, 1), "1");
  EXPECT_EQ(set("net.inet.tcp.recvbuf_max", "100"), 0);
  EXPECT_THAT(split_words(folder.read("sys/net/ipv4/tcp_rmem").substr(0, 15)), testing::ElementsAre("4096", "131072", "100"));
  EXPECT_EQ(set("net.inet.icmp.bmcastecho", "1"), 0);
  EXPECT_EQ(get("net.inet.icmp.bmcastecho"), "1");
  EXPECT_EQ(set("vm.overcommit", "1"), ENOENT);
}

TEST_F(SysctlTest, WhatLinuxLacksIsKept) {
  EXPECT_EQ(get("security.jail.allow_raw_sockets"), "0");
  EXPECT_EQ(get("security.jail.set_hostname_allowed"), "1");
  EXPECT_EQ(set("security.jail.allow_raw_sockets", "1"), 0);
  EXPECT_EQ(set("compat.linux.osrelease", "2.6.32"), 0);
  EXPECT_EQ(get("security.jail.allow_raw_sockets"), "1");
  EXPECT_EQ(get("compat.linux.osrelease"), "2.6.32");
  auto facts = model::host_facts(model::parse_sysctl_store(folder.read("run/sysctl")), "6.1");
  EXPECT_EQ(facts.osrelease, "2.6.32");
  EXPECT_TRUE(model::allowed(facts.old_style_defaults, model::Allow::raw_sockets));
}

TEST_F(SysctlTest, InAJailItIsTheJails) {
  OwnJail own;
  own.jailed = true;
  own.jails = 3;
  own.prison.vnet = model::Sys::fresh;
  own.prison.children_max = 7;
  own.prison.enforce_statfs = 1;
  own.prison.env = "a b";
  own.prison.allow.set(static_cast<size_t>(model::Allow::raw_sockets));
  EXPECT_EQ(get("security.jail.jailed", own), "1");
  EXPECT_EQ(get("security.jail.vnet", own), "1");
  EXPECT_EQ(get("security.jail.children.max", own), "7");
  EXPECT_EQ(get("security.jail.children.cur", own), "3");
  EXPECT_EQ(get("security.jail.enforce_statfs", own), "1");
  EXPECT_EQ(get("security.jail.env", own), "a b");
  EXPECT_EQ(get("security.jail.allow_raw_sockets", own), "1");
  EXPECT_EQ(get("security.jail.socket_unixiproute_only", own), "1");
  EXPECT_EQ(get("security.jail.mount_allowed", own), "0");
  EXPECT_EQ(set("security.jail.mount_allowed", "1", own), EPERM);
  EXPECT_EQ(set("compat.linux.osrelease", "1", own), EPERM);
}

TEST_F(SysctlTest, OnTheHost) {
  EXPECT_EQ(get("security.jail.jailed"), "0");
  EXPECT_EQ(get("security.jail.children.max"), "999999");
  EXPECT_EQ(get("kern.securelevel"), "-1");
  EXPECT_EQ(get("hw.ncpu"), std::to_string(::sysconf(_SC_NPROCESSORS_ONLN)));
}

TEST(SysctlTable, SortedAndNamedOnce) {
  auto rows = oids();
  for (size_t i = 1; i < rows.size(); ++i) EXPECT_LT(rows[i - 1].name, rows[i].name);
  for (const Oid& oid : rows) EXPECT_EQ(find_oid(oid.name), &oid);
  EXPECT_EQ(find_oid("security.jail"), nullptr);
}

TEST(SysctlTable, EveryRowOfAJailNamesAParameter) {
  for (const Oid& oid : oids())
    if (oid.via == Via::jail && oid.key != "jailed" && oid.key != "list") EXPECT_TRUE(model::find_param(oid.key)) << oid.key;
}

TEST(SysctlTable, BelowANode) {
  auto below = oids_below("security.jail.children");
  ASSERT_EQ(below.size(), 2u);
  EXPECT_EQ(below[0].name, "security.jail.children.cur");
  EXPECT_TRUE(oids_below("security.jail.chil").empty());
  EXPECT_TRUE(oids_below("no.such").empty());
}

}  // namespace
}  // namespace cellblock::bsd
