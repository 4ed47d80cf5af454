#include "dataset/name.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.hpp"

namespace cellblock::dataset {
namespace {

constexpr size_t longest = 255;  // and what a file's name can hold

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_allowed(char c) { return is_letter(c) || (c >= '0' && c <= '9') || std::string_view("-_.: ").contains(c); }

}  // namespace

std::string Name::parent() const {
  size_t slash = path.rfind('/');
  return slash == path.npos ? "" : path.substr(0, slash);
}

Result<> check_component(std::string_view text) {
  if (text.empty()) return fail(Why::invalid, "empty component or misplaced '@' or '#' delimiter in name");
  for (char c : text)
    if (!is_allowed(c)) return fail(Why::invalid, "invalid character '{}' in name", vis(std::string(1, c)));
  if (text == ".") return fail(Why::invalid, "self reference, '.' is found in name");
  if (text == "..") return fail(Why::invalid, "parent reference, '..' is found in name");
  return {};
}

Result<Name> parse_name(std::string_view text) {
  if (text.size() > longest) return fail(Why::invalid, "name is too long");
  if (text.starts_with('/')) return fail(Why::invalid, "leading slash in name");
  if (std::ranges::count_if(text, [](char c) { return c == '@' || c == '#'; }) > 1)
    return fail(Why::invalid, "multiple '@' and/or '#' delimiters in name");
  if (text.ends_with('/')) return fail(Why::invalid, "trailing slash in name");
  size_t at = text.find('@');
  std::string_view path = text.substr(0, at);
  if (path.empty() || path.ends_with('/'))
    return fail(Why::invalid, "empty component or misplaced '@' or '#' delimiter in name");
  for (const std::string& component : split(path, '/')) CB_CHECK(check_component(component));
  Name name{std::string(path), ""};
  if (!is_letter(path[0])) return fail(Why::invalid, "pool doesn't begin with a letter");
  if (at == text.npos) return name;
  CB_CHECK(check_component(text.substr(at + 1)));
  name.snapshot = text.substr(at + 1);
  return name;
}

Result<> check_pool_name(std::string_view text) {
  CB_TRY(Name name, parse_name(text));
  if (name.is_snapshot() || name.path.contains('/')) return fail(Why::invalid, "invalid character '{}' in name", name.is_snapshot() ? '@' : '/');
  constexpr std::array<std::string_view, 5> kept{"mirror", "raidz", "draid", "spare", "log"};
  if (std::ranges::any_of(kept, [&](std::string_view word) { return text.starts_with(word); }))
    return fail(Why::invalid, "name is reserved");
  return {};
}

bool is_within(std::string_view path, std::string_view above) {
  return path.starts_with(above) && (path.size() == above.size() || path[above.size()] == '/');
}

std::string file_of(std::string_view path) {
  std::string file(path);
  std::ranges::replace(file, '/', '%');
  return file;
}

std::string path_of_file(std::string_view file) {
  std::string path(file);
  std::ranges::replace(path, '%', '/');
  return path;
}

}  // namespace cellblock::dataset
