#include "kernel/lent.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "kernel/faults.hpp"
#include "net/vnet.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

using model::Jail;
using model::JailId;
using record::Lent;
using record::State;

std::string pin_of(JailId jid) { return fmt::format("lent/{}", jid); }

/// The jail's network stack, alive or not. Why::absent: nothing was lent to it.
Result<Fd> open_pin(const Home& home, JailId jid) { return sys::open_at(home.fd(), pin_of(jid).c_str(), O_RDONLY); }

Result<> pin(const Home& home, JailId jid, int network) {
  CB_CHECK(sys::make_directory(home.fd(), "lent", 0700));
  auto made = sys::open_at(home.fd(), pin_of(jid).c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (!made && made.error().sys == EEXIST) return {};
  if (!made) return pass(std::move(made.error()));
  const std::string source = fmt::format("/proc/self/fd/{}", network), target = fmt::format("/proc/self/fd/{}", made->get());
  if (::mount(source.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) < 0) return sys_fail(errno, "{}", pin_of(jid));
  return {};
}

void unpin(const Home& home, JailId jid) {
  const std::string file = fmt::format("{}/{}", home_path, pin_of(jid));
  (void)::umount2(file.c_str(), MNT_DETACH);
  (void)::unlinkat(home.fd(), pin_of(jid).c_str(), 0);
}

/// The stack that an interface came from; none: that jail has ended.
Result<Fd> home_of(const State& state, JailId from) {
  if (!from) return net::own_network();
  const Jail* jail = state.snapshot.find(from);
  if (!jail || !jail->runtime.keeper) return fail(Why::absent, "jail {}", from);
  return net::network_of(jail->runtime.keeper);
}

/// It bears the mark, and is of the kind that was lent.
const net::Link* find_lent(std::span<const net::Link> links, const std::string& token, const Lent& lent) {
  auto found = std::ranges::find_if(links, [&](const net::Link& link) {
    const std::vector<std::string> tokens = net::tokens_of(link);
    return link.kind == lent.kind && std::ranges::find(tokens, token) != tokens.end();
  });
  return found == links.end() ? nullptr : &*found;
}

/// Under its name, or, if another one has that by now, under one that shows whose it was: "em0.1".
Result<> send_home(net::Network& there, const net::Link& link, int home, const std::string& name, const std::string& token) {
  constexpr size_t longest = IFNAMSIZ - 1;
  constexpr int most = 10;
  Result<> sent = net::reclaim(there, link, home, name, {&token, 1});
  for (int number = 1; number < most && !sent && sent.error().sys == EEXIST; ++number)
    sent = net::reclaim(there, link, home, fmt::format("{}.{}", name.substr(0, longest - 2), number), {&token, 1});
  return sent;
}

Result<> bring_one(Registry& registry, net::Network& there, std::span<const net::Link> links, const std::string& token, const Lent& lent) {
  CB_TRY(const State* state, registry.refresh());
  if (const net::Link* link = find_lent(links, token, lent)) {
    CB_TRY(Fd home, home_of(*state, lent.from));
    CB_CHECK(send_home(there, *link, home.get(), lent.name, token));
  }
  faults::passed("interface home");
  return registry.append(record::unlend_line(token));
}

std::map<std::string, Lent> lent_to(const State& state, JailId jid) {
  std::map<std::string, Lent> all;
  for (const auto& [token, lent] : state.lent)
    if (lent.jid == jid) all.emplace(token, lent);
  return all;
}

}  // namespace

Result<> lend_to(Registry& registry, net::Network& home, const net::Link& link, JailId from, const Jail& jail) {
  if (jail.prison.vnet != model::Sys::fresh)
    return fail(Why::invalid, "jail \"{}\" has no network stack of its own (vnet)", jail.prison.name);
  CB_TRY(Fd there, net::network_of(jail.runtime.keeper));
  CB_TRY(const State* state, registry.refresh());
  std::string token = net::new_token();
  Lent lent{jail.prison.jid, from, link.name, link.kind};
  for (const std::string& old : net::tokens_of(link)) {  // it goes on from one jail to another: its home is where it was
    auto known = state->lent.find(old);
    if (known == state->lent.end() || known->second.jid != from) continue;
    lent.name = known->second.name, lent.from = known->second.from;
    CB_CHECK(home.change(net::without_mark(link, old)));
    CB_CHECK(registry.append(record::unlend_line(old)));
  }
  CB_CHECK(registry.append(record::lend_line(token, lent)));
  CB_CHECK(faults::step("lending announced"));
  CB_CHECK(pin(registry.home(), lent.jid, there.get()));
  auto moved = net::lend(home, link, there.get(), token);
  if (!moved) (void)registry.append(record::unlend_line(token));
  return moved;
}

Result<bool> take_back(Registry& registry, const Jail& jail, const std::string& name) {
  CB_TRY(const State* state, registry.refresh());
  for (const auto& [token, lent] : lent_to(*state, jail.prison.jid)) {
    if (lent.name != name) continue;
    CB_TRY(Fd pinned, open_pin(registry.home(), jail.prison.jid));
    CB_TRY(net::Network there, net::Network::open(pinned.get()));
    CB_TRY(std::vector<net::Link> links, there.links());
    const bool is_there = find_lent(links, token, lent);
    CB_CHECK(bring_one(registry, there, links, token, lent));
    return is_there;
  }
  return false;
}

void bring_home(Registry& registry, const Jail& jail) {
  auto pinned = open_pin(registry.home(), jail.prison.jid);
  if (!pinned) return;
  auto state = registry.refresh();
  auto there = net::Network::open(pinned->get());
  auto links = there ? there->links() : Result<std::vector<net::Link>>(pass(there.error()));
  if (state && links)
    for (const auto& [token, lent] : lent_to(**state, jail.prison.jid)) (void)bring_one(registry, *there, *links, token, lent);
  unpin(registry.home(), jail.prison.jid);
}

void return_to_parent(Registry& registry, int network, JailId parent) {
  auto state = registry.refresh();
  auto home = state ? home_of(**state, parent) : Result<Fd>(pass(state.error()));
  auto there = home ? net::Network::open(network) : Result<net::Network>(pass(home.error()));
  auto links = there ? there->links() : Result<std::vector<net::Link>>(pass(there.error()));
  if (!links) return;  // the jail around has ended as well
  for (const net::Link& link : *links) {
    std::vector<std::string> tokens = net::tokens_of(link);
    std::erase_if(tokens, [&](const std::string& token) { return (*state)->lent.contains(token); });
    if (!tokens.empty()) (void)net::reclaim(*there, link, home->get(), link.name, tokens);
  }
}

}  // namespace cellblock::kernel
