#include "applet.hpp"

#include <gmock/gmock.h>

#include <cerrno>

namespace cellblock::bsd {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Options, LettersJoinedAndValuesBehind) {
  Options options({"mount", "-pv", "-tnullfs", "-o", "ro,nosuid", "/a", "-x"}, "pvt:o:");
  EXPECT_EQ(options.error(), "");
  EXPECT_TRUE(options.has('p'));
  EXPECT_TRUE(options.has('v'));
  EXPECT_FALSE(options.has('a'));
  EXPECT_EQ(options.value('t'), "nullfs");
  EXPECT_EQ(options.value('o'), "ro,nosuid");
  EXPECT_EQ(options.value('F', "/etc/fstab"), "/etc/fstab");
  EXPECT_THAT(options.rest(), ElementsAre("/a", "-x"));
}

TEST(Options, EndAndRepetition) {
  Options options({"x", "-f", "1", "-f2", "--", "-a"}, "f:a");
  EXPECT_THAT(options.values('f'), ElementsAre("1", "2"));
  EXPECT_FALSE(options.has('a'));
  EXPECT_THAT(options.rest(), ElementsAre("-a"));
  EXPECT_THAT(Options({"x", "-"}, "a").rest(), ElementsAre("-"));
  EXPECT_THAT(Options({"x"}, "a").rest(), IsEmpty());
}

TEST(Options, WhatGetoptSays) {
  EXPECT_EQ(Options({"x", "-z"}, "a").error(), "illegal option -- z");
  EXPECT_EQ(Options({"x", "-:"}, "a:").error(), "illegal option -- :");
  EXPECT_EQ(Options({"x", "-a"}, "a:").error(), "option requires an argument -- a");
}

TEST(Strerror, FreeBsdsWords) {
  EXPECT_EQ(strerror_of(EBUSY), "Device busy");
  EXPECT_EQ(strerror_of(ENOENT), "No such file or directory");
}

}  // namespace
}  // namespace cellblock::bsd
