#include "net/address.hpp"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <algorithm>

namespace cellblock::net {
namespace {

using sys::netlink::Request;
using sys::netlink::value_of;

Request address_request(uint16_t type, uint16_t request_flags, const Address& address) {
  ifaddrmsg fixed{};
  fixed.ifa_family = static_cast<uint8_t>(address.ip.family());
  fixed.ifa_prefixlen = static_cast<uint8_t>(address.prefix);
  fixed.ifa_scope = address.scope;
  fixed.ifa_index = static_cast<uint32_t>(address.index);
  const Ip& other = address.peer ? *address.peer : address.ip;
  Request request(type, request_flags);
  request.header(fixed)
      .attribute(IFA_LOCAL, address.ip.bytes.data(), address.ip.size())
      .attribute(IFA_ADDRESS, other.bytes.data(), other.size());
  if (address.broadcast) request.attribute(IFA_BROADCAST, address.broadcast->bytes.data(), address.broadcast->size());
  if (address.flags) request.attribute(IFA_FLAGS, address.flags);
  if (address.valid != ~0u) {
    const ifa_cacheinfo times{.ifa_prefered = address.preferred, .ifa_valid = address.valid, .cstamp = 0, .tstamp = 0};
    request.attribute(IFA_CACHEINFO, &times, sizeof times);
  }
  return request;
}

}  // namespace

std::optional<Address> parse_address(std::string_view payload) {
  if (payload.size() < sizeof(ifaddrmsg)) return std::nullopt;
  auto fixed = value_of<ifaddrmsg>(payload);
  Address address;
  address.index = static_cast<int>(fixed.ifa_index);
  address.prefix = fixed.ifa_prefixlen;
  address.flags = fixed.ifa_flags;
  address.scope = fixed.ifa_scope;
  std::optional<Ip> local, other;
  sys::netlink::each_attribute(payload.substr(NLMSG_ALIGN(sizeof fixed)), [&](uint16_t type, std::string_view value) {
    switch (type) {
      case IFA_LOCAL: local = ip_of_bytes(value); break;
      case IFA_ADDRESS: other = ip_of_bytes(value); break;
      case IFA_BROADCAST: address.broadcast = ip_of_bytes(value); break;
      case IFA_FLAGS: address.flags = value_of<uint32_t>(value); break;
      case IFA_CACHEINFO:
        address.preferred = value_of<ifa_cacheinfo>(value).ifa_prefered;
        address.valid = value_of<ifa_cacheinfo>(value).ifa_valid;
        break;
      default: break;
    }
  });
  if (!local && !other) return std::nullopt;
  address.ip = local ? *local : *other;
  if (local && other && *local != *other) address.peer = other;
  if (address.prefix > address.ip.bits()) return std::nullopt;
  return address;
}

Request all_addresses(int index) {
  ifaddrmsg fixed{};
  fixed.ifa_index = static_cast<uint32_t>(index);
  Request request(RTM_GETADDR, 0);
  request.header(fixed);
  return request;
}

Request add_address(const Address& address, Existing existing) {
  return address_request(RTM_NEWADDR, add_flags(existing), address);
}
Request delete_address(const Address& address) { return address_request(RTM_DELADDR, 0, address); }

}  // namespace cellblock::net
