#include "dataset/space.hpp"

#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.hpp"
#include "dataset/name.hpp"
#include "dataset/settings.hpp"
#include "sys/file.hpp"

namespace cellblock::dataset {

Space::~Space() {
  if (news_.empty()) return;
  if (auto file = sys::open_at(pool_.folder(), "sizes", O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600)) (void)sys::write_all(file->get(), news_);
}

void Space::load() {
  if (std::exchange(loaded_, true)) return;
  auto text = sys::read_file_at(pool_.folder(), "sizes");
  for (std::string_view rest = text ? *text : std::string_view(); !rest.empty();) {
    std::string_view line = take_part(rest, '\n');
    std::string id(take_part(line, ' '));
    auto bytes = parse_int(take_part(line, ' '));
    if (bytes && take_part(line, ' ') == "of") layers_[id] = {static_cast<uint64_t>(*bytes), std::string(line == "-" ? "" : line)};
  }
}

Result<Space::Layer> Space::layer(const std::string& backend, const std::string& id, Change change) {
  load();
  if (auto known = layers_.find(id); known != layers_.end()) return known->second;
  CB_TRY(Store * store, pool_.store(backend));
  Layer layer;
  CB_TRY(layer.bytes, store->own_bytes(id));
  CB_TRY(layer.below, pool_.shelf().below(id));
  if (change == Change::over) news_ += fmt::format("{} {} of {}\n", id, layer.bytes, layer.below.empty() ? "-" : layer.below);
  layers_[id] = layer;
  return layer;
}

/// From the lowest layer up, so that one that many are built on is summed up once.
Result<uint64_t> Space::chain_bytes(const std::string& backend, const std::string& id) {
  std::vector<std::pair<std::string, uint64_t>> above;
  uint64_t sum = 0;
  for (std::string at = id; !at.empty();) {
    if (auto known = chains_.find(at); known != chains_.end()) {
      sum = known->second;
      break;
    }
    CB_TRY(Layer one, layer(backend, at, Change::over));
    above.emplace_back(at, one.bytes);
    at = one.below;
  }
  for (auto one = above.rbegin(); one != above.rend(); ++one) chains_[one->first] = sum += one->second;
  return sum;
}

Result<uint64_t> Space::referenced(const Record& record) {
  CB_TRY(Layer head, layer(record.backend, record.data, Change::possible));
  CB_TRY(uint64_t below, chain_bytes(record.backend, head.below));
  return head.bytes + below;
}

Result<uint64_t> Space::referenced(const Record& record, const Snapshot& snapshot) { return chain_bytes(record.backend, snapshot.data); }

Result<uint64_t> Space::used(const Record& record, const Snapshot& snapshot) {
  CB_TRY(bool base, pool_.shelf().is_base(snapshot.data));
  if (base) return uint64_t{0};
  CB_TRY(Store * store, pool_.store(record.backend));
  if (record.backend == "btrfs") return store->exclusive_bytes(snapshot.data);
  CB_TRY(Layer one, layer(record.backend, snapshot.data, Change::over));
  return one.bytes;
}

Result<uint64_t> Space::used_by_dataset(const Record& record) {
  CB_TRY(Layer head, layer(record.backend, record.data, Change::possible));
  return head.bytes;
}

Result<uint64_t> Space::used_by_snapshots(const Record& record) {
  uint64_t sum = 0;
  CB_TRY(Store * store, pool_.store(record.backend));
  for (const Snapshot& snapshot : record.snapshots) {
    if (record.backend == "btrfs") {
      CB_TRY(uint64_t bytes, store->exclusive_bytes(snapshot.data));
      sum += bytes;
      continue;
    }
    CB_TRY(Layer one, layer(record.backend, snapshot.data, Change::over));
    sum += one.bytes;
  }
  return sum;
}

Result<uint64_t> Space::used(const std::string& path) {
  if (auto known = used_.find(path); known != used_.end()) return known->second;
  CB_TRY(std::vector<std::string> paths, pool_.within(path));
  uint64_t sum = 0;
  for (const std::string& one : paths) {
    if (Name{one, ""}.parent() == path) {
      CB_TRY(uint64_t below, used(one));
      sum += below;
    }
  }
  CB_TRY(Record * record, pool_.find(path));
  CB_TRY(uint64_t own, used_by_dataset(*record));
  CB_TRY(uint64_t kept, used_by_snapshots(*record));
  return used_[path] = sum + own + kept;
}

Result<uint64_t> Space::available(const std::string& path) {
  struct statvfs status {};
  if (::fstatvfs(pool_.folder(), &status) < 0) return sys_fail(errno, "statvfs");
  uint64_t free = uint64_t{status.f_bavail} * status.f_frsize;
  for (Name at{path, ""}; !at.path.empty(); at.path = at.parent()) {
    CB_TRY(Setting quota, setting_of(pool_, at.path, "quota"));
    uint64_t limit = static_cast<uint64_t>(parse_int(quota.value).value_or(0));
    if (limit == 0) continue;
    CB_TRY(uint64_t taken, used(at.path));
    free = std::min(free, limit > taken ? limit - taken : 0);
  }
  return free;
}

}  // namespace cellblock::dataset
