#include "add/image.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/text.hpp"
#include "common/run.hpp"
#include "sys/file.hpp"
#include "sys/loop.hpp"
#include "sys/mount.hpp"

namespace cellblock::add {

Result<> make_image(const std::string& path, uint64_t bytes, const std::string& label) {
  CB_TRY(Fd file, sys::open(path, O_RDWR | O_CREAT | O_EXCL, 0600));
  if (::ftruncate(file.get(), static_cast<off_t>(bytes)) < 0) return sys_fail(errno, "{}", path);
  // No blocks for the super-user: root in the jail is another user of this host.
  auto output = run_for_output({"mkfs.ext4", "-q", "-F", "-m", "0", "-L", label.substr(0, 16), path});
  if (!output && output.error().why == Why::absent) return fail(Why::absent, "mkfs.ext4 is not installed (package e2fsprogs)");
  CB_TRY(Output said, std::move(output));
  if (said.status != 0) return fail(Why::failed, "mkfs.ext4: {}", trim(said.text));
  return {};
}

Result<OpenImage> OpenImage::open(const std::string& image, const std::string& folder) {
  if (::unshare(CLONE_NEWNS) < 0) return sys_fail(errno, "unshare");
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) < 0) return sys_fail(errno, "mount --make-rslave /");
  CB_TRY(sys::LoopDevice loop, sys::attach_loop(image, sys::Access::read_write));
  CB_TRY(sys::Tree tree, sys::Tree::create("ext4", {{"source", loop.path}}, MOUNT_ATTR_NODEV), "{}", image);
  CB_CHECK(tree.attach(folder.c_str()), "{}", folder);
  return OpenImage(folder);
}

OpenImage::~OpenImage() {
  if (!folder_.empty()) ::umount2(folder_.c_str(), MNT_DETACH);
}

Result<> OpenImage::close(const std::string& image) {
  std::string folder = std::exchange(folder_, {});
  CB_TRY(Fd root, sys::open(folder, O_RDONLY | O_DIRECTORY));
  // Here a full disk below the image shows: until now its pages were in memory.
  bool synced = ::syncfs(root.get()) == 0;
  int error = errno;
  root.reset();
  if (::umount2(folder.c_str(), 0) < 0) return sys_fail(errno, "umount {}", folder);
  if (!synced) return sys_fail(error, "{}", image);
  CB_TRY(Fd file, sys::open(image, O_RDONLY));
  if (::fsync(file.get()) < 0) return sys_fail(errno, "{}", image);
  return {};
}

}  // namespace cellblock::add
