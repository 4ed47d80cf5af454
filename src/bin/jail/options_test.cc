#include "jail/options.hpp"

#include <gmock/gmock.h>

namespace cellblock::jail {
namespace {

using apply::op_set;
using apply::op_start;
using apply::op_stop;
using testing::ElementsAre;
using testing::IsEmpty;

Options parse(std::vector<std::string> arguments) {
  auto options = parse_options(arguments);
  EXPECT_TRUE(options) << (options ? "" : options.error().text());
  return options ? *options : Options{};
}

std::string wrong(std::vector<std::string> arguments) {
  auto options = parse_options(arguments);
  return options ? "" : options.error().text();
}

Style style(std::vector<std::string> arguments) { return style_of(parse(std::move(arguments))); }

TEST(ParseOptions, FlagsMayStandTogether) {
  Options options = parse({"-cmqf/x/jail.conf", "-p", "3", "-d", "web"});
  EXPECT_EQ(options.orders.ops, op_start | op_set);
  EXPECT_EQ(options.orders.verbosity, -1);
  EXPECT_EQ(options.file, "/x/jail.conf");
  EXPECT_EQ(options.orders.parallel, 3u);
  EXPECT_TRUE(options.orders.warn_dying);
  EXPECT_THAT(options.arguments, ElementsAre("web"));
}

TEST(ParseOptions, StopAtTheFirstArgument) {
  EXPECT_THAT(parse({"-c", "path=/", "-v"}).arguments, ElementsAre("path=/", "-v"));
  EXPECT_THAT(parse({"-c", "--", "-v"}).arguments, ElementsAre("-v"));
  EXPECT_THAT(parse({"-c", "-"}).arguments, ElementsAre("-"));
}

TEST(ParseOptions, MistakesReadAsOnFreeBsd) {
  EXPECT_EQ(wrong({"-cx"}), "illegal option -- x");
  EXPECT_EQ(wrong({"-c", "-f"}), "option requires an argument -- f");
}

TEST(ParseOptions, FlagsThatStandForParameters) {
  Options options = parse({"-l", "-n", "web", "-s", "2", "-u", "www", "-h"});
  EXPECT_TRUE(options.describes);
  std::vector<std::string> names;
  for (const model::Setting& setting : options.described) names.push_back(setting.name);
  EXPECT_THAT(names, ElementsAre("exec.clean", "name", "securelevel", "exec.jail_user", "exec.system_jail_user",
                                 "ip_hostname"));
  EXPECT_FALSE(parse({"-c", "-v", "-d"}).describes);
}

TEST(ParseOptions, JidsAloneImplyQuiet) {
  Options options = parse({"-ci", "path=/"});
  EXPECT_TRUE(options.orders.print_jid);
  EXPECT_EQ(options.orders.verbosity, -1);
}

TEST(ParseOptions, ALimitThatIsNoneIsNoLimit) {
  for (auto none : {"0", "-1", "x"}) EXPECT_EQ(parse({"-c", "-p", none}).orders.parallel, 0u) << none;
}

TEST(ParseOptions, DumpIsOurOwn) {
  EXPECT_EQ(parse({"--dump=latency", "-c", "web"}).dump, "latency");
  EXPECT_EQ(parse({"-c", "--dump=plan"}).dump, "plan");
  for (const char* stage : {"--dump=plna", "--dump=", "--dump=journal"}) {
    std::vector<std::string> line{stage, "-r", "web"};
    auto refused = parse_options(line);
    ASSERT_FALSE(refused) << stage;
    EXPECT_EQ(refused.error().why, Why::absent);
    EXPECT_EQ(refused.error().text(), fmt::format("{}: no such stage (there are tree, world, plan and latency)", stage));
  }
}

TEST(Style, FollowsFlagsAndArguments) {
  EXPECT_EQ(style({}), Style::usage);
  EXPECT_EQ(style({"/j", "host", "10.0.0.1", "/bin/sh"}), Style::old_style);
  EXPECT_EQ(style({"-u", "www", "/j", "host", "", "/bin/sh", "-c", "x"}), Style::old_style);
  EXPECT_EQ(style({"/j", "host", "10.0.0.1"}), Style::usage);
  EXPECT_EQ(style({"j", "host", "10.0.0.1", "/bin/sh"}), Style::usage);
  EXPECT_EQ(style({"-c"}), Style::file);
  EXPECT_EQ(style({"-c", "web"}), Style::file);
  EXPECT_EQ(style({"-c", "path=/"}), Style::command_line);
  EXPECT_EQ(style({"-c", "vnet", "persist"}), Style::command_line);
  EXPECT_EQ(style({"-c", "-n", "web", "persist"}), Style::usage) << "one argument without a value means a file";
  EXPECT_EQ(style({"-cR", "web"}), Style::usage);
  EXPECT_EQ(style({"-cC", "a=b"}), Style::usage);
}

TEST(Style, RemovalTakesTargets) {
  EXPECT_EQ(style({"-r", "a", "b"}), Style::targets);
  EXPECT_EQ(style({"-R", "*"}), Style::targets);
  EXPECT_EQ(style({"-r"}), Style::usage);
  EXPECT_EQ(style({"-r", "name=web"}), Style::usage);
  EXPECT_EQ(style({"-R", "name=web"}), Style::targets) << "-R takes it for a name, as on FreeBSD";
  EXPECT_EQ(style({"-l", "-r", "a"}), Style::usage);
  EXPECT_EQ(style({"-rC", "a"}), Style::file);
  EXPECT_EQ(style({"-rC", "a", "b"}), Style::usage);
  EXPECT_EQ(style({"-rc", "name=web", "persist"}), Style::command_line);
}

TEST(Style, ExhibitStandsAlone) {
  EXPECT_EQ(style({"-e", ","}), Style::exhibit);
  EXPECT_EQ(style({"-c", "-e", ","}), Style::usage);
  EXPECT_EQ(style({"-e", ",", "web"}), Style::usage);
}

}  // namespace
}  // namespace cellblock::jail
