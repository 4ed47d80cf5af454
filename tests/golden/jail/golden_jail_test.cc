// Every file of sessions/ is replayed; what the commands print has to be what stands there.
// CELLBLOCK_GOLDEN=write writes the files anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "session.hpp"

namespace cellblock::jail {
namespace {

namespace fs = std::filesystem;

/// Asked once: a session clears the environment.
const bool writes_anew = [] {
  const char* mode = std::getenv("CELLBLOCK_GOLDEN");
  return mode && std::string_view(mode) == "write";
}();

std::vector<std::string> sessions() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(GOLDEN_SESSIONS)) names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

class GoldenJail : public testing::TestWithParam<std::string> {};

TEST_P(GoldenJail, SaysWhatIsExpected) {
  fs::path file = fs::path(GOLDEN_SESSIONS) / (GetParam() + ".session");
  std::ifstream in(file, std::ios::binary);
  std::string expected{std::istreambuf_iterator<char>(in), {}};
  Session session;
  std::string said = session.replay(expected);
  if (writes_anew) std::ofstream(file, std::ios::binary) << said;
  EXPECT_EQ(said, expected);
}

INSTANTIATE_TEST_SUITE_P(, GoldenJail, testing::ValuesIn(sessions()), [](const auto& session) {
  return session.param;
});

}  // namespace
}  // namespace cellblock::jail
