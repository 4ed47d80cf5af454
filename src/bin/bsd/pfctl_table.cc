// pfctl -t TABLE -T COMMAND.
#include <algorithm>
#include <ctime>

#include "base/text.hpp"
#include "pf/print.hpp"
#include "pfctl_stack.hpp"

namespace cellblock::bsd {
namespace {

using pf::Listed;

class Command {
 public:
  Command(Pf& pf, const std::string& table) : pf_(pf), table_(table) {}

  Result<> run(const std::string& what) {
    CB_CHECK(given());
    bool makes = what == "add" || what == "replace";
    if (!is_there()) {
      if (!makes) return fail(Why::absent, "Table does not exist.");
      CB_CHECK(make());
    }
    if (what == "kill") return kill();
    if (changes(what) && is_constant()) return fail(Why::denied, "Operation not permitted.");
    if (pf_.whole.loaded) {
      CB_TRY(has_, pf::entries_of(pf_.socket, pf_.anchor, table_));
    }
    if (what == "show") return show();
    if (what == "test") return test();
    if (what == "zero") return say("{} table/stats cleared", 1);
    if (what == "expire") return expire();
    return change(what);
  }

 private:
  template <class... A>
  Result<> say(fmt::format_string<A...> format, A&&... args) {
    pf_.say("{}{}", fmt::format(format, std::forward<A>(args)...), pf_.has('n') ? " (dummy)." : ".");
    return {};
  }

  static bool changes(std::string_view what) { return what == "add" || what == "delete" || what == "replace" || what == "flush" || what == "expire"; }

  /// The addresses of the command line and of the file.
  Result<> given() {
    if (pf_.has('f')) {
      conf::DiskSources sources;
      auto text = sources.read(pf_.options->value('f'));
      if (!text) return fail(Why::absent, "cannot open {}: {}", pf_.options->value('f'), strerror_of(text.error().sys));
      CB_TRY(given_, pf::parse_entries(*text));
    }
    if (pf_.options->value('T').starts_with("e")) return {};  // expire's is a number
    for (const std::string& word : pf_.options->rest()) {
      CB_TRY(pf::TableEntry entry, pf::parse_entry(word));
      given_.push_back(entry);
    }
    return {};
  }

  std::vector<pf::Table>& tables() { return pf_.ruleset().rules.tables; }
  bool is_there() { return std::ranges::find(tables(), table_, &pf::Table::name) != tables().end(); }
  bool is_constant() { return std::ranges::find(tables(), table_, &pf::Table::name)->constant; }

  Result<> make() {
    bool good = !table_.empty() && table_.size() <= 31 && table_.find_first_of(" \t\n\"'<>{}()|#") == table_.npos;
    if (!good) return fail(Why::invalid, "Invalid argument.");
    pf::Table table;
    table.name = table_;
    table.persist = true;
    tables().push_back(std::move(table));
    CB_CHECK(pf_.commit());
    return say("{} table created", 1);
  }

  Result<> kill() {
    std::erase_if(tables(), [this](const pf::Table& table) { return table.name == table_; });
    CB_CHECK(pf_.commit());
    return say("{} table deleted", 1);
  }

  Result<> show() {
    for (const Listed& one : has_) {
      fmt::print("   {}\n", pf::text_of(one.entry));
      if (!pf_.verbose()) continue;
      time_t added = std::time(nullptr) - static_cast<time_t>(one.age_ms / 1000);
      char text[64] = "";
      tm local{};
      std::strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y", ::localtime_r(&added, &local));
      fmt::print("\tCleared:     {}\n", text);
    }
    return {};
  }

  Result<> test() {
    size_t found = 0;
    for (const pf::TableEntry& one : given_) {
      bool in = pf::holds(has_, one.ip) && pf::holds(has_, net::broadcast_of(one.ip, one.length));
      found += in;
      if (in && pf_.verbose()) fmt::print("{}\n", pf::text_of(one));
    }
    CB_CHECK(say("{}/{} addresses match", found, given_.size()));
    return found == given_.size() ? Result<>{} : Result<>(tl::unexpected(Error{Why::absent, 0, {}}));
  }

  Result<> expire() {
    auto seconds = pf_.options->rest().empty() ? std::nullopt : parse_int(pf_.options->rest()[0]);
    if (!seconds || *seconds < 0) return fail(Why::invalid, "expire needs a number of seconds");
    size_t before = has_.size();
    std::erase_if(has_, [&](const Listed& one) { return one.age_ms / 1000 >= static_cast<uint64_t>(*seconds); });
    CB_CHECK(write());
    return say("{}/{} addresses expired", before - has_.size(), before);
  }

  bool is_given(const Listed& one) const { return std::ranges::binary_search(given_, one.entry); }

  /// What is given, in order, and isn't there yet.
  size_t add() {
    std::vector<pf::TableEntry> more(given_);
    std::erase_if(more, [this](const pf::TableEntry& entry) { return std::ranges::binary_search(has_, entry, {}, &Listed::entry); });
    auto twice = std::ranges::unique(more);
    more.erase(twice.begin(), twice.end());
    for (const pf::TableEntry& entry : more) has_.push_back({entry, 0});
    return more.size();
  }

  Result<> change(const std::string& what) {
    std::ranges::sort(given_);
    if (what == "replace") return replace();
    size_t count = has_.size();
    if (what == "add") count = add();
    else if (what == "flush") has_.clear();
    else std::erase_if(has_, [this](const Listed& one) { return is_given(one); });
    if (what == "delete") count -= has_.size();
    CB_CHECK(write());
    if (what == "flush") return say("{} addresses deleted", count);
    return say("{}/{} addresses {}", count, given_.size(), what == "add" ? "added" : "deleted");
  }

  Result<> replace() {
    size_t before = has_.size();
    std::erase_if(has_, [this](const Listed& one) { return !is_given(one); });
    size_t deleted = before - has_.size(), added = add();
    CB_CHECK(write());
    if (added) CB_CHECK(say("{} addresses added", added));
    if (deleted) CB_CHECK(say("{} addresses deleted", deleted));
    return added || deleted ? Result<>{} : say("no changes");
  }

  Result<> write() {
    std::ranges::sort(has_, {}, &Listed::entry);
    return pf_.has('n') ? Result<>{} : pf::set_entries(pf_.socket, pf_.whole, pf_.anchor, table_, has_);
  }

  Pf& pf_;
  const std::string& table_;
  std::vector<pf::TableEntry> given_;
  std::vector<Listed> has_;
};

}  // namespace

Result<> pf_table(Pf& pf, const std::string& table, const std::string& text) {
  static constexpr std::string_view words[] = {"kill", "flush", "add", "delete", "load", "replace", "show", "test", "zero", "expire", "reset"};
  std::string what = word_like(text, words);
  if (what.empty()) return fail(Why::invalid, "Unknown table command '{}'", text);
  if (what == "reset") return fail(Why::unsupported, "-T reset is not supported on Linux");
  if (what == "load") return pf.has('f') ? pf_load(pf, pf.options->value('f')) : fail(Why::invalid, "-T load needs -f");
  if (table.empty()) return fail(Why::invalid, "-T {} needs a table (-t)", what);
  return Command(pf, table).run(what);
}

}  // namespace cellblock::bsd
