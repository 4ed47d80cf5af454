#include "conf/command_line.hpp"

#include <gmock/gmock.h>

#include "conf/address.hpp"
#include "conf/print.hpp"

namespace cellblock::conf {
namespace {

using model::Setting;
using testing::ElementsAre;
using testing::IsEmpty;

model::Wanted line(const std::vector<std::string>& arguments, const std::vector<Setting>& flags = {}) {
  return command_line(flags, arguments);
}

TEST(CommandLine, TakesNamesAndValues) {
  model::Wanted jail = line({"name=web", "path=/jails/web", "persist", "host.hostname=a=b", "osrelease="});
  EXPECT_THAT(jail.settings,
              ElementsAre(Setting{"name", {"web"}}, Setting{"path", {"/jails/web"}}, Setting{"persist", {}},
                          Setting{"host.hostname", {"a=b"}}, Setting{"osrelease", {""}}));
  EXPECT_THAT(jail.problems, IsEmpty());
  EXPECT_EQ(jail.name, "");  // messages about it carry no name
  EXPECT_FALSE(jail.configured);
}

TEST(CommandLine, SplitsOnlyTheListsOfTheTable) {
  model::Wanted jail = line({"ip4.addr=10.0.0.1,10.0.0.2", "vnet.interface=a,b", "exec.start=echo a,b",
                             "ip6.addr=", "zfs.dataset=a,,b", "depend=x,y"});
  EXPECT_THAT(jail.settings, ElementsAre(Setting{"ip4.addr", {"10.0.0.1", "10.0.0.2"}},
                                         Setting{"vnet.interface", {"a", "b"}},
                                         Setting{"exec.start", {"echo a,b"}}, Setting{"ip6.addr", {""}},
                                         Setting{"zfs.dataset", {"a", "", "b"}}, Setting{"depend", {"x,y"}}));
}

TEST(CommandLine, ValuesAddUp) {
  model::Wanted jail = line({"exec.start=a", "path=/x", "exec.start=b", "path=/y", "nopersist", "persist",
                             "ip4.addr=1.1.1.1", "ip4.addr=2.2.2.2,3.3.3.3"});
  EXPECT_THAT(jail.settings,
              ElementsAre(Setting{"exec.start", {"a", "b"}}, Setting{"path", {"/x", "/y"}},
                          Setting{"persist", {}}, Setting{"ip4.addr", {"1.1.1.1", "2.2.2.2", "3.3.3.3"}}));
}

TEST(CommandLine, ABareNameForgetsValues) {
  EXPECT_THAT(line({"persist=false", "persist"}).settings, ElementsAre(Setting{"persist", {}}));
}

TEST(CommandLine, NameAndJidAreGivenOnce) {
  EXPECT_THAT(line({"name=a", "name=b"}).problems, ElementsAre("cannot redefine parameter \"name\"."));
  EXPECT_THAT(line({"jid=1", "jid=2"}).problems, ElementsAre("cannot redefine parameter \"jid\"."));
  EXPECT_THAT(line({"name=b"}, flag_settings('n', "a")).problems,
              ElementsAre("cannot redefine parameter \"name\"."));
  EXPECT_THAT(line({"name=a", "jid=1"}).problems, IsEmpty());
}

TEST(CommandLine, CommandTakesTheRest) {
  EXPECT_THAT(line({"path=/", "command=/bin/csh", "-c", "x=1", "name=y"}).settings,
              ElementsAre(Setting{"path", {"/"}}, Setting{"command", {"/bin/csh", "-c", "x=1", "name=y"}}));
  EXPECT_THAT(line({"command", "sh", "command=x"}).settings,
              ElementsAre(Setting{"command", {"sh", "command=x"}}));
  EXPECT_THAT(line({"command="}).settings, ElementsAre(Setting{"command", {""}}));
  EXPECT_THAT(line({"persist", "command"}).settings, ElementsAre(Setting{"persist", {}}));
  EXPECT_THAT(line({"commander=x", "y"}).settings,
              ElementsAre(Setting{"commander", {"x"}}, Setting{"y", {}}));
}

TEST(CommandLine, ATrailingPathIsACommand) {
  EXPECT_THAT(line({"name=x", "path=/p", "ip4=inherit", "/bin/process", "arg", "a=b"}).settings,
              ElementsAre(Setting{"name", {"x"}}, Setting{"path", {"/p"}}, Setting{"ip4", {"inherit"}},
                          Setting{"command", {"/bin/process", "arg", "a=b"}}));
}

TEST(CommandLine, FlagsComeFirst) {
  std::vector<Setting> flags;
  for (auto [flag, argument] : {std::pair{'u', "joe"}, {'s', "2"}, {'l', ""}, {'h', ""}, {'d', ""}})
    for (Setting& setting : flag_settings(flag, argument)) flags.push_back(std::move(setting));
  EXPECT_THAT(line({"securelevel=3"}, flags).settings,
              ElementsAre(Setting{"exec.jail_user", {"joe"}}, Setting{"exec.system_jail_user", {}},
                          Setting{"securelevel", {"2", "3"}}, Setting{"exec.clean", {}},
                          Setting{"ip_hostname", {}}, Setting{"allow.dying", {}}));
  EXPECT_THAT(flag_settings('U', "ann"),
              ElementsAre(Setting{"exec.jail_user", {"ann"}}, Setting{"exec.system_jail_user", {"false"}}));
  EXPECT_THAT(flag_settings('q', ""), IsEmpty());
}

TEST(OldStyle, TakesFourFixedArguments) {
  std::vector<std::string> arguments{
      "/jails/web", "web.example.org", "192.0.2.1,2001:db8::1,192.0.2.2", "/bin/sh", "-c", "id"};
  model::Wanted jail = old_style({}, arguments, std::nullopt);
  EXPECT_THAT(jail.settings,
              ElementsAre(Setting{"path", {"/jails/web"}}, Setting{"host.hostname", {"web.example.org"}},
                          Setting{"ip4.addr", {"192.0.2.1", "192.0.2.2"}},
                          Setting{"ip6.addr", {"2001:db8::1"}}, Setting{"command", {"/bin/sh", "-c", "id"}}));
  EXPECT_EQ(print_started_old_style(jail, 5),
            "5\t/jails/web\tweb.example.org\t192.0.2.1,192.0.2.2,2001:db8::1\t/bin/sh -c id\n");
}

TEST(OldStyle, NeedsNoAddress) {
  std::vector<std::string> arguments{"/", "h", "", "/bin/sh"};
  model::Wanted jail = old_style({}, arguments, std::nullopt);
  EXPECT_EQ(jail.find("ip4.addr"), nullptr);
  EXPECT_EQ(print_started_old_style(jail, 1), "1\t/\th\t\t/bin/sh\n");
  EXPECT_EQ(old_style({}, std::span(arguments).first(3), std::nullopt).problems.size(), 1u);
}

TEST(OldStyle, TakesTheDefaultsOfTheHost) {
  std::vector<std::string> arguments{"/", "h", "", "/bin/sh"};
  model::AllowSet defaults;
  defaults.set(static_cast<size_t>(model::Allow::raw_sockets));
  std::vector<Setting> settings = old_style({}, arguments, defaults).settings;
  settings.erase(settings.begin(), settings.begin() + 3);
  EXPECT_THAT(settings,
              ElementsAre(Setting{"allow.set_hostname", {"false"}}, Setting{"allow.sysvipc", {"false"}},
                          Setting{"allow.raw_sockets", {}}, Setting{"allow.chflags", {"false"}},
                          Setting{"allow.mount", {"false"}}, Setting{"allow.socket_af", {"false"}}));
}

TEST(SplitAddress, FindsAllParts) {
  EXPECT_EQ(split_address("10.0.0.1"), (InterfaceAddress{"", "10.0.0.1", "", ""}));
  EXPECT_EQ(split_address("em0|10.0.0.1/24"), (InterfaceAddress{"em0", "10.0.0.1", "24", ""}));
  EXPECT_EQ(split_address("em0|10.0.0.1/255.0.0.0 vhid 1 pass x"),
            (InterfaceAddress{"em0", "10.0.0.1", "255.0.0.0", "vhid 1 pass x"}));
  EXPECT_EQ(split_address("em0|10.0.0.1 up"), (InterfaceAddress{"em0", "10.0.0.1", "", "up"}));
  EXPECT_EQ(split_address("2001:db8::1/64"), (InterfaceAddress{"", "2001:db8::1", "64", ""}));
  EXPECT_EQ(split_address(""), InterfaceAddress{});
}

TEST(KernelSetting, KeepsWhatTheKernelTakes) {
  EXPECT_EQ(kernel_setting({"path", {"/a", "/b"}}), (Setting{"path", {"/b"}}));
  EXPECT_EQ(kernel_setting({"persist", {}}), (Setting{"persist", {}}));
  EXPECT_EQ(kernel_setting({"ip4.addr", {"em0|10.0.0.1/24 up", "10.0.0.2,10.0.0.3"}}),
            (Setting{"ip4.addr", {"10.0.0.1", "10.0.0.2", "10.0.0.3"}}));
  EXPECT_EQ(kernel_setting({"ip6.addr", {""}}), (Setting{"ip6.addr", {""}}));
}

}  // namespace
}  // namespace cellblock::conf
