#include "conf/reader.hpp"

#include <fmt/core.h>

namespace cellblock::conf {
namespace {

/// Far beyond any use; keeps files that include each other twice from doubling at each of 32 levels.
constexpr size_t max_files = 20000;

std::string reason(const Error& error) { return error.sys ? strerror_of(error.sys) : error.text(); }

}  // namespace

Parsed Reader::run(const std::string& path) {
  uint32_t file = 0;
  tree_.items = read(path, {}, file);
  if (full()) diags_.push_back({{}, fmt::format("{}: too many errors", path), "the rest is not shown"});
  sort(diags_);
  return {std::move(tree_), std::move(diags_)};
}

void Reader::report(Diag diag) {
  if (!full()) diags_.push_back(std::move(diag));
}

std::vector<Item> Reader::read(const std::string& path, Span at, uint32_t& file) {
  if (auto known = known_.find(path); known != known_.end()) {
    file = known->second;
    return parse_file(*this, file);
  }
  Result<std::string> text = sources_.read(path);
  if (text && text->size() >= Span::nowhere) text = sys_fail(EFBIG, "{}", path);
  if (!text) {
    report({at, fmt::format("{}: {}", path, reason(text.error())), at.known() ? "included here" : ""});
    return {};
  }
  file = static_cast<uint32_t>(tree_.texts.size());
  known_[path] = file;
  tree_.texts.push_back({path == "-" ? "STDIN" : path, std::move(*text)});
  return parse_file(*this, file);
}

/// Relative to the including file; from standard input, to the working directory.
std::string Reader::based(const std::string& pattern, uint32_t file) const {
  const std::string& outer = source(file).name;
  size_t slash = outer.rfind('/');
  if (pattern.starts_with('/') || outer == "STDIN" || slash == outer.npos) return pattern;
  return outer.substr(0, slash + 1) + pattern;
}

void Reader::include(std::string pattern, Span at, IncludeDecl& out) {
  if (includes_stopped_) return;
  if (depth_ == max_include_depth || files_ == max_files) {
    includes_stopped_ = true;
    report({at, "maximum include depth exceeded", "do these files include each other?"});
    return;
  }
  pattern = based(pattern, at.file);
  std::vector<std::string> paths{pattern};
  if (is_pattern(pattern)) {
    Result<std::vector<std::string>> found = sources_.glob(pattern);
    if (!found) return report({at, fmt::format("{}: filename glob failed", pattern), reason(found.error())});
    paths = std::move(*found);
  }
  ++depth_;
  for (const std::string& path : paths) {
    if (full() || files_++ == max_files) break;
    Included included;
    included.items = read(path, at, included.file);
    if (included.file != Span::nowhere) out.files.push_back(std::move(included));
  }
  --depth_;
}

Parsed parse(Sources& sources, const std::string& path) { return Reader(sources).run(path); }

Parsed parse_text(std::string text, const std::string& name) {
  MemorySources sources(MemorySources::Texts{{name, std::move(text)}});
  return parse(sources, name);
}

}  // namespace cellblock::conf
