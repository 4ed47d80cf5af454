// netstat(1): routes, interfaces, sockets.
#include "applet.hpp"
#include "base/text.hpp"
#include "bpf/asked_sockets.hpp"
#include "ifconfig_text.hpp"
#include "kernel/open.hpp"
#include "netstat_text.hpp"
#include "net/fib.hpp"
#include "own_jail.hpp"
#include "route_text.hpp"
#include "sockets.hpp"
#include "stack.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "netstat";

int usage() {
  fmt::print(stderr, "usage: netstat [-j jail] [-46AaLnW] [-f protocol_family | -p protocol]\n"
                     "       netstat [-j jail] -i | -I interface [-46bdn] [-f address_family]\n"
                     "       netstat [-j jail] -r [-46nW] [-F fibnum] [-f address_family]\n");
  return 1;
}

int refuse(const Error& error) {
  warnx(me, "{}", error.chain.empty() ? refusal(error) : error.text());
  return 1;
}

struct Families {
  bool v4 = true, v6 = true, local = true;
};

std::optional<Families> families_of(const Options& options) {
  Families out;
  if (options.has('4')) out = {true, false, false};
  if (options.has('6')) out = {options.has('4'), true, false};
  if (!options.has('f')) return out;
  std::string name = options.value('f');
  if (name == "inet") return Families{true, false, false};
  if (name == "inet6") return Families{false, true, false};
  if (name == "unix" || name == "local") return Families{false, false, true};
  if (name == "link") return Families{false, false, false};
  return std::nullopt;
}

Result<> routes(net::Network& network, const Options& options, const Families& families) {
  auto fib = parse_int(options.value('F', std::to_string(net::own_fib())));
  auto table = fib ? net::table_of_fib(*fib) : std::nullopt;
  if (!table) return fail(Why::invalid, "{}: invalid fib", options.value('F'));
  CB_TRY(std::vector<net::Link> links, network.links());
  LinkNames names;
  for (const net::Link& link : links) names[link.index] = shown_name(link.name);
  fmt::print("Routing tables{}\n", *fib ? fmt::format(" (fib: {})", *fib) : "");
  for (bool v6 : {false, true}) {
    if (!(v6 ? families.v6 : families.v4)) continue;
    CB_TRY(std::vector<net::Route> all, network.routes(v6));
    all = shown_routes(std::move(all), *table);
    if (!all.empty()) fmt::print("{}", table_text(all, v6, names));
  }
  return {};
}

Result<> interfaces(net::Network& network, const Options& options, const Families& families) {
  CB_TRY(std::vector<net::Link> links, network.links());
  CB_TRY(std::vector<net::Address> addresses, network.addresses());
  keep_own_addresses(addresses);
  std::string only = options.value('I');
  if (!only.empty()) {
    std::erase_if(links, [&only](const net::Link& link) { return shown_name(link.name) != only; });
    if (links.empty()) return fail(Why::absent, "interface {} does not exist", only);
  }
  InterfaceTable table{.bytes = options.has('b'), .drops = options.has('d'), .v4 = families.v4, .v6 = families.v6,
                       .links = !options.has('f') || options.value('f') == "link"};
  fmt::print("{}", interfaces_text(links, addresses, table));
  return {};
}

Result<> sockets(const Options& options, const Families& families) {
  std::string protocol = options.value('p');
  bool every = options.has('a') || options.has('L');
  CB_TRY(std::vector<sys::Socket> all, bpf::all_sockets());
  std::erase_if(all, [&](const sys::Socket& socket) {
    if (!is_of(socket, families.v4, families.v6)) return true;
    if (options.has('L') && !is_listening(socket)) return true;
    return !protocol.empty() && protocol != (socket.protocol == 6 ? "tcp" : "udp");
  });
  if ((families.v4 || families.v6) && !all.empty()) fmt::print("{}", internet_table(all, every));
  if (!families.local || !protocol.empty()) return {};
  // Without procfs there are none to see.
  auto text = sys::read_file("/proc/net/unix");
  if (text) fmt::print("{}", unix_table(parse_unix_sockets(*text)));
  return {};
}

}  // namespace

int netstat(const Words& words) {
  Options options(words, "46AaBbCcdF:f:ghI:ij:LlM:mN:noPp:q:RrSsTuWw:xz");
  auto families = families_of(options);
  if (!options.error().empty() || !options.rest().empty()) return usage();
  if (!families) return refuse(Error{Why::invalid, 0, {fmt::format("{}: unknown address family", options.value('f'))}});
  if (kernel::jailed()) families->v4 = families->v4 && has_family(false), families->v6 = families->v6 && has_family(true);
  std::string protocol = options.value('p');
  if (!protocol.empty() && protocol != "tcp" && protocol != "udp")
    return refuse(Error{Why::invalid, 0, {fmt::format("{}: unknown or uninstrumented protocol", protocol)}});
  for (char letter : std::string_view("BgmMQsxw"))
    if (options.has(letter)) return refuse(Error{Why::unsupported, 0, {fmt::format("-{}: Operation not supported", letter)}});
  auto network = open_stack(options.value('j'));
  if (!network) return refuse(network.error());
  Result<> shown = options.has('r')                       ? routes(*network, options, *families)
                   : options.has('i') || options.has('I') ? interfaces(*network, options, *families)
                                                          : sockets(options, *families);
  return shown ? 0 : refuse(shown.error());
}

}  // namespace cellblock::bsd
