#include "rc_firewall.hpp"

#include <fcntl.h>

#include <array>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

using ipfw::private_networks;
/// Those of RFC 5735 that lead nowhere.
constexpr std::array dead_nets{"0.0.0.0/8", "169.254.0.0/16", "192.0.2.0/24", "224.0.0.0/4", "240.0.0.0/4"};

class Rules {
 public:
  Rules(const conf::RcConf& conf, bool has_ip6) : conf_(conf), has_ip6_(has_ip6), type_(conf.get("firewall_type", "UNKNOWN")) {}

  Result<std::vector<Words>> run() {
    std::string kind = to_lower(type_);
    if (kind == "unknown") return commands_;
    say("-f flush");
    loopback();
    if (kind == "open" || kind == "client") CB_CHECK(translation());
    if (kind == "open") open();
    else if (kind == "client") CB_CHECK(client());
    else if (kind == "simple") CB_CHECK(simple());
    else if (kind == "workstation") workstation();
    else if (kind != "closed") CB_CHECK(file());
    return commands_;
  }

 private:
  void say(const std::string& line) { commands_.push_back(split_words(line)); }
  template <class... A>
  void add(fmt::format_string<A...> format, A&&... args) { say("add " + fmt::format(format, std::forward<A>(args)...)); }

  Result<std::string> needed(std::string_view variable) const {
    std::string value = conf_.get(variable);
    if (value.empty()) return fail(Why::invalid, "${} is not set: firewall_type=\"{}\" needs it", variable, type_);
    return value;
  }

  void loopback() {
    add("100 pass all from any to any via lo0");
    add("200 deny all from any to 127.0.0.0/8");
    add("300 deny ip from 127.0.0.0/8 to any");
    if (!has_ip6_) return;
    add("400 deny all from any to ::1");
    add("500 deny all from ::1 to any");
    // Without these there is no IPv6: duplicate addresses, neighbours, routers, packets that are too big.
    add("pass ipv6-icmp from :: to ff02::/16");
    add("pass ipv6-icmp from fe80::/10 to fe80::/10");
    add("pass ipv6-icmp from fe80::/10 to ff02::/16");
    add("pass ipv6-icmp from any to any icmp6types 1");
    add("pass ipv6-icmp from any to any icmp6types 2,135,136");
  }

  Result<> translation() {
    bool daemon = conf_.enabled("natd_enable");
    if (!daemon && !conf_.enabled("firewall_nat_enable")) return {};
    if (daemon) return natd();
    CB_TRY(std::string interface, needed("firewall_nat_interface"));
    say(fmt::format("nat 123 config {} {} {}", net::parse_ip(interface) ? "ip" : "if", interface, conf_.get("firewall_nat_flags")));
    add("{}nat 123 ip4 from any to any via {}", number(), interface);
    return {};
  }

  /// The type simple has rules before it.
  std::string_view number() const { return to_lower(type_) == "simple" ? "" : "50 "; }

  Result<> natd() {
    CB_TRY(ipfw::Natd natd, natd_of(conf_));
    std::string place = natd.interface.empty() ? natd.address : natd.interface;
    if (place.empty()) {
      CB_TRY(place, needed("natd_interface"));
    }
    add("{}divert {} ip4 from any to any via {}", number(), natd.port, place);
    return {};
  }

  void open() { add("65000 pass all from any to any"); }

  /// One machine: its own network is trusted, nobody else begins a connection but to its mail.
  Result<> client() {
    CB_TRY(std::string net, needed("firewall_client_net"));
    std::string net6 = conf_.get("firewall_client_net_ipv6");
    add("pass all from me to {}", net);
    add("pass all from {} to me", net);
    if (!net6.empty()) {
      add("pass all from me to {}", net6);
      add("pass all from {} to me", net6);
    }
    established();
    add("pass tcp from any to me 25 setup");
    add("pass tcp from me to any setup");
    add("deny tcp from any to any setup");
    ask_outside("me");
    return {};
  }

  void established() {
    add("pass tcp from any to any established");
    add("pass all from any to any frag");
  }

