#include "ipfw/links.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "ipfw/rule.hpp"

namespace cellblock::ipfw {
namespace {

std::string said(std::string_view text) {
  std::vector<std::string> words = split_words(text);
  return refuse_links(words[0], std::span(words).subspan(1)).text();
}

TEST(Links, AreReadAndNotServed) {
  constexpr std::string_view unserved = ": no link engine serves pipes, queues and schedulers on this system yet";
  for (const char* good : {"pipe 1 config bw 300Kbit/s delay 50 plr 0.01 queue 10", "pipe 1 config bw 1MByte/s queue 30KBytes burst 1500 noerror",
                           "pipe 1 config bw tun0 mask dst-ip 0x000000ff src-port 0xffff buckets 64", "pipe 1 config delay 10ms plr 0.1,0.2,3,4 red 0.002/3/10/0.1 ecn",
                           "pipe 1 config profile /etc/profile bw 0", "queue 2 config pipe 1 weight 10 mask src-ip6 /64 all codel target 5ms interval 100ms ecn",
                           "sched 3 config type fq_codel quantum 300 limit 1000 flows 512 noecn", "pipe 1 config"})
    EXPECT_TRUE(said(good).ends_with(fmt::format("config{}", unserved))) << said(good);
  EXPECT_EQ(said("pipe show"), fmt::format("pipe show{}", unserved));
  EXPECT_EQ(said("queue 1 delete"), fmt::format("queue 1 delete{}", unserved));
  EXPECT_EQ(said("sched list 1-5"), fmt::format("sched list 1-5{}", unserved));
}

TEST(Links, AWordThatIsWrongIsNamed) {
  EXPECT_EQ(said("pipe"), "pipe: missing command");
  EXPECT_EQ(said("pipe 1 frob"), "pipe: bad command ``frob''");
  EXPECT_EQ(said("pipe 0 config"), "pipe: bad command ``0''");
  EXPECT_EQ(said("pipe 1 config bw fast!and!far!away"), "bw: bad argument ``fast!and!far!away''");
  EXPECT_EQ(said("pipe 1 config bw 10parsec"), "bw: bad argument ``10parsec''");
  EXPECT_EQ(said("pipe 1 config delay"), "delay: bad argument ``''");
  EXPECT_EQ(said("pipe 1 config plr 2"), "plr: bad argument ``2''");
  EXPECT_EQ(said("pipe 1 config weight 5"), "pipe config: weight is for another kind");
  EXPECT_EQ(said("queue 1 config weight 101"), "weight: bad argument ``101''");
  EXPECT_EQ(said("queue 1 config mask dst-ip"), "mask: bad argument ``dst-ip''");
  EXPECT_EQ(said("sched 1 config type best"), "type: bad argument ``best''");
  EXPECT_EQ(said("sched 1 config frob"), "sched config: unrecognised option ``frob''");
  EXPECT_EQ(said("pipe delete"), "pipe delete: missing number");
  EXPECT_EQ(said("pipe show x"), "pipe show: bad number ``x''");
}

TEST(Links, RulesThatSendToThem) {
  auto error = [](std::string_view text) { return parse_rule(split_words(text)).error().text(); };
  EXPECT_EQ(error("pipe 1 ip from any to any out"), "pipe 1: no link engine serves pipes, queues and schedulers on this system yet");
  EXPECT_EQ(error("queue 1 ip from any to any frob"), "unrecognised option ``frob''");
  EXPECT_EQ(error("pipe 0 ip from any to any"), "pipe: bad argument ``0''");
}

}  // namespace
}  // namespace cellblock::ipfw
