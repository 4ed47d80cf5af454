#include "ifconfig_words.hpp"

#include <net/if.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"

namespace cellblock::bsd {
namespace {

enum class Takes : uint8_t { none, text, number };

struct Row {
  std::string_view word;
  IfAct act;
  bool on;
  Takes takes;
};

constexpr std::array rows{
    Row{"up", IfAct::up, true, Takes::none},
    Row{"down", IfAct::down, true, Takes::none},
    Row{"mtu", IfAct::mtu, true, Takes::number},
    Row{"name", IfAct::name, true, Takes::text},
    Row{"description", IfAct::description, true, Takes::text},
    Row{"descr", IfAct::description, true, Takes::text},
    Row{"-description", IfAct::description, false, Takes::none},
    Row{"-descr", IfAct::description, false, Takes::none},
    Row{"arp", IfAct::arp, true, Takes::none},
    Row{"-arp", IfAct::arp, false, Takes::none},
    Row{"promisc", IfAct::promisc, true, Takes::none},
    Row{"-promisc", IfAct::promisc, false, Takes::none},
    Row{"allmulti", IfAct::allmulti, true, Takes::none},
    Row{"-allmulti", IfAct::allmulti, false, Takes::none},
    Row{"group", IfAct::group, true, Takes::text},
    Row{"-group", IfAct::ungroup, true, Takes::text},
    Row{"vnet", IfAct::vnet, true, Takes::text},
    Row{"-vnet", IfAct::unvnet, true, Takes::text},
    Row{"addm", IfAct::add_member, true, Takes::text},
    Row{"deletem", IfAct::delete_member, true, Takes::text},
    Row{"span", IfAct::span, true, Takes::text},
    Row{"-span", IfAct::unspan, true, Takes::text},
    Row{"stp", IfAct::stp, true, Takes::text},
    Row{"-stp", IfAct::unstp, true, Takes::text},
    Row{"learn", IfAct::learn, true, Takes::text},
    Row{"-learn", IfAct::learn, false, Takes::text},
    Row{"discover", IfAct::discover, true, Takes::text},
    Row{"-discover", IfAct::discover, false, Takes::text},
    Row{"private", IfAct::isolate, true, Takes::text},
    Row{"-private", IfAct::isolate, false, Takes::text},
    Row{"priority", IfAct::priority, true, Takes::number},
    Row{"hellotime", IfAct::hello_time, true, Takes::number},
    Row{"fwddelay", IfAct::forward_delay, true, Takes::number},
    Row{"maxage", IfAct::max_age, true, Takes::number},
    Row{"timeout", IfAct::timeout, true, Takes::number},
    Row{"flush", IfAct::flush, true, Takes::none},
    Row{"flushall", IfAct::flush, true, Takes::none},
    Row{"vlan", IfAct::vlan_tag, true, Takes::number},
    Row{"vlandev", IfAct::vlan_parent, true, Takes::text},
    Row{"ifdisabled", IfAct::ip6_disabled, true, Takes::none},
    Row{"-ifdisabled", IfAct::ip6_disabled, false, Takes::none},
    Row{"accept_rtadv", IfAct::accept_routers, true, Takes::none},
    Row{"-accept_rtadv", IfAct::accept_routers, false, Takes::none},
    Row{"auto_linklocal", IfAct::link_local, true, Takes::none},
    Row{"-auto_linklocal", IfAct::link_local, false, Takes::none},
    Row{"metric", IfAct::nothing, true, Takes::number},
    Row{"media", IfAct::nothing, true, Takes::text},
    Row{"mediaopt", IfAct::nothing, true, Takes::text},
    Row{"-mediaopt", IfAct::nothing, true, Takes::text},
    Row{"maxaddr", IfAct::nothing, true, Takes::number},
    Row{"holdcnt", IfAct::nothing, true, Takes::number},
    Row{"edge", IfAct::nothing, true, Takes::text},
    Row{"-edge", IfAct::nothing, true, Takes::text},
    Row{"autoedge", IfAct::nothing, true, Takes::text},
    Row{"-autoedge", IfAct::nothing, true, Takes::text},
    Row{"ptp", IfAct::nothing, true, Takes::text},
    Row{"-ptp", IfAct::nothing, true, Takes::text},
    Row{"autoptp", IfAct::nothing, true, Takes::text},
    Row{"-autoptp", IfAct::nothing, true, Takes::text},
    Row{"perform_nud", IfAct::nothing, true, Takes::none},
};

/// Decimal or 0x and hexadecimal.
std::optional<int64_t> number_of(std::string_view text) {
  int base = text.starts_with("0x") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  int64_t out = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  if (error != std::errc() || end != text.data() + text.size() || out < 0) return std::nullopt;
  return out;
}

class Parser {
 public:
  Parser(IfRequest& request, const Words& words) : request_(request), words_(words) {}

