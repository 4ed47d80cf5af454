#include "nft/batch.hpp"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <algorithm>

namespace cellblock::nft {
namespace {

using sys::netlink::Request;

// An attribute is at most 64 KiB long, which a list of elements must not outgrow.
constexpr size_t most_elements_size = 32 << 10;

Request bracket(uint16_t type) {
  Request request(type, 0);
  nfgenmsg header{};
  header.nfgen_family = AF_UNSPEC;
  header.version = NFNETLINK_V0;
  header.res_id = htons(NFNL_SUBSYS_NFTABLES);
  return request.header(header);
}

void put_bytes(Request& request, uint16_t type, std::string_view bytes) {
  if (!bytes.empty()) request.attribute(type, bytes.data(), bytes.size());
}

void put_body(Request& request, uint16_t type, const Body& body) {
  if (!body.empty()) request.nest(type, [&](Request& list) { list.raw(body.bytes()); });
}

uint32_t flags_of(const Set& set) {
  uint32_t flags = set.flags;
  if (set.data_type) flags |= NFT_SET_MAP;
  if (set.object_type) flags |= NFT_SET_OBJECT;
  if (set.timeout_ms) flags |= NFT_SET_TIMEOUT;
  if (!set.fields.empty()) flags |= NFT_SET_CONCAT;
  if (!set.each.empty()) flags |= NFT_SET_EXPR;
  return flags;
}

void describe(Request& request, const Set& set) {
  if (!set.most && set.fields.empty()) return;
  request.nest(NFTA_SET_DESC, [&](Request& desc) {
    if (set.most) put_number(desc, NFTA_SET_DESC_SIZE, set.most);
    if (set.fields.empty()) return;
    desc.nest(NFTA_SET_DESC_CONCAT, [&](Request& list) {
      for (uint32_t size : set.fields)
        list.nest(NFTA_LIST_ELEM, [size](Request& field) { put_number(field, NFTA_SET_FIELD_LEN, size); });
    });
  });
}

void put_element(Request& list, const Element& element) {
  list.nest(NFTA_LIST_ELEM, [&](Request& out) {
    put_value(out, NFTA_SET_ELEM_KEY, element.key);
    if (!element.key_end.empty()) put_value(out, NFTA_SET_ELEM_KEY_END, element.key_end);
    if (element.interval_end) put_number(out, NFTA_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END);
    if (element.verdict) put_verdict(out, NFTA_SET_ELEM_DATA, *element.verdict);
    else if (!element.value.empty()) put_value(out, NFTA_SET_ELEM_DATA, element.value);
    if (!element.object.empty()) out.attribute(NFTA_SET_ELEM_OBJREF, std::string_view(element.object));
    if (element.timeout_ms) put_long(out, NFTA_SET_ELEM_TIMEOUT, element.timeout_ms);
    if (element.expires_ms) put_long(out, NFTA_SET_ELEM_EXPIRATION, element.expires_ms);
    put_bytes(out, NFTA_SET_ELEM_USERDATA, element.userdata);
    put_body(out, NFTA_SET_ELEM_EXPRESSIONS, element.each);
  });
}

}  // namespace

std::vector<Element> range_of(std::string first, const std::string& last) {
  std::vector<Element> out{{.key = std::move(first)}};
  std::string behind = last;
  for (size_t i = behind.size(); i-- > 0;) {
    behind[i] = static_cast<char>(static_cast<uint8_t>(behind[i]) + 1);
    if (behind[i] == 0) continue;
    out.push_back({.key = behind, .interval_end = true});
    break;
  }
  return out;
}

Request request_of(uint16_t type, uint16_t flags, Family family) {
  Request request(static_cast<uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | type), flags);
  nfgenmsg header{};
  header.nfgen_family = static_cast<uint8_t>(family);
  header.version = NFNETLINK_V0;
  return request.header(header);
}

Request& Batch::begin(uint16_t type, uint16_t flags, std::string what) {
  requests_.push_back(request_of(type, flags, family_));
  what_.push_back(std::move(what));
  return requests_.back();
}

Batch& Batch::in(Family family, std::string_view table) {
  family_ = family;
  table_ = table;
  return *this;
}

Batch& Batch::add(const Table& table) {
  in(table.family, table.name);
  Request& request = begin(NFT_MSG_NEWTABLE, NLM_F_CREATE, "table " + table.name);
  request.attribute(NFTA_TABLE_NAME, std::string_view(table.name));
  put_number(request, NFTA_TABLE_FLAGS, table.flags);
  put_bytes(request, NFTA_TABLE_USERDATA, table.userdata);
  return *this;
}

Batch& Batch::remove_table() {
  begin(NFT_MSG_DELTABLE, 0, "table " + table_).attribute(NFTA_TABLE_NAME, std::string_view(table_));
  return *this;
}

Batch& Batch::fresh(const Table& table) { return add(table).remove_table().add(table); }

