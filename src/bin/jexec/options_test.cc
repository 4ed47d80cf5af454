#include "options.hpp"

#include <gmock/gmock.h>

#include <cerrno>

namespace cellblock::jexec {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

using Line = std::vector<std::string>;
const Line environment{"TERM=xterm", "HOME=/root"};

Request request(Line line) {
  auto parsed = parse_options(line, environment);
  if (auto* text = std::get_if<std::string>(&parsed)) ADD_FAILURE() << *text;
  return std::holds_alternative<Request>(parsed) ? std::get<Request>(parsed) : Request();
}

std::string refusal(Line line) {
  auto parsed = parse_options(line, environment);
  EXPECT_TRUE(std::holds_alternative<std::string>(parsed)) << testing::PrintToString(line);
  return std::holds_alternative<std::string>(parsed) ? std::get<std::string>(parsed) : "";
}

TEST(Options, AJailAndACommand) {
  Request r = request({"web", "ls", "-l", "--", "x"});
  EXPECT_EQ(r.jail, "web");
  EXPECT_THAT(r.entry.argv, ElementsAre("ls", "-l", "--", "x"));
  EXPECT_EQ(r.entry.environment, environment);
  EXPECT_EQ(r.entry.directory, "/");
  EXPECT_FALSE(r.entry.user);
  EXPECT_FALSE(r.entry.clean);
  EXPECT_FALSE(r.entry.keep_descriptors) << "0, 1 and 2 go in, nothing else";
}

TEST(Options, WithoutACommandTheShell) { EXPECT_THAT(request({"web"}).entry.argv, IsEmpty()); }

TEST(Options, Users) {
  Request r = request({"-u", "joe", "web", "id"});
  EXPECT_EQ(r.entry.user, "joe");
  EXPECT_TRUE(r.entry.user_from_host);
  EXPECT_EQ(r.entry.directory, "") << "for the home with -l; else the root";
  r = request({"-Ujoe", "web", "id"});
  EXPECT_EQ(r.entry.user, "joe");
  EXPECT_FALSE(r.entry.user_from_host);
  EXPECT_THAT(refusal({"-u", "a", "-U", "b", "web"}), StartsWith("usage: jexec "));
}

TEST(Options, CleanAndDirectory) {
  Request r = request({"-ln", "web"});
  EXPECT_TRUE(r.entry.clean);
  EXPECT_EQ(r.entry.directory, "/") << "no user is named";
  EXPECT_EQ(request({"-lu", "joe", "web"}).entry.directory, "");
  EXPECT_EQ(request({"-l", "-d", "/tmp", "-U", "joe", "web"}).entry.directory, "/tmp");
  EXPECT_EQ(request({"-ld/", "-Ujoe", "web"}).entry.directory, "/");
}

TEST(Options, Environment) {
  EXPECT_THAT(request({"-e", "A=1", "-eB=", "web"}).entry.environment_last, ElementsAre("A=1", "B="));
  EXPECT_EQ(refusal({"-e", "A", "web"}), "jexec: A: Invalid environment variable.\n");
}

TEST(Options, Faults) {
  EXPECT_THAT(refusal({}), StartsWith("usage: jexec "));
  EXPECT_THAT(refusal({"-l"}), StartsWith("usage: jexec "));
  EXPECT_THAT(refusal({"-x", "web"}), StartsWith("jexec: illegal option -- x\nusage: "));
  EXPECT_THAT(refusal({"-lu"}), StartsWith("jexec: option requires an argument -- u\nusage: "));
}

TEST(Options, ADashEndsThem) {
  EXPECT_EQ(request({"--", "-odd", "true"}).jail, "-odd");
  EXPECT_EQ(request({"-", "true"}).jail, "-");
}

TEST(Failure, InJexecsWords) {
  auto text = [](auto failed) { return failure_text(failed.value(), 7); };
  EXPECT_EQ(text(sys_fail(ENOENT, "execvp: {}", "nope")), "execvp: nope: No such file or directory");
  EXPECT_EQ(text(sys_fail(EPERM, "jail_attach")), "jail_attach(7): Operation not permitted");
  EXPECT_EQ(text(sys_fail(ENOENT, "chdir {}", "/x")), "chdir(): /x: No such file or directory");
  EXPECT_EQ(text(fail(Why::absent, "{}: no such user", "joe")), "joe: no such user");
}

}  // namespace
}  // namespace cellblock::jexec
