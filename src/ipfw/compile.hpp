// ipfw's rules as nf_tables runs them, and as they are kept: in the kernel, as text, beside what runs.
#pragma once

#include <map>

#include "ipfw/rule.hpp"
#include "nft/batch.hpp"
#include "nft/dump.hpp"

namespace cellblock::ipfw {

inline constexpr std::string_view table = "ipfw";

struct Nat {
  struct Redirect {
    uint32_t protocol = 6;
    net::Ip to;
    uint32_t to_port = 0, port = 0;
  };
  uint32_t number = 0;
  std::string interface;
  std::optional<net::Ip> ip;
  std::vector<Redirect> redirects;
  std::string text;  ///< behind "nat N config"
};

/// The words behind "nat N config".
Result<Nat> parse_nat(uint32_t number, std::span<const std::string> words);

struct Kept {
  uint32_t order = 0;  ///< among rules of one number
  uint32_t id = 0;     ///< of its counter and its states; never that of another rule before it
  Rule rule;
};

struct Ruleset {
  std::vector<Kept> rules;  ///< by number, then order
  std::vector<Nat> nats;
  bool loaded = false;
};

/// What the kernel of that socket's network stack keeps.
Result<Ruleset> read_ruleset(sys::netlink::Socket& socket);

/// The transaction that makes `wanted` of what is there. Counters of rules that stay go on counting.
Result<nft::Batch> change(sys::netlink::Socket& socket, const Ruleset& wanted);

/// Adds the chains and their rules, alone, to `batch`; returns the names of the chains.
Result<std::vector<std::string>> compile(const Ruleset& rules, nft::Batch& batch);

std::string counter_of(uint32_t id);

}  // namespace cellblock::ipfw
