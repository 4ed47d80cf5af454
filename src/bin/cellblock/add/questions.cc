#include "add/questions.hpp"

#include <algorithm>
#include <array>

#include "add/checks.hpp"
#include "base/text.hpp"

namespace cellblock::add {
namespace {

std::string no_standard(const Answers&, const Host&) { return {}; }

bool lacks_interface(const Answers& before, const Host& host) {
  if (before.addresses == "inherit") return false;
  return std::ranges::any_of(split(before.addresses, ','), [&host](const std::string& element) {
    return element.find('|') == element.npos && !host.has_address(element.substr(0, element.find('/')));
  });
}

constexpr std::array<Question, 7> all{{
    {"name", 'n', "Jail name", &Answers::name, no_standard, check_name, nullptr},
    {"size", 's', "Size of the disk", &Answers::size, [](const Answers&, const Host&) { return std::string("1g"); }, check_size,
     nullptr},
    {"address", 'a', "Addresses (IPv4 and IPv6, none, or inherit)", &Answers::addresses,
     [](const Answers&, const Host&) { return std::string("none"); }, check_addresses, nullptr},
    {"interface", 'i', "Interface that gets the addresses", &Answers::interface,
     [](const Answers&, const Host& host) { return host.outward; }, check_interface, lacks_interface},
    {"hostname", 'H', "Host name", &Answers::hostname, [](const Answers& before, const Host&) { return before.name; },
     check_hostname, nullptr},
    {"source", 'r', "Fill with (busybox, a directory, or a tar archive)", &Answers::source,
     [](const Answers&, const Host&) { return std::string("busybox"); }, check_source, nullptr},
    {"boot", 'b', "Start at boot (yes/no)", &Answers::boot, [](const Answers&, const Host&) { return std::string("no"); },
     [](const std::string& text, const Answers&, const Host&) { return check_yes_no(text); }, nullptr},
}};

Result<std::string> ask_for(const Question& question, const Answers& before, const Host& host, Dialogue& dialogue) {
  std::string standard = question.standard(before, host);
  std::string prompt = standard.empty() ? fmt::format("{}: ", question.prompt) : fmt::format("{} [{}]: ", question.prompt, standard);
  for (;;) {
    auto text = dialogue.ask(prompt);
    if (!text) return fail(Why::absent, "the input ended: nothing was made");
    auto answer = question.check(text->empty() ? standard : *text, before, host);
    if (answer) return answer;
    dialogue.complain(answer.error().text());
  }
}

}  // namespace

std::span<const Question> questions() { return all; }

Result<Answers> collect(const Given& given, const Host& host, Dialogue& dialogue, Ask ask) {
  Answers answers;
  for (const Question& question : all) {
    auto words = given.find(question.key);
    bool matters = !question.matters || question.matters(answers, host);
    if (words != given.end()) {
      CB_TRY(answers.*question.field, question.check(words->second, answers, host));
    } else if (matters && ask == Ask::person) {
      CB_TRY(answers.*question.field, ask_for(question, answers, host, dialogue));
    } else if (matters) {
      CB_TRY(answers.*question.field, question.check(question.standard(answers, host), answers, host));
    }
  }
  return answers;
}

Result<bool> confirm(Dialogue& dialogue, std::string_view prompt) {
  for (;;) {
    auto text = dialogue.ask(prompt);
    if (!text) return fail(Why::absent, "the input ended: nothing was made");
    auto answer = check_yes_no(*text);
    if (answer) return *answer == "yes";
    dialogue.complain(answer.error().text());
  }
}

}  // namespace cellblock::add
