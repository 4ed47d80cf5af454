// cellblock network draw: who is connected to whom.
#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "base/text.hpp"
#include "interruptible.hpp"
#include "network.hpp"
#include "plan/network.hpp"
#include "view/wiring.hpp"
#include "wiring.hpp"

namespace cellblock {
namespace {

using model::Wiring;
using Clock = std::chrono::steady_clock;

enum class Form : uint8_t { tree, dot, json };

struct Request {
  Form form = Form::tree;
  std::string name;                 ///< of a network, a bridge or a jail; empty: all
  std::chrono::seconds every{0};    ///< 0: once
};

Result<Wiring> look() {
  CB_TRY(record::State state, recorded());
  return look_at_wiring(state.snapshot);
}

/// A network of networks.conf stands for its bridge.
std::string bridge_or_jail(const std::string& name) {
  if (::access(plan::networks_file, F_OK) < 0) return name;
  Networks networks = read_networks();
  auto found = std::ranges::find(networks.all, name, &model::Wanted::name);
  return found == networks.all.end() ? name : plan::bridge_of(*found);
}

Result<view::Chosen> choose(const Wiring& wiring, const std::string& name) {
  if (name.empty()) return view::all_ends(wiring);
  auto chosen = view::ends_of(wiring, name);
  if (!chosen) return fail(Why::absent, "network: {}: neither a network or bridge that is there nor a jail with a stack of its own", name);
  return std::move(*chosen);
}

Result<> draw_once(const Request& request) {
  CB_TRY(Wiring wiring, look());
  CB_TRY(view::Chosen chosen, choose(wiring, request.name));
  switch (request.form) {
    case Form::tree: fmt::print("{}", view::draw(wiring, chosen)); break;
    case Form::dot: fmt::print("{}", view::draw_dot(wiring, chosen)); break;
    case Form::json: fmt::print("{}", view::draw_json(wiring, chosen)); break;
  }
  return {};
}

/// A drawing after each interval, until ^C or until nobody reads it. On a terminal each takes the place of the one before.
Result<> draw_on(const Request& request) {
  const bool is_terminal = ::isatty(STDOUT_FILENO);
  Interruptible interruptible;
  CB_TRY(Wiring before, look());
  for (auto at = Clock::now(); !interruptible.happened();) {
    if (::poll(nullptr, 0, static_cast<int>(std::chrono::milliseconds(request.every).count())) < 0) break;  // a signal
    CB_TRY(Wiring now, look());
    CB_TRY(view::Chosen chosen, choose(now, request.name));
    double seconds = std::chrono::duration<double>(Clock::now() - at).count();
    at = Clock::now();
    fmt::print("{}{}", is_terminal ? "\x1b[H\x1b[2J" : "", view::draw(view::since(before, now), chosen, seconds));
    if (std::fflush(stdout) != 0) return sys_fail(errno, "standard output");
    before = std::move(now);
  }
  return {};
}

/// Nothing: the words are wrong.
std::optional<Request> read(const Words& words) {
  Request request;
  bool has_form = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--dot" || word == "--json") {
      if (std::exchange(has_form, true)) return std::nullopt;
      request.form = word == "--dot" ? Form::dot : Form::json;
    } else if (word == "--every") {
      auto seconds = ++i < words.size() ? parse_int(words[i]) : std::nullopt;
      if (!seconds || *seconds < 1 || *seconds > 86400 || std::exchange(has_form, true)) return std::nullopt;
      request.every = std::chrono::seconds(*seconds);
    } else if (word.starts_with('-') || word.empty() || !request.name.empty()) {
      return std::nullopt;
    } else {
      request.name = word;
    }
  }
  return request;
}

}  // namespace

Result<int> draw_network(const Words& words) {
  std::optional<Request> request = read(words);
  if (!request) return usage(network_verb);
  if (!request->name.empty()) request->name = bridge_or_jail(request->name);
  CB_CHECK(request->every.count() ? draw_on(*request) : draw_once(*request));
  return 0;
}

}  // namespace cellblock
