// Every folder of cases/ holds a jail.conf (with whatever it includes) and `expected`: what jail(8) makes of
// it.
//
// Expected has up to four parts, empty ones left out: the errors of the reader, or else the problems of the
// jails, `jail -e '|'`, what the checks say, and the file printed back. CELLBLOCK_GOLDEN=write writes the
// files anew.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "conf/check.hpp"
#include "conf/parse.hpp"
#include "conf/print.hpp"
#include "conf/resolve.hpp"

namespace cellblock::conf {
namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// All files of the case but `expected`, named relative to its folder.
MemorySources sources_of(const fs::path& folder) {
  MemorySources::Texts texts;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().filename() != "expected")
      texts[fs::relative(entry.path(), folder).string()] = slurp(entry.path());
  return MemorySources(std::move(texts));
}

std::string part(std::string_view title, const std::string& text) {
  return text.empty() ? "" : fmt::format("== {}\n{}", title, text);
}

std::string made_of(Sources& sources) {
  Parsed parsed = parse(sources, "jail.conf");
  if (!parsed.diags.empty()) return part("errors", print(parsed.tree.texts, parsed.diags, "jail"));
  Resolved resolved = resolve(parsed.tree);
  std::string checks;
  for (size_t i = 0; i < resolved.jails.size(); ++i)
    checks += print(parsed.tree.texts, check(resolved.jails[i], resolved.origins[i]), "jail");
  return part("problems", print(parsed.tree.texts, resolved.diags, "jail")) +
         part("jail -e '|'", print_jails(resolved.jails, "|")) + part("checks", checks) +
         part("printed", print_tree(parsed.tree));
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(GOLDEN_CASES))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

class GoldenConf : public testing::TestWithParam<std::string> {};

TEST_P(GoldenConf, SaysWhatIsExpected) {
  fs::path folder = fs::path(GOLDEN_CASES) / GetParam();
  MemorySources sources = sources_of(folder);
  std::string made = made_of(sources);
  const char* mode = std::getenv("CELLBLOCK_GOLDEN");
  if (mode && std::string_view(mode) == "write") std::ofstream(folder / "expected", std::ios::binary) << made;
  EXPECT_EQ(made, slurp(folder / "expected"));
}

/// What is printed back reads as the same tree, and prints as the same text.
TEST_P(GoldenConf, ReadsBackWhatItPrints) {
  fs::path folder = fs::path(GOLDEN_CASES) / GetParam();
  MemorySources sources = sources_of(folder);
  Parsed first = parse(sources, "jail.conf");
  if (!first.diags.empty()) return;  // nothing that could be printed whole
  MemorySources printed = sources_of(folder);
  printed.set("jail.conf", print_tree(first.tree));
  Parsed second = parse(printed, "jail.conf");
  EXPECT_EQ(print(second.tree.texts, second.diags, "jail"), "");
  EXPECT_TRUE(same(first.tree, second.tree));
  EXPECT_EQ(print_tree(second.tree), print_tree(first.tree));
}

INSTANTIATE_TEST_SUITE_P(, GoldenConf, testing::ValuesIn(cases()),
                         [](const testing::TestParamInfo<std::string>& param) {
                           std::string name = param.param;
                           std::replace_if(
                               name.begin(), name.end(),
                               [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
                           return name;
                         });

}  // namespace
}  // namespace cellblock::conf
