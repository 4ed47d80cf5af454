#include "ipfw/links.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/text.hpp"
#include "ipfw/words.hpp"

namespace cellblock::ipfw {
namespace {

enum Where : uint8_t { in_pipe = 1, in_queue = 2, in_sched = 4, in_all = 7 };
enum class Value : uint8_t { none, number, real, chance, rate, time, size, red, kind, file, masks };

struct Word {
  std::string_view name;
  uint8_t where;
  Value value;
  uint32_t low = 0, high = 0;
};

constexpr std::array config_words{
    Word{"bw", in_pipe, Value::rate}, Word{"bandwidth", in_pipe, Value::rate}, Word{"delay", in_pipe, Value::time},
    Word{"burst", in_pipe, Value::size}, Word{"profile", in_pipe, Value::file}, Word{"pipe", in_queue | in_sched, Value::number, 1, 65535},
    Word{"sched", in_queue, Value::number, 1, 65535}, Word{"flowset", in_queue, Value::number, 1, 65535},
    Word{"weight", in_queue | in_sched, Value::number, 1, 100}, Word{"pri", in_queue | in_sched, Value::number, 0, 65535},
    Word{"lmax", in_queue | in_sched, Value::number, 1, 65535}, Word{"type", in_sched | in_pipe, Value::kind},
    Word{"plr", in_all, Value::chance}, Word{"queue", in_all, Value::size}, Word{"buckets", in_all, Value::number, 1, 65536},
    Word{"mask", in_all, Value::masks}, Word{"sched_mask", in_pipe | in_sched, Value::masks}, Word{"flow_mask", in_all, Value::masks},
    Word{"noerror", in_all, Value::none}, Word{"droptail", in_all, Value::none}, Word{"red", in_all, Value::red}, Word{"gred", in_all, Value::red},
    Word{"ecn", in_all, Value::none}, Word{"noecn", in_all, Value::none}, Word{"codel", in_all, Value::none}, Word{"pie", in_all, Value::none},
    Word{"target", in_all, Value::time}, Word{"interval", in_all, Value::time}, Word{"tupdate", in_all, Value::time},
    Word{"alpha", in_all, Value::real}, Word{"beta", in_all, Value::real}, Word{"max_burst", in_all, Value::time},
    Word{"max_ecnth", in_all, Value::real}, Word{"cap", in_all, Value::none}, Word{"capdrop", in_all, Value::none},
    Word{"nocapdrop", in_all, Value::none}, Word{"drand", in_all, Value::none}, Word{"nodrand", in_all, Value::none},
    Word{"onoff", in_all, Value::none}, Word{"dre", in_all, Value::none}, Word{"ts", in_all, Value::none},
    Word{"quantum", in_sched | in_pipe, Value::number, 1, 9000}, Word{"limit", in_sched | in_pipe, Value::number, 1, 65536},
    Word{"flows", in_sched | in_pipe, Value::number, 1, 65536}};

constexpr std::array kinds{"fifo", "wf2q+", "rr", "qfq", "prio", "fq_codel", "fq_pie"};
constexpr std::array mask_words{"dst-ip", "src-ip", "dst-ip6", "src-ip6", "dst-port", "src-port", "proto", "flow-id", "queue", "extra"};

bool has(auto& list, std::string_view word) { return std::ranges::find(list, word) != list.end(); }

/// A number and one of the units behind it, in any case.
bool measures(std::string_view text, std::initializer_list<std::string_view> units) {
  std::string copy(text);
  char* end = nullptr;
  double value = std::strtod(copy.c_str(), &end);
  if (text.empty() || text[0] < '0' || text[0] > '9' || !(value >= 0 && value < 1e15)) return false;
  std::string unit = to_lower(end);
  return unit.empty() || std::ranges::find(units, unit) != units.end();
}

bool is_rate(std::string_view text) {
  bool device = !text.empty() && text.size() <= 15 && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
  return device || measures(text, {"k", "m", "g", "bit/s", "kbit/s", "mbit/s", "gbit/s", "byte/s", "kbyte/s", "mbyte/s", "gbyte/s", "bytes/s",
                                   "kbytes/s", "mbytes/s", "gbytes/s", "bps", "kbps", "mbps", "gbps"});
}

bool all_real(std::string_view text, char separator, size_t count, double most) {
  std::vector<std::string> parts = split(text, separator);
  return parts.size() == count && std::ranges::all_of(parts, [most](const std::string& part) { return measures(part, {}) && std::strtod(part.c_str(), nullptr) <= most; });
}

/// One after the other, until a word is wrong.
class LinkParser {
 public:
  LinkParser(std::string_view verb, std::span<const std::string> words) : verb_(verb), words_(words) {
    where_ = verb == "pipe" ? in_pipe : verb == "queue" ? in_queue : in_sched;
  }

