// jail.conf(5): whatever the text, reading ends; spans lie inside their files; a file without errors prints
// back as itself; its jails resolve, are checked and are printed.
//
// NUL bytes cut the input into files: jail.conf, then a.conf, b.conf ... for its .include.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.hpp"
#include "conf/check.hpp"
#include "conf/command_line.hpp"
#include "conf/parse.hpp"
#include "conf/print.hpp"
#include "conf/resolve.hpp"

namespace {

using namespace cellblock;
using namespace cellblock::conf;

void require(bool truth) {
  if (!truth) std::abort();
}

MemorySources sources_of(std::string_view input) {
  MemorySources sources;
  std::string name = "jail.conf";
  for (const std::string& text : split(input, '\0')) {
    sources.set(name, text);
    name = name == "jail.conf" ? "a.conf" : std::string(1, static_cast<char>(name[0] + 1)) + ".conf";
    if (name[0] > 'f') break;
  }
  return sources;
}

void check_spans(const SourceTexts& texts, const std::vector<Diag>& diags) {
  for (const Diag& diag : diags) {
    if (diag.at.known()) require(diag.at.file < texts.size() && diag.at.begin <= diag.at.end);
    if (diag.at.known()) require(diag.at.end <= texts[diag.at.file].text.size());
    require(!print(texts, diag, "jail").empty());
  }
}

void print_back(MemorySources sources, const Tree& tree) {
  std::string text = print_tree(tree);
  sources.set("jail.conf", text);
  Parsed again = parse(sources, "jail.conf");
  require(again.diags.empty());
  require(same(tree, again.tree));
  require(print_tree(again.tree) == text);
}

void run_jails(const Tree& tree) {
  Resolved resolved = resolve(tree);
  check_spans(tree.texts, resolved.diags);
  require(resolved.origins.size() == resolved.jails.size());
  for (size_t i = 0; i < resolved.jails.size(); ++i) {
    require(resolved.origins[i].size() == resolved.jails[i].settings.size());
    check_spans(tree.texts, check(resolved.jails[i], resolved.origins[i]));
  }
  require(print_jails(resolved.jails, "\t").size() >= resolved.jails.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  MemorySources sources = sources_of(input);
  Parsed parsed = parse(sources, "jail.conf");
  check_spans(parsed.tree.texts, parsed.diags);
  if (parsed.diags.empty()) {
    print_back(sources, parsed.tree);
    run_jails(parsed.tree);
  }
  std::vector<std::string> words = split_words(input.substr(0, 200));
  check(command_line({}, words));
  check(old_style({}, words, model::AllowSet()));
  return 0;
}
