// route(8).
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>

#include "applet.hpp"
#include "ifconfig_text.hpp"
#include "route_text.hpp"
#include "net/fib.hpp"
#include "route_words.hpp"
#include "stack.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "route";

int usage() {
  fmt::print(stderr, "usage: route [-46dnqtv] [-j jail] command [[modifiers] args]\n");
  return 64;  // EX_USAGE
}

std::string_view act_word(RouteAct act) {
  switch (act) {
    case RouteAct::add: return "add";
    case RouteAct::remove: return "delete";
    case RouteAct::change: return "change";
    case RouteAct::get: return "get";
    case RouteAct::flush: return "flush";
    case RouteAct::monitor: return "monitor";
  }
  return "";
}

/// What went wrong, as it is told behind the request.
std::string outcome_text(int error) {
  switch (error) {
    case ESRCH: return "not in table";
    case EBUSY: return "entry in use";
    case ENOBUFS: return "not enough memory";
    case EEXIST: return "route already in table";
    default: return strerror_of(error);
  }
}

class Session {
 public:
  Session(net::Network& network, const RouteRequest& request) : network_(network), request_(request) {}

  int run() {
    if (auto found = names(); !found) return refuse(found.error());
    switch (request_.act) {
      case RouteAct::get: return get();
      case RouteAct::flush: return flush();
      default: return edit();
    }
  }

 private:
  int refuse(const Error& error) {
    warnx(me, "{}", error.chain.empty() ? refusal(error) : error.text());
    return 1;
  }

  Result<> names() {
    CB_TRY(links_, network_.links());
    for (const net::Link& link : links_) names_[link.index] = shown_name(link.name);
    return {};
  }

  const net::Link* link_named(const std::string& name) const {
    for (const net::Link& link : links_)
      if (shown_name(link.name) == name || link.name == name) return &link;
    return nullptr;
  }

  Result<net::Route> wanted() {
    net::Route route{.to = request_.destination, .gateway = request_.gateway, .source = request_.source,
                     .table = *net::table_of_fib(request_.fib), .mtu = request_.mtu};
    if (request_.fate != RouteFate::pass) {
      route.type = request_.fate == RouteFate::reject ? RTN_UNREACHABLE : RTN_BLACKHOLE;
      route.gateway.reset();
    } else if (!request_.interface.empty()) {
      const net::Link* link = link_named(request_.interface);
      if (!link) return fail(Why::absent, "bad address: {}", request_.interface);
      route.index = link->index;
    }
    if (!route.gateway && !route.to.ip.v6 && route.index && request_.act != RouteAct::remove) route.scope = RT_SCOPE_LINK;
    if (request_.act == RouteAct::remove) route.scope = RT_SCOPE_NOWHERE;  // any
    if (request_.act == RouteAct::remove && request_.fate == RouteFate::pass) route.type = RTN_UNSPEC;
    return route;
  }

  int edit() {
    auto route = wanted();
    if (!route) return refuse(route.error());
    Result<> done = request_.act == RouteAct::add      ? add(*route)
                    : request_.act == RouteAct::change ? replace(*route)
                                                       : network_.change(net::delete_route(*route));
    int error = done ? 0 : done.error().sys == ENOENT ? ESRCH : done.error().sys;
    if (!done && error == 0) return refuse(done.error());
    if (error == ESRCH) warnx(me, "route has not been found");
    else if (error) warnx(me, "writing to routing socket: {}", strerror_of(error));
    if (error == EPERM) return 77;  // EX_NOPERM, before anything is said
    if (!request_.quiet) answer(error);
    return error ? 1 : 0;
  }

  // A gateway must be reached by a link; FreeBSD says so in other words than EINVAL.
  Result<> add(const net::Route& route) {
    if (auto taken = is_taken(route); taken && *taken) return bare_fail(EEXIST);
    auto done = network_.change(net::add_route(route));
    bool lost = !done && (done.error().sys == EINVAL || done.error().sys == EHOSTUNREACH);
    if (lost && route.gateway) return bare_fail(ENETUNREACH);
    return done;
  }

