// What the kernel holds, read back.
#pragma once

#include <cerrno>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "nft/table.hpp"
#include "sys/netlink.hpp"

namespace cellblock::nft {

/// An expression as the kernel tells it: the attributes of its kind.
struct SeenExpression {
  std::string name;
  std::string attributes;
};

struct SeenRule {
  Family family = Family::inet;
  std::string table, chain, userdata;
  uint64_t handle = 0;
  std::vector<SeenExpression> expressions;
  std::optional<uint64_t> packets, bytes;  ///< of its first counter of its own
  std::string counter;                     ///< the first named one that it counts by
};

struct SeenChain : Chain {
  Family family = Family::inet;
  std::string table;
};

/// Another one after each change to anything that nf_tables holds in that network stack.
Result<uint32_t> generation(sys::netlink::Socket& socket);
Result<std::vector<Table>> tables(sys::netlink::Socket& socket);
Result<bool> has_table(sys::netlink::Socket& socket, Family family, std::string_view name);
Result<std::vector<SeenChain>> chains(sys::netlink::Socket& socket, Family family, std::string_view table);
/// In their order; of all chains if none is named.
Result<std::vector<SeenRule>> rules(sys::netlink::Socket& socket, Family family, std::string_view table, std::string_view chain = {});
/// The same one after the other: there may be more than anybody wants to keep.
Result<> each_rule(sys::netlink::Socket& socket, Family family, std::string_view table, std::string_view chain,
                   const std::function<void(SeenRule)>& each);
/// Without anonymous ones' elements: ask for these.
Result<std::vector<Set>> sets(sys::netlink::Socket& socket, Family family, std::string_view table);
Result<std::vector<Element>> elements(sys::netlink::Socket& socket, Family family, std::string_view table, std::string_view set);
Result<std::vector<Counter>> counters(sys::netlink::Socket& socket, Family family, std::string_view table);
/// As they were; they begin at zero again. One, or all of the table.
Result<std::vector<Counter>> zero_counters(sys::netlink::Socket& socket, Family family, std::string_view table);

/// Of one; Why::absent.
Result<> zero_counter(sys::netlink::Socket& socket, Family family, std::string_view table, std::string_view name);
/// The names of the table's objects of a type (NFT_OBJECT_*).
Result<std::vector<std::string>> objects(sys::netlink::Socket& socket, Family family, std::string_view table, uint32_t type);

inline constexpr int most_tries = 1000;

/// Reads again for as long as a change comes between: the value has the generation that it was read in. A hash that grows
/// right behind a change still shows elements twice or not at all.
template <class Value, class Read>
Result<Value> read_still(sys::netlink::Socket& socket, Read read) {
  for (int tries = 0; tries < most_tries; ++tries) {
    CB_TRY(uint32_t before, generation(socket));
    Result<Value> value = read();
    CB_TRY(uint32_t after, generation(socket));
    if (before != after) continue;
    if (value) value->generation = before;
    return value;
  }
  return sys_fail(EBUSY, "what is to be read changes all the time");
}

// What one message of a dump tells (behind nlmsghdr). Bytes that mean nothing give empty values.
Table parse_table(std::string_view payload);
SeenChain parse_chain(std::string_view payload);
SeenRule parse_rule(std::string_view payload);
Set parse_set(std::string_view payload);
std::vector<Element> parse_elements(std::string_view payload);
Counter parse_counter(std::string_view payload);

}  // namespace cellblock::nft
