#include "route_words.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "net/fib.hpp"
#include "net/route.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::array ignored{"-static", "-nostatic", "-proto1", "-proto2", "-proto3", "-cloning", "-xresolve", "-llinfo",
                             "-lock", "-lockrest", "-sticky", "-nosticky", "-fixedmtu"};
constexpr std::array ignored_with_value{"-hopcount", "-rtt", "-rttvar", "-sendpipe", "-recvpipe", "-ssthresh", "-genmask"};
constexpr std::array lacking{"-expire", "-weight"};

struct Written {
  std::string destination, gateway, mask;
  bool net = false, host = false, v6 = false, v4 = false;
  std::optional<int64_t> prefix;
};

class Parser {
 public:
  explicit Parser(const Words& words) : words_(words) {}

  Result<RouteRequest> run() {
    for (; at_ < words_.size() && words_[at_].starts_with('-'); ++at_) CB_CHECK(leading(words_[at_]));
    if (at_ == words_.size()) return fail(Why::invalid, "");
    CB_CHECK(command(words_[at_++]));
    if (request_.act == RouteAct::flush) return flush();
    while (at_ < words_.size()) CB_CHECK(word(words_[at_++]));
    CB_CHECK(settle());
    return std::move(request_);
  }

 private:
  Result<> leading(const std::string& word) {
    if (word == "-j") {
      if (++at_ == words_.size()) return fail(Why::invalid, "");
      request_.jail = words_[at_];
      return {};
    }
    for (char letter : word.substr(1)) {
      if (letter == 'q') request_.quiet = true;
      else if (letter == 'n') request_.numeric = true;
      else if (letter == '4') written_.v4 = request_.v4_only = true;
      else if (letter == '6') written_.v6 = request_.v6_only = true;
      else if (letter != 'v' && letter != 'd' && letter != 't') return fail(Why::invalid, "");
    }
    return {};
  }

  Result<> command(const std::string& word) {
    if (word == "add") request_.act = RouteAct::add;
    else if (word == "delete" || word == "del") request_.act = RouteAct::remove;
    else if (word == "change") request_.act = RouteAct::change;
    else if (word == "get" || word == "show") request_.act = RouteAct::get;
    else if (word == "flush") request_.act = RouteAct::flush;
    else if (word == "monitor") request_.act = RouteAct::monitor;
    else return fail(Why::invalid, "");
    return {};
  }

  Result<std::string> value() {
    if (at_ == words_.size() || words_[at_].empty()) return fail(Why::invalid, "");
    return words_[at_++];
  }

  Result<> set_fib() {
    CB_TRY(std::string text, value());
    auto fib = parse_int(text);
    if (!fib || !net::table_of_fib(*fib)) return fail(Why::invalid, "invalid fib number: {}", text);
    request_.fib = static_cast<uint32_t>(*fib);
    request_.fib_named = true;
    return {};
  }

  Result<RouteRequest> flush() {
    while (at_ < words_.size()) {
      const std::string& word = words_[at_++];
      if (word == "-inet" || word == "-4") request_.v4_only = true;
      else if (word == "-inet6" || word == "-6") request_.v6_only = true;
      else if (word == "-fib") CB_CHECK(set_fib());
      else return fail(Why::invalid, "");
    }
    return std::move(request_);
  }

  Result<> word(const std::string& word) {
    if (!word.starts_with('-')) return operand(word);
    if (word == "-net") written_.net = true;
    else if (word == "-host") written_.host = true;
    else if (word == "-inet" || word == "-4") written_.v4 = true;
    else if (word == "-inet6" || word == "-6") written_.v6 = true;
    else if (word == "-iface" || word == "-interface") request_.by_interface = true;
    else if (word == "-reject") request_.fate = RouteFate::reject;
    else if (word == "-blackhole") request_.fate = RouteFate::blackhole;
    else if (word == "-fib") return set_fib();
    else if (std::ranges::count(ignored, word)) return {};
    else return valued(word);
    return {};
  }

  Result<> valued(const std::string& word) {
    if (std::ranges::count(lacking, word)) return fail(Why::unsupported, "{}: not supported on this system", word);
    CB_TRY(std::string text, value());
    if (word == "-netmask") written_.mask = text;
    else if (word == "-ifp") request_.interface = text;
    else if (word == "-gateway") written_.gateway = text;
    else if (word == "-dst") written_.destination = text;
    else if (word == "-ifa") {
      request_.source = net::parse_ip(text);
      if (!request_.source) return fail(Why::invalid, "bad address: {}", text);
    } else if (word == "-prefixlen") {
      written_.prefix = parse_int(text);
      if (!written_.prefix || *written_.prefix < 0) return fail(Why::invalid, "bad prefixlen: {}", text);
    } else if (word == "-mtu") {
      auto number = parse_int(text);
      if (!number || *number < 0 || *number > UINT32_MAX) return fail(Why::invalid, "bad mtu: {}", text);
      request_.mtu = static_cast<uint32_t>(*number);
    } else if (!std::ranges::count(ignored_with_value, word)) {
      return fail(Why::invalid, "bad keyword: {}", word.substr(1));
    }
    return {};
  }

