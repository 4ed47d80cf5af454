#include "kernel/own_mounts.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

std::string file_of(model::JailId jid) { return fmt::format("mounts/{}", jid); }

}  // namespace

OwnMounts::OwnMounts(const Home& home, model::JailId jid) : home_(home), name_(file_of(jid)) {
  auto text = sys::read_file_at(home.fd(), name_.c_str());
  if (!text) return;
  for (const std::string& word : split_words(*text))
    if (auto id = parse_int(word)) ids_.push_back(static_cast<uint64_t>(*id));
}

bool OwnMounts::has(uint64_t id) const { return std::ranges::find(ids_, id) != ids_.end(); }

Result<> OwnMounts::add(uint64_t id) {
  ids_.push_back(id);
  return save();
}

Result<> OwnMounts::drop(uint64_t id) {
  std::erase(ids_, id);
  return save();
}

Result<> OwnMounts::save() const {
  CB_CHECK(sys::make_directory(home_.fd(), "mounts", 0700));
  CB_TRY(Fd file, sys::open_at(home_.fd(), name_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
  std::string text;
  for (uint64_t id : ids_) text += fmt::format("{}\n", id);
  return sys::write_all(file.get(), text);
}

void OwnMounts::forget(const Home& home, model::JailId jid) { (void)::unlinkat(home.fd(), file_of(jid).c_str(), 0); }

}  // namespace cellblock::kernel
