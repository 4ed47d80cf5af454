// What the kernel answers over netlink: whatever the bytes, reading ends, stays inside them, and what is read is whole.
// The first byte chooses the reader.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/network.hpp"
#include "nft/dump.hpp"
#include "sys/netlink.hpp"
#include "sys/sock_diag.hpp"

namespace {

using namespace cellblock;

void hold(bool good) {
  if (!good) abort();
}

void read_values(std::string_view payload) {
  if (auto link = net::parse_link(payload)) (void)net::hardware_text(link->hardware);
  if (auto address = net::parse_address(payload)) hold(address->prefix <= address->ip.bits());
  if (auto route = net::parse_route(payload)) hold(route->to.length <= route->to.ip.bits());
  if (auto neighbour = net::parse_neighbour(payload)) hold(!neighbour->ip.text().empty());
  (void)sys::parse_socket(payload, 6);
  (void)nft::parse_table(payload);
  (void)nft::parse_chain(payload);
  (void)nft::parse_set(payload);
  (void)nft::parse_counter(payload);
  for (const nft::Element& element : nft::parse_elements(payload)) hold(element.key.size() <= payload.size());
  for (const nft::SeenExpression& seen : nft::parse_rule(payload).expressions) hold(seen.attributes.size() <= payload.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view packet(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 3 == 0) {
    read_values(packet);
  } else if (data[0] % 3 == 1) {
    (void)sys::netlink::read_dump(packet, [packet](std::string_view payload) {
      hold(payload.empty() || (payload.data() >= packet.data() && payload.end() <= packet.end()));
      read_values(payload);
    });
  } else {
    std::vector<Result<>> answers(3);
    (void)sys::netlink::read_answers(packet, 10, answers);
    for (const auto& answer : answers)
      if (!answer) hold(!answer.error().text().empty());
  }
  return 0;
}
