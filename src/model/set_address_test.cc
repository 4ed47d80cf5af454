#include "model/set_address.hpp"

#include "model/set_testing.hpp"

namespace cellblock::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Addresses, FirstIsPrimaryAndTheRestIsSorted) {
  Host host;
  Prison prison = host.create("ip4.addr=10.0.0.9,10.0.0.20,10.0.0.3 ip6.addr=fd00::9,fd00::10,fd00::a");
  EXPECT_THAT(prison.ip4_addr, ElementsAre("10.0.0.9", "10.0.0.3", "10.0.0.20"));
  EXPECT_THAT(prison.ip6_addr, ElementsAre("fd00::9", "fd00::a", "fd00::10"));
  EXPECT_EQ(prison.ip4, Sys::fresh);
}

TEST(Addresses, WithoutOneThereIsNoFamily) {
  Host host;
  for (auto words : {"", "ip4=new", "ip4=disable", "ip4.addr=", "ip4=inherit ip4.addr="}) {
    Prison prison = host.create(words);
    EXPECT_EQ(prison.ip4, Sys::disable) << words;
    EXPECT_THAT(prison.ip4_addr, IsEmpty());
  }
  EXPECT_EQ(host.create("ip4=inherit").ip4, Sys::inherit);
  EXPECT_EQ(host.create("ip4=inherit").ip6, Sys::disable);
  EXPECT_EQ(host.create("ip4=disable ip4.addr=10.0.0.1").ip4, Sys::fresh);
}

TEST(Addresses, AreOfAHostAndOfOneKind) {
  Host host;
  for (auto bad : {"ip4.addr=0.0.0.0", "ip4.addr=255.255.255.255", "ip4.addr=10.0.0.1,0.0.0.0", "ip6.addr=::",
                   "ip6.addr=0::0", "ip4.addr=10.0.0.1,10.0.0.1", "ip4.addr=10.0.0.1,10.0.0.2,10.0.0.1",
                   "ip4.addr=10.0.0.1,10.0.0.2,10.0.0.2", "ip6.addr=fd00::1,FD00:0::1"})
    EXPECT_EQ(host.create_error(bad), invalid_argument) << bad;
  EXPECT_EQ(host.create_error("ip4.addr=web"), "ip4.addr: not an IPv4 address: web");
  EXPECT_EQ(host.create_error("ip6.addr=fd00::1,::ffff:10.0.0.1"), "ip6.addr: ::ffff:10.0.0.1: an IPv4 address, for ip4.addr");
}

std::string many(std::string_view parameter, int count) {
  std::string words(parameter);
  for (int at = 1; at <= count; ++at) {
    words += at == 1 ? "=" : ",";
    words += parameter == "ip4.addr" ? "10.0.1." + std::to_string(at % 250) : "fd00::";
    words += parameter == "ip4.addr" ? "" : std::to_string(at);
    if (parameter == "ip4.addr" && at >= 250) words.replace(words.rfind("10.0.1."), 7, "10.0.2.");
  }
  return words;
}

TEST(Addresses, AreAtMost255) {
  Host host;
  EXPECT_EQ(host.create_error(many("ip4.addr", 255)), "");
  EXPECT_EQ(host.create_error(many("ip4.addr", 256)), "too many IPv4 addresses");
  EXPECT_EQ(host.create_error(many("ip6.addr", 255)), "");
  EXPECT_EQ(host.create_error(many("ip6.addr", 256)), "too many IPv6 addresses");
}

TEST(Addresses, AreNoMatterOfAVnetJail) {
  Host host;
  constexpr const char* text = "vnet jails cannot have IP address restrictions";
  for (auto words : {"ip4.addr=10.0.0.1", "ip4=new", "ip6=disable", "ip4.addr=", "ip6.addr=fd00::1"})
    EXPECT_EQ(host.create_error(std::string("vnet ") + words), text) << words;
  Prison prison = host.create("name=v vnet=new ip4=inherit");
  EXPECT_EQ(prison.ip4, Sys::inherit);
  EXPECT_EQ(prison.ip6, Sys::inherit);
  EXPECT_EQ(host.update_error("name=v ip4.addr=10.0.0.1"), text);
  EXPECT_EQ(host.create_error("vnet=inherit ip4.addr=10.0.0.1"), "");
}

