// Long random lives of a host: whatever is asked for, the rules between a jail and its parent hold afterwards.
#include <algorithm>
#include <random>
#include <set>

#include "model/set_address.hpp"
#include "model/set_testing.hpp"

namespace cellblock::model {
namespace {

class RandomHost {
 public:
  explicit RandomHost(unsigned seed) : random_(seed) {}

  void step() {
    host_.caller = pick_caller();
    host_.attaching = chance(8);
    auto mode = static_cast<SetMode>(below(3));
    std::string words = describe();
    auto outcome = host_.call(mode, words);
    ++(outcome ? accepted : refused);
    if (!outcome) return;
    EXPECT_TRUE(mode != SetMode::update || !outcome->created) << words;
    EXPECT_TRUE(mode != SetMode::create || outcome->created) << words;
    for (const Prison& other : outcome->also) {
      ASSERT_TRUE(host_.snapshot.jails.contains(other.jid)) << words;
      host_.snapshot.jails[other.jid].prison = other;
    }
    host_.snapshot.jails[outcome->prison.jid].prison = outcome->prison;
    if (outcome->created) host_.snapshot.last_jid = outcome->prison.jid;
    check(words);
    if (host_.snapshot.jails.size() > 30) remove(host_.snapshot.jails.begin()->first);
  }

  int accepted = 0, refused = 0;

 private:
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  bool chance(int of) { return below(of) == 0; }

  JailId pick_caller() {
    if (host_.snapshot.jails.empty() || !chance(3)) return 0;
    return std::next(host_.snapshot.jails.begin(), below(static_cast<int>(host_.snapshot.jails.size())))->first;
  }

  std::string name() {
    std::string text(1, static_cast<char>('a' + below(4)));
    while (chance(2)) text += std::string(".") + static_cast<char>('a' + below(4));
    return text;
  }

  std::string addresses() {
    std::string text;
    for (int count = below(4); count >= 0; --count) text += ",10.0.0." + std::to_string(1 + below(5));
    return text.substr(1);
  }

  std::string describe() {
    std::string words = chance(5) ? "" : "persist";
    if (!chance(8)) words += " name=" + name();
    if (chance(5)) words += " jid=" + std::to_string(1 + below(40));
    auto sometimes = [&](int of, const std::string& word) { words += chance(of) ? " " + word : ""; };
    sometimes(2, "children.max=" + std::to_string(below(12)));
    sometimes(4, "securelevel=" + std::to_string(below(4) - 1));
    sometimes(4, "enforce_statfs=" + std::to_string(below(3)));
    sometimes(6, "devfs_ruleset=" + std::to_string(below(3)));
    sometimes(4, "ip4=" + std::string(name_of(static_cast<Sys>(below(3)))));
    sometimes(3, "ip4.addr=" + addresses());
    sometimes(8, "vnet");
    sometimes(4, "host=" + std::string(name_of(static_cast<Sys>(below(3)))));
    sometimes(4, "host.hostname=" + name());
    sometimes(4, "sysvmsg=" + std::string(name_of(static_cast<Sys>(below(3)))));
    sometimes(5, chance(2) ? "allow.sysvipc" : "allow.nosysvipc");
    sometimes(3, chance(2) ? "allow.mount" : "allow.nomount");
    sometimes(3, chance(2) ? "allow.suser" : "allow.nosuser");
    return words;
  }

  void remove(JailId jid) {
    std::string name = host_.snapshot.jails[jid].prison.name;
    std::erase_if(host_.snapshot.jails,
                  [&](const auto& entry) { return entry.first == jid || is_below(entry.second.prison.name, name); });
  }

  void check(const std::string& words) {
    std::set<std::string> names;
    for (const auto& [jid, jail] : host_.snapshot.jails) {
      const Prison& prison = jail.prison;
      ASSERT_EQ(prison.jid, jid) << words;
      ASSERT_EQ(prison.cpuset_id, jid + 1) << words;
      ASSERT_TRUE(names.insert(prison.name).second) << words << ": two jails " << prison.name;
      check_addresses(prison, words);
      ASSERT_EQ(prison.parent != 0, prison.name.contains('.')) << words << ": " << prison.name;
      if (prison.parent != 0) check_below(prison, host_.snapshot.jails[prison.parent].prison, words);
    }
  }

  void check_addresses(const Prison& prison, const std::string& words) {
    bool any = !prison.ip4_addr.empty();
    bool own_stack = prison.vnet == Sys::fresh;
    ASSERT_TRUE(!own_stack || (prison.ip4 == Sys::inherit && !any)) << words << ": " << prison.name;
    ASSERT_TRUE(prison.ip4 != Sys::fresh || any) << words << ": " << prison.name;
    ASSERT_TRUE(prison.ip4 != Sys::disable || !any) << words << ": " << prison.name;
    ASSERT_TRUE(!any || std::is_sorted(prison.ip4_addr.begin() + 1, prison.ip4_addr.end())) << words;
  }

  void check_below(const Prison& prison, const Prison& parent, const std::string& words) {
    std::string where = words + ": " + prison.name;
    ASSERT_EQ(prison.name.substr(0, prison.name.rfind('.')), parent.name) << where;
    ASSERT_GE(prison.securelevel, parent.securelevel) << where;
    ASSERT_GE(prison.enforce_statfs, parent.enforce_statfs) << where;
    ASSERT_LE(prison.children_max, std::max(parent.children_max - 1, 0)) << where;
    ASSERT_TRUE((prison.allow & ~parent.allow).none()) << where;
    ASSERT_TRUE(prison.host != Sys::inherit || prison.hostname == parent.hostname) << where;
    ASSERT_TRUE(prison.sysvmsg != Sys::inherit || parent.sysvmsg != Sys::disable) << where;
    if (prison.vnet == Sys::fresh || parent.vnet == Sys::fresh) return;
    ASSERT_TRUE(parent.ip4 != Sys::disable || prison.ip4 == Sys::disable) << where;
    if (parent.ip4_addr.empty()) return;
    ASSERT_TRUE(prison.ip4 != Sys::inherit || prison.ip4_addr == parent.ip4_addr) << where;
    for (const std::string& address : prison.ip4_addr) ASSERT_THAT(parent.ip4_addr, testing::Contains(address)) << where;
  }

  std::mt19937 random_;
  Host host_;
};

TEST(JailSetProperty, RulesBetweenParentAndChildHold) {
  for (unsigned seed = 1; seed <= 8 && !testing::Test::HasFailure(); ++seed) {
    RandomHost host(seed);
    for (int at = 0; at < 600 && !testing::Test::HasFailure(); ++at) host.step();
    EXPECT_GT(host.accepted, 60) << seed;  // else the random calls say nothing
    EXPECT_GT(host.refused, 60) << seed;
  }
}

}  // namespace
}  // namespace cellblock::model
