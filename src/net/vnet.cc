#include "net/vnet.hpp"

#include <fmt/core.h>
#include <sys/random.h>

#include <array>

namespace cellblock::net {
namespace {

// The mark is one of the interface's other names: it goes where the interface goes, and ends with it.
constexpr std::string_view mark = "vnet=home=";

/// The requests that move it home; the mark goes before: both namespaces may hold one of that name.
std::vector<Request> homeward(const Link& link, int home) {
  std::vector<Request> requests;
  for (const std::string& name : link.other_names)
    if (name.starts_with(mark)) requests.push_back(delete_other_name(link.index, name));
  requests.push_back(set_network(link.index, home));
  return requests;
}

bool is_lent(const Link& link) {
  for (const std::string& name : link.other_names)
    if (name.starts_with(mark)) return true;
  return false;
}

}  // namespace

std::string new_token() {
  std::array<uint8_t, 4> bytes{};
  (void)!::getrandom(bytes.data(), bytes.size(), 0);
  return fmt::format("{:02x}{:02x}{:02x}{:02x}", bytes[0], bytes[1], bytes[2], bytes[3]);
}

namespace {
Result<> lend_by(Network& home, const Link& link, const Request& move) {
  std::string name = fmt::format("{}{}", mark, new_token());
  std::vector<Request> requests;
  if (!is_lent(link)) requests.push_back(add_other_name(link.index, name));
  requests.push_back(move);
  CB_TRY(std::vector<Result<>> outcomes, home.change(requests));
  if (outcomes.back()) return {};  // without the mark (before Linux 5.5) it is of the jail's from now on
  if (requests.size() > 1) (void)home.change(delete_other_name(link.index, name));
  return outcomes.back();
}
}  // namespace

Result<> lend(Network& home, const Link& link, int there) { return lend_by(home, link, set_network(link.index, there)); }

Result<> lend_to_process(Network& home, const Link& link, pid_t pid) {
  return lend_by(home, link, set_network_of_process(link.index, pid));
}

Result<> reclaim(Network& there, const Link& link, int home) {
  CB_TRY(std::vector<Result<>> outcomes, there.change(homeward(link, home)));
  if (!outcomes.back() && is_lent(link))
    (void)there.change(add_other_name(link.index, fmt::format("{}{}", mark, new_token())));
  return outcomes.back();
}

Result<> reclaim_all(int there, int home) {
  CB_TRY(Network network, Network::open(there));
  CB_TRY(std::vector<Link> links, network.links());
  std::vector<Request> requests;
  for (const Link& link : links) {
    if (!is_lent(link)) continue;
    for (Request& request : homeward(link, home)) requests.push_back(std::move(request));
  }
  if (!requests.empty()) CB_CHECK(network.change(requests).map([](const auto&) {}));
  return {};
}

}  // namespace cellblock::net
