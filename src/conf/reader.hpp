// Reader: the files of one parse, and what .include does. The parser's own.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "conf/parse.hpp"

namespace cellblock::conf {

class Reader {
 public:
  explicit Reader(Sources& sources) : sources_(sources) {}

  Parsed run(const std::string& path);

  /// The files that one pattern of an .include in `file` stands for, parsed.
  void include(std::string pattern, Span at, IncludeDecl& out);

  const SourceText& source(uint32_t file) const { return tree_.texts[file]; }
  void report(Diag diag);
  /// Counts blocks that are open, over all files: false if this is one too many.
  bool enter_block() { return block_depth_ < max_block_depth && ++block_depth_; }
  void leave_block() { --block_depth_; }
  /// So many errors that it is no jail.conf: time to stop.
  bool full() const { return diags_.size() >= max_errors; }

 private:
  static constexpr size_t max_errors = 200;

  std::vector<Item> read(const std::string& path, Span at, uint32_t& file);
  std::string based(const std::string& pattern, uint32_t file) const;

  Sources& sources_;
  Tree tree_;
  std::vector<Diag> diags_;
  std::map<std::string, uint32_t> known_;  ///< file by path: one that is included twice is kept once
  int depth_ = 0, block_depth_ = 0;
  size_t files_ = 0;
  bool includes_stopped_ = false;
};

/// The statements of one file of the reader's. parser.cc
std::vector<Item> parse_file(Reader& reader, uint32_t file);

}  // namespace cellblock::conf
