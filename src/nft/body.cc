#include "nft/body.hpp"

#include <arpa/inet.h>
#include <endian.h>
#include <linux/netlink.h>
#include <net/if.h>

#include <algorithm>

namespace cellblock::nft {
namespace {

using sys::netlink::Request;

template <class Number>
std::string bytes_of(Number number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

void put_short(Request& request, uint16_t type, uint16_t value) {
  value = htons(value);
  request.attribute(type, &value, sizeof value);
}
void put_byte(Request& request, uint16_t type, uint8_t value) { request.attribute(type, &value, sizeof value); }

void put_set(Request& request, uint16_t name, uint16_t id, const SetRef& set) {
  request.attribute(name, std::string_view(set.name));
  if (set.id) put_number(request, id, set.id);
}

}  // namespace

std::string byte(uint8_t value) { return bytes_of(value); }
std::string be16(uint16_t value) { return bytes_of(htons(value)); }
std::string be32(uint32_t value) { return bytes_of(htonl(value)); }
std::string host16(uint16_t value) { return bytes_of(value); }
std::string host32(uint32_t value) { return bytes_of(value); }
std::string host64(uint64_t value) { return bytes_of(value); }

std::string interface_name(std::string_view name) {
  if (name.ends_with('*')) return std::string(name.substr(0, std::min<size_t>(name.size() - 1, IFNAMSIZ - 1)));
  std::string out(name.substr(0, IFNAMSIZ - 1));
  out.resize(IFNAMSIZ);
  return out;
}

void put_number(Request& request, uint16_t type, uint32_t value) { request.attribute(type, htonl(value)); }

void put_long(Request& request, uint16_t type, uint64_t value) {
  value = htobe64(value);
  request.attribute(type, &value, sizeof value);
}

void put_value(Request& request, uint16_t type, std::string_view value) {
  request.nest(type, [&](Request& data) { data.attribute(NFTA_DATA_VALUE, value.data(), value.size()); });
}

void put_verdict(Request& request, uint16_t type, const Verdict& verdict) {
  request.nest(type, [&](Request& data) {
    data.nest(NFTA_DATA_VERDICT, [&](Request& inner) {
      put_number(inner, NFTA_VERDICT_CODE, static_cast<uint32_t>(verdict.code));
      if (!verdict.chain.empty()) inner.attribute(NFTA_VERDICT_CHAIN, std::string_view(verdict.chain));
    });
  });
}

std::string_view Body::bytes() const {
  return {list_.bytes().data() + NLMSG_HDRLEN, list_.bytes().size() - NLMSG_HDRLEN};
}

Body& Body::append(const Body& more) {
  // A header of no size: what lies behind it is appended as it is.
  std::string_view text = more.bytes();
  list_.raw(text);
  return *this;
}

Body& Body::expression(std::string_view name, const std::function<void(Request&)>& fill) {
  list_.nest(NFTA_LIST_ELEM, [&](Request& element) {
    element.attribute(NFTA_EXPR_NAME, name).nest(NFTA_EXPR_DATA, fill);
  });
  return *this;
}

Body& Body::load(nft_meta_keys key, Register to) {
  return expression("meta", [&](Request& data) {
    put_number(data, NFTA_META_KEY, key);
    put_number(data, NFTA_META_DREG, to);
  });
}

Body& Body::load(const Field& field, Register to) {
  return expression("payload", [&](Request& data) {
    put_number(data, NFTA_PAYLOAD_DREG, to);
    put_number(data, NFTA_PAYLOAD_BASE, field.base);
    put_number(data, NFTA_PAYLOAD_OFFSET, field.offset);
    put_number(data, NFTA_PAYLOAD_LEN, field.length);
  });
}

Body& Body::load(const Ct& what, Register to) {
  return expression("ct", [&](Request& data) {
    put_number(data, NFTA_CT_KEY, what.key);
    put_number(data, NFTA_CT_DREG, to);
    if (what.direction) put_byte(data, NFTA_CT_DIRECTION, *what.direction);
  });
}

Body& Body::load(const Fib& what, Register to) {
  return expression("fib", [&](Request& data) {
    put_number(data, NFTA_FIB_RESULT, what.result);
    put_number(data, NFTA_FIB_FLAGS, what.flags);
    put_number(data, NFTA_FIB_DREG, to);
  });
}

Body& Body::load(nft_rt_keys key, Register to) {
  return expression("rt", [&](Request& data) {
    put_number(data, NFTA_RT_KEY, key);
    put_number(data, NFTA_RT_DREG, to);
  });
}

Body& Body::load_value(std::string_view value, Register to) {
  return expression("immediate", [&](Request& data) {
    put_number(data, NFTA_IMMEDIATE_DREG, to);
    put_value(data, NFTA_IMMEDIATE_DATA, value);
  });
}

Body& Body::load_group(uint32_t level, Register to) {
  return expression("socket", [&](Request& data) {
    put_number(data, NFTA_SOCKET_KEY, NFT_SOCKET_CGROUPV2);
    put_number(data, NFTA_SOCKET_DREG, to);
    put_number(data, NFTA_SOCKET_LEVEL, level);
  });
}

Body& Body::load_header_present(uint8_t type, nft_exthdr_op op, Register to) {
  return expression("exthdr", [&](Request& data) {
    put_number(data, NFTA_EXTHDR_DREG, to);
    put_byte(data, NFTA_EXTHDR_TYPE, type);
    put_number(data, NFTA_EXTHDR_OFFSET, 0);
    put_number(data, NFTA_EXTHDR_LEN, 1);
    put_number(data, NFTA_EXTHDR_FLAGS, NFT_EXTHDR_F_PRESENT);
    put_number(data, NFTA_EXTHDR_OP, op);
  });
}

Body& Body::load_number(nft_ng_types kind, uint32_t modulus, Register to) {
  return expression("numgen", [&](Request& data) {
    put_number(data, NFTA_NG_DREG, to);
    put_number(data, NFTA_NG_TYPE, kind);
    put_number(data, NFTA_NG_MODULUS, modulus);
  });
}

Body& Body::load_hash(Register from, uint32_t length, uint32_t modulus, uint32_t seed, Register to) {
  return expression("hash", [&](Request& data) {
    put_number(data, NFTA_HASH_SREG, from);
    put_number(data, NFTA_HASH_DREG, to);
    put_number(data, NFTA_HASH_LEN, length);
    put_number(data, NFTA_HASH_MODULUS, modulus);
    put_number(data, NFTA_HASH_SEED, seed);
    put_number(data, NFTA_HASH_TYPE, NFT_HASH_JENKINS);
  });
}

Body& Body::mask(std::string_view mask, std::string_view flip, Register what) {
  std::string zeros(mask.size(), '\0');
  return expression("bitwise", [&](Request& data) {
    put_number(data, NFTA_BITWISE_SREG, what);
    put_number(data, NFTA_BITWISE_DREG, what);
    put_number(data, NFTA_BITWISE_LEN, static_cast<uint32_t>(mask.size()));
    put_value(data, NFTA_BITWISE_MASK, mask);
    put_value(data, NFTA_BITWISE_XOR, flip.empty() ? std::string_view(zeros) : flip);
  });
}

Body& Body::swap(uint32_t length, uint32_t size, Register what) {
  return expression("byteorder", [&](Request& data) {
    put_number(data, NFTA_BYTEORDER_SREG, what);
    put_number(data, NFTA_BYTEORDER_DREG, what);
    put_number(data, NFTA_BYTEORDER_OP, NFT_BYTEORDER_HTON);
    put_number(data, NFTA_BYTEORDER_LEN, length);
    put_number(data, NFTA_BYTEORDER_SIZE, size);
  });
}

Body& Body::compare(nft_cmp_ops how, std::string_view value, Register what) {
  return expression("cmp", [&](Request& data) {
    put_number(data, NFTA_CMP_SREG, what);
    put_number(data, NFTA_CMP_OP, how);
    put_value(data, NFTA_CMP_DATA, value);
  });
}

Body& Body::in_range(std::string_view first, std::string_view last, nft_range_ops how, Register what) {
  return expression("range", [&](Request& data) {
    put_number(data, NFTA_RANGE_SREG, what);
    put_number(data, NFTA_RANGE_OP, how);
    put_value(data, NFTA_RANGE_FROM_DATA, first);
    put_value(data, NFTA_RANGE_TO_DATA, last);
  });
}

Body& Body::lookup(const SetRef& set, Register key, std::optional<Register> to, uint32_t flags) {
  return expression("lookup", [&](Request& data) {
    put_set(data, NFTA_LOOKUP_SET, NFTA_LOOKUP_SET_ID, set);
    put_number(data, NFTA_LOOKUP_SREG, key);
    if (to) put_number(data, NFTA_LOOKUP_DREG, *to);
    if (flags) put_number(data, NFTA_LOOKUP_FLAGS, flags);
  });
}

void put_limit(Request& request, const Limit& limit) {
  put_long(request, NFTA_LIMIT_RATE, limit.rate);
  put_long(request, NFTA_LIMIT_UNIT, limit.unit);
  put_number(request, NFTA_LIMIT_BURST, limit.burst);
  put_number(request, NFTA_LIMIT_TYPE, limit.type);
  put_number(request, NFTA_LIMIT_FLAGS, limit.over ? NFT_LIMIT_F_INV : 0);
}

Body& Body::limit(const Limit& limit) {
  return expression("limit", [&](Request& data) { put_limit(data, limit); });
}

Body& Body::connections(uint32_t most, nft_connlimit_flags over) {
  return expression("connlimit", [&](Request& data) {
    put_number(data, NFTA_CONNLIMIT_COUNT, most);
    put_number(data, NFTA_CONNLIMIT_FLAGS, over);
  });
}

Body& Body::verdict(const Verdict& verdict) {
  return expression("immediate", [&](Request& data) {
    put_number(data, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
    put_verdict(data, NFTA_IMMEDIATE_DATA, verdict);
  });
}

Body& Body::count(uint64_t packets, uint64_t bytes) {
  return expression("counter", [&](Request& data) {
    put_long(data, NFTA_COUNTER_BYTES, bytes);
    put_long(data, NFTA_COUNTER_PACKETS, packets);
  });
}

static Body& refer(Body& body, uint32_t type, std::string_view name) {
  return body.expression("objref", [&](Request& data) {
    put_number(data, NFTA_OBJREF_IMM_TYPE, type);
    data.attribute(NFTA_OBJREF_IMM_NAME, name);
  });
}
Body& Body::count(std::string_view counter) { return refer(*this, NFT_OBJECT_COUNTER, counter); }
Body& Body::set_timeout(std::string_view object) { return refer(*this, NFT_OBJECT_CT_TIMEOUT, object); }
Body& Body::limit(std::string_view object) { return refer(*this, NFT_OBJECT_LIMIT, object); }

Body& Body::log(std::string_view prefix, std::optional<uint32_t> level) {
  return expression("log", [&](Request& data) {
    if (!prefix.empty()) data.attribute(NFTA_LOG_PREFIX, prefix);
    if (level) put_number(data, NFTA_LOG_LEVEL, *level);
  });
}

Body& Body::log_to(uint16_t group, std::string_view prefix, uint32_t snap_length) {
  return expression("log", [&](Request& data) {
    put_short(data, NFTA_LOG_GROUP, group);
    if (!prefix.empty()) data.attribute(NFTA_LOG_PREFIX, prefix);
    if (snap_length) put_number(data, NFTA_LOG_SNAPLEN, snap_length);
  });
}

Body& Body::reject(nft_reject_types how, uint8_t code) {
  return expression("reject", [&](Request& data) {
    put_number(data, NFTA_REJECT_TYPE, how);
    if (how != NFT_REJECT_TCP_RST) put_byte(data, NFTA_REJECT_ICMP_CODE, code);
  });
}

Body& Body::set(nft_meta_keys key, Register from) {
  return expression("meta", [&](Request& data) {
    put_number(data, NFTA_META_KEY, key);
    put_number(data, NFTA_META_SREG, from);
  });
}

Body& Body::set(nft_ct_keys key, Register from) {
  return expression("ct", [&](Request& data) {
    put_number(data, NFTA_CT_KEY, key);
    put_number(data, NFTA_CT_SREG, from);
  });
}

Body& Body::write(const Field& field, Register from, std::optional<uint32_t> checksum, uint32_t flags) {
  return expression("payload", [&](Request& data) {
    put_number(data, NFTA_PAYLOAD_SREG, from);
    put_number(data, NFTA_PAYLOAD_BASE, field.base);
    put_number(data, NFTA_PAYLOAD_OFFSET, field.offset);
    put_number(data, NFTA_PAYLOAD_LEN, field.length);
    put_number(data, NFTA_PAYLOAD_CSUM_TYPE, checksum ? NFT_PAYLOAD_CSUM_INET : NFT_PAYLOAD_CSUM_NONE);
    put_number(data, NFTA_PAYLOAD_CSUM_OFFSET, checksum.value_or(0));
    put_number(data, NFTA_PAYLOAD_CSUM_FLAGS, flags);
  });
}

Body& Body::nat(nft_nat_types kind, uint8_t family, const NatTo& to) {
  return expression("nat", [&](Request& data) {
    put_number(data, NFTA_NAT_TYPE, kind);
    put_number(data, NFTA_NAT_FAMILY, family);
    if (to.address) put_number(data, NFTA_NAT_REG_ADDR_MIN, *to.address);
    if (to.address_end) put_number(data, NFTA_NAT_REG_ADDR_MAX, *to.address_end);
    if (to.port) put_number(data, NFTA_NAT_REG_PROTO_MIN, *to.port);
    if (to.port_end) put_number(data, NFTA_NAT_REG_PROTO_MAX, *to.port_end);
    if (to.flags) put_number(data, NFTA_NAT_FLAGS, to.flags);
  });
}

Body& Body::masquerade(const NatTo& ports) {
  return expression("masq", [&](Request& data) {
    if (ports.flags) put_number(data, NFTA_MASQ_FLAGS, ports.flags);
    if (ports.port) put_number(data, NFTA_MASQ_REG_PROTO_MIN, *ports.port);
    if (ports.port_end) put_number(data, NFTA_MASQ_REG_PROTO_MAX, *ports.port_end);
  });
}

Body& Body::redirect(const NatTo& ports) {
  return expression("redir", [&](Request& data) {
    if (ports.port) put_number(data, NFTA_REDIR_REG_PROTO_MIN, *ports.port);
    if (ports.port_end) put_number(data, NFTA_REDIR_REG_PROTO_MAX, *ports.port_end);
    if (ports.flags) put_number(data, NFTA_REDIR_FLAGS, ports.flags);
  });
}

Body& Body::add_to(const SetRef& set, nft_dynset_ops how, Register key, std::optional<Register> value, uint64_t timeout_ms,
                   const Body* each) {
  return expression("dynset", [&](Request& data) {
    put_set(data, NFTA_DYNSET_SET_NAME, NFTA_DYNSET_SET_ID, set);
    put_number(data, NFTA_DYNSET_OP, how);
    put_number(data, NFTA_DYNSET_SREG_KEY, key);
    if (value) put_number(data, NFTA_DYNSET_SREG_DATA, *value);
    if (timeout_ms) put_long(data, NFTA_DYNSET_TIMEOUT, timeout_ms);
    if (!each) return;
    // One expression of an element lies in the list's first entry.
    put_number(data, NFTA_DYNSET_FLAGS, NFT_DYNSET_F_EXPR);
    data.nest(NFTA_DYNSET_EXPRESSIONS, [&](Request& list) { list.raw(each->bytes()); });
  });
}

Body& Body::queue(uint16_t first, uint16_t count, uint16_t flags) {
  return expression("queue", [&](Request& data) {
    put_short(data, NFTA_QUEUE_NUM, first);
    put_short(data, NFTA_QUEUE_TOTAL, count);
    put_short(data, NFTA_QUEUE_FLAGS, flags);
  });
}

Body& Body::not_tracked() {
  return expression("notrack", [](Request&) {});
}

Body& Body::duplicate(Register address, std::optional<Register> interface_index) {
  return expression("dup", [&](Request& data) {
    put_number(data, NFTA_DUP_SREG_ADDR, address);
    if (interface_index) put_number(data, NFTA_DUP_SREG_DEV, *interface_index);
  });
}

Body& Body::forward(Register interface_index) {
  return expression("fwd", [&](Request& data) { put_number(data, NFTA_FWD_SREG_DEV, interface_index); });
}

Body& Body::synproxy(uint16_t mss, uint8_t window_scale, uint32_t flags) {
  return expression("synproxy", [&](Request& data) {
    put_short(data, NFTA_SYNPROXY_MSS, mss);
    put_byte(data, NFTA_SYNPROXY_WSCALE, window_scale);
    put_number(data, NFTA_SYNPROXY_FLAGS, flags);
  });
}

}  // namespace cellblock::nft
