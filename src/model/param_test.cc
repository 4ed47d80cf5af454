#include "model/param.hpp"

#include <gmock/gmock.h>

#include <random>
#include <set>

#include "model/param_order.hpp"

namespace cellblock::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string error_of(const Setting& setting) {
  Prison prison;
  auto result = assign(prison, setting);
  return result ? "" : result.error().text();
}

TEST(Params, AreSortedWithPlainNamesFirst) {
  EXPECT_TRUE(std::ranges::is_sorted(params(), jls_order, &Param::name));
  EXPECT_EQ(params().front().name, "command");
}

TEST(Params, HaveKindsThatFitTheirFields) {
  for (const Param& param : params()) {
    bool fits = true;
    switch (param.field.index()) {
      case 0: fits = param.side == Side::command; break;
      case 1: case 7: fits = param.kind == Kind::boolean; break;
      case 2: case 3: fits = param.kind == Kind::integer; break;
      case 4: fits = param.kind == Kind::string; break;
      case 5: fits = param.kind == Kind::jailsys; break;
      case 6: fits = param.kind == Kind::list; break;
    }
    EXPECT_TRUE(fits) << param.name;
    EXPECT_FALSE(param.text.empty() || param.on_linux.empty() || param.since.empty()) << param.name;
  }
}

TEST(Params, NoFieldHasTwoRows) {
  for (const Param& a : params())
    for (const Param& b : params())
      EXPECT_FALSE(&a != &b && a.field.index() != 0 && a.field == b.field) << a.name << " " << b.name;
}

TEST(Params, KnowAllOfFreeBsd) {
  for (auto name : {"jid", "name", "path", "parent", "persist", "dying", "children.max", "children.cur", "cpuset.id",
                    "securelevel", "osrelease", "osreldate", "enforce_statfs", "devfs_ruleset", "mac.label", "meta",
                    "env", "host", "host.hostname", "host.domainname", "host.hostuuid", "host.hostid", "vnet", "ip4",
                    "ip6", "ip4.addr", "ip6.addr", "ip4.saddrsel", "ip6.saddrsel", "sysvmsg", "sysvsem", "sysvshm",
                    "linux", "linux.osname", "linux.osrelease", "linux.oss_version", "zfs.mount_snapshot", "mac.do",
                    "mac.do.rules", "allow.mount.fusefs", "allow.vmm_ppt", "exec.prepare", "exec.prestart",
                    "exec.created", "exec.start", "command", "exec.poststart", "exec.prestop", "exec.stop",
                    "exec.poststop", "exec.release", "exec.clean", "exec.jail_user", "exec.system_jail_user",
                    "exec.system_user", "exec.timeout", "exec.consolelog", "exec.fib", "stop.timeout", "interface",
                    "vnet.interface", "zfs.dataset", "ip_hostname", "mount", "mount.fstab", "mount.devfs",
                    "mount.fdescfs", "mount.procfs", "depend", "allow.dying", "linux.userns", "linux.init",
                    "linux.mount"}) {
    auto named = find_param(name);
    ASSERT_TRUE(named) << name;
    EXPECT_EQ(named->param->name, name);
    EXPECT_FALSE(named->negated);
  }
}

TEST(FindParam, FindsEveryRowAndItsNegation) {
  for (const Param& param : params()) {
    ASSERT_TRUE(find_param(param.name)) << param.name;
    EXPECT_EQ(find_param(param.name)->param, &param);
    std::string negated(param.name);
    size_t dot = negated.rfind('.');
    negated.insert(dot == negated.npos ? 0 : dot + 1, "no");
    auto found = find_param(negated);
    if (param.kind != Kind::boolean)
      EXPECT_FALSE(found) << negated;
    else
      EXPECT_TRUE(found && found->negated && found->param == &param) << negated;
  }
}

TEST(FindParam, FindsKeysOfMetaAndEnvOnly) {
  auto key = find_param("meta.a.b");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->param->name, "meta");
  EXPECT_EQ(key->key, "a.b");
  EXPECT_EQ(find_param("env.nothing")->key, "nothing");
  for (auto unknown : {"", ".", "meta.", "metal", "persist.x", "noallow.mount", "allow.mount.nosuch", "nonopersist",
                       "allow.", "allow", "no", "Persist", "nometa", "host.nohostname"})
    EXPECT_FALSE(find_param(unknown)) << unknown;
}

