#include "add/questions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace cellblock::add {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Script : public Dialogue {
 public:
  explicit Script(std::deque<std::string> lines) : lines_(std::move(lines)) {}
  std::optional<std::string> ask(std::string_view prompt) override {
    prompts.emplace_back(prompt);
    if (lines_.empty()) return std::nullopt;
    std::string line = lines_.front();
    lines_.pop_front();
    return line;
  }
  void say(std::string_view) override {}
  void complain(std::string_view line) override { complaints.emplace_back(line); }

  std::vector<std::string> prompts, complaints;

 private:
  std::deque<std::string> lines_;
};

Host host() {
  return {[](const std::string& name) { return name == "old" ? std::string("/etc/jail.conf describes it") : ""; },
          [](const std::string& path) {
            if (path == "/jails/base") return Kind::folder;
            if (path == "/base.txz") return Kind::file;
            return path == "/dev/null" ? Kind::other : Kind::absent;
          },
          [](const std::string& name) { return name == "eth0" || name == "lo"; },
          [](const std::string& address) { return address == "10.0.0.1"; }, "eth0"};
}

TEST(Collect, TakesTheAnswersInBracketsForEmptyLines) {
  Script script({"web", "", "", "", "", ""});
  auto answers = collect({}, host(), script, Ask::person);
  ASSERT_TRUE(answers) << answers.error().text();
  EXPECT_EQ(answers->name, "web");
  EXPECT_EQ(answers->size, "1g");
  EXPECT_EQ(answers->addresses, "");
  EXPECT_EQ(answers->interface, "");
  EXPECT_EQ(answers->hostname, "web");
  EXPECT_EQ(answers->source, "busybox");
  EXPECT_EQ(answers->boot, "no");
  EXPECT_THAT(script.prompts, ElementsAre("Jail name: ", "Size of the disk [1g]: ",
                                          "Addresses (IPv4 and IPv6, none, or inherit) [none]: ", "Host name [web]: ",
                                          "Fill with (busybox, a directory, or a tar archive) [busybox]: ",
                                          "Start at boot (yes/no) [no]: "));
}

TEST(Collect, AsksAgainAfterAWrongAnswer) {
  Script script({"", "7up", "old", "web", "huge", "2", "2G", "10.0.0.300", "inherit", "-x", "w.example.org", "here", "/jails/base", "perhaps", "Y"});
  auto answers = collect({}, host(), script, Ask::person);
  ASSERT_TRUE(answers) << answers.error().text();
  EXPECT_EQ(script.complaints.size(), 9u);
  EXPECT_THAT(script.complaints[2], HasSubstr("the name is taken: /etc/jail.conf describes it"));
  EXPECT_EQ(answers->size, "2g");
  EXPECT_EQ(answers->addresses, "inherit");
  EXPECT_EQ(answers->hostname, "w.example.org");
  EXPECT_EQ(answers->source, "/jails/base");
  EXPECT_EQ(answers->boot, "yes");
  for (const std::string& line : script.complaints) EXPECT_EQ(line.find('\n'), line.npos) << line;
}

TEST(Collect, AsksForTheInterfaceOfAnAddressThatTheHostLacks) {
  Script lacking({"10.0.0.7/24, fd00::7", ""});
  Given given{{"name", "a"}, {"size", "1g"}, {"hostname", "a"}, {"source", "busybox"}, {"boot", "no"}};
  auto answers = collect(given, host(), lacking, Ask::person);
  ASSERT_TRUE(answers) << answers.error().text();
  EXPECT_EQ(answers->addresses, "10.0.0.7/24,fd00::7");
  EXPECT_EQ(answers->interface, "eth0");
  for (const char* there : {"10.0.0.1", "eth0|10.0.0.9/24", "none", "inherit"}) {
    given["address"] = there;
    Script unasked({});
    auto quiet = collect(given, host(), unasked, Ask::person);
    ASSERT_TRUE(quiet) << quiet.error().text();
    EXPECT_EQ(quiet->interface, "") << there;
    EXPECT_THAT(unasked.prompts, IsEmpty());
  }
}

