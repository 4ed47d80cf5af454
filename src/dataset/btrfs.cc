#include "dataset/btrfs.hpp"

#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <endian.h>

#include <cerrno>
#include <cstring>

namespace cellblock::dataset::btrfs {
namespace {

/// Each of the ioctls' structures has room for a name of its own length.
template <size_t size>
Result<> put_name(char (&into)[size], const std::string& name) {
  if (name.size() >= size || name.contains('/')) return fail(Why::invalid, "{}: no name of a subvolume", name);
  std::memcpy(into, name.c_str(), name.size() + 1);
  return {};
}

}  // namespace

bool is_on(int fd) {
  struct statfs status {};
  return ::fstatfs(fd, &status) == 0 && static_cast<unsigned long>(status.f_type) == BTRFS_SUPER_MAGIC;
}

bool is_subvolume(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && status.st_ino == BTRFS_FIRST_FREE_OBJECTID && is_on(fd);
}

Result<> create_subvolume(int folder, const std::string& name) {
  btrfs_ioctl_vol_args_v2 request{};
  CB_CHECK(put_name(request.name, name));
  if (::ioctl(folder, BTRFS_IOC_SUBVOL_CREATE_V2, &request) < 0) return sys_fail(errno, "creating subvolume {}", name);
  return {};
}

Result<> snapshot(int subvolume, int folder, const std::string& name, Writes writes) {
  btrfs_ioctl_vol_args_v2 request{};
  request.fd = subvolume;
  request.flags = writes == Writes::refused ? BTRFS_SUBVOL_RDONLY : 0;
  CB_CHECK(put_name(request.name, name));
  if (::ioctl(folder, BTRFS_IOC_SNAP_CREATE_V2, &request) < 0) return sys_fail(errno, "snapshot {}", name);
  return {};
}

Result<> remove_subvolume(int folder, const std::string& name) {
  if (!is_on(folder)) return fail(Why::invalid, "{}: not on btrfs", name);
  btrfs_ioctl_vol_args request{};
  CB_CHECK(put_name(request.name, name));
  if (::ioctl(folder, BTRFS_IOC_SNAP_DESTROY, &request) < 0) return sys_fail(errno, "removing subvolume {}", name);
  return {};
}

namespace {

Result<uint64_t> number_of(int subvolume) {
  btrfs_ioctl_ino_lookup_args request{};
  request.objectid = BTRFS_FIRST_FREE_OBJECTID;
  if (::ioctl(subvolume, BTRFS_IOC_INO_LOOKUP, &request) < 0) return sys_fail(errno, "the number of a subvolume");
  return uint64_t{request.treeid};
}

}  // namespace

Result<Usage> usage_of(int subvolume) {
  CB_TRY(uint64_t number, number_of(subvolume));
  btrfs_ioctl_search_args search{};
  search.key = {.tree_id = BTRFS_QUOTA_TREE_OBJECTID, .min_objectid = 0, .max_objectid = 0, .min_offset = number, .max_offset = number,
                .min_transid = 0, .max_transid = UINT64_MAX, .min_type = BTRFS_QGROUP_INFO_KEY, .max_type = BTRFS_QGROUP_INFO_KEY, .nr_items = 1};
  if (::ioctl(subvolume, BTRFS_IOC_TREE_SEARCH, &search) < 0) return sys_fail(errno, "quotas");
  if (search.key.nr_items == 0) return fail(Why::absent, "no quotas");
  btrfs_ioctl_search_header header;
  btrfs_qgroup_info_item item;
  std::memcpy(&header, search.buf, sizeof header);
  if (header.len < sizeof item) return fail(Why::absent, "no quotas");
  std::memcpy(&item, search.buf + sizeof header, sizeof item);
  return Usage{le64toh(item.rfer), le64toh(item.excl)};
}

Result<> limit(int subvolume, uint64_t bytes) {
  btrfs_ioctl_quota_ctl_args on{};
  on.cmd = BTRFS_QUOTA_CTL_ENABLE;
  if (bytes && ::ioctl(subvolume, BTRFS_IOC_QUOTA_CTL, &on) < 0 && errno != EEXIST) return sys_fail(errno, "turning quotas on");
  btrfs_ioctl_qgroup_limit_args request{};
  request.lim.flags = BTRFS_QGROUP_LIMIT_MAX_RFER;
  request.lim.max_rfer = bytes ? bytes : UINT64_MAX;
  // ENOTCONN: quotas are off, and so nothing is limited.
  if (::ioctl(subvolume, BTRFS_IOC_QGROUP_LIMIT, &request) < 0 && (bytes || errno != ENOTCONN)) return sys_fail(errno, "quota");
  return {};
}

}  // namespace cellblock::dataset::btrfs