Batch& Batch::add(const Chain& chain) {
  Request& request = begin(NFT_MSG_NEWCHAIN, NLM_F_CREATE, "chain " + chain.name);
  request.attribute(NFTA_CHAIN_TABLE, std::string_view(table_)).attribute(NFTA_CHAIN_NAME, std::string_view(chain.name));
  if (const auto& base = chain.base) {
    request.nest(NFTA_CHAIN_HOOK, [&](Request& hook) {
      put_number(hook, NFTA_HOOK_HOOKNUM, base->hook);
      put_number(hook, NFTA_HOOK_PRIORITY, static_cast<uint32_t>(base->priority));
      if (!base->device.empty()) hook.attribute(NFTA_HOOK_DEV, std::string_view(base->device));
    });
    request.attribute(NFTA_CHAIN_TYPE, std::string_view(base->type));
    if (base->policy) put_number(request, NFTA_CHAIN_POLICY, static_cast<uint32_t>(*base->policy));
  }
  put_bytes(request, NFTA_CHAIN_USERDATA, chain.userdata);
  return *this;
}

Batch& Batch::remove_chain(std::string_view name) {
  begin(NFT_MSG_DELCHAIN, 0, fmt::format("chain {}", name)).attribute(NFTA_CHAIN_TABLE, std::string_view(table_))
      .attribute(NFTA_CHAIN_NAME, name);
  return *this;
}

Batch& Batch::flush(std::string_view chain) {
  Request& request = begin(NFT_MSG_DELRULE, 0, fmt::format("rules of {}", chain.empty() ? table_ : chain));
  request.attribute(NFTA_RULE_TABLE, std::string_view(table_));
  if (!chain.empty()) request.attribute(NFTA_RULE_CHAIN, chain);
  return *this;
}

Batch& Batch::add(const Set& set) {
  uint32_t id = set.id ? set.id : next_id();
  Request& request = begin(NFT_MSG_NEWSET, NLM_F_CREATE, "set " + set.name);
  request.attribute(NFTA_SET_TABLE, std::string_view(table_)).attribute(NFTA_SET_NAME, std::string_view(set.name));
  put_number(request, NFTA_SET_FLAGS, flags_of(set));
  put_number(request, NFTA_SET_KEY_TYPE, set.key_type);
  put_number(request, NFTA_SET_KEY_LEN, set.key_size);
  if (set.data_type) {
    put_number(request, NFTA_SET_DATA_TYPE, *set.data_type);
    put_number(request, NFTA_SET_DATA_LEN, set.data_size);
  }
  if (set.object_type) put_number(request, NFTA_SET_OBJ_TYPE, *set.object_type);
  put_number(request, NFTA_SET_ID, id);
  if (set.timeout_ms) put_long(request, NFTA_SET_TIMEOUT, set.timeout_ms);
  describe(request, set);
  put_body(request, NFTA_SET_EXPRESSIONS, set.each);
  put_bytes(request, NFTA_SET_USERDATA, set.userdata);
  return *this;
}

Batch& Batch::remove_set(std::string_view name) {
  begin(NFT_MSG_DELSET, 0, fmt::format("set {}", name)).attribute(NFTA_SET_TABLE, std::string_view(table_))
      .attribute(NFTA_SET_NAME, name);
  return *this;
}

Batch& Batch::put(uint16_t type, uint16_t flags, const SetRef& set, std::span<const Element> elements) {
  while (!elements.empty()) {
    Request& request = begin(type, flags, "set " + set.name);
    request.attribute(NFTA_SET_ELEM_LIST_TABLE, std::string_view(table_))
        .attribute(NFTA_SET_ELEM_LIST_SET, std::string_view(set.name));
    if (set.id) put_number(request, NFTA_SET_ELEM_LIST_SET_ID, set.id);
    request.nest(NFTA_SET_ELEM_LIST_ELEMENTS, [&](Request& list) {
      while (!elements.empty() && list.bytes().size() < most_elements_size) {
        put_element(list, elements.front());
        elements = elements.subspan(1);
      }
    });
  }
  return *this;
}

Batch& Batch::add(const SetRef& set, std::span<const Element> elements) {
  return put(NFT_MSG_NEWSETELEM, NLM_F_CREATE, set, elements);
}

Batch& Batch::remove(const SetRef& set, std::span<const Element> elements) {
  return put(NFT_MSG_DELSETELEM, 0, set, elements);
}

Batch& Batch::flush_set(std::string_view name) {
  begin(NFT_MSG_DELSETELEM, 0, fmt::format("set {}", name)).attribute(NFTA_SET_ELEM_LIST_TABLE, std::string_view(table_))
      .attribute(NFTA_SET_ELEM_LIST_SET, name);
  return *this;
}

Batch& Batch::add(const Counter& counter) {
  Request& request = begin(NFT_MSG_NEWOBJ, NLM_F_CREATE, "counter " + counter.name);
  request.attribute(NFTA_OBJ_TABLE, std::string_view(table_)).attribute(NFTA_OBJ_NAME, std::string_view(counter.name));
  put_number(request, NFTA_OBJ_TYPE, NFT_OBJECT_COUNTER);
  request.nest(NFTA_OBJ_DATA, [&](Request& data) {
    put_long(data, NFTA_COUNTER_BYTES, counter.bytes);
    put_long(data, NFTA_COUNTER_PACKETS, counter.packets);
  });
  return *this;
}

