// What nf_tables holds, as values: to be made by a Batch, and as a dump shows them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nft/body.hpp"

namespace cellblock::nft {

enum class Family : uint8_t { inet = 1, ip = 2, arp = 3, netdev = 5, bridge = 7, ip6 = 10 };

struct Table {
  Family family = Family::inet;
  std::string name;
  uint32_t flags = 0;  ///< NFT_TABLE_F_*
  std::string userdata;
  uint64_t handle = 0;
  friend bool operator==(const Table&, const Table&) = default;
};

/// Where packets come to a chain; NF_INET_*.
struct Base {
  std::string type = "filter";  ///< or "nat", "route"
  uint32_t hook = NF_INET_LOCAL_IN;
  int32_t priority = 0;
  std::optional<int> policy;  ///< NF_ACCEPT, NF_DROP
  std::string device;         ///< netdev only
  friend bool operator==(const Base&, const Base&) = default;
};

struct Chain {
  std::string name;
  std::optional<Base> base;
  std::string userdata;
  uint64_t handle = 0;
};

struct Set {
  std::string name;  ///< "__set%d" in an anonymous one: the kernel numbers it
  uint32_t id = 0;   ///< by which rules of the same transaction refer to an anonymous one
  uint32_t flags = 0;  ///< NFT_SET_*; what follows from the rest is added
  uint32_t key_type = 0, key_size = 4;  ///< the type is for nft(8)'s listings
  std::vector<uint32_t> fields;         ///< sizes of the parts of a concatenation, each padded to four bytes
  std::optional<uint32_t> data_type;    ///< a map to values; to verdicts: NFT_DATA_VERDICT
  uint32_t data_size = 0;
  std::optional<uint32_t> object_type;  ///< a map to objects (NFT_OBJECT_COUNTER)
  uint64_t timeout_ms = 0;
  uint32_t most = 0;  ///< elements; 0: no limit
  Body each;          ///< what each element has (a counter)
  std::string userdata;
  uint64_t handle = 0;
};

struct Element {
  std::string key;
  std::string key_end;           ///< the last one of a range, in a set of ranges of concatenations
  bool interval_end = false;     ///< the first behind a range that an element before begins, in other sets of ranges
  std::string value;             ///< of a map
  std::optional<Verdict> verdict;
  std::string object;            ///< the name of one
  uint64_t timeout_ms = 0, expires_ms = 0;
  std::string userdata;
  Body each;
  std::optional<uint64_t> packets, bytes;  ///< as seen
};

/// The elements for a range of a set of ranges; nothing stands behind a range that ends at the largest key.
std::vector<Element> range_of(std::string first, const std::string& last);

struct Rule {
  std::string chain;
  Body body;
  std::string userdata;
  uint64_t handle = 0;             ///< which one is replaced or deleted
  std::optional<uint64_t> behind;  ///< the handle of the rule before it
};

/// A limit by name: it goes on where the rules that ask it are replaced.
struct NamedLimit {
  std::string name;
  Limit limit;
};

/// How long connections last that refer to it, by their states (CTA_TIMEOUT_*), in seconds.
struct ConnectionTimeout {
  std::string name;
  uint8_t protocol = 0;
  std::vector<std::pair<uint16_t, uint32_t>> states;
};

struct Counter {
  std::string name;
  uint64_t packets = 0, bytes = 0;
};

}  // namespace cellblock::nft
