#include "model/forward.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "model/ip.hpp"

namespace cellblock::model {
namespace {

constexpr std::string_view form = "as in tcp:8080:80 or 192.0.2.1:8080:80 from 10.0.0.0/8";

Result<uint16_t> port_of(std::string_view whole, std::string_view text) {
  auto number = parse_int(text);
  if (!number || *number < 1 || *number > 65535) return fail(Why::invalid, "{}: \"{}\" is no port, {}", whole, text, form);
  return static_cast<uint16_t>(*number);
}

/// Takes "192.0.2.1:" or "[fd00::1]:" from the front, if one is there.
Result<std::string> take_host(std::string_view whole, std::string_view& rest) {
  std::string_view host;
  if (rest.starts_with('[')) {
    size_t end = rest.find("]:");
    if (end == rest.npos) return fail(Why::invalid, "{}: the address has no ]:, {}", whole, form);
    host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 2);
  } else if (std::ranges::count(rest, ':') > 1) {
    if (std::ranges::count(rest, ':') > 2) return fail(Why::invalid, "{}: an IPv6 address stands in brackets, [fd00::1]", whole);
    host = take_part(rest, ':');
  } else {
    return std::string();
  }
  auto bytes = parse_ip_bytes(host);
  if (!bytes || !is_for_one(*bytes)) return fail(Why::invalid, "{}: {}: not an address of the host's", whole, host);
  return show(*bytes);
}

Result<SourceNetwork> source_of(std::string_view whole, std::string_view text) {
  size_t slash = text.find('/');
  auto bytes = parse_ip_bytes(text.substr(0, slash));
  if (!bytes) return fail(Why::invalid, "{}: from {}: not a network, as in 10.0.0.0/8", whole, text);
  const int bits = bytes->v6 ? 128 : 32;
  auto length = slash == text.npos ? std::optional<int64_t>(bits) : parse_int(text.substr(slash + 1));
  if (!length || *length < 0 || *length > bits) return fail(Why::invalid, "{}: from {}: bad length of a network", whole, text);
  std::string network = show(network_of(*bytes, static_cast<int>(*length)));
  if (slash != text.npos && network != show(*bytes))
    return fail(Why::invalid, "{}: from {}: not a network, that would be {}/{}", whole, text, network, *length);
  return SourceNetwork{std::move(network), static_cast<int>(*length)};
}

bool holds(const SourceNetwork& wide, const SourceNetwork& narrow) {
  return wide.prefix <= narrow.prefix && same_network(*parse_ip_bytes(wide.address), *parse_ip_bytes(narrow.address), wide.prefix);
}

/// One that lies in another says nothing more.
void append(std::vector<SourceNetwork>& sources, SourceNetwork source) {
  if (std::ranges::any_of(sources, [&](const auto& before) { return holds(before, source); })) return;
  std::erase_if(sources, [&](const auto& before) { return holds(source, before); });
  sources.push_back(std::move(source));
}

Result<std::vector<SourceNetwork>> sources_of(const Forward& forward, std::string_view whole, std::string_view rest) {
  std::vector<SourceNetwork> sources;
  while (!rest.empty()) {
    CB_TRY(SourceNetwork source, source_of(whole, trim(take_part(rest, ','))));
    if (!forward.host.empty() && forward.host.contains(':') != source.address.contains(':'))
      return fail(Why::invalid, "{}: from {}: not of the family of {}", whole, source.address, forward.host);
    append(sources, std::move(source));
  }
  if (sources.empty()) return fail(Why::invalid, "{}: from: no network, as in 10.0.0.0/8", whole);
  return sources;
}

std::string bracketed(const std::string& host) {
  if (host.empty()) return "";
  return host.contains(':') ? "[" + host + "]:" : host + ":";
}

}  // namespace

Result<Forward> parse_forward(std::string_view text) {
  const std::string_view whole = trim(text);
  std::string_view rest = whole, sources;
  Forward forward;
  bool limited = false;
  if (size_t blank = rest.find_first_of(" \t"); blank != rest.npos) {
    sources = trim(rest.substr(blank));
    limited = sources == "from" || sources.starts_with("from ") || sources.starts_with("from\t");
    if (!limited) return fail(Why::invalid, "{}: \"{}\" is not from NETWORK, {}", whole, sources, form);
    sources = trim(sources.substr(4));
    rest = rest.substr(0, blank);
  }
  if (rest.starts_with("tcp:") || rest.starts_with("udp:")) forward.udp = take_part(rest, ':') == "udp";
  CB_TRY(forward.host, take_host(whole, rest));
  size_t colon = rest.find(':');
  if (colon == rest.npos) return fail(Why::invalid, "{}: the jail's port is missing, {}", whole, form);
  std::string_view ports = rest.substr(0, colon);
  CB_TRY(forward.first, port_of(whole, ports.substr(0, ports.find('-'))));
  CB_TRY(forward.last, port_of(whole, ports.contains('-') ? ports.substr(ports.find('-') + 1) : ports));
  CB_TRY(forward.to, port_of(whole, rest.substr(colon + 1)));
  const int count = forward.last - forward.first + 1;
  if (count < 1 || count > most_forwarded) return fail(Why::invalid, "{}: {}: not 1 to {} ports", whole, ports, most_forwarded);
  if (forward.to + count > 65536) return fail(Why::invalid, "{}: {}: the jail's ports end at 65535", whole, forward.to);
  if (limited) {
    CB_TRY(forward.sources, sources_of(forward, whole, sources));
  }
  return forward;
}

std::string place_of(const Forward& forward) {
  std::string last = forward.last == forward.first ? "" : fmt::format("-{}", forward.last);
  return fmt::format("{}:{}{}{}", forward.udp ? "udp" : "tcp", bracketed(forward.host), forward.first, last);
}

std::string text_of(const Forward& forward) {
  std::string text = fmt::format("{}:{}", place_of(forward), forward.to);
  for (size_t i = 0; i < forward.sources.size(); ++i)
    text += fmt::format("{}{}/{}", i ? "," : " from ", forward.sources[i].address, forward.sources[i].prefix);
  return text;
}

bool collide(const Forward& left, const Forward& right) {
  return left.udp == right.udp && left.first <= right.last && right.first <= left.last &&
         (left.host.empty() || right.host.empty() || left.host == right.host);
}

}  // namespace cellblock::model
