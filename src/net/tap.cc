#include "net/tap.hpp"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstring>

#include "sys/file.hpp"

namespace cellblock::net {

Result<> make_tap(const std::string& name, TapKind kind) {
  if (name.size() >= IFNAMSIZ) return bare_fail(ENAMETOOLONG);
  CB_TRY(Fd device, sys::open("/dev/net/tun", O_RDWR));
  ifreq request{};
  std::memcpy(request.ifr_name, name.data(), name.size());
  request.ifr_flags = static_cast<short>((kind == TapKind::ethernet ? IFF_TAP : IFF_TUN) | IFF_NO_PI | IFF_TUN_EXCL);
  if (::ioctl(device.get(), TUNSETIFF, &request) < 0) {
    // Without IFF_TUN_EXCL a tap of this name would be opened once more.
    if (errno == EBUSY || errno == EINVAL) errno = ::if_nametoindex(name.c_str()) != 0 ? EEXIST : errno;
    return sys_fail(errno, "{}", name);
  }
  if (::ioctl(device.get(), TUNSETPERSIST, 1) < 0) return sys_fail(errno, "{}", name);
  return {};
}

}  // namespace cellblock::net
