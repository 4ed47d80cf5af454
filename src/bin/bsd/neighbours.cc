// arp(8) and ndp(8): one table of the kernel's for each family.
#include <linux/neighbour.h>

#include <algorithm>
#include <cerrno>

#include "applet.hpp"
#include "base/text.hpp"
#include "ifconfig_text.hpp"
#include "neighbour_text.hpp"
#include "own_jail.hpp"
#include "stack.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

using net::Neighbour;

int usage(bool v6) {
  if (v6) {
    fmt::print(stderr, "usage: ndp [-j jail] [-nt] hostname\n       ndp [-j jail] [-nt] -a | -c\n       ndp [-j jail] [-nt] -d hostname\n"
                       "       ndp [-j jail] [-nt] -s nodename etheraddr [temp] [proxy]\n");
  } else {
    fmt::print(stderr, "usage: arp [-j jail] [-n] [-i interface] hostname\n       arp [-j jail] [-n] [-i interface] -a\n       arp -d hostname [pub]\n"
                       "       arp -d [-i interface] -a\n       arp -s hostname ether_addr [temp] [pub]\n"
                       "       arp -S hostname ether_addr [temp] [pub]\n       arp -f filename\n");
  }
  return 1;
}

class Session {
 public:
  Session(net::Network& network, bool v6, std::string interface)
      : network_(network), v6_(v6), me_(v6 ? "ndp" : "arp"), interface_(std::move(interface)) {}

  Result<> load() {
    CB_TRY(links_, network_.links());
    for (const net::Link& link : links_) names_[link.index] = shown_name(link.name);
    if (!interface_.empty() && index_of(interface_) == 0) return fail(Why::absent, "interface {} does not exist", interface_);
    CB_TRY(std::vector<Neighbour> all, network_.neighbours(v6_));
    CB_TRY(std::vector<net::Address> addresses, network_.addresses());
    keep_own_addresses(addresses);
    own_ = addresses;
    all_ = with_own(std::move(all), addresses, links_, v6_);
    std::erase_if(all_, [this](const Neighbour& each) { return !interface_.empty() && each.index != index_of(interface_); });
    return {};
  }

  int list() {
    if (v6_) fmt::print("{}", ndp_heading());
    for (const Neighbour& each : all_) print(each);
    return 0;
  }

  int show(const std::string& word) {
    auto host = parse(word);
    if (!host) return 1;
    bool found = false;
    for (const Neighbour& each : all_) {
      if (!is(each, *host)) continue;
      if (v6_ && !found) fmt::print("{}", ndp_heading());
      print(each);
      found = true;
    }
    if (!found) fmt::print("{} ({}) -- no entry\n", word, host->ip.text());
    return found ? 0 : 1;
  }

  int remove_all() {
    int status = 0;
    for (const Neighbour& each : all_) {
      bool permanent = each.state & NUD_PERMANENT;
      if (is_own(each) || (v6_ && permanent)) continue;
      status |= remove(each, scoped_text(each, names_));
    }
    return status;
  }

  int remove(const std::string& word) {
    auto host = parse(word);
    if (!host) return 1;
    for (const Neighbour& each : all_)
      if (is(each, *host) && !is_own(each)) return remove(each, word);
    warnx(me_, "delete: cannot locate {}", word);
    return 1;
  }

  int add(const Words& words) {
    auto host = parse(words[0]);
    if (!host) return 1;
    auto hardware = net::parse_hardware(words[1]);
    if (!hardware) return warnx(me_, "invalid Ethernet address '{}'", words[1]), 1;
    Neighbour entry{.index = host->index, .ip = host->ip, .state = NUD_PERMANENT};
    for (size_t i = 2; i < words.size(); ++i) {
      if (words[i] == "temp") entry.state = NUD_REACHABLE;
      else if (words[i] == "pub" || words[i] == "proxy") entry.flags = NTF_PROXY;
      else return usage(v6_);
    }
    if (entry.index == 0) entry.index = index_for(host->ip);
    if (entry.index == 0) return warnx(me_, "cannot intuit interface index and type for {}", words[0]), 1;
    if (!entry.flags) entry.hardware.assign(reinterpret_cast<const char*>(hardware->data()), hardware->size());
    if (auto added = network_.change(net::add_neighbour(entry)); !added)
      return warnx(me_, "set: {}: {}", words[0], refusal(added.error())), 1;
    return 0;
  }