  Result<> run() {
    while (at_ < words_.size()) CB_CHECK(word(words_[at_++]));
    return end_address();
  }

 private:
  Result<std::string> argument(std::string_view word) {
    if (at_ == words_.size()) return fail(Why::invalid, "'{}' requires argument", word);
    if (words_[at_].empty()) return fail(Why::invalid, "{}: bad value", word);
    return words_[at_++];
  }

  Result<> word(const std::string& word) {
    if (word == "inet" || word == "inet6") {
      CB_CHECK(end_address());
      v6_ = word == "inet6";
      family_named_ = true;
      if (words_.size() == 1) request_.family = v6_ ? IfFamily::inet6 : IfFamily::inet;
      return {};
    }
    if (word == "ether" || word == "lladdr" || word == "link") return hardware(word);
    if (word == "alias" || word == "add") return address_act(AddressAct::alias);
    if (word == "-alias" || word == "delete" || word == "remove") return address_act(AddressAct::drop);
    if (word == "netmask" || word == "prefixlen" || word == "broadcast") return address_detail(word);
    if (word == "tunnel" || word == "-tunnel" || word == "deletetunnel") return tunnel(word);
    if (word == "ifpriority" || word == "ifpathcost") return port_number(word);
    for (const Row& row : rows)
      if (row.word == word) return known(row);
    return address(word);
  }

  Result<> known(const Row& row) {
    IfWord out{.act = row.act, .on = row.on};
    if (row.takes != Takes::none) {
      CB_TRY(out.text, argument(row.word));
    }
    if (row.takes == Takes::number) {
      auto number = number_of(out.text);
      if (!number || *number > UINT32_MAX) return fail(Why::invalid, "{}: bad value", out.text);
      out.number = *number;
    }
    bool names = out.act == IfAct::name;
    if (names && (out.text.size() >= IFNAMSIZ || out.text.find_first_of("/: \t\n") != out.text.npos || out.text[0] == '.'))
      return fail(Why::invalid, "{}: {}", out.text, out.text.size() >= IFNAMSIZ ? "name too long" : "bad value");
    bool group = out.act == IfAct::group;
    if (group && (out.text.size() >= IFNAMSIZ || out.text.find_first_of("=/ \t\n") != out.text.npos))
      return fail(Why::invalid, "{}: {}", out.text, out.text.size() >= IFNAMSIZ ? "Group name too long" : "bad value");
    if (group && out.text.back() >= '0' && out.text.back() <= '9')
      return fail(Why::invalid, "setifgroup: group names may not end in a digit");
    request_.words.push_back(std::move(out));
    return {};
  }

  Result<> hardware(const std::string& word) {
    if (words_.size() == 1) {
      request_.family = IfFamily::ether;
      return {};
    }
    CB_TRY(std::string text, argument(word));
    if (text != "random" && !net::parse_hardware(text)) return fail(Why::invalid, "{}: bad value", text);
    request_.words.push_back({.act = IfAct::hardware, .text = std::move(text)});
    return {};
  }

