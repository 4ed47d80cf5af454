#include "plan/command.hpp"

#include <gmock/gmock.h>

namespace cellblock::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SplitCommand, PlainWordsRunDirectly) {
  auto command = split_command("  /bin/sh\t/etc/rc \n");
  EXPECT_THAT(command.argv, ElementsAre("/bin/sh", "/etc/rc"));
  EXPECT_FALSE(command.background);
  EXPECT_THAT(split_command("A=1 cmd").argv, ElementsAre("A=1", "cmd")) << "no shell, so no assignment";
}

TEST(SplitCommand, AnySpecialCharacterNeedsAShell) {
  for (char special : std::string_view("!\"$&'()*;<>?[\\]`{|}~")) {
    std::string line = std::string("echo ") + special + " x";
    EXPECT_THAT(split_command(line).argv, ElementsAre("/bin/sh", "-c", line));
    EXPECT_FALSE(split_command(line).background);
  }
}

TEST(SplitCommand, AFinalAmpersandAloneIsBackground) {
  auto command = split_command("sleep 10 &");
  EXPECT_THAT(command.argv, ElementsAre("sleep", "10"));
  EXPECT_TRUE(command.background);
  EXPECT_FALSE(split_command("sleep 10 & ").background) << "a blank behind it: the shell's business";
  EXPECT_FALSE(split_command("echo $X &").background) << "another special character comes first";
}

TEST(SplitCommand, BlanksAreNoCommand) {
  EXPECT_THAT(split_command(" \t").argv, IsEmpty());
  EXPECT_THAT(split_command("&").argv, IsEmpty());
}

TEST(ShowWords, JoinsByBlanks) { EXPECT_EQ(show_words({"/bin/sh", "-c", "a  b"}), "/bin/sh -c a  b"); }

}  // namespace
}  // namespace cellblock::plan
