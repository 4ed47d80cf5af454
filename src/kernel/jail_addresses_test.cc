#include "kernel/jail_addresses.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cstring>

namespace cellblock::kernel {
namespace {

using model::Allow;
using model::Jail;
using model::Prison;
using model::Sys;

Prison restricted() {
  Prison prison;
  prison.ip4 = prison.ip6 = Sys::fresh;
  prison.ip4_addr = {"192.0.2.9", "em0|192.0.2.1/24"};
  prison.ip6_addr = {"2001:db8::9"};
  return prison;
}

TEST(JailAddresses, OnlyJailsThatTheKernelWouldTreatOtherwiseHaveRules) {
  EXPECT_TRUE(has_address_rules(restricted()));
  Prison none;
  EXPECT_FALSE(has_address_rules(none)) << "no addresses: it has a stack of its own, an empty one";
  Prison vnet = none;
  vnet.vnet = Sys::fresh;
  vnet.ip4 = vnet.ip6 = Sys::inherit;
  EXPECT_FALSE(has_address_rules(vnet));
  Prison all;
  all.ip4 = all.ip6 = Sys::inherit;
  EXPECT_TRUE(has_address_rules(all)) << "ports below 1024, which its user namespace has no right to";
  all.allow.reset(static_cast<size_t>(Allow::reserved_ports));
  EXPECT_FALSE(has_address_rules(all));
  all.linux_userns = Sys::inherit;
  EXPECT_TRUE(has_address_rules(all)) << "what runs in it may still have the capability";
  all.allow.set(static_cast<size_t>(Allow::reserved_ports));
  EXPECT_FALSE(has_address_rules(all));
  all.ip4_addr = {"192.0.2.1"};  // the parent's
  EXPECT_TRUE(has_address_rules(all));
}

TEST(JailAddresses, TheFirstIsThePrimaryOne) {
  bpf::AddressRules rules = address_rules({restricted(), {.uid_base = 1000}}, 7, true);
  EXPECT_EQ(rules.entry.above, 7u);
  EXPECT_EQ(rules.entry.root, 1000u);
  EXPECT_EQ(rules.entry.ip4_count, 2u);
  EXPECT_EQ(rules.entry.ip6_count, 1u);
  EXPECT_EQ(rules.entry.ip4[0], inet_addr("192.0.2.9"));
  EXPECT_EQ(rules.entry.ip4[1], inet_addr("192.0.2.1"));
  in6_addr own;
  inet_pton(AF_INET6, "2001:db8::9", &own);
  EXPECT_EQ(std::memcmp(rules.entry.ip6[0], &own, sizeof own), 0);
  ASSERT_EQ(rules.addresses.size(), 3u);
  EXPECT_EQ(rules.addresses[0].address[2], htonl(0xffff)) << "IPv4 as ::ffff:a.b.c.d";
  EXPECT_TRUE(rules.found_by_address);
  EXPECT_FALSE(address_rules({restricted(), {}}, 0, false).found_by_address) << "below a vnet jail";
}

TEST(JailAddresses, FlagsFollowTheParameters) {
  auto flags = [](const Prison& prison) { return address_rules({prison, {}}, 0, true).entry.flags; };
  Prison prison = restricted();
  EXPECT_EQ(flags(prison), cb_reserved_ports | cb_choose_ip4 | cb_choose_ip6);
  prison.ip4_saddrsel = false;
  prison.allow.set(static_cast<size_t>(Allow::raw_sockets));
  EXPECT_EQ(flags(prison), cb_reserved_ports | cb_choose_ip6 | cb_raw_sockets);
  prison.allow.reset(static_cast<size_t>(Allow::suser));
  EXPECT_EQ(flags(prison) & cb_reserved_ports, 0u) << "its root is nobody";
  prison.ip6 = Sys::inherit;
  prison.ip6_addr.clear();
  EXPECT_NE(flags(prison) & cb_all_ip6, 0u);
  prison.ip6_addr = {"2001:db8::1"};  // the parent's
  EXPECT_EQ(flags(prison) & cb_all_ip6, 0u);
  prison.ip6 = Sys::disable;
  prison.ip6_addr.clear();
  EXPECT_EQ(flags(prison) & cb_all_ip6, 0u) << "none is not all";
}

TEST(JailAddresses, MoreThanTheEntryHoldsAreCountedAndListed) {
  Prison prison = restricted();
  for (int i = 10; i < 30; ++i) prison.ip4_addr.push_back(fmt::format("192.0.2.{}", i));
  bpf::AddressRules rules = address_rules({prison, {}}, 0, true), same = rules;
  EXPECT_EQ(rules.entry.ip4_count, 22u);
  EXPECT_EQ(rules.addresses.size(), 23u);
  EXPECT_EQ(rules, same);
  prison.ip4_addr.back() = "192.0.2.200";
  EXPECT_FALSE(rules == address_rules({prison, {}}, 0, true)) << "one that is in no entry";
}

TEST(JailAddresses, AWrittenAddressIsBetweenBarAndSlash) {
  EXPECT_EQ(plain_address("em0|10.0.0.1/24 up"), "10.0.0.1");
  EXPECT_EQ(plain_address("em0|fd00::1/64"), "fd00::1");
  EXPECT_EQ(plain_address("10.0.0.1"), "10.0.0.1");
}

}  // namespace
}  // namespace cellblock::kernel
