// What a rule says: expressions in the order in which the kernel runs them. Each loads a register, compares one, or acts;
// the first comparison that fails ends the rule.
//
//     Body().load(NFT_META_L4PROTO).is(byte(IPPROTO_TCP)).load(field::destination_port).is(be16(22)).count().accept()
#pragma once

#include <netinet/in.h>  // before the kernel's own words for the same

#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sys/netlink.hpp"

namespace cellblock::nft {

// Values as registers hold them: headers' in network order, the kernel's own in the machine's.
std::string byte(uint8_t value);
std::string be16(uint16_t value);
std::string be32(uint32_t value);
std::string host16(uint16_t value);
std::string host32(uint32_t value);
std::string host64(uint64_t value);
/// An interface's name, padded as the kernel compares it. With a '*' at its end only the part before (a prefix).
std::string interface_name(std::string_view name);

/// NFT_REG_1 to _4 hold 16 bytes each; NFT_REG32_00 to _15 are the same in parts of four, for concatenations.
using Register = nft_registers;

/// A part of a packet.
struct Field {
  nft_payload_bases base = NFT_PAYLOAD_NETWORK_HEADER;
  uint32_t offset = 0, length = 0;
};
namespace field {
inline constexpr auto network = NFT_PAYLOAD_NETWORK_HEADER;
inline constexpr auto transport = NFT_PAYLOAD_TRANSPORT_HEADER;
inline constexpr Field ip_length{network, 2, 2}, ip_id{network, 4, 2}, ip_fragment{network, 6, 2}, ip_ttl{network, 8, 1},
    ip_tos{network, 1, 1}, ip_version{network, 0, 1}, ip_protocol{network, 9, 1}, ip_source{network, 12, 4},
    ip_destination{network, 16, 4};
inline constexpr Field ip6_length{network, 4, 2}, ip6_hop_limit{network, 7, 1}, ip6_class{network, 0, 2}, ip6_source{network, 8, 16},
    ip6_destination{network, 24, 16};
inline constexpr Field source_port{transport, 0, 2}, destination_port{transport, 2, 2}, icmp_type{transport, 0, 1},
    icmp_code{transport, 1, 1}, tcp_sequence{transport, 4, 4}, tcp_acknowledgement{transport, 8, 4}, tcp_offset{transport, 12, 1}, tcp_flags{transport, 13, 1},
    tcp_window{transport, 14, 2};
inline constexpr Field ether_destination{NFT_PAYLOAD_LL_HEADER, 0, 6}, ether_source{NFT_PAYLOAD_LL_HEADER, 6, 6},
    ether_type{NFT_PAYLOAD_LL_HEADER, 12, 2};
}  // namespace field

/// What a packet's route says of an address of it (NFT_FIB_RESULT_*, NFTA_FIB_F_*).
struct Fib {
  nft_fib_result result = NFT_FIB_RESULT_ADDRTYPE;
  uint32_t flags = NFTA_FIB_F_DADDR;
};

/// Something of the packet's connection; `direction` (IP_CT_DIR_*) for those that have two.
struct Ct {
  nft_ct_keys key = NFT_CT_STATE;
  std::optional<uint8_t> direction;
};

/// Where a connection is led, in registers: the first and, for a range, the last.
struct NatTo {
  std::optional<Register> address, address_end, port, port_end;
  uint32_t flags = 0;  ///< NF_NAT_RANGE_PROTO_RANDOM ...; what the registers imply is added
};

struct Limit {
  uint64_t rate = 1, unit = 1;  ///< so many in so many seconds
  uint32_t burst = 5;
  nft_limit_type type = NFT_LIMIT_PKTS;
  bool over = false;  ///< matches what is more than that
};

/// Of a set by name, or (`id`) of one that the same transaction makes.
struct SetRef {
  std::string name;
  uint32_t id = 0;
};

/// What a verdict says, in rules and in maps: NF_ACCEPT, NF_DROP, NFT_JUMP, NFT_GOTO, NFT_RETURN, NFT_CONTINUE.
struct Verdict {
  int code = NF_ACCEPT;
  std::string chain;
};

class Body {
 public:
  using Request = sys::netlink::Request;

  // Loading a register.
  Body& load(nft_meta_keys key, Register to = NFT_REG_1);
  Body& load(const Field& field, Register to = NFT_REG_1);
  Body& load(const Ct& what, Register to = NFT_REG_1);
  Body& load(nft_ct_keys key, Register to = NFT_REG_1) { return load(Ct{key, {}}, to); }
  Body& load(const Fib& what, Register to = NFT_REG_1);
  Body& load(nft_rt_keys key, Register to = NFT_REG_1);
  Body& load_value(std::string_view value, Register to = NFT_REG_1);
  /// The control group (its number) at `level` below the root that the packet's socket belongs to. Local packets only.
  Body& load_group(uint32_t level, Register to = NFT_REG_1);
  /// 1 if the header of that type (an IPv6 extension, a TCP option by NFT_EXTHDR_OP_TCPOPT) is there.
  Body& load_header_present(uint8_t type, nft_exthdr_op op, Register to = NFT_REG_1);
  /// 0 to modulus - 1: NFT_NG_INCREMENTAL or NFT_NG_RANDOM.
  Body& load_number(nft_ng_types kind, uint32_t modulus, Register to = NFT_REG_1);
  Body& load_hash(Register from, uint32_t length, uint32_t modulus, uint32_t seed, Register to = NFT_REG_1);