  /// The kernel would hold several routes to one place, told apart by what FreeBSD's has no word for.
  Result<bool> is_taken(const net::Route& route) {
    CB_TRY(std::vector<net::Route> all, network_.routes(route.to.ip.v6, route.table));
    return std::ranges::any_of(all, [&route](const net::Route& has) { return has.to == route.to && has.type != RTN_LOCAL && has.metric <= 1024; });
  }

  Result<> replace(const net::Route& route) {
    CB_TRY(std::vector<net::Route> all, network_.routes(route.to.ip.v6, route.table));
    auto old = std::ranges::find_if(all, [&route](const net::Route& has) { return has.to == route.to; });
    if (old == all.end()) return bare_fail(ESRCH);
    net::Route made = route;
    made.metric = old->metric;
    if (!made.gateway && made.index == 0 && made.type == RTN_UNICAST) {
      made.gateway = old->gateway;
      made.index = old->index;
      made.scope = old->scope;
    }
    return network_.change(net::add_route(made, net::Existing::replace));
  }

  void answer(int error) {
    std::string out = fmt::format("{} {} {}", act_word(request_.act), request_.host ? "host" : "net", request_.destination_word);
    if (!request_.gateway_word.empty()) out += fmt::format(": gateway {}", request_.gateway_word);
    if (request_.fib_named || error) out += fmt::format(" fib {}", request_.fib);
    if (error) out += fmt::format(": {}", outcome_text(error));
    fmt::print("{}\n", out);
  }

  int get() {
    // Linux takes 0.0.0.0 for this host itself; here it stands for the default.
    bool table = request_.fib || request_.destination.ip.is_zero();
    auto route = table ? lookup(*net::table_of_fib(request_.fib)) : network_.route_to(request_.destination.ip);
    if (!route) {
      warnx(me, "route has not been found");
      return 1;
    }
    uint32_t mtu = 0;
    for (const net::Link& link : links_)
      if (link.index == route->index) mtu = link.mtu;
    fmt::print("{}", get_text(request_.destination.ip, *route, request_.fib, mtu, names_));
    return 0;
  }

  /// Without asking where a packet of this process would go: the longest match.
  Result<net::Route> lookup(uint32_t table) {
    const net::Ip& to = request_.destination.ip;
    CB_TRY(std::vector<net::Route> all, network_.routes(to.v6, table));
    std::ranges::stable_sort(all, std::ranges::greater(), [](const net::Route& route) { return route.to.length; });
    for (const net::Route& route : all)
      if (net::network_of(to, route.to.length) == route.to.ip) return route;
    return bare_fail(ESRCH);
  }

  int flush() {
    for (bool v6 : {false, true}) {
      if (v6 ? request_.v4_only : request_.v6_only) continue;
      auto all = network_.routes(v6, *net::table_of_fib(request_.fib));
      if (!all) return refuse(all.error());
      for (const net::Route& route : *all) {
        if (!route.gateway) continue;  // FreeBSD flushes only those by a gateway
        if (auto done = network_.change(net::delete_route(route)); !done) {
          warnx(me, "writing to routing socket: {}", strerror_of(done.error().sys));
          return 1;
        }
        if (!request_.quiet)
          fmt::print("{:<20.20} {:<20.20} done\n", destination_text(route, names_), gateway_text(route, names_));
      }
    }
    return 0;
  }

  net::Network& network_;
  const RouteRequest& request_;
  std::vector<net::Link> links_;
  LinkNames names_;
};

}  // namespace

int route(const Words& words) {
  auto request = parse_route_words(words);
  if (!request && request.error().text().empty()) return usage();
  if (!request) {
    warnx(me, "{}", request.error().text());
    return 1;
  }
  if (!request->fib_named && request->jail.empty()) request->fib = net::own_fib();
  auto network = open_stack(request->jail);
  if (!network) {
    warnx(me, "{}", network.error().text());
    return 1;
  }
  return Session(*network, *request).run();
}

}  // namespace cellblock::bsd