  Result<> tunnel(const std::string& word) {
    IfWord out{.act = IfAct::tunnel, .on = word == "tunnel"};
    if (out.on) {
      CB_TRY(out.text, argument(word));
      CB_TRY(out.second, argument(word));
      auto local = net::parse_ip(out.text), remote = net::parse_ip(out.second);
      if (!local || !remote) return fail(Why::invalid, "{}: bad value", local ? out.second : out.text);
      if (local->v6 != remote->v6) return fail(Why::invalid, "source and destination address families do not match");
    }
    request_.words.push_back(std::move(out));
    return {};
  }

  /// "ifpriority INTERFACE NUMBER"
  Result<> port_number(const std::string& word) {
    IfWord out{.act = word == "ifpriority" ? IfAct::port_priority : IfAct::port_cost};
    CB_TRY(out.text, argument(word));
    CB_TRY(std::string text, argument(word));
    auto number = number_of(text);
    if (!number || *number > (out.act == IfAct::port_priority ? 240 : 65535)) return fail(Why::invalid, "{}: bad value", text);
    out.number = *number;
    request_.words.push_back(std::move(out));
    return {};
  }

  IfAddress& current() {
    if (!current_) current_ = IfAddress{.v6 = v6_};
    return *current_;
  }

  Result<> address_act(AddressAct act) {
    if (current_ && current_->act != AddressAct::set) CB_CHECK(end_address());
    current().act = act;
    return {};
  }

  Result<> address_detail(const std::string& word) {
    CB_TRY(std::string text, argument(word));
    IfAddress& address = current();
    if (word == "broadcast") {
      address.broadcast = net::parse_ip(text);
      if (!address.broadcast || address.broadcast->v6) return fail(Why::invalid, "{}: bad value", text);
    } else if (word == "prefixlen") {
      auto number = number_of(text);
      if (!number || *number > (address.v6 ? 128 : 32)) return fail(Why::invalid, "{}: bad value", text);
      address.prefix = static_cast<int>(*number);
    } else {
      address.prefix = mask(text);
      if (!address.prefix) return fail(Why::invalid, "{}: bad value", text);
    }
    return {};
  }

  static std::optional<int> mask(const std::string& text) {
    auto ip = net::parse_ip(text);
    if (ip) return ip->v6 ? std::nullopt : net::prefix_of(*ip);
    auto number = text.starts_with("0x") ? number_of(text) : std::nullopt;
    if (!number || *number > UINT32_MAX) return std::nullopt;
    auto bits = static_cast<uint32_t>(*number);
    net::Ip raw;
    for (size_t i = 0; i < 4; ++i) raw.bytes[i] = static_cast<uint8_t>(bits >> (24 - 8 * i));
    return net::prefix_of(raw);
  }

  Result<> address(const std::string& word) {
    // The scope of a link-local address is its interface: what comes behind '%' says nothing new.
    size_t percent = word.find('%');
    std::string plain = word;
    if (percent != word.npos) plain.erase(percent, std::min(word.find('/', percent), word.size()) - percent);
    auto prefix = net::parse_prefix(plain);
    if (!prefix) return fail(Why::invalid, "{}: bad value", word);
    if (!family_named_ && !current_) v6_ = prefix->ip.v6;
    if (current_ && current_->ip && !current_->ip->v6 && !prefix->ip.v6 && !current_->peer) {
      current_->peer = prefix->ip;
      return {};
    }
    if (current_ && current_->ip) CB_CHECK(end_address());
    IfAddress& address = current();
    if (!family_named_) address.v6 = prefix->ip.v6;
    if (prefix->ip.v6 != address.v6) return fail(Why::invalid, "{}: bad value", word);
    address.ip = prefix->ip;
    if (plain.find('/') != plain.npos) address.prefix = prefix->length;
    return {};
  }

