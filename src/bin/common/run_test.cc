#include "common/run.hpp"

#include <gmock/gmock.h>

#include "common/own_folder.hpp"

namespace cellblock {
namespace {

using testing::ElementsAre;
using testing::EndsWith;

TEST(Run, ExitStatusAndSignals) {
  EXPECT_EQ(run({{"sh", "-c", "exit 7"}, true, {}, {}}).value(), 7);
  EXPECT_EQ(run({{"sh", "-c", "kill -9 $$"}, true, {}, {}}).value(), 128 + 9);
}

TEST(Run, WhatIsNotThere) {
  auto status = run({{"/no/such/program"}, true, {}, {}});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().why, Why::absent);
  EXPECT_EQ(status.error().text(), "/no/such/program: No such file or directory");
}

TEST(Run, LinesAsTheyCome) {
  std::vector<std::string> lines;
  cellblock::Run what{{"sh", "-c", "echo a; echo b >&2; printf c"}, true, [&](std::string_view line) { lines.emplace_back(line); }, {}};
  EXPECT_EQ(run(what).value(), 0);
  EXPECT_THAT(lines, ElementsAre("a", "b", "c"));
}

TEST(Run, OutputOfAProgramWithoutInput) {
  Output output = run_for_output({"sh", "-c", "cat; echo end; exit 3"}).value();
  EXPECT_EQ(output.text, "end\n");
  EXPECT_EQ(output.status, 3);
}

TEST(OwnFolder, HoldsThisProgram) { EXPECT_THAT(own_folder().value(), EndsWith("/tests")); }

}  // namespace
}  // namespace cellblock
