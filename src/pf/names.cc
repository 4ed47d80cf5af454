#include "pf/names.hpp"

#include <netinet/in.h>

#include <span>

#include "base/text.hpp"
#include "net/services.hpp"

namespace cellblock::pf {
namespace {

struct Name {
  std::string_view word;
  uint16_t number;
};

constexpr Name protocols[] = {{"tcp", IPPROTO_TCP},   {"udp", IPPROTO_UDP}, {"icmp", IPPROTO_ICMP}, {"ipv6-icmp", IPPROTO_ICMPV6},
                              {"icmp6", IPPROTO_ICMPV6}, {"igmp", 2},       {"ipencap", 4},         {"ipv6", 41},
                              {"gre", 47},            {"esp", 50},          {"ah", 51},             {"ospf", 89},
                              {"pim", 103},           {"carp", 112},        {"vrrp", 112},          {"sctp", 132}};
constexpr Name icmp4_types[] = {{"echorep", 0},  {"unreach", 3},   {"squench", 4},   {"redir", 5},     {"althost", 6}, {"echoreq", 8},
                                {"routeradv", 9}, {"routersol", 10}, {"timex", 11},  {"paramprob", 12}, {"timereq", 13}, {"timerep", 14},
                                {"inforeq", 15}, {"inforep", 16},  {"maskreq", 17},  {"maskrep", 18},  {"trace", 30}};
constexpr Name icmp6_types[] = {{"unreach", 1},    {"toobig", 2},     {"timex", 3},     {"paramprob", 4}, {"echoreq", 128}, {"echorep", 129},
                                {"groupqry", 130}, {"listqry", 130},  {"grouprep", 131}, {"listenrep", 131}, {"groupterm", 132},
                                {"listendone", 132}, {"routersol", 133}, {"routeradv", 134}, {"neighbrsol", 135}, {"neighbradv", 136},
                                {"redir", 137},    {"routrrenum", 138}};
// Those of "unreach".
constexpr Name codes4[] = {{"net-unr", 0}, {"host-unr", 1}, {"proto-unr", 2}, {"port-unr", 3}, {"needfrag", 4}, {"srcfail", 5},
                           {"net-unk", 6}, {"host-unk", 7}, {"isolate", 8}, {"net-prohib", 9}, {"host-prohib", 10}, {"net-tos", 11},
                           {"host-tos", 12}, {"filter-prohib", 13}, {"host-preced", 14}, {"cutoff-preced", 15}};
constexpr Name codes6[] = {{"noroute-unr", 0}, {"admin-unr", 1}, {"beyond-unr", 2}, {"addr-unr", 3}, {"port-unr", 4}};
constexpr std::string_view letters = "FSRPAUEW";

std::optional<uint16_t> number_of(std::span<const Name> names, std::string_view word, int64_t most) {
  for (const Name& name : names)
    if (name.word == word) return name.number;
  auto number = parse_int(word);
  if (!number || *number < 0 || *number > most || word[0] == '+') return {};
  return static_cast<uint16_t>(*number);
}

std::optional<uint8_t> byte_of(std::span<const Name> names, std::string_view word) {
  auto number = number_of(names, word, 255);
  return number ? std::optional(static_cast<uint8_t>(*number)) : std::nullopt;
}

std::string name_of(std::span<const Name> names, uint16_t number) {
  for (const Name& name : names)
    if (name.number == number) return std::string(name.word);
  return std::to_string(number);
}

std::span<const Name> types(bool v6) { return v6 ? std::span<const Name>(icmp6_types) : std::span<const Name>(icmp4_types); }

std::span<const Name> codes(uint8_t type, bool v6) {
  if (type != (v6 ? 1 : 3)) return {};
  return v6 ? std::span<const Name>(codes6) : std::span<const Name>(codes4);
}

}  // namespace

std::optional<uint8_t> protocol_of(std::string_view word) { return byte_of(protocols, word); }
std::string protocol_name(uint8_t number) { return name_of(protocols, number); }
std::optional<uint16_t> port_of(std::string_view word) {
  auto named = net::port_of_service(word);
  return named ? named : number_of({}, word, 65535);
}
std::string port_name(uint16_t port) {
  std::string_view name = net::service_of_port(port);
  return name.empty() ? std::to_string(port) : std::string(name);
}
std::optional<uint8_t> icmp_type_of(std::string_view word, bool v6) { return byte_of(types(v6), word); }
std::string icmp_type_name(uint8_t type, bool v6) { return name_of(types(v6), type); }
std::optional<uint8_t> icmp_code_of(std::string_view word, uint8_t type, bool v6) { return byte_of(codes(type, v6), word); }
std::string icmp_code_name(uint8_t code, uint8_t type, bool v6) { return name_of(codes(type, v6), code); }

std::optional<uint8_t> tcp_flags_of(std::string_view text) {
  uint8_t out = 0;
  for (char c : text) {
    size_t bit = letters.find(c);
    if (bit == letters.npos) return {};
    out |= static_cast<uint8_t>(1u << bit);
  }
  return out;
}

std::string tcp_flag_letters(uint8_t flags) {
  std::string out;
  for (size_t bit = 0; bit < letters.size(); ++bit)
    if (flags >> bit & 1) out += letters[bit];
  return out;
}

}  // namespace cellblock::pf
