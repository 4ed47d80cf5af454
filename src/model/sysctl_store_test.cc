#include "model/sysctl_store.hpp"

#include <gmock/gmock.h>

namespace cellblock::model {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(SysctlStore, TextComesBack) {
  SysctlStore store;
  store.values = {{"compat.linux.osrelease", "2.6.32"}, {"x.y", "two words\nand a line"}};
  EXPECT_EQ(store.text(), "compat.linux.osrelease=2.6.32\nx.y=two\\040words\\012and\\040a\\040line\n");
  EXPECT_EQ(parse_sysctl_store(store.text()).values, store.values);
}

TEST(SysctlStore, DropsWhatIsNoAssignment) {
  EXPECT_THAT(parse_sysctl_store("\nnonsense\n=x\na=1\na=b=c\n").values, ElementsAre(Pair("a", "b=c")));
  EXPECT_EQ(parse_sysctl_store("").get("a"), std::nullopt);
}

TEST(HostFacts, WithoutSettings) {
  HostFacts facts = host_facts({}, "6.1.0");
  EXPECT_EQ(facts.osrelease, "6.1.0");
  EXPECT_EQ(facts.old_style_defaults, default_allow());
}

TEST(HostFacts, SysctlsBecomeDefaultsOfOldStyleJails) {
  SysctlStore store = parse_sysctl_store(
      "compat.linux.osrelease=2.6.32\nsecurity.jail.set_hostname_allowed=0\nsecurity.jail.allow_raw_sockets=1\n"
      "security.jail.socket_unixiproute_only=0\nsecurity.jail.mount_allowed=0\n");
  HostFacts facts = host_facts(store, "6.1.0");
  EXPECT_EQ(facts.osrelease, "2.6.32");
  EXPECT_FALSE(allowed(facts.old_style_defaults, Allow::set_hostname));
  EXPECT_TRUE(allowed(facts.old_style_defaults, Allow::raw_sockets));
  EXPECT_TRUE(allowed(facts.old_style_defaults, Allow::socket_af));
  EXPECT_FALSE(allowed(facts.old_style_defaults, Allow::mount));
  EXPECT_TRUE(allowed(facts.old_style_defaults, Allow::suser));
}

}  // namespace
}  // namespace cellblock::model
