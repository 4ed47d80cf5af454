// paramdoc TEMPLATE: the template on standard output, its places filled from the parameter table.
#include <cstdio>

#include "expand.hpp"

int main(int argc, char** argv) {
  FILE* file = argc == 2 ? std::fopen(argv[1], "re") : nullptr;
  if (!file) {
    fmt::print(stderr, "usage: paramdoc TEMPLATE\n");
    return 2;
  }
  std::string text;
  char buffer[4096];
  while (size_t got = std::fread(buffer, 1, sizeof buffer, file)) text.append(buffer, got);
  std::fclose(file);
  auto filled = cellblock::expand(text);
  if (!filled) {
    fmt::print(stderr, "paramdoc: {}: {}\n", argv[1], filled.error().text());
    return 1;
  }
  fmt::print("{}", *filled);
  return 0;
}
