// The rules' texts lie in a set that no rule asks: four numbers (of the rule, its order, its id, the part) and the text,
// in parts that fit an element's user data. With number 0: instances of NAT.
#include <endian.h>

#include <algorithm>
#include <cstring>

#include "base/text.hpp"
#include "ipfw/compile.hpp"

namespace cellblock::ipfw {
namespace {

constexpr std::string_view texts = "texts";
constexpr size_t part_size = 250;

uint32_t number_at(std::string_view key, size_t at) {
  uint32_t out = 0;
  if (key.size() >= (at + 1) * 4) std::memcpy(&out, key.data() + at * 4, 4);
  return be32toh(out);
}

void put_text(std::vector<nft::Element>& out, uint32_t number, uint32_t order, uint32_t id, std::string_view text) {
  for (uint32_t part = 0; !text.empty(); ++part) {
    out.push_back({.key = nft::be32(number) + nft::be32(order) + nft::be32(id) + nft::be32(part), .userdata = std::string(text.substr(0, part_size))});
    text.remove_prefix(std::min(text.size(), part_size));
  }
}

Result<> take_text(Ruleset& out, std::string_view key, const std::string& text) {
  std::vector<std::string> words = split_words(text);
  if (number_at(key, 0) == 0) {
    CB_TRY(Nat nat, parse_nat(number_at(key, 1), words));
    out.nats.push_back(std::move(nat));
    return {};
  }
  CB_TRY(Rule rule, parse_rule(words));
  rule.number = number_at(key, 0);
  out.rules.push_back({number_at(key, 1), number_at(key, 2), std::move(rule)});
  return {};
}

}  // namespace

Result<Ruleset> read_ruleset(sys::netlink::Socket& socket) {
  Ruleset out;
  CB_TRY(out.loaded, nft::has_table(socket, nft::Family::inet, table));
  if (!out.loaded) return out;
  CB_TRY(std::vector<nft::Element> all, nft::elements(socket, nft::Family::inet, table, texts));
  std::ranges::sort(all, {}, &nft::Element::key);
  for (size_t at = 0; at < all.size();) {
    std::string key = all[at].key.substr(0, 12), text;
    for (; at < all.size() && all[at].key.starts_with(key); ++at) text += all[at].userdata;
    CB_CHECK(take_text(out, key, text));
  }
  return out;
}

Result<nft::Batch> change(sys::netlink::Socket& socket, const Ruleset& wanted) {
  CB_TRY(bool loaded, nft::has_table(socket, nft::Family::inet, table));
  CB_TRY(std::vector<nft::SeenChain> chains, nft::chains(socket, nft::Family::inet, table));
  CB_TRY(std::vector<nft::Counter> counters, nft::counters(socket, nft::Family::inet, table));
  nft::Batch batch;
  batch.add(nft::Table{.name = std::string(table)});
  if (loaded) batch.flush().flush_set(texts);
  else batch.add(nft::Set{.name = std::string(texts), .key_size = 16});
  std::vector<uint32_t> ids{0};
  std::vector<nft::Element> lines;
  for (const Kept& kept : wanted.rules) {
    ids.push_back(kept.id);
    const std::string& text = kept.rule.text;
    put_text(lines, kept.rule.number, kept.order, kept.id, text);
  }
  for (const Nat& nat : wanted.nats) put_text(lines, 0, nat.number, 0, nat.text);
  for (uint32_t id : ids)
    if (std::ranges::find(counters, counter_of(id), &nft::Counter::name) == counters.end()) batch.add(nft::Counter{counter_of(id)});
  batch.add(nft::SetRef{std::string(texts)}, lines);
  CB_TRY(std::vector<std::string> names, compile(wanted, batch));
  for (const nft::SeenChain& chain : chains)
    if (std::ranges::find(names, chain.name) == names.end()) batch.remove_chain(chain.name);
  for (const nft::Counter& counter : counters)
    if (std::ranges::none_of(ids, [&](uint32_t id) { return counter_of(id) == counter.name; })) batch.remove_counter(counter.name);
  return batch;
}

}  // namespace cellblock::ipfw