TEST(Addresses, MayBeSharedByJailsWithOneEach) {
  Host host;
  constexpr const char* clash = "IPv4 addresses clash";
  host.create("name=one ip4.addr=10.0.0.1");
  host.create("name=two ip4.addr=10.0.0.2,10.0.0.3");
  host.create("name=six ip6.addr=fd00::1,fd00::2");
  EXPECT_EQ(host.create_error("ip4.addr=10.0.0.1"), "");
  EXPECT_EQ(host.create_error("ip4.addr=10.0.0.1,10.0.0.9"), clash);
  EXPECT_EQ(host.create_error("ip4.addr=10.0.0.3"), clash);
  EXPECT_EQ(host.create_error("ip4.addr=10.0.0.4,10.0.0.5"), "");
  EXPECT_EQ(host.create_error("ip6.addr=fd00::2"), "IPv6 addresses clash");
  EXPECT_EQ(host.call(SetMode::create, "persist ip4.addr=10.0.0.3").error().why, why_of(EADDRINUSE));
  EXPECT_EQ(host.update_error("name=one ip4.addr=10.0.0.1,10.0.0.7"), "");  // not with itself
  EXPECT_EQ(host.update_error("name=one ip4.addr=10.0.0.2"), clash);
  host.snapshot.jails[2].prison.dying = true;
  EXPECT_EQ(host.create_error("ip4.addr=10.0.0.3"), "");
}

TEST(Addresses, OfAnotherStackDoNotClash) {
  Host host;
  host.create("name=v vnet children.max=9");
  host.create("name=v.a ip4.addr=10.0.0.1,10.0.0.2");
  EXPECT_EQ(host.create_error("name=v.b ip4.addr=10.0.0.2"), "IPv4 addresses clash");
  EXPECT_EQ(host.create_error("name=b ip4.addr=10.0.0.2"), "");
}

TEST(Addresses, ArePartOfTheParents) {
  Host host;
  host.create("name=a ip4.addr=10.0.0.1,10.0.0.2,10.0.0.3");
  host.create("name=none");
  host.create("name=all ip4=inherit");
  EXPECT_EQ(host.create_error("name=a.b ip4.addr=10.0.0.3,10.0.0.1"), "");
  EXPECT_EQ(host.create_error("name=a.b ip4.addr=10.0.0.3,10.0.0.4"), not_permitted);
  EXPECT_EQ(host.create_error("name=none.b ip4.addr=10.0.0.9"), not_permitted);
  EXPECT_EQ(host.create_error("name=all.b ip4.addr=10.0.0.9"), "");
  Prison heir = host.create("name=a.heir ip4=inherit");
  EXPECT_EQ(heir.ip4, Sys::inherit);
  EXPECT_THAT(heir.ip4_addr, ElementsAre("10.0.0.1", "10.0.0.2", "10.0.0.3"));
  EXPECT_EQ(host.create_error("name=a.heir.b ip4.addr=10.0.0.4"), not_permitted);
  EXPECT_EQ(host.create("name=none.heir ip4=inherit").ip4, Sys::disable);
}

TEST(Addresses, ChangeWhileTheJailIsRestricted) {
  Host host;
  host.create("name=a ip4.addr=10.0.0.1");
  host.create("name=none");
  host.create("name=all ip4=inherit");
  EXPECT_THAT(host.update("name=a ip4.addr=10.0.0.2").ip4_addr, ElementsAre("10.0.0.2"));
  EXPECT_EQ(host.update("name=a ip4.addr=").ip4, Sys::disable);
  EXPECT_EQ(host.update("name=none ip4.addr=10.0.0.5").ip4, Sys::fresh);
  EXPECT_EQ(host.update_error("name=all ip4.addr=10.0.0.5"), "ip4 cannot be changed after creation");
  EXPECT_EQ(host.update_error("name=none ip6=inherit"), "ip6 cannot be changed after creation");
  EXPECT_EQ(host.update_error("name=all ip4=inherit"), "");
}

}  // namespace
}  // namespace cellblock::model
