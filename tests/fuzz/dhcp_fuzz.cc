// What comes from a link to a DHCP client: packets as they are, or, behind a first byte that is odd, messages. What is
// read of one is taken by a client that waits for it.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/dhcp_client.hpp"

namespace {

using namespace cellblock::net;

void hold(bool good) {
  if (!good) abort();
}

void take(const DhcpReply& reply) {
  hold(reply.lease.prefix >= 0 && reply.lease.prefix <= 32);
  hold(reply.lease.domain.find_first_of("\n\033 ") == std::string::npos);
  double next = 0;
  DhcpClient client("x", reply.client, "", {[](const DhcpQuery& query, const std::optional<Ip>&) { hold(encode(query).size() >= 300); },
                                            [](const DhcpLease&) {}, [](const DhcpLease&) {}, [](const std::string&) {}}, 1);
  client.start(0, reply.lease.address);
  client.take(1, reply);
  for (int i = 0; i < 5; ++i, next = client.next()) client.tick(next);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string_view message = data[0] & 1 ? bytes : dhcp_in_packet(bytes);
  hold(message.empty() || (message.data() >= bytes.data() && message.end() <= bytes.end()));
  if (auto reply = parse_dhcp_reply(message)) take(*reply);
  return 0;
}