  Result<> operand(const std::string& word) {
    if (word.empty()) return fail(Why::invalid, "bad address: ");
    std::string* place = written_.destination.empty() ? &written_.destination
                       : written_.gateway.empty()     ? &written_.gateway
                       : written_.mask.empty()        ? &written_.mask : nullptr;
    if (!place) return fail(Why::invalid, "");
    *place = word;
    return {};
  }

  Result<> settle() {
    if (request_.act == RouteAct::monitor) return fail(Why::unsupported, "monitor: Operation not supported");
    if (written_.destination.empty()) return fail(Why::invalid, "");
    if (request_.act == RouteAct::add && written_.gateway.empty()) return fail(Why::invalid, "");
    CB_CHECK(settle_gateway());
    CB_CHECK(settle_destination());
    if (request_.gateway && request_.gateway->v6 && !request_.destination.ip.v6) return {};  // RFC 5549
    if (request_.gateway && request_.gateway->v6 != request_.destination.ip.v6)
      return fail(Why::invalid, "bad address: {}", written_.gateway);
    return {};
  }

  Result<> settle_gateway() {
    request_.gateway_word = written_.gateway;
    if (written_.gateway.empty()) return {};
    if (request_.by_interface) {
      request_.interface = written_.gateway;
      return {};
    }
    size_t percent = written_.gateway.find('%');
    request_.gateway = net::parse_ip(written_.gateway.substr(0, percent));
    if (!request_.gateway) return fail(Why::invalid, "bad address: {}", written_.gateway);
    if (percent != std::string::npos) request_.interface = written_.gateway.substr(percent + 1);
    return {};
  }

  Result<> settle_destination() {
    std::string text = written_.destination;
    bool gateway_v6 = request_.gateway && request_.gateway->v6;
    bool v6 = written_.v6 || (!written_.v4 && text.find(':') != text.npos);
    if (text == "default") {
      v6 = written_.v6 || (!written_.v4 && gateway_v6);
      request_.destination = {net::Ip{v6, {}}, 0};
      request_.destination_word = text;
      return {};
    }
    size_t slash = text.find('/');
    request_.destination_word = text.substr(0, slash);
    auto prefix = v6 ? net::parse_prefix(strip_scope(text)) : parse_net(text);
    if (!prefix || prefix->ip.v6 != v6) return fail(Why::invalid, "bad address: {}", text);
    request_.destination = *prefix;
    bool mask = slash != text.npos || !written_.mask.empty() || written_.prefix;
    request_.host = written_.host || (!written_.net && !mask && looks_like_host(text, v6));
    if (request_.host) request_.destination = {prefix->ip, prefix->ip.bits()};
    else if (v6 && !mask) request_.destination.length = 64;  // what FreeBSD takes a network to be
    CB_CHECK(settle_mask());
    // The bits behind the mask say nothing.
    request_.destination.ip = net::network_of(request_.destination.ip, request_.destination.length);
    return {};
  }

  Result<> settle_mask() {
    int bits = request_.destination.ip.bits();
    if (written_.prefix) {
      if (*written_.prefix > bits) return fail(Why::invalid, "bad prefixlen: {}", *written_.prefix);
      request_.destination.length = static_cast<int>(*written_.prefix);
    }
    if (written_.mask.empty()) return {};
    auto mask = net::parse_ip(written_.mask);
    auto length = mask && mask->v6 == request_.destination.ip.v6 ? net::prefix_of(*mask) : std::nullopt;
    if (!length) return fail(Why::invalid, "bad netmask: {}", written_.mask);
    request_.destination.length = *length;
    return {};
  }

  static std::string strip_scope(const std::string& text) {
    size_t percent = text.find('%');
    if (percent == text.npos) return text;
    size_t slash = text.find('/', percent);
    return text.substr(0, percent) + (slash == text.npos ? "" : text.substr(slash));
  }

  bool looks_like_host(const std::string& text, bool v6) const {
    if (v6) return true;
    auto ip = net::parse_ip(text);
    return ip && net::network_of(*ip, net::class_prefix_of(*ip)) != *ip;
  }

  const Words& words_;
  size_t at_ = 1;
  RouteRequest request_;
  Written written_;
};

}  // namespace

Result<RouteRequest> parse_route_words(const Words& words) { return Parser(words).run(); }

std::optional<net::Prefix> parse_net(std::string_view text) {
  size_t slash = text.find('/');
  std::string whole(text.substr(0, slash));
  auto dots = std::ranges::count(whole, '.');
  if (whole.empty() || dots > 3 || whole.find_first_not_of("0123456789.") != whole.npos) return std::nullopt;
  for (auto more = dots; more < 3; ++more) whole += ".0";
  auto ip = net::parse_ip(whole);
  if (!ip) return std::nullopt;
  if (slash != text.npos) return net::parse_prefix(whole + std::string(text.substr(slash)));
  int length = dots < 3 ? static_cast<int>(8 * (dots + 1)) : net::class_prefix_of(*ip);
  return net::Prefix{*ip, ip->is_zero() ? 0 : length};
}

}  // namespace cellblock::bsd
