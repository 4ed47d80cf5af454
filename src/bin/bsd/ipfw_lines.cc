// ipfw(8): a file's rules, many in one transaction.
#include <algorithm>
#include <utility>

#include "ipfw_session.hpp"

namespace cellblock::bsd {

/// "-q" and "-f" before a command of a file are for that one.
Result<> IpfwSession::take_flags(Words& words) {
  flags_ = {};
  for (; !words.empty() && words[0].starts_with('-'); words.erase(words.begin()))
    for (char letter : std::string_view(words[0]).substr(1)) {
      if (letter != 'q' && letter != 'f') return fail(Why::unsupported, "-{}: not in a file", letter);
      (letter == 'q' ? flags_.quiet : flags_.force) = true;
    }
  return {};
}

int IpfwSession::run_line(const Words& given, std::string_view where) {
  Words words = given;
  if (auto flags = take_flags(words); !flags || words.empty()) {
    if (int status = finish()) return status;
    where_ = where;
    return refuse_unless(flags);
  }
  bool adds = words[0] == "add", deletes = words[0] == "delete" || words[0] == "del", of_table = words[0] == "table";
  only_set_.reset();
  Words rest(words.begin() + 1, words.end());
  auto change = adds ? adding(rest) : deletes ? deleting(rest) : of_table ? changing_table(rest) : Result<Change>(tl::unexpect, Error{});
  if (change) {
    lines_.push_back({words, std::string(where), flags_, std::move(*change)});
    return 0;
  }
  // Another command, or one that is wrong and will say so: what came before it is done.
  Flags flags = flags_;
  if (int status = finish()) return status;
  flags_ = flags;
  return run(words, where);
}

int IpfwSession::finish() {
  std::vector<Line> lines = std::exchange(lines_, {});
  if (lines.empty()) return 0;
  size_t good = 0;
  std::optional<Error> wrong;
  auto done = edit([&](ipfw::Ruleset& rules) -> Result<> {
    wrong.reset();
    for (good = 0; good < lines.size() && !wrong; good += !wrong)
      if (auto one = lines[good].change.edit(rules); !one) wrong = one.error();
    return wrong && good == 0 ? Result<>(tl::unexpect, *wrong) : Result<>();
  });
  // Only all of them together show what is wrong with one: a rule that comes to too much, the kernel's refusal.
  if (!done && good > 0) return one_by_one(lines);
  for (size_t at = 0; at < good; ++at) {
    flags_ = lines[at].flags;
    where_ = lines[at].where;
    lines[at].change.done();
  }
  where_ = lines[std::min(good, lines.size() - 1)].where;
  return wrong ? refuse(*wrong) : refuse_unless(done);
}

int IpfwSession::one_by_one(const std::vector<Line>& lines) {
  for (const Line& line : lines) {
    flags_ = line.flags;
    if (int status = run(line.words, line.where)) return status;
  }
  return 0;
}

}  // namespace cellblock::bsd
