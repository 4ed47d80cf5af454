// cellblock VERB: the front of everything that FreeBSD has no command for.
#include <fmt/core.h>

#include <array>
#include <cstdio>

#include "verb.hpp"

namespace cellblock {
namespace {

constexpr std::string_view version = CELLBLOCK_VERSION;

Result<int> print_version(const Words&) {
  fmt::print("cellblock {}\n", version);
  return 0;
}

Result<int> help(const Words& words);

constexpr Verb version_verb{"version", "", "print the version", "Prints the name and the version.", print_version};
constexpr Verb help_verb{"help", "[VERB]", "list the verbs, or explain one",
                         "Without VERB, lists the verbs. With one, says what it does and which options it takes.",
                         help};

constexpr std::array<const Verb*, 7> verbs{&add_verb,    &bsd_verb,     &doctor_verb, &mkroot_verb,
                                            &network_verb, &version_verb, &help_verb};

const Verb* find_verb(std::string_view name) {
  for (const Verb* verb : verbs)
    if (verb->name == name) return verb;
  return nullptr;
}

void print_list(FILE* out) {
  fmt::print(out, "usage: cellblock VERB [ARGUMENT...]\n"
                  "       cellblock --dump=tree|world|plan|journal|snapshot [FILE [JAIL...]]\n\n");
  for (const Verb* verb : verbs) fmt::print(out, "  {:<10} {}\n", verb->name, verb->summary);
  fmt::print(out, "\n`cellblock help VERB` explains one. jail(8), jls(8) and jexec(8) are commands of their own.\n");
}

void explain(const Verb& verb) {
  fmt::print("usage: cellblock {}{}{}\n\n{}\n", verb.name, verb.synopsis.empty() ? "" : " ", verb.synopsis, verb.text);
}

int unknown(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Verb* verb : verbs) names.push_back(verb->name);
  fmt::print(stderr, "cellblock: unknown verb: {}{}\n", name, did_you_mean(name, names));
  print_list(stderr);
  return 2;
}

Result<int> help(const Words& words) {
  if (words.empty()) {
    print_list(stdout);
    return 0;
  }
  const Verb* verb = find_verb(words[0]);
  if (!verb) return unknown(words[0]);
  explain(*verb);
  return 0;
}

Result<int> run(const Words& words) {
  std::string_view first = words[0];
  Words rest(words.begin() + 1, words.end());
  if (first.starts_with("--dump=")) return dump(first.substr(7), rest);
  if (first == "--help" || first == "-h") return help({});
  if (first == "--version" || first == "-V") return print_version({});
  const Verb* verb = find_verb(first);
  if (!verb) return unknown(first);
  if (!rest.empty() && (rest[0] == "--help" || rest[0] == "-h")) return help({std::string(first)});
  return verb->run(rest);
}

}  // namespace

}  // namespace cellblock

int main(int argc, char** argv) {
  using namespace cellblock;
  if (argc < 2) {
    print_list(stderr);
    return 2;
  }
  auto status = run(Words(argv + 1, argv + argc));
  if (status) return *status;
  fmt::print(stderr, "cellblock: {}\n", status.error().text());
  return 1;
}
