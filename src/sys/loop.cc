#include "sys/loop.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include <cerrno>
#include <cstdio>
#include <memory>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace cellblock::sys {
namespace {

// /dev may be a small one of a container's own.
Result<Fd> open_device(int number, const std::string& path, int flags) {
  auto device = open(path, flags);
  if (device || device.error().why != Why::absent) return device;
  if (::mknod(path.c_str(), S_IFBLK | 0600, makedev(7, static_cast<unsigned>(number))) < 0 && errno != EEXIST)
    return sys_fail(errno, "mknod {}", path);
  return open(path, flags);
}

// The number of the loop device in use for the file, -1: none.
int device_of(const struct stat& file) {
  std::unique_ptr<DIR, int (*)(DIR*)> blocks(::opendir("/sys/block"), ::closedir);
  while (const dirent* entry = blocks ? ::readdir(blocks.get()) : nullptr) {
    std::string name = entry->d_name;
    auto number = name.starts_with("loop") ? parse_int(name.substr(4)) : std::nullopt;
    if (!number || !read_file(fmt::format("/sys/block/{}/loop/backing_file", name))) continue;
    auto device = open_device(static_cast<int>(*number), "/dev/" + name, O_RDONLY);
    loop_info64 info;
    if (!device || ::ioctl(device->get(), LOOP_GET_STATUS64, &info) < 0) continue;
    if (info.lo_inode == file.st_ino && info.lo_device == file.st_dev) return static_cast<int>(*number);
  }
  return -1;
}

// A mount that was just taken away may hold the device for a moment longer: a jail that is started again at once
// must not fail for that.
Result<> wait_until_free(const Fd& file, const std::string& image) {
  CB_TRY(struct stat status, status_of(file.get()));
  int number = device_of(status);
  for (int tries = 0; number >= 0 && tries < 50; ++tries) {
    timespec pause{0, 20'000'000};
    ::nanosleep(&pause, nullptr);
    number = device_of(status);
  }
  if (number >= 0) return sys_fail(EBUSY, "{} is in use by /dev/loop{}", image, number);
  return {};
}

Result<LoopDevice> configure(const Fd& control, const Fd& file, const std::string& image, Access access) {
  int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
  if (number < 0) return sys_fail(errno, "no free loop device");
  LoopDevice loop{{}, fmt::format("/dev/loop{}", number)};
  CB_TRY(loop.device, open_device(number, loop.path, access == Access::read_only ? O_RDONLY : O_RDWR));
  loop_config config{};
  config.fd = static_cast<uint32_t>(file.get());
  config.info.lo_flags = LO_FLAGS_AUTOCLEAR | (access == Access::read_only ? LO_FLAGS_READ_ONLY : 0);
  std::snprintf(reinterpret_cast<char*>(config.info.lo_file_name), LO_NAME_SIZE, "%s", image.c_str());
  if (::ioctl(loop.device.get(), LOOP_CONFIGURE, &config) < 0) return sys_fail(errno, "{}", loop.path);
  return loop;
}

}  // namespace

Result<LoopDevice> attach_loop(const std::string& image, Access access) {
  CB_TRY(Fd file, open(image, access == Access::read_only ? O_RDONLY : O_RDWR));
  CB_CHECK(wait_until_free(file, image));
  CB_TRY(Fd control, open("/dev/loop-control", O_RDWR));
  // Another process may take the free one first.
  for (int tries = 0;; ++tries) {
    auto loop = configure(control, file, image, access);
    if (loop || loop.error().sys != EBUSY || tries == 100) return loop;
  }
}

}  // namespace cellblock::sys
