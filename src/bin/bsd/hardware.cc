#include "hardware.hpp"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/fd.hpp"

namespace cellblock::bsd {
namespace {

template <class Value>
bool ask(const Fd& socket, const std::string& name, Value& value) {
  ifreq request{};
  if (!socket || name.size() >= sizeof request.ifr_name) return false;
  name.copy(request.ifr_name, name.size());
  request.ifr_data = reinterpret_cast<char*>(&value);
  return ::ioctl(socket.get(), SIOCETHTOOL, &request) == 0;
}

bool is_on(const Fd& socket, const std::string& name, uint32_t command) {
  ethtool_value value{command, 0};
  return ask(socket, name, value) && value.data != 0;
}

}  // namespace

Hardware hardware_of(const std::string& name) {
  Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) socket = Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ethtool_cmd command{};
  command.cmd = ETHTOOL_GSET;
  bool known = ask(socket, name, command);
  int64_t speed = known ? ethtool_cmd_speed(&command) : 0;
  if (speed == SPEED_UNKNOWN || speed == UINT32_MAX) speed = 0;
  return {.media = media_of(speed, !known || command.duplex != DUPLEX_HALF),
          .receive_checksums = is_on(socket, name, ETHTOOL_GRXCSUM),
          .send_checksums = is_on(socket, name, ETHTOOL_GTXCSUM),
          .segmentation = is_on(socket, name, ETHTOOL_GTSO)};
}

std::string media_of(int64_t speed, bool full_duplex) {
  if (speed <= 0) speed = 10000;  // virtual devices don't know; FreeBSD's vtnet(4) says the same of itself
  std::string rate = speed >= 10000 && speed % 1000 == 0 ? fmt::format("{}Gbase-T", speed / 1000) : fmt::format("{}base{}", speed, speed == 100 ? "TX" : "T");
  return fmt::format("{} <{}-duplex>", rate, full_duplex ? "full" : "half");
}

}  // namespace cellblock::bsd