  /// A file of entries, one a line, as behind -s.
  int add_all(const std::string& path) {
    auto text = sys::read_file(path);
    if (!text) return warnx(me_, "cannot open {}: {}", path, refusal(text.error())), 1;
    int status = 0;
    for (const std::string& line : split(*text, '\n')) {
      Words words = split_words(std::string_view(line).substr(0, line.find('#')));
      if (words.empty()) continue;
      bool bad = words.size() < 2 || words.size() > 4;
      if (bad) warnx(me_, "bad line: {}", line);
      status |= bad ? 1 : add(words);
    }
    return status;
  }

 private:
  struct Host {
    net::Ip ip;
    int index = 0;
  };

  int index_of(const std::string& name) const {
    for (const auto& [index, has] : names_)
      if (has == name) return index;
    return 0;
  }

  std::optional<Host> parse(const std::string& word) {
    size_t percent = word.find('%');
    auto ip = net::parse_ip(word.substr(0, percent));
    Host host;
    if (ip) host.ip = *ip;
    if (percent != word.npos) host.index = index_of(word.substr(percent + 1));
    if (ip && ip->v6 == v6_ && (percent == word.npos || host.index)) return host;
    warnx(me_, "{}: Unknown host", word);
    return std::nullopt;
  }

  static bool is(const Neighbour& each, const Host& host) { return each.ip == host.ip && (!host.index || each.index == host.index); }

  bool is_own(const Neighbour& each) const {
    return std::ranges::any_of(own_, [&each](const net::Address& has) { return has.index == each.index && has.ip == each.ip; });
  }

  /// The interface on whose network the host is.
  int index_for(const net::Ip& ip) const {
    for (const net::Address& has : own_) {
      bool there = has.ip.v6 == ip.v6 && net::network_of(has.ip, has.prefix) == net::network_of(ip, has.prefix);
      if (there && !ip.is_link_local() && (interface_.empty() || has.index == index_of(interface_))) return has.index;
    }
    return interface_.empty() ? 0 : index_of(interface_);
  }

  int remove(const Neighbour& each, const std::string& word) {
    if (auto done = network_.change(net::delete_neighbour(each)); !done && done.error().sys != ENOENT)
      return warnx(me_, "delete {}: {}", word, refusal(done.error())), 1;
    fmt::print("{} ({}) deleted\n", word, scoped_text(each, names_));
    return 0;
  }

  void print(const Neighbour& each) { fmt::print("{}", v6_ ? ndp_line(each, names_) : arp_line(each, names_)); }

  net::Network& network_;
  bool v6_;
  std::string_view me_;
  std::string interface_;
  std::vector<net::Link> links_;
  std::vector<net::Address> own_;
  std::vector<Neighbour> all_;
  LinkNames names_;
};

int run(const Words& words, bool v6) {
  Options options(words, v6 ? "acdi:j:nstHPR" : "adfi:j:nsS");
  const Words& rest = options.rest();
  bool sets = options.has('s') || options.has('S'), deletes = options.has('d');
  bool every = options.has('a') || options.has('c'), file = options.has('f');
  if (!options.error().empty() || (every && !rest.empty()) || (sets && (rest.size() < 2 || rest.size() > 4))) return usage(v6);
  if (file && (every || sets || deletes || rest.size() != 1)) return usage(v6);
  if (!every && !sets && (rest.empty() || rest.size() > (deletes ? 2 : 1))) return usage(v6);
  auto network = open_stack(options.value('j'));
  std::string_view me = v6 ? "ndp" : "arp";
  if (!network) return warnx(me, "{}", network.error().text()), 1;
  Session session(*network, v6, options.value('i'));
  if (auto loaded = session.load(); !loaded) return warnx(me, "{}", loaded.error().text()), 1;
  if (file) return session.add_all(rest[0]);
  if (sets) return (options.has('S') ? (void)session.remove(rest[0]) : (void)0), session.add(rest);
  if (every) return deletes || options.has('c') ? session.remove_all() : session.list();
  return deletes ? session.remove(rest[0]) : session.show(rest[0]);
}

}  // namespace

int arp(const Words& words) { return run(words, false); }
int ndp(const Words& words) { return run(words, true); }

}  // namespace cellblock::bsd
