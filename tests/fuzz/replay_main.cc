// Runs a fuzzer's function once over every file that the arguments name (a folder stands for the files in it).
// An empty corpus is a failure: a replay of nothing proves nothing.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const fs::path& where) {
  std::error_code failed;
  if (!fs::is_directory(where, failed)) return {where};
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator at(where, failed), end; at != end && !failed; at.increment(failed)) {
    if (at->is_regular_file(failed)) files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool run_one(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    std::fprintf(stderr, "%s: cannot be read\n", file.c_str());
    return false;
  }
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  std::printf("%s\n", file.c_str());
  std::fflush(stdout);  // the last line names the culprit of a crash
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  size_t ran = 0;
  for (int i = 1; i < argc; i++) {
    for (const auto& file : files_of(argv[i])) {
      if (!run_one(file)) return 1;
      ran++;
    }
  }
  std::printf("%zu inputs\n", ran);
  return ran ? 0 : 1;
}
