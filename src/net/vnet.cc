#include "net/vnet.hpp"

#include <fmt/core.h>
#include <sys/random.h>

#include <array>

namespace cellblock::net {
namespace {

constexpr std::string_view mark = "vnet=home=";

std::string mark_of(std::string_view token) { return fmt::format("{}{}", mark, token); }

Result<> lend_by(Network& home, const Link& link, std::string_view token, const Request& move) {
  const std::string name = mark_of(token);
  const std::vector<Request> requests = {add_other_name(link.index, name), move};
  CB_TRY(std::vector<Result<>> outcomes, home.change(requests));
  if (outcomes.back()) return {};  // without the mark (before Linux 5.5) it is of the jail's from now on
  (void)home.change(delete_other_name(link.index, name));
  return outcomes.back();
}

}  // namespace

std::string new_token() {
  std::array<uint8_t, 4> bytes{};
  (void)!::getrandom(bytes.data(), bytes.size(), 0);
  return fmt::format("{:02x}{:02x}{:02x}{:02x}", bytes[0], bytes[1], bytes[2], bytes[3]);
}

Result<> lend(Network& home, const Link& link, int there, std::string_view token) {
  return lend_by(home, link, token, set_network(link.index, there));
}

Result<> lend_to_process(Network& home, const Link& link, pid_t pid, std::string_view token) {
  return lend_by(home, link, token, set_network_of_process(link.index, pid));
}

std::vector<std::string> tokens_of(const Link& link) {
  std::vector<std::string> tokens;
  for (const std::string& name : link.other_names)
    if (name.starts_with(mark)) tokens.push_back(name.substr(mark.size()));
  return tokens;
}

Request without_mark(const Link& link, std::string_view token) { return delete_other_name(link.index, mark_of(token)); }

Result<> reclaim(Network& there, const Link& link, int home, std::string_view name, std::span<const std::string> tokens) {
  std::vector<Request> requests;
  // The marks go before: both namespaces may hold one of that name.
  for (const std::string& token : tokens) requests.push_back(without_mark(link, token));
  // Down, or it can't be given its name back before Linux 6.2.
  if (link.name != name) requests.push_back(set_up(link.index, false));
  requests.push_back(set_network(link.index, home, name));
  CB_TRY(std::vector<Result<>> outcomes, there.change(requests));
  if (!outcomes.back())
    for (const std::string& token : tokens) (void)there.change(add_other_name(link.index, mark_of(token)));
  return outcomes.back();
}

}  // namespace cellblock::net
