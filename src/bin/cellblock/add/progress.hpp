// A bar on the terminal while another program fills a file system.
#pragma once

#include <cstdint>
#include <string>
#include <thread>

namespace cellblock::add {

class Progress {
 public:
  /// `total`: the bytes that will have come into `folder` at the end; 0: not known. Shows nothing without a terminal,
  /// nor for what is done at once.
  Progress(std::string what, std::string folder, uint64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  std::jthread drawer_;
};

/// "copying [#####...............]  25%", or "copying 12M" where the total is not known.
std::string progress_line(const std::string& what, uint64_t done, uint64_t total);

/// The bytes of the files in a folder, without what is mounted there.
uint64_t tree_size(const std::string& folder);

}  // namespace cellblock::add
