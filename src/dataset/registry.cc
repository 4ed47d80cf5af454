#include "dataset/registry.hpp"

#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <memory>

#include "base/text.hpp"
#include "dataset/durable.hpp"
#include "sys/file.hpp"

namespace cellblock::dataset {
namespace {

constexpr std::string_view head = "cellblock pool 1";

Result<> make_parents(const std::string& path) {
  for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    CB_CHECK(sys::make_directory(AT_FDCWD, path.substr(0, slash).c_str(), 0755));
    if (slash == path.npos) return {};
  }
}

template <class Number>
bool read_number(std::string_view word, Number& number) {
  auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc() && end == word.data() + word.size();
}

bool read_line(std::string_view line, PoolEntry& entry) {
  std::string_view key = take_part(line, ' ');
  if (key == "name") return !(entry.name = unvis(line)).empty();
  if (key == "directory") return (entry.directory = unvis(line)).starts_with('/');
  if (key == "image") return (entry.image = unvis(line)).starts_with('/');
  if (key == "guid") return read_number(line, entry.guid);
  if (key == "created") return read_number(line, entry.created);
  return false;
}

}  // namespace

std::string pool_text(const PoolEntry& entry) {
  std::string out = fmt::format("{}\nname {}\nguid {}\ncreated {}\ndirectory {}\n", head, vis(entry.name), entry.guid, entry.created, vis(entry.directory));
  if (!entry.image.empty()) out += fmt::format("image {}\n", vis(entry.image));
  return out + "end\n";
}

Result<PoolEntry> parse_pool(std::string_view text) {
  if (!text.ends_with("\nend\n")) return fail(Why::invalid, "the description of the pool is not whole");
  text.remove_suffix(4);
  if (take_part(text, '\n') != head) return fail(Why::invalid, "the description of the pool is of another version");
  PoolEntry entry;
  for (size_t number = 2; !text.empty(); ++number)
    if (!read_line(take_part(text, '\n'), entry)) return fail(Why::invalid, "the description of the pool is damaged in line {}", number);
  if (entry.name.empty() || entry.directory.empty()) return fail(Why::invalid, "the description of the pool is not whole");
  return entry;
}

Registry Registry::standard() {
  const char* folder = std::getenv("CELLBLOCK_POOLS");
  return Registry(folder && *folder ? folder : "/var/db/cellblock/pools");
}

Result<std::vector<PoolEntry>> Registry::all() const {
  std::vector<PoolEntry> entries;
  std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(folder_.c_str()), ::closedir);
  if (!stream && errno == ENOENT) return entries;
  if (!stream) return sys_fail(errno, "{}", folder_);
  while (const dirent* file = ::readdir(stream.get())) {
    if (file->d_name[0] == '.' || std::string_view(file->d_name) == ".lock") continue;
    CB_TRY(PoolEntry entry, find(file->d_name));
    entries.push_back(std::move(entry));
  }
  std::ranges::sort(entries, {}, &PoolEntry::name);
  return entries;
}

Result<PoolEntry> Registry::find(const std::string& name) const {
  std::string path = fmt::format("{}/{}", folder_, name);
  auto text = sys::read_file(path);
  if (!text && text.error().why == Why::absent) return fail(Why::absent, "no such pool '{}'", name);
  if (!text) return pass(std::move(text.error()));
  auto entry = parse_pool(*text);
  if (!entry) return pass(std::move(entry.error()), "{}", path);
  return entry;
}

Result<> Registry::write(const PoolEntry& entry) const {
  CB_CHECK(make_parents(folder_));
  CB_TRY(Fd folder, sys::open(folder_, O_RDONLY | O_DIRECTORY));
  return write_durably(folder.get(), entry.name, pool_text(entry));
}

Result<> Registry::remove(const std::string& name) const {
  CB_TRY(Fd folder, sys::open(folder_, O_RDONLY | O_DIRECTORY));
  return remove_durably(folder.get(), name);
}

Result<Fd> Registry::lock() const {
  CB_CHECK(make_parents(folder_));
  CB_TRY(Fd folder, sys::open(folder_, O_RDONLY | O_DIRECTORY));
  return sys::take_lock(folder.get(), ".lock");
}

}  // namespace cellblock::dataset
