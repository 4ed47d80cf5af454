#include "add/options.hpp"

#include <gtest/gtest.h>

#include "add/host.hpp"
#include "add/progress.hpp"

namespace cellblock::add {
namespace {

TEST(AddOptions, AreTheQuestionsAnswers) {
  auto request = parse_options({"-n", "web", "-s2g", "--address=10.0.0.7", "--hostname", "w", "-H", "v", "-y"});
  ASSERT_TRUE(request) << request.error().text();
  EXPECT_EQ(request->given, (Given{{"name", "web"}, {"size", "2g"}, {"address", "10.0.0.7"}, {"hostname", "v"}}));
  EXPECT_TRUE(request->sure);
}

TEST(AddOptions, AreRefusedOneByOne) {
  auto said = [](std::vector<std::string> words) { return parse_options(words).error().text(); };
  EXPECT_EQ(said({"-n"}), "-n needs a value");
  EXPECT_EQ(said({"--name"}), "--name needs a value");
  EXPECT_EQ(said({"-q"}), "unknown option -q");
  EXPECT_EQ(said({"--nonsense=1"}), "unknown option --nonsense");
  EXPECT_EQ(said({"web"}), "web: no such argument");
  EXPECT_EQ(said({"-"}), "-: no such argument");
  EXPECT_EQ(said({"--yes=1"}), "--yes takes no value");
  EXPECT_EQ(said({"-f", "x", "-n", "web"}), "-f excludes the other options: the file has the answers");
}

TEST(AddBatch, HasOneJailALine) {
  EXPECT_EQ(*parse_batch_line("name=web  size=2g\taddress=10.0.0.7,fd00::7 # the first"),
            (Given{{"name", "web"}, {"size", "2g"}, {"address", "10.0.0.7,fd00::7"}}));
  EXPECT_EQ(*parse_batch_line("source=/my\\040files"), (Given{{"source", "/my files"}}));
  EXPECT_TRUE(parse_batch_line("  # nothing")->empty());
  EXPECT_FALSE(parse_batch_line("web"));
  EXPECT_FALSE(parse_batch_line("colour=red"));
}

TEST(AddHost, FindsTheInterfaceOfTheDefaultRoute) {
  std::string head = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n";
  EXPECT_EQ(outward_interface(head + "eth1\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n"
                                     "eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"), "eth0");
  EXPECT_EQ(outward_interface(head), "lo");
  EXPECT_EQ(outward_interface(""), "lo");
}

TEST(AddProgress, DrawsABar) {
  EXPECT_EQ(progress_line("copying", 50, 100), "copying [####################....................]  50%");
  EXPECT_EQ(progress_line("copying", 300, 100), "copying [########################################] 100%");
  EXPECT_EQ(progress_line("unpacking", 2048, 0), "unpacking 2.0K");
}

}  // namespace
}  // namespace cellblock::add
