// Texts that a table keeps for those who read it back: each in the user data of rules of a chain that nothing leads to.
// Rules, not a set's elements: a dump of a hash that is growing shows some twice and others not at all, and rules come in
// the order in which they were put.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "nft/batch.hpp"

namespace cellblock::nft {

struct Text {
  std::string key;  ///< another one for each text of a chain; at most 64 bytes
  std::string text;
};

/// Adds the text to the chain, which is in the batch's table. An empty one is not kept.
void put_text(Batch& batch, std::string_view chain, std::string_view key, std::string_view text);

/// In the order in which they were put. Rules that are none are left out.
Result<std::vector<Text>> texts(sys::netlink::Socket& socket, Family family, std::string_view table, std::string_view chain);

// What a rule's user data says: a record of libnftnl's kind (type, length, value), of a type that nft(8) leaves alone.
std::string userdata_of(std::string_view key, std::string_view part);
/// Nothing: it is none.
std::optional<Text> text_part(std::string_view userdata);

}  // namespace cellblock::nft
