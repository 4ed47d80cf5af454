#include "fake/mounts.hpp"

#include <algorithm>

namespace cellblock::fake {

Result<> Mounts::mount(const port::MountRequest& request) {
  CB_CHECK(world_.request(fmt::format("mount {} {} {}", request.source, request.target, request.type)));
  mounted.push_back(request);
  return {};
}

Result<> Mounts::unmount(const port::MountRequest& request) {
  CB_CHECK(world_.request(fmt::format("unmount {}", request.target)));
  auto newest = std::find_if(mounted.rbegin(), mounted.rend(),
                             [&](const port::MountRequest& each) { return each.target == request.target; });
  if (newest != mounted.rend()) mounted.erase(std::next(newest).base());
  return {};
}

}  // namespace cellblock::fake
