#include "model/jail_set.hpp"

#include "model/set_testing.hpp"

namespace cellblock::model {
namespace {

using testing::IsEmpty;

TEST(JailSetCreate, GivesTheDefaultsOfFreeBsd) {
  Host host;
  Prison prison = host.create("");
  EXPECT_EQ(prison.jid, 1);
  EXPECT_EQ(prison.name, "1");
  EXPECT_EQ(prison.path, "/");
  EXPECT_EQ(prison.parent, 0);
  EXPECT_EQ(prison.cpuset_id, 2);
  EXPECT_TRUE(prison.persist);
  Prison fresh;
  for (const Param& param : params()) {
    if (param.name == "jid" || param.name == "name" || param.name == "persist" || param.name == "cpuset.id") continue;
    EXPECT_EQ(values_of(prison, param), values_of(fresh, param)) << param.name;
  }
}

TEST(JailSetCreate, MustPersistOrBeAttachedTo) {
  Host host;
  EXPECT_EQ(host.error(SetMode::create, "name=a"), "new jail must persist or attach");
  EXPECT_EQ(host.error(SetMode::create, "name=a nopersist"), "new jail must persist or attach");
  EXPECT_EQ(host.error(SetMode::create_or_update, "name=a"), "new jail must persist or attach");
  host.attaching = true;
  EXPECT_FALSE(host.set(SetMode::create, "name=a").persist);
  host.attaching = false;
  EXPECT_EQ(host.error(SetMode::create_or_update, "name=a securelevel=1"), "");
}

TEST(JailSetCreate, TakesTheHostsValues) {
  Host host;
  host.facts.osrelease = "14.2-RELEASE";
  EXPECT_EQ(host.create("").osrelease, "14.2-RELEASE");
  EXPECT_EQ(host.create("osrelease=13.0").osrelease, "13.0");
}

// ---- which jail ----

TEST(JailSetUpdate, FindsTheJail) {
  Host host;
  host.create("name=a");
  EXPECT_EQ(host.update("name=a securelevel=1").jid, 1);
  EXPECT_EQ(host.update("jid=1 securelevel=2").securelevel, 2);
  EXPECT_EQ(host.update_error("name=b"), "jail \"b\" not found");
  EXPECT_EQ(host.update_error("jid=9"), "jail 9 not found");
  EXPECT_EQ(host.update_error("securelevel=1"), "update specified no jail");
  EXPECT_FALSE(host.call(SetMode::create_or_update, "name=a persist")->created);
  EXPECT_TRUE(host.call(SetMode::create_or_update, "name=b persist")->created);
  EXPECT_TRUE(host.call(SetMode::create_or_update, "jid=9 persist")->created);
}

TEST(JailSetUpdate, DyingJailsAreNoneToFind) {
  Host host;
  host.create("name=a");
  host.snapshot.jails[1].prison.dying = true;
  EXPECT_EQ(host.update_error("name=a"), "jail \"a\" not found");
  EXPECT_EQ(host.update_error("jid=1"), "jail 1 is dying");
  EXPECT_EQ(host.create("name=a").jid, 2);
}

TEST(JailSetUpdate, JailsOfOthersAreInvisible) {
  Host host;
  host.create("name=a children.max=5");
  host.create("name=a.x");
  host.create("name=b");
  host.caller = 1;
  EXPECT_EQ(host.update_error("jid=3"), "jail 3 not found");
  EXPECT_EQ(host.error(SetMode::create_or_update, "jid=3"), "jail 3 not found");
  EXPECT_EQ(host.create_error("jid=3"), "jail 3 already exists");  // even so
  EXPECT_EQ(host.update_error("name=b"), "jail \"b\" not found");
  EXPECT_EQ(host.update_error("jid=1"), "jail 1 not found");  // not even one's own
  EXPECT_EQ(host.update("name=x securelevel=1").jid, 2);
  EXPECT_EQ(host.create("name=b").name, "a.b");
  EXPECT_EQ(host.create("name=x.y").name, "a.x.y");
  EXPECT_EQ(host.update("jid=2 name=z").name, "a.z");
  host.caller = 77;
  EXPECT_EQ(host.create_error("name=b"), "jail 77 not found");
}

TEST(JailSetUpdate, CreateOnlyParametersStay) {
  Host host;
  host.create("name=a path=/a osrelease=13.0 osreldate=1300000");
  for (auto [setting, parameter] :
       {std::pair{"path=/b", "path"}, {"osrelease=14.0", "osrelease"}, {"osreldate=5", "osreldate"},
        {"vnet=new", "vnet"}, {"ip4=inherit", "ip4"}, {"ip6=inherit", "ip6"}, {"linux.userns=inherit", "linux.userns"},
        {"linux.init=/sbin/init", "linux.init"}, {"linux.mount", "linux.mount"}}) {
    std::string expected = std::string(parameter) + " cannot be changed after creation";
    EXPECT_EQ(host.update_error(std::string("name=a ") + setting), expected);
    EXPECT_EQ(host.error(SetMode::create_or_update, std::string("name=a ") + setting), expected);
  }
  EXPECT_EQ(host.update_error("name=a path=/a osrelease=13.0 vnet=inherit ip4=disable linux.nomount"), "");
}

TEST(JailSetUpdate, ClearsPersist) {
  Host host;
  host.create("name=a");
  EXPECT_FALSE(host.update("name=a nopersist").persist);
  EXPECT_TRUE(host.update("name=a persist").persist);
}

TEST(JailSetUpdate, KeepsWhatIsNotGiven) {
  Host host;
  Prison before = host.create("name=a path=/a host.hostname=h ip4.addr=10.0.0.1 allow.mount mount.devfs meta=x");
  Prison after = host.update("name=a securelevel=3 mount.nodevfs");
  EXPECT_EQ(after.securelevel, 3);
  for (const Param& param : params())
    EXPECT_TRUE(param.name == "securelevel" || values_of(after, param) == values_of(before, param)) << param.name;
  EXPECT_THAT(host.also, IsEmpty());
}

// ---- what a call may say ----

TEST(JailSetParameters, AreKnownAndWritable) {
  Host host;
  for (auto name : {"frob", "parent", "dying", "nodying", "children.cur", "cpuset.id", "exec.start", "allow.dying"})
    EXPECT_EQ(host.create_error(name), std::string("unknown parameter: ") + name);
}

TEST(JailSetParameters, HaveRanges) {
  Host host;
  for (auto bad : {"enforce_statfs=-1", "enforce_statfs=3", "devfs_ruleset=-1", "devfs_ruleset=65536", "host=disable",
                   "vnet=disable", "linux=disable", "linux.userns=disable", "linux.oss_version=-1"})
    EXPECT_EQ(host.create_error(bad), invalid_argument) << bad;
  for (auto good : {"enforce_statfs=0", "devfs_ruleset=65535", "vnet=new", "host=inherit"})
    EXPECT_EQ(host.create_error(good), "") << good;
  EXPECT_EQ(host.create_error("osreldate=0"), "osreldate cannot be 0");
}

TEST(JailSetParameters, HaveLengths) {
  Host host;
  auto text = [](size_t length) { return std::string(length, 'x'); };
  for (auto [parameter, longest] : {std::pair{"host.hostname=", 255}, {"host.domainname=", 255}, {"host.hostuuid=", 63},
                                    {"path=/", 1022}, {"linux.osname=", 64}}) {
    EXPECT_EQ(host.create_error(parameter + text(longest)), "") << parameter;
    EXPECT_EQ(host.create_error(parameter + text(longest + 1)), "File name too long") << parameter;
  }
  EXPECT_EQ(host.create_error("osrelease=" + text(31)), "");
  for (const std::string& bad : {std::string(), text(32)})
    EXPECT_EQ(host.create_error("osrelease=" + bad), "osrelease string must be 1-31 bytes long");
}

TEST(JailSetParameters, PathIsAbsolute) {
  Host host;
  EXPECT_EQ(host.create_error("path="), "No such file or directory");
  EXPECT_EQ(host.create_error("path=a"), invalid_argument);
  EXPECT_EQ(host.create("path=/jails/a").path, "/jails/a");
  EXPECT_EQ(host.create_error("linux.init=init"), "linux.init: init: not an absolute pathname");
}

TEST(JailSetParameters, PathDefaultsToTheCreatorsRoot) {
  Host host;
  host.create("name=a path=/a children.max=9");
  EXPECT_EQ(host.create("name=a.b").path, "/");  // not to the parent's
  host.caller = 1;
  EXPECT_EQ(host.create("name=c").path, "/a");
}

TEST(JailSetParameters, MetaAndEnvAreLinesWithKeys) {
  Host host;
  EXPECT_EQ(host.create("name=a meta=x=1 meta.y=2 env.e=3").meta, "y=2\nx=1");
  EXPECT_EQ(host.update("name=a meta.x=a=b meta.y=").meta, "y=\nx=a=b");
  EXPECT_EQ(host.update("name=a meta.y").meta, "x=a=b");
  EXPECT_EQ(host.update("name=a meta=").meta, "");
  EXPECT_EQ(host.update("name=a").env, "e=3");
  EXPECT_EQ(host.create("name=b").meta, "");
}

TEST(JailSetParameters, MetaHasALimitThatCountsTheZeroByte) {
  Host host;
  EXPECT_EQ(host.create_error("meta=" + std::string(4095, 'm')), "");
  EXPECT_EQ(host.create_error("meta=" + std::string(4096, 'm')), "File too large");
  host.create("name=a env.k=" + std::string(4000, 'v'));
  EXPECT_EQ(host.update_error("name=a env.l=" + std::string(90, 'v')), "");  // "l=", a newline and "k=" as well
  EXPECT_EQ(host.update_error("name=a env.l=" + std::string(91, 'v')), "File too large");
}

// ---- host.* ----

TEST(JailSetHost, AnyHostValueMakesItNew) {
  Host host;
  for (auto value : {"host.hostname=h", "host.domainname=d", "host.hostuuid=u", "host.hostid=1"})
    EXPECT_EQ(host.create(std::string("host=inherit ") + value).host, Sys::fresh) << value;
  EXPECT_EQ(host.create("host=inherit").host, Sys::inherit);
  EXPECT_EQ(host.create("host=new").hostname, "");
}

TEST(JailSetHost, InheritTakesTheParentsValues) {
  Host host;
  host.create("name=a host.hostname=h host.hostid=4 host.hostuuid=u host.domainname=d");
  Prison inner = host.create("name=a.b host=inherit");
  EXPECT_EQ(inner.hostname, "h");
  EXPECT_EQ(inner.domainname, "d");
  EXPECT_EQ(inner.hostuuid, "u");
  EXPECT_EQ(inner.hostid, 4u);
  EXPECT_EQ(host.create("name=a.c").hostname, "");
  EXPECT_EQ(host.update("name=a.c host=inherit").hostname, "h");
  EXPECT_EQ(host.update("name=a.c host=new").hostname, "h");
}

// ---- sysv* ----

TEST(JailSetIpc, OldWordCountsWhereNewOnesAreNotGiven) {
  Host host;
  Prison prison = host.create("name=a allow.sysvipc sysvsem=new");
  EXPECT_EQ(prison.sysvmsg, Sys::inherit);
  EXPECT_EQ(prison.sysvsem, Sys::fresh);
  EXPECT_EQ(prison.sysvshm, Sys::inherit);
  prison = host.update("name=a allow.nosysvipc");
  EXPECT_EQ(prison.sysvmsg, Sys::disable);
  EXPECT_EQ(prison.sysvsem, Sys::disable);
}

TEST(JailSetIpc, NothingIsInheritedFromAJailWithoutIt) {
  Host host;
  host.create("name=a sysvmsg=new");
  Prison inner = host.create("name=a.b sysvmsg=inherit sysvsem=inherit sysvshm=new");
  EXPECT_EQ(inner.sysvmsg, Sys::inherit);
  EXPECT_EQ(inner.sysvsem, Sys::disable);
  EXPECT_EQ(inner.sysvshm, Sys::fresh);
}

TEST(JailSetLinux, ValuesMakeItNew) {
  Host host;
  EXPECT_EQ(host.create("linux.osrelease=5.0").linuxulator, Sys::fresh);
  EXPECT_EQ(host.create("mac.do.rules=uid=1").mac_do, Sys::fresh);
}

// ---- against the creator and the parent ----

TEST(JailSetLimits, ChildrenMaxBindsTheCreatorsChain) {
  Host host;
  host.create("name=a children.max=2");
  host.create("name=a.b children.max=1");
  host.create("name=c");
  host.caller = 3;
  EXPECT_EQ(host.create_error("name=x"), not_permitted);  // children.max=0
  EXPECT_EQ(host.error(SetMode::create_or_update, "name=x"), not_permitted);
  host.caller = 2;
  host.create("name=x");
  EXPECT_EQ(host.create_error("name=y"), "prison limit exceeded");  // b's limit
  host.caller = 1;
  EXPECT_EQ(host.create_error("name=y"), "prison limit exceeded");  // a's: b and b.x
  host.caller = 0;
  EXPECT_EQ(host.create("name=a.b.y").name, "a.b.y");  // the host is bound by no jail's limit
}

TEST(JailSetLimits, ALevelFurtherUpBindsToo) {
  Host host;
  host.create("name=a children.max=2");
  host.create("name=a.b children.max=1");
  host.create("name=a.c");
  host.caller = 2;
  EXPECT_EQ(host.create_error("name=x"), "prison limit exceeded");
}

TEST(JailSetLimits, NoTextFillsTheJournal) {
  Host host;
  for (std::string parameter : {"path=/", "host.hostname=", "linux.init=/", "mac.do.rules=", "linux.osname="})
    EXPECT_EQ(host.create_error("name=a " + parameter + std::string(1024, 'a')), "File name too long") << parameter;
}

TEST(JailSetLimits, MountingIsTheParentsToGive) {
  Host host;
  host.create("name=a children.max=5");
  EXPECT_EQ(host.create_error("name=a.b linux.mount"), not_permitted);
  host.create("name=m children.max=5 linux.mount");
  EXPECT_EQ(host.create_error("name=m.b linux.mount"), "");
}

TEST(JailSetLimits, ChildrenMaxIsBelowTheParents) {
  Host host;
  EXPECT_EQ(host.create_error("children.max=999999"), not_permitted);
  host.create("name=a children.max=5");
  EXPECT_EQ(host.create_error("name=a.b children.max=5"), not_permitted);
  EXPECT_EQ(host.create_error("name=a.b children.max=4"), "");
}

TEST(JailSetLimits, SecurityIsNotBelowTheParents) {
  Host host;
  host.create("name=a securelevel=1 enforce_statfs=1 devfs_ruleset=4");
  Prison inner = host.create("name=a.b");
  EXPECT_EQ(inner.securelevel, 1);
  EXPECT_EQ(inner.enforce_statfs, 2);
  EXPECT_EQ(inner.devfs_ruleset, 4);
  EXPECT_EQ(host.update_error("name=a.b securelevel=0"), not_permitted);
  EXPECT_EQ(host.update_error("name=a.b enforce_statfs=0"), not_permitted);
  EXPECT_EQ(host.update_error("name=a.b securelevel=1 enforce_statfs=1"), "");
  EXPECT_EQ(host.create_error("securelevel=-2"), not_permitted);
}

TEST(JailSetLimits, OnlyTheHostChoosesTheDevfsRuleset) {
  Host host;
  host.create("name=a children.max=5 devfs_ruleset=4");
  EXPECT_EQ(host.create("name=a.b devfs_ruleset=7").devfs_ruleset, 7);
  host.caller = 1;
  EXPECT_EQ(host.create_error("name=c devfs_ruleset=7"), not_permitted);
  EXPECT_EQ(host.create("name=c devfs_ruleset=4").devfs_ruleset, 4);
  EXPECT_EQ(host.create("name=d devfs_ruleset=0").devfs_ruleset, 4);
}

TEST(JailSetAllow, IsWithinTheParents) {
  Host host;
  host.create("name=a allow.mount allow.noset_hostname");
  Prison inner = host.create("name=a.b allow.mount");
  EXPECT_TRUE(allowed(inner.allow, Allow::mount));
  EXPECT_FALSE(allowed(inner.allow, Allow::set_hostname));  // a default that the parent lacks
  EXPECT_TRUE(allowed(inner.allow, Allow::suser));
  EXPECT_EQ(host.create_error("name=a.c allow.set_hostname"), not_permitted);
  EXPECT_EQ(host.create_error("name=a.c allow.raw_sockets"), not_permitted);
  EXPECT_EQ(host.create_error("name=a.c allow.noraw_sockets"), "");
  EXPECT_EQ(host.create_error("name=a.c allow.unprivileged_parent_tampering"), "");
}

}  // namespace
}  // namespace cellblock::model