  Result<> end_address() {
    if (!current_) return {};
    IfAddress address = *current_;
    current_.reset();
    if (!address.ip && address.act != AddressAct::drop) {
      if (address.act == AddressAct::alias) return fail(Why::invalid, "'alias' requires argument");
      return fail(Why::invalid, "address required for netmask, prefixlen and broadcast");
    }
    if (address.ip && address.act != AddressAct::drop && (address.ip->is_zero() || (!address.v6 && address.ip->bytes[0] >= 224)))
      return fail(Why::invalid, "{}: bad value", address.ip->text());
    request_.addresses.push_back(address);
    return {};
  }

  IfRequest& request_;
  const Words& words_;
  size_t at_ = 0;
  bool v6_ = false, family_named_ = false;
  std::optional<IfAddress> current_;
};

std::optional<IfFamily> family_of(std::string_view word) {
  if (word == "inet") return IfFamily::inet;
  if (word == "inet6") return IfFamily::inet6;
  if (word == "ether" || word == "link" || word == "lladdr") return IfFamily::ether;
  return std::nullopt;
}

/// Without an interface: what to list.
Result<IfRequest> listing(IfRequest request, const Options& options) {
  if (options.has('C')) request.kind = IfKind::cloners;
  else if (options.has('l')) request.kind = IfKind::names;
  else if (!request.group.empty() && !options.has('a')) request.kind = IfKind::group_members;
  if (options.rest().size() > 1) return fail(Why::invalid, "");
  if (options.rest().empty()) return request;
  auto family = family_of(options.rest()[0]);
  if (!family) return fail(Why::invalid, "");
  request.family = *family;
  return request;
}

}  // namespace

Result<IfRequest> parse_ifconfig(const Words& words) {
  Options options(words, "aCdDf:g:G:j:klLmnuv");
  if (!options.error().empty()) return fail(Why::invalid, "");
  IfRequest request;
  request.up_only = options.has('u');
  request.down_only = options.has('d');
  request.group = options.value('g');
  request.without_group = options.value('G');
  request.jail = options.value('j');
  bool every = options.has('a') || options.has('l') || options.has('C') || options.has('g') || options.rest().empty();
  if (every) return listing(std::move(request), options);
  Words rest = options.rest();
  request.interface = rest[0];
  rest.erase(rest.begin());
  if (request.interface.empty() || request.interface.find_first_of("/ \t\n") != request.interface.npos)
    return fail(Why::invalid, "interface {} does not exist", request.interface);
  if (rest.empty()) return request;
  request.kind = IfKind::change;
  if (rest[0] == "create" || rest[0] == "plumb") request.create = true;
  if (rest[0] == "destroy" || rest[0] == "unplumb") request.destroy = true;
  if (request.create || request.destroy) rest.erase(rest.begin());
  if (request.destroy && !rest.empty()) return fail(Why::invalid, "");
  if (request.create && request.interface.size() >= IFNAMSIZ)
    return fail(Why::invalid, "{}: cloning name too long", request.interface);
  CB_CHECK(Parser(request, rest).run());
  if (!request.create && rest.size() == 1 && request.family != IfFamily::any) request.kind = IfKind::list;
  return request;
}

void print_ifconfig_usage() {
  fmt::print(stderr, "usage: ifconfig [-j jail] [-kLmn] interface [create] [address_family]\n"
                     "                [address [dest_address]] [parameters]\n"
                     "       ifconfig [-j jail] interface destroy\n"
                     "       ifconfig [-j jail] -a [-dkLmuv] [-G groupname] [-g groupname] [address_family]\n"
                     "       ifconfig -C\n"
                     "       ifconfig [-j jail] -g groupname\n"
                     "       ifconfig [-j jail] -l [-du] [-g groupname] [address_family]\n"
                     "       ifconfig [-j jail] [-dkLmuv]\n");
}

}  // namespace cellblock::bsd
