#include "ipfw/nat.hpp"

#include "base/text.hpp"

namespace cellblock::ipfw {

Result<Nat> parse_nat(uint32_t number, std::span<const std::string> words) {
  Nat nat{.number = number, .interface = {}, .ip = {}, .redirects = {}, .text = join({words.begin(), words.end()}, " ")};
  auto port_of = [](std::string_view text) {
    auto value = parse_int(text);
    return value && *value > 0 && *value <= 65535 ? static_cast<uint32_t>(*value) : 0u;
  };
  for (size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word == "if" && at + 1 < words.size()) {
      nat.interface = words[++at];
    } else if (word == "ip" && at + 1 < words.size()) {
      nat.ip = net::parse_ip(words[++at]);
      if (!nat.ip || nat.ip->v6) return fail(Why::invalid, "bad ip address ``{}''", words[at]);
    } else if (word == "same_ports" || word == "reset" || word == "log") {
      continue;  // as the kernel does it
    } else if (word == "redirect_port" && at + 3 < words.size()) {
      Nat::Redirect redirect{.protocol = words[at + 1] == "udp" ? 17u : 6u};
      std::string_view to = words[at + 2], from = words[at + 3];
      size_t colon = to.find(':'), last = from.rfind(':');
      auto ip = net::parse_ip(to.substr(0, colon));
      redirect.to_port = colon == to.npos ? 0 : port_of(to.substr(colon + 1));
      redirect.port = port_of(from.substr(last == from.npos ? 0 : last + 1));
      bool known = words[at + 1] == "tcp" || words[at + 1] == "udp";
      if (!known || !ip || ip->v6 || !redirect.to_port || !redirect.port) return fail(Why::invalid, "redirect_port: bad arguments");
      redirect.to = *ip;
      nat.redirects.push_back(redirect);
      at += 3;
    } else {
      return fail(Why::unsupported, "nat: ``{}'' is not supported on this system", word);
    }
  }
  if (nat.interface.empty() && !nat.ip) return fail(Why::invalid, "nat: no interface or address");
  return nat;
}

}  // namespace cellblock::ipfw
