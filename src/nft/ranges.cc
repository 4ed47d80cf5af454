#include "nft/ranges.hpp"

#include <algorithm>

namespace cellblock::nft {
namespace {

/// The next key, or the one before; the last has the first behind it.
std::string step(std::string key, int by) {
  for (size_t i = key.size(); i-- > 0;) {
    auto was = static_cast<uint8_t>(key[i]);
    key[i] = static_cast<char>(static_cast<uint8_t>(was + by));
    if (was != (by > 0 ? 0xff : 0)) break;
  }
  return key;
}

/// Walks the spans, the wider before those within, and gathers what each key comes to.
class Walk {
 public:
  void open(const Span& span) {
    while (!open_.empty() && open_.back()->last < span.first) close();
    if (!open_.empty() && next_ < span.first) put(next_, step(span.first, -1), open_.back()->value);
    next_ = span.first;
    open_.push_back(&span);
  }
  std::vector<Element> elements() {
    while (!open_.empty()) close();
    std::vector<Element> out;
    for (const Span& flat : flat_) {
      std::vector<Element> pair = range_of(flat.first, flat.last);
      pair[0].value = *flat.value;
      std::ranges::move(pair, std::back_inserter(out));
    }
    return out;
  }

 private:
  void close() {
    const Span& top = *open_.back();
    if (!ended_ || *ended_ < top.last) {
      put(next_, top.last, top.value);
      next_ = step(top.last, 1);
      ended_ = top.last;
    }
    open_.pop_back();
  }
  void put(const std::string& first, const std::string& last, const std::optional<std::string>& value) {
    if (!value) return;
    bool joins = !flat_.empty() && flat_.back().value == value && flat_.back().last < first && step(flat_.back().last, 1) == first;
    if (joins) flat_.back().last = last;
    else flat_.push_back({first, last, value});
  }

  std::vector<const Span*> open_;
  std::string next_;
  std::optional<std::string> ended_;
  std::vector<Span> flat_;
};

}  // namespace

std::vector<Element> narrowest(std::vector<Span> spans) {
  std::ranges::sort(spans, [](const Span& a, const Span& b) { return a.first != b.first ? a.first < b.first : a.last > b.last; });
  Walk walk;
  for (const Span& span : spans) walk.open(span);
  return walk.elements();
}

}  // namespace cellblock::nft
