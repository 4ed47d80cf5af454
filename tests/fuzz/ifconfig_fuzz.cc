// ifconfig(8)'s and route(8)'s command lines, one word a line, the command's name in the first: whatever they say,
// parsing ends, what is taken is whole, and what is refused is told in one line.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.hpp"
#include "ifconfig_text.hpp"
#include "ifconfig_words.hpp"
#include "net/fib.hpp"
#include "route_words.hpp"
#include "sockstat_text.hpp"

namespace {

using namespace cellblock;

void hold(bool good) {
  if (!good) abort();
}

template <class Request>
void hold_refusal(const Result<Request>& request) {
  if (!request) hold(request.error().text().find('\n') == std::string::npos);
}

void check(const bsd::IfRequest& request) {
  for (const bsd::IfAddress& address : request.addresses) {
    hold(address.ip || address.act == bsd::AddressAct::drop);
    if (address.ip) hold(address.ip->v6 == address.v6);
    if (address.prefix) hold(*address.prefix >= 0 && *address.prefix <= (address.v6 ? 128 : 32));
    if (address.broadcast) hold(!address.broadcast->v6);
  }
  for (const bsd::IfWord& word : request.words) {
    hold(word.number >= 0 && word.number <= UINT32_MAX);
    if (word.act == bsd::IfAct::name) hold(!word.text.empty() && word.text.size() < 16);
  }
  hold(request.kind != bsd::IfKind::change || !request.interface.empty());
  // What a listing would show of it ends, too.
  net::Link link;
  link.name = request.interface;
  link.other_names = {bsd::group_mark(request.group, "1"), request.without_group};
  (void)bsd::is_wanted(link, request);
  (void)bsd::interface_text({.link = link}, request.family);
}

void check(const bsd::RouteRequest& request) {
  if (request.act == bsd::RouteAct::flush) return;
  hold(request.destination.length >= 0 && request.destination.length <= request.destination.ip.bits());
  hold(net::network_of(request.destination.ip, request.destination.length) == request.destination.ip);
  hold(net::table_of_fib(request.fib).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<std::string> words = split(std::string_view(reinterpret_cast<const char*>(data), size), '\n');
  if (words.empty()) return 0;
  if (words[0] == "route") {
    auto request = bsd::parse_route_words(words);
    hold_refusal(request);
    if (request) check(*request);
  } else if (words[0] == "sockstat") {
    hold_refusal(bsd::parse_sockstat(words));
  } else {
    auto request = bsd::parse_ifconfig(words);
    hold_refusal(request);
    if (request) check(*request);
  }
  return 0;
}
