// Which number and which name a jail gets.
#include "model/jail_set.hpp"
#include "model/set_testing.hpp"

namespace cellblock::model {
namespace {

// ---- jid ----

TEST(JailSetJid, IsTheNextFreeAboveTheLastOne) {
  Host host;
  EXPECT_EQ(host.create("").jid, 1);
  EXPECT_EQ(host.create("").jid, 2);
  host.snapshot.jails.erase(2);
  EXPECT_EQ(host.create("").jid, 3);  // 2 is not used again at once
  host.create("jid=5");
  host.snapshot.last_jid = 4;
  EXPECT_EQ(host.create("").jid, 6);
}

TEST(JailSetJid, WrapsAround) {
  Host host;
  host.create("jid=1");
  host.create("jid=999999");
  host.snapshot.last_jid = 999998;
  EXPECT_EQ(host.create("").jid, 2);
  host.snapshot.last_jid = 999999;
  EXPECT_EQ(host.create("").jid, 3);
  host.snapshot.jails.erase(1);
  host.snapshot.last_jid = 999998;
  EXPECT_EQ(host.create("").jid, 1);
}

TEST(JailSetJid, CanBeAskedFor) {
  Host host;
  EXPECT_EQ(host.create("jid=7").name, "7");
  EXPECT_EQ(host.create("jid=8 name=web").jid, 8);
  EXPECT_EQ(host.create("name=123").jid, 123);
  EXPECT_EQ(host.create_error("jid=7 name=other"), "jail 7 already exists");
  EXPECT_EQ(host.create_error("name=123"), "jail 123 already exists");
  EXPECT_EQ(host.create_error("jid=-1"), "negative jid");
  EXPECT_EQ(host.create_error("name=-4"), "negative jid");
  EXPECT_EQ(host.create_error("jid=x"), "jid: non-integer value \"x\"");
}

// ---- name ----

TEST(JailSetName, CannotBeAnotherNumber) {
  Host host;
  constexpr const char* numeric = "name cannot be numeric (unless it is the jid)";
  EXPECT_EQ(host.create_error("jid=7 name=8"), numeric);
  for (auto name : {"0", "007", "+5", "99999999999999999999"})
    EXPECT_EQ(host.create_error(std::string("name=") + name), numeric) << name;
  EXPECT_EQ(host.create("jid=7 name=7").name, "7");
  EXPECT_EQ(host.update_error("jid=7 name=9"), numeric);
  EXPECT_EQ(host.create("name=7up").name, "7up");
  // Without JAIL_CREATE alone a number is no request for a jid.
  EXPECT_EQ(host.error(SetMode::create_or_update, "persist name=55"), numeric);
}

TEST(JailSetName, IsUniqueAmongSiblings) {
  Host host;
  host.create("name=a children.max=5");
  EXPECT_EQ(host.create_error("name=a"), "jail \"a\" already exists");
  EXPECT_EQ(host.create("name=a.a").name, "a.a");
  EXPECT_EQ(host.create_error("name=a.a"), "jail \"a.a\" already exists");
  host.create("name=b");
  EXPECT_EQ(host.update_error("jid=3 name=a"), "jail \"a\" already exists");
  EXPECT_EQ(host.error(SetMode::create_or_update, "jid=3 name=a"), "jail \"a\" already exists");
  EXPECT_EQ(host.update_error("jid=3 name=b"), "");
}

TEST(JailSetName, HasALimit) {
  Host host;
  std::string longest(255, 'n');
  EXPECT_EQ(host.create("name=" + longest).name, longest);
  EXPECT_EQ(host.create_error("name=n" + longest), "File name too long");
  host.create("name=p");
  EXPECT_EQ(host.create_error("name=p." + std::string(254, 'n')), "File name too long");
  EXPECT_EQ(host.create_error("name=p." + std::string(253, 'n')), "");
}

TEST(JailSetName, DotsAreLevelsAndParentsMustExist) {
  Host host;
  EXPECT_EQ(host.create_error("name=a.b"), "jail \"a\" not found");
  Prison a = host.create("name=a");
  Prison b = host.create("name=a.b");
  EXPECT_EQ(b.parent, a.jid);
  EXPECT_EQ(b.name, "a.b");
  EXPECT_EQ(host.create_error("name=a.x.c"), "jail \"a.x\" not found");
  EXPECT_EQ(host.create("name=a.b.c").parent, b.jid);
  Prison unnamed = host.create("name=a.");
  EXPECT_EQ(unnamed.name, "a." + std::to_string(unnamed.jid));
  host.snapshot.jails[a.jid].prison.dying = true;
  EXPECT_EQ(host.create_error("name=a.d"), "jail \"a\" is dying");
}

TEST(JailSetName, ParentStaysTheSame) {
  Host host;
  host.create("name=a");
  host.create("name=b");
  host.create("name=a.c");
  EXPECT_EQ(host.update_error("jid=3 name=b.c"), "cannot change jail's parent");
  EXPECT_EQ(host.update_error("jid=1 name=b.a"), "cannot change jail's parent");
  EXPECT_EQ(host.update("jid=3 name=a.d").name, "a.d");
  EXPECT_EQ(host.update("jid=3 name=e").name, "a.e");
}

TEST(JailSetName, RenamingRenamesDescendants) {
  Host host;
  for (auto name : {"a", "a.b", "a.b.c", "ab", "ab.c"}) host.create(std::string("name=") + name);
  host.update("jid=1 name=longer");
  EXPECT_EQ(host.also.size(), 2u);
  EXPECT_EQ(host.at("longer.b.c").jid, 3);
  EXPECT_EQ(host.at("ab.c").jid, 5);
  host.update("jid=2 name=z");
  EXPECT_EQ(host.at("longer.z.c").jid, 3);
  EXPECT_EQ(host.update_error("jid=1 name=" + std::string(252, 'n')), "File name too long");
}

}  // namespace
}  // namespace cellblock::model