  // Changing one.
  Body& mask(std::string_view mask, std::string_view flip = {}, Register what = NFT_REG_1);
  Body& swap(uint32_t length, uint32_t size, Register what = NFT_REG_1);  ///< byte order

  // Holding one to a value.
  Body& compare(nft_cmp_ops how, std::string_view value, Register what = NFT_REG_1);
  Body& is(std::string_view value, Register what = NFT_REG_1) { return compare(NFT_CMP_EQ, value, what); }
  Body& is_not(std::string_view value, Register what = NFT_REG_1) { return compare(NFT_CMP_NEQ, value, what); }
  Body& in_range(std::string_view first, std::string_view last, nft_range_ops how = NFT_RANGE_EQ, Register what = NFT_REG_1);
  Body& in(const SetRef& set, Register what = NFT_REG_1) { return lookup(set, what, {}, 0); }
  Body& not_in(const SetRef& set, Register what = NFT_REG_1) { return lookup(set, what, {}, NFT_LOOKUP_F_INV); }
  /// The value that a map has for a key; by NFT_REG_VERDICT it decides.
  Body& map(const SetRef& set, Register key = NFT_REG_1, Register to = NFT_REG_VERDICT) { return lookup(set, key, to, 0); }
  Body& limit(const Limit& limit);
  Body& limit(std::string_view object);  ///< a named one
  /// Matches while the key that `dynamic` keeps (or the rule) has at most so many connections; `over`: when it has more.
  Body& connections(uint32_t most, nft_connlimit_flags over = nft_connlimit_flags{});

  // Acting.
  Body& verdict(const Verdict& verdict);
  Body& accept() { return verdict({NF_ACCEPT, {}}); }
  Body& drop() { return verdict({NF_DROP, {}}); }
  Body& jump(std::string_view chain) { return verdict({NFT_JUMP, std::string(chain)}); }
  Body& go_to(std::string_view chain) { return verdict({NFT_GOTO, std::string(chain)}); }
  Body& give_back() { return verdict({NFT_RETURN, {}}); }
  Body& count(uint64_t packets = 0, uint64_t bytes = 0);
  Body& count(std::string_view counter);  ///< a named one
  Body& log(std::string_view prefix, std::optional<uint32_t> level = {});
  Body& log_to(uint16_t group, std::string_view prefix, uint32_t snap_length = 0);
  Body& reject(nft_reject_types how, uint8_t code = 0);
  Body& set(nft_meta_keys key, Register from = NFT_REG_1);
  Body& set(nft_ct_keys key, Register from = NFT_REG_1);
  Body& set_timeout(std::string_view object);  ///< of a connection that begins
  /// Writes into the packet. An IPv4 header's or a TCP, UDP, ICMP header's checksum follows where `checksum` (its offset
  /// from the same base) is given; with a pseudo header, addresses count for the transport's too.
  Body& write(const Field& field, Register from, std::optional<uint32_t> checksum = {}, uint32_t flags = 0);
  Body& nat(nft_nat_types kind, uint8_t family, const NatTo& to);
  Body& masquerade(const NatTo& ports = {});
  Body& redirect(const NatTo& ports = {});
  Body& add_to(const SetRef& set, nft_dynset_ops how, Register key, std::optional<Register> data = {}, uint64_t timeout_ms = 0,
               const Body* each = nullptr);
  Body& queue(uint16_t first, uint16_t count = 1, uint16_t flags = 0);
  Body& not_tracked();
  Body& duplicate(Register address, std::optional<Register> interface_index = {});
  Body& forward(Register interface_index);  ///< netdev only
  Body& synproxy(uint16_t mss, uint8_t window_scale, uint32_t flags);

  Body& append(const Body& more);
  /// One that has no verb here: `fill` gives its attributes.
  Body& expression(std::string_view name, const std::function<void(Request&)>& fill);

  /// A list of NFTA_LIST_ELEM.
  std::string_view bytes() const;
  bool empty() const { return bytes().empty(); }

 private:
  Body& lookup(const SetRef& set, Register key, std::optional<Register> to, uint32_t flags);
  Request list_{0, 0};  // its own header is left out
};

/// NFTA_LIMIT_*.
void put_limit(sys::netlink::Request& request, const Limit& limit);
/// NFTA_DATA_* of a value, of a verdict.
void put_value(sys::netlink::Request& request, uint16_t type, std::string_view value);
void put_verdict(sys::netlink::Request& request, uint16_t type, const Verdict& verdict);
/// Numbers of nf_tables are in network order.
void put_number(sys::netlink::Request& request, uint16_t type, uint32_t value);
void put_long(sys::netlink::Request& request, uint16_t type, uint64_t value);

}  // namespace cellblock::nft
