#include "elf.hpp"

#include <elf.h>

#include <cstring>
#include <optional>

#include "base/text.hpp"

namespace cellblock {
namespace {

// No real program comes near these; a made-up one must not make us loop or allocate for long.
constexpr size_t max_segments = 4096, max_entries = 65536, max_text = 4096;

tl::unexpected<Error> damaged(std::string_view what) { return fail(Why::invalid, "damaged ELF file: {}", what); }

template <class T>
std::optional<T> take(std::string_view bytes, uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::optional<std::string> text_at(std::string_view bytes, uint64_t offset) {
  if (offset >= bytes.size()) return std::nullopt;
  std::string_view rest = bytes.substr(offset, max_text);
  size_t end = rest.find('\0');
  if (end == rest.npos) return std::nullopt;
  return std::string(rest.substr(0, end));
}

// The two classes differ in the width of their fields only.
template <class Header, class Segment, class Dynamic>
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  Result<Elf> read() {
    auto header = take<Header>(bytes_, 0);
    if (!header) return damaged("no header");
    elf_.wide = sizeof(Header) == sizeof(Elf64_Ehdr);
    elf_.machine = header->e_machine;
    if (header->e_phnum > max_segments || (header->e_phnum && header->e_phentsize != sizeof(Segment)))
      return damaged("program headers");
    for (unsigned i = 0; i < header->e_phnum; ++i) {
      auto segment = take<Segment>(bytes_, header->e_phoff + uint64_t{i} * sizeof(Segment));
      if (!segment) return damaged("program headers");
      segments_.push_back(*segment);
    }
    for (const Segment& segment : segments_) {
      if (segment.p_type == PT_INTERP) CB_CHECK(interpreter(segment));
      if (segment.p_type == PT_DYNAMIC) CB_CHECK(dynamic(segment));
    }
    return std::move(elf_);
  }

 private:
  Result<> interpreter(const Segment& segment) {
    auto text = text_at(bytes_, segment.p_offset);
    if (!text) return damaged("interpreter");
    elf_.interpreter = *text;
    return {};
  }

  // Addresses become offsets by way of the segment that is loaded there.
  std::optional<uint64_t> offset_of(uint64_t address) const {
    for (const Segment& segment : segments_)
      if (segment.p_type == PT_LOAD && address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz)
        return address - segment.p_vaddr + segment.p_offset;
    return std::nullopt;
  }

  Result<> dynamic(const Segment& segment) {
    std::vector<Dynamic> entries;
    std::optional<uint64_t> strings;
    uint64_t count = std::min<uint64_t>(segment.p_filesz / sizeof(Dynamic), max_entries);
    for (uint64_t i = 0; i < count; ++i) {
      auto entry = take<Dynamic>(bytes_, segment.p_offset + i * sizeof(Dynamic));
      if (!entry) return damaged("dynamic section");
      if (entry->d_tag == DT_NULL) break;
      if (entry->d_tag == DT_STRTAB) strings = offset_of(entry->d_un.d_val);
      entries.push_back(*entry);
    }
    for (const Dynamic& entry : entries) CB_CHECK(note(entry, strings));
    return {};
  }

  Result<> note(const Dynamic& entry, std::optional<uint64_t> strings) {
    bool is_text = entry.d_tag == DT_NEEDED || entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH ||
                   entry.d_tag == DT_SONAME;
    if (!is_text) return {};
    auto text = strings ? text_at(bytes_, *strings + entry.d_un.d_val) : std::nullopt;
    if (!text) return damaged("dynamic strings");
    if (entry.d_tag == DT_NEEDED) elf_.needed.push_back(*text);
    if (entry.d_tag == DT_SONAME) elf_.soname = *text;
    if (entry.d_tag == DT_RPATH) elf_.rpath = split(*text, ':');
    if (entry.d_tag == DT_RUNPATH) elf_.runpath = split(*text, ':');
    return {};
  }

  std::string_view bytes_;
  std::vector<Segment> segments_;
  Elf elf_;
};

}  // namespace

bool is_elf(std::string_view bytes) { return bytes.starts_with(std::string_view(ELFMAG, SELFMAG)); }

Result<Elf> parse_elf(std::string_view bytes) {
  if (!is_elf(bytes) || bytes.size() < EI_NIDENT) return fail(Why::invalid, "not an ELF file");
  constexpr char own_order = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
  if (bytes[EI_DATA] != own_order) return fail(Why::unsupported, "of another byte order");
  if (bytes[EI_CLASS] == ELFCLASS64) return Reader<Elf64_Ehdr, Elf64_Phdr, Elf64_Dyn>(bytes).read();
  if (bytes[EI_CLASS] == ELFCLASS32) return Reader<Elf32_Ehdr, Elf32_Phdr, Elf32_Dyn>(bytes).read();
  return damaged("class");
}

std::vector<std::string> find_in_ld_cache(std::string_view cache, std::string_view library) {
  struct Header {  // glibc's sysdeps/generic/dl-cache.h, "glibc-ld.so.cache1.1"
    char magic[20];
    uint32_t count, text_size, reserved[5];
  };
  struct Entry {
    int32_t flags;
    uint32_t name, path, os_version;
    uint64_t hardware;
  };
  constexpr std::string_view magic = "glibc-ld.so.cache1.1";
  std::vector<std::string> found;
  size_t begin = cache.find(magic);  // an older table may stand before it
  if (begin == cache.npos) return found;
  cache.remove_prefix(begin);
  auto header = take<Header>(cache, 0);
  for (uint32_t i = 0; header && i < header->count && i < max_entries; ++i) {
    auto entry = take<Entry>(cache, sizeof(Header) + uint64_t{i} * sizeof(Entry));
    if (!entry) break;
    if (text_at(cache, entry->name) != library) continue;
    if (auto path = text_at(cache, entry->path); path && path->starts_with('/')) found.push_back(*path);
  }
  return found;
}

}  // namespace cellblock