Batch& Batch::add(const ConnectionTimeout& timeout) {
  Request& request = begin(NFT_MSG_NEWOBJ, NLM_F_CREATE, timeout.name);
  request.attribute(NFTA_OBJ_TABLE, std::string_view(table_)).attribute(NFTA_OBJ_NAME, std::string_view(timeout.name));
  put_number(request, NFTA_OBJ_TYPE, NFT_OBJECT_CT_TIMEOUT);
  request.nest(NFTA_OBJ_DATA, [&](Request& data) {
    data.attribute(NFTA_CT_TIMEOUT_L4PROTO, &timeout.protocol, 1);
    data.nest(NFTA_CT_TIMEOUT_DATA, [&](Request& states) {
      for (const auto& [state, seconds] : timeout.states) put_number(states, state, seconds);
    });
  });
  return *this;
}

Batch& Batch::remove_object(std::string_view kind, uint32_t type, std::string_view name) {
  Request& request = begin(NFT_MSG_DELOBJ, 0, fmt::format("{} {}", kind, name));
  request.attribute(NFTA_OBJ_TABLE, std::string_view(table_)).attribute(NFTA_OBJ_NAME, name);
  put_number(request, NFTA_OBJ_TYPE, type);
  return *this;
}

Batch& Batch::remove_counter(std::string_view name) { return remove_object("counter", NFT_OBJECT_COUNTER, name); }
Batch& Batch::remove_timeout(std::string_view name) { return remove_object("timeout", NFT_OBJECT_CT_TIMEOUT, name); }
Batch& Batch::remove_limit(std::string_view name) { return remove_object("limit", NFT_OBJECT_LIMIT, name); }

Batch& Batch::add(const NamedLimit& limit) {
  Request& request = begin(NFT_MSG_NEWOBJ, NLM_F_CREATE, "limit " + limit.name);
  request.attribute(NFTA_OBJ_TABLE, std::string_view(table_)).attribute(NFTA_OBJ_NAME, std::string_view(limit.name));
  put_number(request, NFTA_OBJ_TYPE, NFT_OBJECT_LIMIT);
  request.nest(NFTA_OBJ_DATA, [&](Request& data) { put_limit(data, limit.limit); });
  return *this;
}

Batch& Batch::put(uint16_t type, uint16_t flags, const Rule& rule) {
  Request& request = begin(type, flags, "rule of " + rule.chain);
  request.attribute(NFTA_RULE_TABLE, std::string_view(table_)).attribute(NFTA_RULE_CHAIN, std::string_view(rule.chain));
  if (rule.handle) put_long(request, NFTA_RULE_HANDLE, rule.handle);
  if (rule.behind) put_long(request, NFTA_RULE_POSITION, *rule.behind);
  request.nest(NFTA_RULE_EXPRESSIONS, [&](Request& list) { list.raw(rule.body.bytes()); });
  put_bytes(request, NFTA_RULE_USERDATA, rule.userdata);
  return *this;
}

Batch& Batch::append(const Rule& rule) { return put(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, rule); }
Batch& Batch::prepend(const Rule& rule) { return put(NFT_MSG_NEWRULE, NLM_F_CREATE, rule); }
Batch& Batch::replace(const Rule& rule) { return put(NFT_MSG_NEWRULE, NLM_F_REPLACE, rule); }

Batch& Batch::remove_rule(std::string_view chain, uint64_t handle) {
  Request& request = begin(NFT_MSG_DELRULE, 0, fmt::format("rule of {}", chain));
  request.attribute(NFTA_RULE_TABLE, std::string_view(table_)).attribute(NFTA_RULE_CHAIN, chain);
  put_long(request, NFTA_RULE_HANDLE, handle);
  return *this;
}

std::vector<Request> Batch::requests() const {
  std::vector<Request> all;
  all.reserve(requests_.size() + 2);
  all.push_back(bracket(NFNL_MSG_BATCH_BEGIN));
  if (generation_) put_number(all.back(), NFNL_BATCH_GENID, *generation_);
  all.insert(all.end(), requests_.begin(), requests_.end());
  all.push_back(bracket(NFNL_MSG_BATCH_END));
  return all;
}

Result<> Batch::commit(sys::netlink::Socket& socket) const {
  if (empty()) return {};
  CB_TRY(std::vector<Result<>> answers, socket.transact(requests()));
  for (size_t i = 0; i < answers.size(); ++i) {
    if (answers[i]) continue;
    bool named = i > 0 && i <= what_.size();
    if (!named) return pass(answers[i].error());
    return pass(answers[i].error(), "{}", what_[i - 1]);
  }
  return {};
}

}  // namespace cellblock::nft
