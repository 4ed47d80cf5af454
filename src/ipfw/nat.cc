#include "ipfw/nat.hpp"

#include "base/text.hpp"
#include "ipfw/words.hpp"

namespace cellblock::ipfw {
namespace {

/// Ranges whose ports change are so many rules.
constexpr uint32_t most_moved_ports = 256;

/// "[ADDRESS:]PORT[-PORT]", or an address alone.
struct Place {
  std::optional<net::Ip> ip;
  uint32_t low = 0, high = 0;  ///< 0: no port
};

std::optional<Place> place_of(std::string_view text) {
  Place out;
  size_t colon = text.find(':');
  std::string_view ports = colon == text.npos ? text : text.substr(colon + 1);
  if (colon != text.npos || text.find('.') != text.npos) {
    out.ip = net::parse_ip(text.substr(0, colon));
    if (!out.ip || out.ip->v6) return std::nullopt;
    if (colon == text.npos) return out;
  }
  std::string_view high = ports, low = take_part(high, '-');
  auto first = number_in(low, 0, 65535), last = high.empty() ? first : number_in(high, 0, 65535);
  if (!first || !last || *first > *last) return std::nullopt;
  out.low = *first;
  out.high = *last;
  return out;
}

/// 0.0.0.0 is no address in particular.
std::optional<net::Ip> some(const std::optional<net::Ip>& ip) { return ip && !ip->is_zero() ? ip : std::nullopt; }

class NatParser {
 public:
  NatParser(uint32_t number, std::span<const std::string> words) : words_(words) {
    nat_.number = number;
    nat_.text = join({words.begin(), words.end()}, " ");
  }

  Result<Nat> run() {
    for (const std::string& word : words_)
      if (split_words(word) != std::vector{word}) return fail(Why::invalid, "nat: bad word ``{}''", word);
    while (at_ < words_.size()) CB_CHECK(option());
    if (nat_.interface.empty() && !nat_.ip) return fail(Why::invalid, "nat: no interface or address");
    return std::move(nat_);
  }

 private:
  std::string_view word() const { return at_ < words_.size() ? std::string_view(words_[at_]) : std::string_view(); }
  std::string_view next() {
    std::string_view out = word();
    ++at_;
    return out;
  }

  Result<> option() {
    std::string_view name = next();
    // As the kernel does it anyway.
    if (name == "same_ports" || name == "reset" || name == "log") return {};
    if (name == "deny_in") nat_.denies_incoming = true;
    else if (name == "unreg_only") nat_.private_only = true;
    else if (name == "if") return interface();
    else if (name == "ip") return address();
    else if (name == "redirect_port") return redirect_port();
    else if (name == "redirect_addr") return redirect_address();
    else if (name == "redirect_proto") return redirect_protocol();
    else return fail(Why::unsupported, "nat: ``{}'' is not supported on this system", name);
    return {};
  }

  Result<> interface() {
    if (word().empty() || word().size() > 15) return fail(Why::invalid, "if: bad interface ``{}''", word());
    nat_.interface = next();
    return {};
  }

  Result<> address() {
    nat_.ip = net::parse_ip(word());
    if (!nat_.ip || nat_.ip->v6) return fail(Why::invalid, "bad ip address ``{}''", word());
    ++at_;
    return {};
  }

  /// A word that begins with a digit: the next option does not.
  bool more() const { return !word().empty() && word()[0] >= '0' && word()[0] <= '9'; }

  /// "tcp|udp TO:PORT[-PORT] [ADDRESS:]PORT[-PORT] [FROM[:PORT]]"
  Result<> redirect_port() {
    Nat::Redirect redirect;
    std::string_view kind = next();
    auto protocol = value_in(protocols, kind);
    auto to = place_of(next()), at = place_of(next()), from = more() ? place_of(next()) : Place{};
    bool good = protocol && (*protocol == 6 || *protocol == 17 || *protocol == 132) && to && to->ip && to->low && at && at->low && from;
    if (!good || to->high - to->low != at->high - at->low || from->low != from->high) return fail(Why::invalid, "redirect_port: bad arguments");
    redirect.protocol = *protocol;
    redirect.to = *to->ip;
    redirect.at = some(at->ip);
    redirect.from = some(from->ip);
    redirect.from_port = from->low;
    bool same = to->low == at->low;
    uint32_t count = at->high - at->low + 1;
    if (!same && count > most_moved_ports) return fail(Why::invalid, "redirect_port: at most {} ports to other ones", most_moved_ports);
    for (uint32_t i = 0; i < (same ? 1 : count); ++i) {
      redirect.port = at->low + i;
      redirect.last_port = same ? at->high : redirect.port;
      redirect.to_port = same ? 0 : to->low + i;
      nat_.redirects.push_back(redirect);
    }
    return {};
  }

  /// "TO ADDRESS"
  Result<> redirect_address() {
    auto to = place_of(next()), at = place_of(next());
    if (!to || !at || !to->ip || !at->ip || to->low || at->low) return fail(Why::invalid, "redirect_addr: bad arguments");
    nat_.redirects.push_back({.to = *to->ip, .at = some(at->ip)});
    return {};
  }

  /// "PROTOCOL TO [ADDRESS [FROM]]"
  Result<> redirect_protocol() {
    std::string_view name = next();
    auto protocol = value_in(protocols, name);
    if (!protocol) protocol = number_in(name, 1, 255);
    auto to = place_of(next()), at = more() ? place_of(next()) : Place{}, from = more() ? place_of(next()) : Place{};
    if (!protocol || !to || !to->ip || !at || !from || to->low || at->low || from->low) return fail(Why::invalid, "redirect_proto: bad arguments");
    nat_.redirects.push_back({.protocol = *protocol, .to = *to->ip, .at = some(at->ip), .from = some(from->ip)});
    return {};
  }

  std::span<const std::string> words_;
  size_t at_ = 0;
  Nat nat_;
};

}  // namespace

Result<Nat> parse_nat(uint32_t number, std::span<const std::string> words) { return NatParser(number, words).run(); }

}  // namespace cellblock::ipfw
