#include "model/resolver.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "model/ip.hpp"

namespace cellblock::model {
namespace {

constexpr size_t longest_domain = 253;

bool is_domain(std::string_view text) {
  auto good = [](unsigned char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '.';
  };
  return !text.empty() && text.size() <= longest_domain && std::ranges::all_of(text, good);
}

}  // namespace

Result<> check_resolver(const std::vector<std::string>& servers, const std::vector<std::string>& domains) {
  for (const std::string& server : servers)
    if (!parse_ip_bytes(server)) return fail(Why::invalid, "net.dns: {}: not an address", server);
  if (servers.size() > most_name_servers) return fail(Why::invalid, "net.dns: {}: only {} are asked", servers[most_name_servers], most_name_servers);
  for (const std::string& domain : domains)
    if (!is_domain(domain)) return fail(Why::invalid, "net.search: \"{}\" is no domain", domain);
  if (servers.empty() && !domains.empty()) return fail(Why::invalid, "net.search: {}: needs net.dns", domains[0]);
  return {};
}

std::string resolver_text(const std::vector<std::string>& servers, const std::vector<std::string>& domains) {
  std::string text = domains.empty() ? "" : "search " + join(domains, " ") + "\n";
  for (const std::string& server : servers) text += "nameserver " + server + "\n";
  return text;
}

}  // namespace cellblock::model
