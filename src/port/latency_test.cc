#include "port/latency.hpp"

#include <gmock/gmock.h>

namespace cellblock::latency {
namespace {

TEST(Latency, MarksAreFreeWithoutARecorder) {
  recorder = nullptr;
  mark("nothing");  // must not crash
}

TEST(Latency, ShowsOneLinePerStepAndTheirSum) {
  Recorder mine;
  recorder = &mine;
  mark("create");
  mark("exec.start");
  recorder = nullptr;
  EXPECT_THAT(mine.text(), testing::ContainsRegex("^create +[0-9]+\nexec.start +[0-9]+\ntotal +[0-9]+\n$"));
}

TEST(Latency, KeepsTheFirstStepsWhenThereAreTooMany) {
  Recorder mine;
  for (int at = 0; at < 1000; ++at) mine.mark("step");
  std::string text = mine.text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 513);
}

}  // namespace
}  // namespace cellblock::latency
