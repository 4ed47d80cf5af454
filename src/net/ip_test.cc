#include "net/ip.hpp"

#include <gtest/gtest.h>

namespace cellblock::net {
namespace {

TEST(Ip, ReadsAndWritesBothFamilies) {
  EXPECT_EQ(parse_ip("10.0.0.1")->text(), "10.0.0.1");
  EXPECT_EQ(parse_ip("FE80::0:1")->text(), "fe80::1");
  EXPECT_TRUE(parse_ip("fe80::1")->is_link_local());
  EXPECT_FALSE(parse_ip("2001:db8::1")->is_link_local());
  for (const char* wrong : {"", "10.0.0.300", "10.0.0", "10.0.0.1 ", "fe80::1%lo0", "::g"}) EXPECT_FALSE(parse_ip(wrong)) << wrong;
  EXPECT_FALSE(parse_ip(std::string_view("10.0.0.1\0x", 10)));
}

TEST(Ip, MasksAreContiguous) {
  for (int prefix = 0; prefix <= 32; ++prefix) EXPECT_EQ(prefix_of(mask_of(false, prefix)), prefix);
  for (int prefix = 0; prefix <= 128; ++prefix) EXPECT_EQ(prefix_of(mask_of(true, prefix)), prefix);
  EXPECT_EQ(mask_of(false, 20).text(), "255.255.240.0");
  EXPECT_FALSE(prefix_of(*parse_ip("255.0.255.0")));
}

TEST(Ip, NetworkAndBroadcast) {
  Ip ip = *parse_ip("192.168.2.77");
  EXPECT_EQ(network_of(ip, 26).text(), "192.168.2.64");
  EXPECT_EQ(broadcast_of(ip, 26).text(), "192.168.2.127");
  EXPECT_EQ(network_of(*parse_ip("2001:db8::ff"), 64).text(), "2001:db8::");
}

TEST(Ip, ClassesOfTheTimeBeforeCidr) {
  EXPECT_EQ(class_prefix_of(*parse_ip("10.0.0.1")), 8);
  EXPECT_EQ(class_prefix_of(*parse_ip("172.16.0.1")), 16);
  EXPECT_EQ(class_prefix_of(*parse_ip("192.168.2.1")), 24);
}

TEST(Prefix, TakesALengthOrNone) {
  EXPECT_EQ(parse_prefix("10.0.0.1/8"), (Prefix{*parse_ip("10.0.0.1"), 8}));
  EXPECT_EQ(parse_prefix("::1"), (Prefix{*parse_ip("::1"), 128}));
  for (const char* wrong : {"10.0.0.1/33", "10.0.0.1/", "10.0.0.1/-1", "10.0.0.1/+8", "/8", "::/129", "10.0.0.1/8/8"})
    EXPECT_FALSE(parse_prefix(wrong)) << wrong;
}

TEST(Hardware, IsSixBytes) {
  auto bytes = parse_hardware("2:0:0:a:B:ff");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(hardware_text({reinterpret_cast<const char*>(bytes->data()), 6}), "02:00:00:0a:0b:ff");
  for (const char* wrong : {"", "02:00:00:00:00", "02:00:00:00:00:00:00", "02:00:00:00:00:0g", "02::00:00:00:00", "002:0:0:0:0:0"})
    EXPECT_FALSE(parse_hardware(wrong)) << wrong;
}

TEST(FreeAddress, IsStableAndNoneThatIsTaken) {
  Ip begin = *parse_ip("10.0.0.254"), end = *parse_ip("10.0.1.0");
  auto nobody = [](const Ip&) { return false; };
  auto first = free_address(begin, end, "web", nobody);
  ASSERT_TRUE(first);
  EXPECT_TRUE(begin <= *first && *first <= end) << first->text();
  EXPECT_EQ(free_address(begin, end, "web", nobody), first);
  auto second = free_address(begin, end, "web", [&](const Ip& one) { return one == *first; });
  ASSERT_TRUE(second);
  EXPECT_NE(*second, *first);
  EXPECT_FALSE(free_address(begin, end, "web", [](const Ip&) { return true; }));
  EXPECT_FALSE(free_address(end, begin, "web", nobody));
  Ip six = *parse_ip("fd00::1:0");
  EXPECT_EQ(free_address(six, six, "web", nobody)->text(), "fd00::1:0");
  EXPECT_TRUE(free_address(*parse_ip("fd00::1"), *parse_ip("fdff::1"), "web", nobody));
}

}  // namespace
}  // namespace cellblock::net