  Result<> run() {
    if (words_.empty()) return fail(Why::invalid, "{}: missing command", verb_);
    bool number_first = number_in(word(), 1, 65535).has_value();
    std::string_view number = number_first ? next() : std::string_view(), command = next();
    if (command == "config") {
      if (!number_first) number = next();
      if (!number_in(number, 1, 65535)) return fail(Why::invalid, "{}: bad number ``{}''", verb_, number);
      while (!word().empty()) CB_CHECK(option());
      return {};
    }
    if (command != "show" && command != "list" && command != "delete" && command != "del" && command != "flush")
      return fail(Why::invalid, "{}: bad command ``{}''", verb_, command);
    bool needs = command.starts_with("del") && !number_first;
    if (needs && word().empty()) return fail(Why::invalid, "{} {}: missing number", verb_, command);
    for (; !word().empty(); ++at_)
      if (!all_numbers(word())) return fail(Why::invalid, "{} {}: bad number ``{}''", verb_, command, word());
    return {};
  }

 private:
  std::string_view word() const { return at_ < words_.size() ? std::string_view(words_[at_]) : std::string_view(); }
  std::string_view next() {
    std::string_view out = word();
    ++at_;
    return out;
  }

  static bool all_numbers(std::string_view range) {
    std::string_view high = range, low = take_part(high, '-');
    return number_in(low, 1, 65535) && (high.empty() || number_in(high, 1, 65535));
  }

  Result<> option() {
    std::string_view name = next();
    auto row = std::ranges::find(config_words, name, &Word::name);
    if (row == config_words.end()) return fail(Why::invalid, "{} config: unrecognised option ``{}''", verb_, name);
    if (!(row->where & where_)) return fail(Why::invalid, "{} config: {} is for another kind", verb_, name);
    if (row->value == Value::none) return {};
    if (row->value == Value::masks) return masks(name);
    if (!good(*row, word())) return fail(Why::invalid, "{}: bad argument ``{}''", name, word());
    ++at_;
    return {};
  }

  static bool good(const Word& row, std::string_view text) {
    switch (row.value) {
      case Value::number: return number_in(text, row.low, row.high).has_value();
      case Value::real: return measures(text, {});
      case Value::chance: return all_real(text, ',', 1, 1) || all_real(text, ',', 4, 100);
      case Value::rate: return is_rate(text);
      case Value::time: return measures(text, {"us", "ms", "s"});
      case Value::size: return measures(text, {"k", "m", "g", "b", "kb", "mb", "bytes", "kbytes", "mbytes", "kbyte", "mbyte"});
      case Value::red: return all_real(text, '/', 4, 65536);
      case Value::kind: return has(kinds, text);
      case Value::file: return !text.empty();
      case Value::none:
      case Value::masks: return true;
    }
    return false;
  }

  /// "all", or names with a mask or "/LENGTH" each.
  Result<> masks(std::string_view name) {
    size_t first = at_;
    while (word() == "all" || (has(mask_words, word()) && is_mask(at_ + 1 < words_.size() ? words_[at_ + 1] : ""))) at_ += word() == "all" ? 1 : 2;
    return at_ > first ? Result<>() : fail(Why::invalid, "{}: bad argument ``{}''", name, word());
  }

  static bool is_mask(std::string_view text) {
    if (text.starts_with('/')) return number_in(text.substr(1), 0, 128).has_value();
    if (!text.starts_with("0x")) return number_in(text, 0, UINT32_MAX).has_value();
    return text.size() > 2 && text.size() <= 34 && text.find_first_not_of("0123456789abcdefABCDEF", 2) == text.npos;
  }

  std::string_view verb_;
  std::span<const std::string> words_;
  size_t at_ = 0;
  uint8_t where_ = 0;
};

}  // namespace

Error unserved(std::string_view what) {
  return Error{Why::unsupported, 0, {fmt::format("{}: no link engine serves pipes, queues and schedulers on this system yet", what)}};
}

Error refuse_links(std::string_view verb, std::span<const std::string> words) {
  auto read = LinkParser(verb, words).run();
  return read ? unserved(fmt::format("{} {}", verb, join({words.begin(), words.begin() + std::min<long>(2, static_cast<long>(words.size()))}, " "))) : read.error();
}

}  // namespace cellblock::ipfw
