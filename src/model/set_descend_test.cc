#include "model/set_descend.hpp"

#include "model/set_testing.hpp"

namespace cellblock::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// a, a.b and a.b.c, and an unrelated jail b.
class Descendants : public testing::Test {
 protected:
  void SetUp() override {
    for (auto name : {"a", "a.b", "a.b.c", "b"})
      host_.create(std::string("name=") + name + " enforce_statfs=0 allow.mount children.max=" +
                   std::to_string(9 - std::count(name, name + std::strlen(name), '.')));
  }
  std::vector<std::string> changed() const {
    std::vector<std::string> names;
    for (const Prison& prison : host_.also) names.push_back(prison.name);
    return names;
  }
  Host host_;
};

TEST_F(Descendants, StayAsTheyAre) {
  host_.update("name=a host.hostname=x meta=y allow.mount allow.raw_sockets children.max=100");
  EXPECT_THAT(host_.also, IsEmpty());
  EXPECT_FALSE(allowed(host_.at("a.b").allow, Allow::raw_sockets));  // granting does not grant
}

TEST_F(Descendants, AreRaisedInSecurelevel) {
  host_.update("name=a.b.c securelevel=2");
  host_.update("name=a securelevel=1");
  EXPECT_THAT(changed(), ElementsAre("a.b"));
  EXPECT_EQ(host_.at("a.b").securelevel, 1);
  EXPECT_EQ(host_.at("a.b.c").securelevel, 2);
  host_.update("name=a securelevel=-1");
  EXPECT_EQ(host_.at("a.b").securelevel, 1);
}

TEST_F(Descendants, SeeNoMoreMountsThanTheirParent) {
  host_.update("name=a enforce_statfs=1");
  EXPECT_THAT(changed(), ElementsAre("a.b", "a.b.c"));
  EXPECT_EQ(host_.at("a.b.c").enforce_statfs, 1);
  EXPECT_EQ(host_.at("b").enforce_statfs, 0);
}

TEST_F(Descendants, HaveTheParentsDevfsRuleset) {
  host_.update("name=a.b devfs_ruleset=9");
  EXPECT_THAT(changed(), ElementsAre("a.b.c"));
  host_.update("name=a devfs_ruleset=5");
  EXPECT_EQ(host_.at("a.b").devfs_ruleset, 5);
  EXPECT_EQ(host_.at("a.b.c").devfs_ruleset, 5);
}

TEST_F(Descendants, HaveFewerChildrenLevelByLevel) {
  host_.update("name=a children.max=2");
  EXPECT_EQ(host_.at("a.b").children_max, 1);
  EXPECT_EQ(host_.at("a.b.c").children_max, 0);
  host_.update("name=a children.max=0");
  EXPECT_EQ(host_.at("a.b").children_max, 0);
}

TEST_F(Descendants, LoseWhatTheirParentLoses) {
  host_.update("name=a allow.nomount");
  EXPECT_THAT(changed(), ElementsAre("a.b", "a.b.c"));
  EXPECT_FALSE(allowed(host_.at("a.b.c").allow, Allow::mount));
  EXPECT_TRUE(allowed(host_.at("b").allow, Allow::mount));
}

TEST_F(Descendants, FollowTheHostValuesThatTheyInherit) {
  host_.update("name=a.b host=inherit");
  host_.update("name=a.b.c host=inherit");
  host_.update("name=a host.hostname=new.name host.hostid=5");
  EXPECT_THAT(changed(), ElementsAre("a.b", "a.b.c"));
  EXPECT_EQ(host_.at("a.b.c").hostname, "new.name");
  EXPECT_EQ(host_.at("a.b.c").hostid, 5u);
  host_.update("name=a.b host.hostname=own");
  host_.update("name=a host.hostname=third");
  EXPECT_THAT(changed(), IsEmpty());
  EXPECT_EQ(host_.at("a.b.c").hostname, "own");
}

TEST_F(Descendants, LoseTheIpcThatTheirParentLoses) {
  host_.update("name=a sysvmsg=new");
  host_.update("name=a.b sysvmsg=inherit");
  host_.update("name=a.b.c sysvmsg=inherit");
  host_.update("name=a sysvmsg=disable");
  EXPECT_EQ(host_.at("a.b.c").sysvmsg, Sys::disable);
}

TEST(AddressesOfDescendants, ShrinkWithTheirParents) {
  Host host;
  host.create("name=a ip4.addr=10.0.0.1,10.0.0.2,10.0.0.3");
  host.create("name=a.heir ip4=inherit");
  host.create("name=a.heir.own ip4.addr=10.0.0.3");
  host.create("name=a.vnet vnet");
  host.create("name=a.none");
  host.update("name=a ip4.addr=10.0.0.2,10.0.0.1");
  EXPECT_THAT(host.at("a.heir").ip4_addr, ElementsAre("10.0.0.2", "10.0.0.1"));
  EXPECT_EQ(host.at("a.heir.own").ip4, Sys::disable);
  EXPECT_THAT(host.at("a.heir.own").ip4_addr, IsEmpty());
  EXPECT_EQ(host.also.size(), 2u);
  host.update("name=a ip4.addr=");
  EXPECT_EQ(host.at("a.heir").ip4, Sys::disable);  // an empty inherited list would be no restriction at all
}

TEST(AddressesOfDescendants, KeepTheirOrder) {
  Host host;
  host.create("name=a ip4.addr=10.0.0.1,10.0.0.2,10.0.0.3");
  host.create("name=a.b ip4.addr=10.0.0.3,10.0.0.1,10.0.0.2");
  host.update("jid=1 name=z ip4.addr=10.0.0.1,10.0.0.3");
  EXPECT_THAT(host.at("z.b").ip4_addr, ElementsAre("10.0.0.3", "10.0.0.1"));
}

}  // namespace
}  // namespace cellblock::model