TEST(TruthOf, TakesWordsAndNumbersAndTheNegation) {
  EXPECT_TRUE(*truth_of({"persist", {}}));
  EXPECT_FALSE(*truth_of({"nopersist", {}}));
  EXPECT_FALSE(*truth_of({"persist", {"FALSE"}}));
  EXPECT_TRUE(*truth_of({"nopersist", {"False"}}));
  EXPECT_TRUE(*truth_of({"allow.mount", {"-3"}}));
  EXPECT_FALSE(*truth_of({"allow.nomount", {"1"}}));
  EXPECT_FALSE(*truth_of({"persist", {"0"}}));
  EXPECT_FALSE(*truth_of({"persist", {""}}));
  EXPECT_FALSE(*truth_of({"persist", {"true", "0"}}));
  EXPECT_TRUE(*truth_of({"exec.clean", {}}));
  EXPECT_EQ(truth_of({"persist", {"yes"}}).error().text(), "persist: unknown boolean value \"yes\"");
}

TEST(Assign, ReportsAsFreeBsdDoes) {
  EXPECT_EQ(error_of({"frobnicate", {"1"}}), "unknown parameter: frobnicate");
  EXPECT_EQ(error_of({"exec.start", {"1"}}), "unknown parameter: exec.start");
  EXPECT_EQ(error_of({"allow.nomount", {"maybe"}}), "allow.nomount: unknown boolean value \"maybe\"");
  EXPECT_EQ(error_of({"host", {"maybe"}}), "host: unknown jailsys value \"maybe\"");
  EXPECT_EQ(error_of({"ip4", {"3"}}), "ip4: unknown jailsys value \"3\"");
  for (auto bad : {"", "x", "1x", "99999999999", " 1", "+-1"})
    EXPECT_EQ(error_of({"securelevel", {bad}}), std::string("securelevel: non-integer value \"") + bad + "\"");
  EXPECT_EQ(error_of({"host.hostid", {"-1"}}), "host.hostid: non-integer value \"-1\"");
  EXPECT_EQ(error_of({"ip4.addr", {"1.2.3.4", "::1"}}), "ip4.addr: not an IPv4 address: ::1");
  EXPECT_EQ(error_of({"ip6.addr", {"1.2.3.4"}}), "ip6.addr: not an IPv6 address: 1.2.3.4");
  EXPECT_EQ(error_of({"ip4.addr", {"lo0|1.2.3.4/8"}}), "ip4.addr: not an IPv4 address: lo0|1.2.3.4/8");
}

TEST(Assign, SetsEachKindOfField) {
  Prison prison;
  for (const Setting& setting : std::vector<Setting>{{"jid", {"3", "+7"}},
                                                     {"securelevel", {"-1"}},
                                                     {"host.hostid", {"18446744073709551615"}},
                                                     {"host", {}},
                                                     {"vnet", {""}},
                                                     {"ip6", {"INHERIT"}},
                                                     {"ip4", {"0"}},
                                                     {"ip4.addr", {"10.0.0.9", "10.0.0.1"}},
                                                     {"ip6.addr", {"FE80:0::1"}},
                                                     {"ip4.nosaddrsel", {}},
                                                     {"mount.devfs", {}},
                                                     {"allow.mount.devfs", {"true"}},
                                                     {"allow.nosuser", {}},
                                                     {"linux.init", {"/sbin/init"}},
                                                     {"linux.mount", {"1"}},
                                                     {"linux.userns", {"inherit"}},
                                                     {"meta", {"a=1"}},
                                                     {"meta.b", {"x=y"}},
                                                     {"env.c", {""}}})
    ASSERT_TRUE(assign(prison, setting)) << setting.name;
  EXPECT_EQ(prison.jid, 7);
  EXPECT_EQ(prison.hostid, UINT64_MAX);
  EXPECT_EQ(prison.vnet, Sys::fresh);
  EXPECT_EQ(prison.ip6, Sys::inherit);
  EXPECT_THAT(prison.ip4_addr, ElementsAre("10.0.0.9", "10.0.0.1"));
  EXPECT_THAT(prison.ip6_addr, ElementsAre("fe80::1"));
  EXPECT_FALSE(prison.ip4_saddrsel);
  EXPECT_TRUE(prison.mount_devfs && prison.linux_mount && allowed(prison.allow, Allow::mount_devfs));
  EXPECT_FALSE(allowed(prison.allow, Allow::suser));
  EXPECT_EQ(prison.linux_init, "/sbin/init");
  EXPECT_EQ(prison.linux_userns, Sys::inherit);
  EXPECT_EQ(prison.meta, "b=x=y\na=1");
  EXPECT_EQ(prison.env, "c=");
  ASSERT_TRUE(assign(prison, {"meta.a", {}}));
  EXPECT_EQ(prison.meta, "b=x=y");
  ASSERT_TRUE(assign(prison, {"ip4.addr", {""}}));
  EXPECT_THAT(prison.ip4_addr, IsEmpty());
}

