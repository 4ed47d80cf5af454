#include "net/neighbour.hpp"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <utility>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace cellblock::net {
namespace {

using sys::netlink::Request;
using sys::netlink::value_of;

ndmsg header_of(const Neighbour& neighbour) {
  ndmsg fixed{};
  fixed.ndm_family = static_cast<uint8_t>(neighbour.ip.family());
  fixed.ndm_ifindex = neighbour.index;
  fixed.ndm_state = neighbour.state;
  fixed.ndm_flags = neighbour.flags;
  return fixed;
}

}  // namespace

std::optional<Neighbour> parse_neighbour(std::string_view payload) {
  if (payload.size() < sizeof(ndmsg)) return std::nullopt;
  auto fixed = value_of<ndmsg>(payload);
  if (fixed.ndm_family != AF_INET && fixed.ndm_family != AF_INET6) return std::nullopt;
  Neighbour neighbour;
  neighbour.index = fixed.ndm_ifindex;
  neighbour.state = fixed.ndm_state;
  neighbour.flags = fixed.ndm_flags;
  neighbour.type = fixed.ndm_type;
  std::optional<Ip> ip;
  sys::netlink::each_attribute(payload.substr(NLMSG_ALIGN(sizeof fixed)), [&](uint16_t type, std::string_view value) {
    if (type == NDA_DST) ip = ip_of_bytes(value);
    if (type == NDA_LLADDR) neighbour.hardware = value;
    if (type == NDA_CACHEINFO) neighbour.confirmed = value_of<nda_cacheinfo>(value).ndm_confirmed;
  });
  if (!ip || ip->family() != fixed.ndm_family) return std::nullopt;
  neighbour.ip = *ip;
  return neighbour;
}

Request all_neighbours(bool v6, int index) {
  ndmsg fixed{};
  fixed.ndm_family = v6 ? AF_INET6 : AF_INET;
  Request request(RTM_GETNEIGH, 0);
  request.header(fixed);
  if (index > 0) request.attribute(NDA_IFINDEX, static_cast<uint32_t>(index));
  return request;
}

Request add_neighbour(const Neighbour& neighbour) {
  Request request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE);
  request.header(header_of(neighbour)).attribute(NDA_DST, neighbour.ip.bytes.data(), neighbour.ip.size());
  if (!neighbour.hardware.empty())
    request.attribute(NDA_LLADDR, neighbour.hardware.data(), neighbour.hardware.size());
  return request;
}

Request delete_neighbour(const Neighbour& neighbour) {
  Request request(RTM_DELNEIGH, 0);
  request.header(header_of(neighbour)).attribute(NDA_DST, neighbour.ip.bytes.data(), neighbour.ip.size());
  return request;
}

bool make_room_for_neighbours() {
  constexpr std::pair<const char*, int> limits[] = {{"gc_thresh3", 65536}, {"gc_thresh2", 32768}};
  bool is_done = true;
  for (const char* family : {"ipv4", "ipv6"}) {
    for (auto [name, least] : limits) {
      std::string path = fmt::format("/proc/sys/net/{}/neigh/default/{}", family, name);
      auto text = sys::read_file(path);
      auto now = text ? parse_int(trim(*text)) : std::nullopt;
      if (now && *now >= least) continue;
      is_done = now && sys::write_at(AT_FDCWD, path.c_str(), std::to_string(least)) && is_done;
    }
  }
  return is_done;
}

}  // namespace cellblock::net
