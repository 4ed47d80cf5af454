// One mount or unmount as mount(8) and umount(8) do it on the host, without a jail.
#pragma once

#include "base/error.hpp"
#include "conf/fstab.hpp"

namespace cellblock::bsd {

/// The name under which FreeBSD's tools complain: mount_nullfs for nullfs, else mount.
std::string_view mount_program(std::string_view type);

/// Errors: the text behind "PROGRAM: ", in FreeBSD's words.
Result<> mount_entry(const conf::FstabEntry& entry);

/// The file systems with a disk behind them, to be tried where no type is given.
std::vector<std::string> disk_types();

/// "none" where the kernel has no mount there any more. EBUSY without `force` if it is in use.
enum class Force : uint8_t { no, yes };
Result<> unmount(const std::string& target, Force force);

}  // namespace cellblock::bsd
