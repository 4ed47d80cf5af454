#include "expand.hpp"

#include <gmock/gmock.h>

namespace cellblock {
namespace {

using testing::HasSubstr;

TEST(Expand, FillsPlaces) {
  EXPECT_THAT(*expand("a\n@parameters ipc@\nz\n"), testing::StartsWith("a\n.It Va sysvmsg\n"));
  EXPECT_THAT(*expand("a\n@parameters ipc@\nz\n"), testing::EndsWith(".\nz\n"));
  EXPECT_THAT(*expand("w='@words jailsys@' me@host"), HasSubstr("'host ip4 "));
  EXPECT_THAT(*expand("w='@words jailsys@' me@host"), HasSubstr("' me@host"));
}

TEST(Expand, LeavesOtherTextAlone) {
  for (auto text : {"", "@", "a @b@ c", "@words", "@@words@", "@words x"}) EXPECT_EQ(*expand(text), text);
}

TEST(Expand, RefusesNamesOfNothing) {
  EXPECT_EQ(expand("@parameters nonsense@").error().text(), "no parameters in group nonsense");
  EXPECT_EQ(expand("@words nonsense@").error().text(), "no list of words nonsense");
}

}  // namespace
}  // namespace cellblock