  void ask_outside(std::string_view who) {
    add("pass udp from {} to any 53 keep-state", who);
    add("pass udp from {} to any 123 keep-state", who);
  }

  /// A machine with a network behind it.
  Result<> simple() {
    CB_TRY(std::string outside, needed("firewall_simple_oif"));
    CB_TRY(std::string outside_net, needed("firewall_simple_onet"));
    CB_TRY(std::string inside, needed("firewall_simple_iif"));
    CB_TRY(std::string inside_net, needed("firewall_simple_inet"));
    add("deny all from {} to any in via {}", inside_net, outside);
    add("deny all from {} to any in via {}", outside_net, inside);
    for (auto net : private_networks) add("deny all from any to {} via {}", net, outside);
    for (auto net : dead_nets) add("deny all from any to {} via {}", net, outside);
    CB_CHECK(translation());
    for (auto net : private_networks) add("deny all from {} to any via {}", net, outside);
    for (auto net : dead_nets) add("deny all from {} to any via {}", net, outside);
    established();
    add("pass tcp from any to me 25 setup");
    for (std::string_view protocol : {"tcp", "udp"}) add("pass {} from any to me 53{}", protocol, protocol == "tcp" ? " setup" : "");
    add("pass udp from me 53 to any");
    add("pass tcp from any to me 80 setup");
    add("deny log ip4 from any to any in via {} setup proto tcp", outside);
    add("pass tcp from any to any setup");
    ask_outside("me");
    return {};
  }

  /// What this machine begins, and the services that are named.
  void workstation() {
    add("check-state");
    add("pass tcp from me to any established");
    add("pass tcp from me to any setup keep-state");
    add("pass udp from me to any keep-state");
    add("pass icmp from me to any keep-state");
    add("pass udp from 0.0.0.0 68 to 255.255.255.255 67 out");
    add("pass udp from any 67 to me 68 in");
    add("pass udp from any 67 to 255.255.255.255 68 in");
    add("pass icmp from any to any icmptypes 3,4,11");
    for (const std::string& service : split_words(conf_.get("firewall_myservices")))
      for (const std::string& from : split_words(conf_.get("firewall_allowservices"))) add_service(service, from);
    for (const std::string& from : split_words(conf_.get("firewall_trusted"))) add("pass ip from {} to me", from);
    add("65000 count ip from any to any");
    for (const std::string& port : split_words(conf_.get("firewall_nologports"))) add("deny {{ tcp or udp }} from any to any {} in", port);
    add("deny {}ip from any to any", conf_.enabled("firewall_logdeny") ? "log " : "");
  }

  /// "80", "80/tcp" or "proto": a port of TCP unless it says otherwise.
  void add_service(const std::string& service, const std::string& from) {
    size_t slash = service.find('/');
    std::string protocol = slash == service.npos ? "tcp" : service.substr(slash + 1);
    add("pass {} from {} to me {}", protocol, from, service.substr(0, slash));
  }

  Result<> file() {
    if (!type_.starts_with('/')) return fail(Why::invalid, "firewall_type=\"{}\": neither a kind of rules nor the path of a file", type_);
    say(conf_.get("firewall_flags") + " " + type_);
    return {};
  }

  const conf::RcConf& conf_;
  bool has_ip6_;
  std::string type_;
  std::vector<Words> commands_;
};

}  // namespace

Result<std::vector<Words>> firewall_commands(const conf::RcConf& conf, bool has_ip6) { return Rules(conf, has_ip6).run(); }

Result<ipfw::Natd> natd_of(const conf::RcConf& conf) {
  auto read = [](const std::string& path) { return sys::read_file(path); };
  CB_TRY(ipfw::Natd natd, ipfw::parse_natd(split_words(conf.get("natd_flags")), read), "$natd_flags");
  std::string place = conf.get("natd_interface");
  if (!natd.interface.empty() || !natd.address.empty() || place.empty()) return natd;
  (net::parse_ip(place) ? natd.address : natd.interface) = place;
  return natd;
}

}  // namespace cellblock::bsd
