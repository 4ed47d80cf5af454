#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

#include "base/text.hpp"
#include "verb.hpp"

namespace cellblock {

int usage(const Verb& verb) {
  fmt::print(stderr, "usage: cellblock {} {}\n", verb.name, verb.synopsis);
  return 2;
}

int refuse(const Verb& verb, std::string_view word, std::string_view option) {
  bool dash = word.starts_with('-');
  fmt::print(stderr, "cellblock: {}: {}: {}{}\n", verb.name, word, dash ? "unknown option" : "no word is wanted here",
             did_you_mean(word, std::span(&option, 1)));
  return usage(verb);
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> words) {
  std::string_view best;
  size_t least = 1 + std::clamp<size_t>(word.size() / 3, 1, 3);
  for (std::string_view candidate : words) {
    size_t far = distance(word, candidate);
    if (far >= least) continue;
    least = far;
    best = candidate;
  }
  return best.empty() ? std::string() : fmt::format(" (did you mean \"{}\"?)", best);
}

}  // namespace cellblock
