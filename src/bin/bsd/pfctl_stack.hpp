// What the parts of pfctl(8) share: the network stack's pf, and what the command line says.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "applet.hpp"
#include "net/network.hpp"
#include "pf/store.hpp"
#include "sys/netlink.hpp"

namespace cellblock::bsd {

/// The stack's own interfaces and the users of this root.
class StackMachine final : public pf::Machine {
 public:
  static Result<StackMachine> look();
  std::vector<pf::TableEntry> addresses(const std::string& interface, pf::Part part) const override;
  std::optional<uint32_t> user(const std::string& name) const override;
  std::optional<uint32_t> group(const std::string& name) const override;
  const std::vector<net::Link>& links() const { return links_; }

 private:
  std::vector<net::Link> links_;
  std::vector<net::Address> addresses_;
};

struct Pf {
  static Result<Pf> open(const Options& options);
  /// The kernel has `whole` behind this, or what it had: is_overtaken() says whether because somebody else changed it.
  Result<> commit();
  /// What began before pf's tables were there; for when it is enabled.
  Result<> forget_unlabelled();
  pf::Kept& ruleset() { return whole.rulesets[anchor]; }
  bool has(char letter) const { return options->has(letter); }
  int verbose() const;
  /// On stderr, unless -q.
  template <class... A>
  void say(fmt::format_string<A...> format, A&&... args) const {
    std::fflush(stdout);
    if (!has('q')) fmt::print(stderr, "{}\n", fmt::format(format, std::forward<A>(args)...));
  }

  sys::netlink::Socket socket;
  StackMachine machine;
  pf::Whole whole;
  const Options* options;
  std::string anchor;  ///< -a
  bool below = false;  ///< -a ANCHOR/*: those below it too
};

/// A change that another one came before: to be made again on what there is now.
bool is_overtaken(const Result<>& done);

/// The first word of the list that begins so: "r" is "rules". Empty: none.
std::string word_like(const std::string& text, std::span<const std::string_view> list);

/// Of the network stack of this process; false if that can't be told.
bool pf_is_enabled();

Result<> pf_load(Pf& pf, const std::string& path);
Result<> pf_show(Pf& pf, const std::string& what);
Result<> pf_flush(Pf& pf, const std::string& what);
Result<> pf_zero(Pf& pf);
Result<> pf_kill(Pf& pf);
Result<> pf_table(Pf& pf, const std::string& table, const std::string& command);

}  // namespace cellblock::bsd
