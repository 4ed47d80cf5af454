#include <fmt/core.h>

#include <cstdio>

#include "verb.hpp"

namespace cellblock {

int usage(const Verb& verb) {
  fmt::print(stderr, "usage: cellblock {} {}\n", verb.name, verb.synopsis);
  return 2;
}

}  // namespace cellblock
