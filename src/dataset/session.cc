#include "dataset/session.hpp"

namespace cellblock::dataset {

Result<Pool*> Session::open(const std::string& path, Hold hold) {
  std::string name = Name{path, ""}.pool();
  auto known = pools_.find(name);
  if (known != pools_.end() && (hold == Hold::shared || known->second->hold() == hold)) return known->second.get();
  if (known != pools_.end()) pools_.erase(known);  // what was read may change before the stronger hold is had
  CB_TRY(PoolEntry entry, registry_.find(name));
  CB_TRY(std::unique_ptr<Pool> pool, Pool::open(entry, hold));
  return pools_.emplace(name, std::move(pool)).first->second.get();
}

}  // namespace cellblock::dataset
