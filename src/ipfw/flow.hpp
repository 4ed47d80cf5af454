// Keys of tables of type flow: some of who, to whom, and by what.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "ipfw/words.hpp"
#include "net/ip.hpp"

namespace cellblock::ipfw {

/// Bits, in the order in which a key has them.
inline constexpr std::array flow_words{Named{"src-ip", 1}, Named{"proto", 2}, Named{"src-port", 4}, Named{"dst-ip", 8}, Named{"dst-port", 16}};
inline constexpr uint32_t all_fields = 31, address_fields = 9, port_fields = 20;

struct Flow {
  net::Ip source{}, destination{};
  uint32_t protocol = 0, source_port = 0, destination_port = 0;

  bool v6() const { return source.v6 || destination.v6; }
  friend bool operator==(const Flow&, const Flow&) = default;
  friend auto operator<=>(const Flow&, const Flow&) = default;
};

/// "flow" or "flow:src-ip,dst-port"; nothing: it is no such type.
std::optional<uint32_t> fields_of(std::string_view type);
std::string text_of_fields(uint32_t fields);

/// "10.0.0.1,tcp,1234,10.0.0.2,80", of the fields that the table has.
Result<Flow> parse_flow(std::string_view text, uint32_t fields);
std::string text_of(const Flow& flow, uint32_t fields);

/// As rules load it: each field in four bytes or more.
std::string key_of(const Flow& flow, uint32_t fields, bool v6);
uint32_t flow_key_size(uint32_t fields, bool v6);

/// All of it, as a table's list has it.
inline constexpr uint32_t flow_bytes = 44;
std::string bytes_of(const Flow& flow);
std::optional<Flow> flow_of(std::string_view bytes);

}  // namespace cellblock::ipfw