TEST(ValuesOf, GivesText) {
  Prison prison;
  prison.ip4_addr = {"10.0.0.1", "10.0.0.2"};
  auto value = [&](const char* name) { return values_of(prison, *find_param(name)->param); };
  EXPECT_THAT(value("persist"), ElementsAre("false"));
  EXPECT_THAT(value("securelevel"), ElementsAre("-1"));
  EXPECT_THAT(value("host.hostname"), ElementsAre(""));
  EXPECT_THAT(value("ip4"), ElementsAre("disable"));
  EXPECT_THAT(value("allow.set_hostname"), ElementsAre("true"));
  EXPECT_THAT(value("ip4.addr"), ElementsAre("10.0.0.1", "10.0.0.2"));
  EXPECT_THAT(value("ip6.addr"), IsEmpty());
  EXPECT_THAT(value("exec.start"), IsEmpty());
}

/// A prison with a random value in every field that has a row; about a third stay as they are.
Prison random_prison(std::mt19937& random) {
  Prison prison;
  auto below = [&](int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); };
  auto word = [&] {
    std::string text;
    for (int length = below(6); length > 0; --length) text += static_cast<char>(1 + below(255));
    return text;
  };
  struct Filler {
    Prison& prison;
    decltype(below)& number;
    decltype(word)& text;
    void operator()(std::monostate) const {}
    void operator()(bool Prison::*field) const { prison.*field = number(2); }
    void operator()(int Prison::*field) const { prison.*field = number(1000) - 500; }
    void operator()(uint64_t Prison::*field) const { prison.*field = static_cast<uint64_t>(number(1000)) << 50; }
    void operator()(std::string Prison::*field) const { prison.*field = text(); }
    void operator()(Sys Prison::*field) const { prison.*field = static_cast<Sys>(number(3)); }
    void operator()(std::vector<std::string> Prison::*field) const {
      for (int count = number(4); count > 0; --count)
        (prison.*field)
            .push_back((field == &Prison::ip4_addr ? "10.0.0." : "fd00::1:") + std::to_string(1 + number(99)));
    }
    void operator()(Allow what) const { prison.allow.set(static_cast<size_t>(what), number(2)); }
  };
  for (const Param& param : params())
    if (below(3)) std::visit(Filler{prison, below, word}, param.field);
  prison.children_cur = Prison().children_cur;
  prison.cpuset_id = Prison().cpuset_id;
  return prison;
}

TEST(SettingsOf, RoundTripsEveryPrison) {
  std::mt19937 random(20240229);
  for (int round = 0; round < 2000; ++round) {
    Prison prison = random_prison(random);
    Prison copy;
    for (const Setting& setting : settings_of(prison)) ASSERT_TRUE(assign(copy, setting)) << setting.name;
    for (const Param& param : params())
      ASSERT_EQ(values_of(copy, param), values_of(prison, param)) << param.name << " in round " << round;
  }
}

TEST(SettingsOf, SaysNothingOfDefaultsAndDerivedValues) {
  Prison prison;
  EXPECT_THAT(settings_of(prison), IsEmpty());
  prison.children_cur = 3;
  prison.cpuset_id = 8;
  EXPECT_THAT(settings_of(prison), IsEmpty());
  prison.parent = 4;
  prison.allow.reset(static_cast<size_t>(Allow::suser));
  EXPECT_THAT(settings_of(prison), ElementsAre(Setting{"parent", {"4"}}, Setting{"allow.suser", {"false"}}));
}

}  // namespace
}  // namespace cellblock::model