TEST(Collect, EndsWithTheInput) {
  for (size_t lines = 0; lines < 6; ++lines) {
    std::deque<std::string> said{"web", "1g", "none", "web", "busybox"};
    said.resize(std::min(lines, said.size()));
    Script script(said);
    auto answers = collect({}, host(), script, Ask::person);
    ASSERT_FALSE(answers);
    EXPECT_EQ(answers.error().text(), "the input ended: nothing was made");
  }
}

TEST(Collect, AsksNobodyAndRefusesWhatIsWrong) {
  Script script({});
  auto answers = collect({{"name", "web"}, {"address", "10.0.0.7"}}, host(), script, Ask::nobody);
  ASSERT_TRUE(answers) << answers.error().text();
  EXPECT_EQ(answers->interface, "eth0");
  EXPECT_FALSE(collect({}, host(), script, Ask::nobody));
  EXPECT_FALSE(collect({{"name", "web"}, {"size", "1"}}, host(), script, Ask::nobody));
  EXPECT_FALSE(collect({{"name", "web"}, {"interface", "eth7"}}, host(), script, Ask::nobody));
  EXPECT_THAT(script.prompts, IsEmpty());
}

std::string said_of(std::string_view key, const std::string& text) {
  for (const Question& question : questions())
    if (question.key == key) {
      auto answer = question.check(text, {}, host());
      return answer ? "ok:" + *answer : answer.error().text();
    }
  return "no such question";
}

TEST(Checks, KnowNames) {
  EXPECT_EQ(said_of("name", "web-1_b"), "ok:web-1_b");
  for (const char* wrong : {"", "1", "-x", "a.b", "a b", "a/b", "../x", "ü"})
    EXPECT_THAT(said_of("name", wrong), HasSubstr("a name is a letter")) << wrong;
  EXPECT_EQ(said_of("name", std::string(64, 'a')).substr(0, 3), "ok:");
  EXPECT_THAT(said_of("name", std::string(65, 'a')), HasSubstr("at most 64"));
}

TEST(Checks, KnowSizes) {
  EXPECT_EQ(said_of("size", "16m"), "ok:16m");
  EXPECT_EQ(said_of("size", "16T"), "ok:16t");
  EXPECT_THAT(said_of("size", "15m"), HasSubstr("16m to 16t"));
  EXPECT_THAT(said_of("size", "17t"), HasSubstr("16m to 16t"));
  for (const char* wrong : {"", "1", "g", "-1g", "1x", "1.5g", "99999999999999999999g"})
    EXPECT_THAT(said_of("size", wrong), HasSubstr("a number and a unit")) << wrong;
}

TEST(Checks, KnowAddresses) {
  EXPECT_EQ(said_of("address", "NONE"), "ok:");
  EXPECT_EQ(said_of("address", "10.0.0.1 ,fd00::1/64"), "ok:10.0.0.1,fd00::1/64");
  EXPECT_THAT(said_of("address", "10.0.0.1/33"), HasSubstr("from 0 to 32"));
  EXPECT_THAT(said_of("address", "fd00::/129"), HasSubstr("from 0 to 128"));
  EXPECT_THAT(said_of("address", "eth9|10.0.0.1"), HasSubstr("no interface eth9"));
  for (const char* wrong : {"10.0.0", "web", "10.0.0.1,inherit", "inherit,none", ":::"})
    EXPECT_THAT(said_of("address", wrong), HasSubstr("not an address")) << wrong;
}

TEST(Checks, KnowSources) {
  EXPECT_EQ(said_of("source", "/base.txz"), "ok:/base.txz");
  EXPECT_THAT(said_of("source", "/nowhere"), HasSubstr("no such file"));
  EXPECT_THAT(said_of("source", "/dev/null"), HasSubstr("neither"));
  EXPECT_THAT(said_of("source", "base.txz"), HasSubstr("absolute path"));
}

TEST(Confirm, WantsYesOrNo) {
  Script yes({"", "ok", "yes"}), no({"No"}), nobody({});
  EXPECT_TRUE(*confirm(yes, "OK? "));
  EXPECT_EQ(yes.complaints.size(), 2u);
  EXPECT_FALSE(*confirm(no, "OK? "));
  EXPECT_FALSE(confirm(nobody, "OK? "));
}

}  // namespace
}  // namespace cellblock::add
