// A folder below /tmp for one test, removed with all that is in it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace cellblock {

class TestFolder {
 public:
  TestFolder() {
    char name[] = "/tmp/cellblock-test.XXXXXX";
    path_ = ::mkdtemp(name);
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  std::string at(const std::string& below) const { return path_ + "/" + below; }
  const std::string& path() const { return path_; }

  void write(const std::string& below, const std::string& text) const { std::ofstream(at(below)) << text; }
  std::string read(const std::string& below) const {
    std::ifstream file(at(below));
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::string path_;
};

}  // namespace cellblock
