#include "jail_groups.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "kernel/open.hpp"
#include "sys/cgroup.hpp"

namespace cellblock::bsd {
namespace {

ipfw::Group group_of(uint32_t jid) {
  auto jails = kernel::open_jails();
  auto root = sys::open_cgroup_root("/run/cellblock.cgroup");
  if (!jails || !root) return {};
  auto jail = (*jails)->find(fmt::format("{}", jid));
  struct stat status {};
  if (!jail || ::fstatat(root->get(), jail->runtime.cgroup.c_str(), &status, 0) < 0) return {};
  // "cellblock/7", of a jail in it "cellblock/7/9".
  return {status.st_ino, static_cast<uint32_t>(std::ranges::count(jail->runtime.cgroup, '/')) + 1};
}

}  // namespace

Result<Words> number_jails(const Words& words) {
  Words out = words;
  for (size_t at = 1; at < out.size() && out[at - 1] != "//"; ++at) {
    if (out[at - 1] != "jail") continue;
    if (kernel::jailed()) return fail(Why::unsupported, "jail: not supported in a jail");
    CB_TRY(auto jails, kernel::open_jails());
    auto jail = jails->find(out[at]);
    if (!jail) return fail(Why::invalid, "jail {} not found", out[at]);
    if (jail->prison.vnet == model::Sys::fresh) return fail(Why::invalid, "jail {} has a network stack of its own: see -j", out[at]);
    out[at] = fmt::format("{}", jail->prison.jid);
  }
  return out;
}

ipfw::Edit with_jails(const ipfw::Edit& edit) {
  return [edit](ipfw::Ruleset& rules) -> Result<> {
    CB_CHECK(edit(rules));
    rules.find_jails(group_of);
    return {};
  };
}

}  // namespace cellblock::bsd
