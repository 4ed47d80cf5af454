#include "dataset/durable.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace cellblock::dataset {
namespace {

constexpr const char* aside = ".new";
constexpr const char* journal_name = "redo";
constexpr const char* spare = ".spare";
constexpr size_t spare_size = 16384;
constexpr std::string_view head = "cellblock redo 1\n";

Result<> sync_folder(int folder) {
  CB_TRY(Fd open, sys::open_at(folder, ".", O_RDONLY | O_DIRECTORY));
  if (::fsync(open.get()) < 0) return sys_fail(errno, "fsync");
  return {};
}

Result<> write_aside(int folder, std::string_view text) {
  CB_TRY(Fd file, sys::open_at(folder, aside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600));
  CB_CHECK(sys::write_all(file.get(), text));
  if (::fsync(file.get()) < 0) return sys_fail(errno, "fsync");
  return {};
}

/// Without one more inode or block: in a file that was kept for that.
Result<> write_spare(int folder, std::string_view text) {
  if (text.size() > spare_size || ::renameat(folder, spare, folder, aside) < 0) return sys_fail(ENOSPC, "{}", aside);
  CB_TRY(Fd file, sys::open_at(folder, aside, O_WRONLY | O_NOFOLLOW));
  CB_CHECK(sys::write_all(file.get(), text));
  if (::ftruncate(file.get(), static_cast<off_t>(text.size())) < 0 || ::fsync(file.get()) < 0) return sys_fail(errno, "{}", aside);
  return {};
}

Result<> put_all(int folder, const Batch& batch) {
  for (const auto& [name, text] : batch) CB_CHECK(text ? write_durably(folder, name, *text) : remove_durably(folder, name));
  return {};
}

}  // namespace

Result<> write_durably(int folder, const std::string& name, std::string_view text) {
  auto written = write_aside(folder, text);
  if (!written && written.error().why == Why::exhausted) written = write_spare(folder, text);
  if (written && ::renameat(folder, aside, folder, name.c_str()) < 0) written = sys_fail(errno, "{}", name);
  if (!written) {
    ::unlinkat(folder, aside, 0);
    return written;
  }
  return sync_folder(folder);
}

void keep_spare(int folder) {
  if (::faccessat(folder, spare, F_OK, AT_SYMLINK_NOFOLLOW) == 0) return;
  auto file = sys::open_at(folder, spare, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (file && !sys::write_all(file->get(), std::string(spare_size, ' '))) ::unlinkat(folder, spare, 0);
}

Result<> remove_durably(int folder, const std::string& name) {
  if (::unlinkat(folder, name.c_str(), 0) < 0 && errno != ENOENT) return sys_fail(errno, "{}", name);
  return sync_folder(folder);
}

std::string batch_text(const Batch& batch) {
  std::string out(head);
  for (const auto& [name, text] : batch)
    out += text ? fmt::format("put {} {}\n{}\n", vis(name), text->size(), *text) : fmt::format("drop {}\n", vis(name));
  return out + "end\n";
}

Result<Batch> parse_batch(std::string_view text) {
  auto damaged = [] { return fail(Why::invalid, "the file redo of the pool is damaged"); };
  if (!text.starts_with(head)) return damaged();
  text.remove_prefix(head.size());
  Batch batch;
  while (text != "end\n") {
    std::string_view line = take_part(text, '\n'), key = take_part(line, ' ');
    std::string name = unvis(take_part(line, ' '));
    if (name.empty() || name.contains('/') || name.starts_with('.')) return damaged();
    if (key == "drop" && line.empty()) {
      batch[name] = std::nullopt;
      continue;
    }
    auto size = parse_int(line);
    if (key != "put" || !size || *size < 0 || text.size() <= static_cast<size_t>(*size) || text[static_cast<size_t>(*size)] != '\n') return damaged();
    batch[name] = std::string(text.substr(0, static_cast<size_t>(*size)));
    text.remove_prefix(static_cast<size_t>(*size) + 1);
  }
  return batch;
}

Result<> write_batch(int journal, int folder, const Batch& batch) {
  if (batch.size() < 2) return put_all(folder, batch);
  CB_CHECK(write_durably(journal, journal_name, batch_text(batch)));
  CB_CHECK(put_all(folder, batch));
  return remove_durably(journal, journal_name);
}

Result<> redo(int journal, int folder) {
  auto text = sys::read_file_at(journal, journal_name, size_t{1} << 30);
  if (!text && text.error().why == Why::absent) return {};
  if (!text) return pass(std::move(text.error()));
  CB_TRY(Batch batch, parse_batch(*text));
  CB_CHECK(put_all(folder, batch));
  return remove_durably(journal, journal_name);
}

}  // namespace cellblock::dataset
