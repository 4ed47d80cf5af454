// pfctl(8).
#include <algorithm>
#include <functional>
#include <ctime>

#include "pfctl_stack.hpp"
#include "stack.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "pfctl";
/// FreeBSD's; -o and -x may say what is so anyway, -S too.
constexpr std::string_view unable = "AgKmMpPr";

int usage() {
  fmt::print(stderr, "usage: pfctl [-dehNnOqRSvz] [-a anchor] [-D macro=value] [-F modifier]\n"
                     "\t[-f file] [-i interface] [-j jail] [-k host | network | label]\n"
                     "\t[-s modifier] [-t table -T command [address ...]]\n");
  return 1;
}

Result<> enable(Pf& pf, bool on) {
  if (pf.has('n')) return {};
  if (pf.whole.enabled == on) return fail(Why::exists, "{}", on ? "pf already enabled" : "pf not enabled");
  pf.whole.enabled = on;
  pf.whole.since = static_cast<uint64_t>(std::time(nullptr));
  CB_CHECK(pf.commit());
  if (on) CB_CHECK(pf.forget_unlabelled());
  pf.say("pf {}", on ? "enabled" : "disabled");
  return {};
}

/// In the order of pfctl(8), each on what the one before has left.
Result<> run(const Options& options) {
  struct Step {
    char letter;
    std::function<Result<>(Pf&)> act;
  };
  bool table = options.has('T');
  const Step steps[] = {{'d', [](Pf& pf) { return enable(pf, false); }},
                        {'s', [&](Pf& pf) { return pf_show(pf, options.value('s')); }},
                        {'F', [&](Pf& pf) { return pf_flush(pf, options.value('F')); }},
                        {'k', [](Pf& pf) { return pf_kill(pf); }},
                        {'z', [](Pf& pf) { return pf_zero(pf); }},
                        {'T', [&](Pf& pf) { return pf_table(pf, options.value('t'), options.value('T')); }},
                        {'f', [&](Pf& pf) { return table ? Result<>{} : pf_load(pf, options.value('f')); }},
                        {'e', [](Pf& pf) { return enable(pf, true); }}};
  for (const auto& [letter, act] : steps) {
    if (!options.has(letter)) continue;
    for (bool again = true; again;) {
      CB_TRY(Pf pf, Pf::open(options));
      auto done = act(pf);
      again = is_overtaken(done);
      if (!again) CB_CHECK(done);
    }
  }
  return {};
}

/// What is asked for and nothing here does.
Result<> can(const Options& options) {
  for (const auto& [letter, value] : options.all()) {
    bool as_is = letter == 'x' ? value == "none" || value == "urgent" : letter != 'o' || value == "none" || value == "basic";
    if (!as_is) return fail(Why::unsupported, "-{} {} is not supported on Linux", letter, value);
    if (unable.find(letter) != unable.npos) return fail(Why::unsupported, "-{} is not supported on Linux", letter);
  }
  bool whose = options.has('i') && !options.value('s').starts_with("I");
  return whose ? fail(Why::unsupported, "-i without -s Interfaces is not supported on Linux") : Result<>{};
}

}  // namespace

int pfctl(const Words& words) {
  Options options(words, "a:AD:deF:f:ghi:j:K:k:mMNno:Op:PqRrSs:T:t:vx:z");
  if (!options.error().empty()) {
    warnx(me, "{}", options.error());
    return usage();
  }
  bool acts = std::ranges::any_of(options.all(), [](const auto& option) { return std::string_view("dsFkKzTfex").find(option.first) != std::string_view::npos; });
  if (!acts || options.has('h') || (!options.rest().empty() && !options.has('T'))) return usage();
  Result<> done = can(options);
  if (auto stack = open_stack(options.value('j')); done && !stack) done = pass(stack.error());
  if (done) done = run(options);
  if (done) return 0;
  if (std::string text = done.error().text(); !text.empty()) warnx(me, "{}", text);
  return options.has('T') && done.error().chain.empty() ? 2 : 1;
}

}  // namespace cellblock::bsd
