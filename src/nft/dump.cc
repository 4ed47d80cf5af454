#include "nft/dump.hpp"

#include <endian.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "nft/batch.hpp"

namespace cellblock::nft {
namespace {

using sys::netlink::each_attribute;
using sys::netlink::Request;
using sys::netlink::Socket;
using sys::netlink::text_of;
using sys::netlink::value_of;

uint32_t number_of(std::string_view value) { return be32toh(value_of<uint32_t>(value)); }
uint64_t long_of(std::string_view value) { return be64toh(value_of<uint64_t>(value)); }

std::string_view attributes_of(std::string_view payload) {
  return payload.substr(std::min(payload.size(), sizeof(nfgenmsg)));
}
Family family_of(std::string_view payload) { return static_cast<Family>(value_of<nfgenmsg>(payload).nfgen_family); }

void read_counter(std::string_view attributes, std::optional<uint64_t>& packets, std::optional<uint64_t>& bytes) {
  each_attribute(attributes, [&](uint16_t type, std::string_view value) {
    if (type == NFTA_COUNTER_PACKETS) packets = long_of(value);
    if (type == NFTA_COUNTER_BYTES) bytes = long_of(value);
  });
}

SeenExpression parse_expression(std::string_view text) {
  SeenExpression out;
  each_attribute(text, [&out](uint16_t type, std::string_view value) {
    if (type == NFTA_EXPR_NAME) out.name = text_of(value);
    if (type == NFTA_EXPR_DATA) out.attributes = value;
  });
  return out;
}

/// The value or the verdict of NFTA_DATA_*.
void read_data(std::string_view text, std::string& value, std::optional<Verdict>* verdict) {
  each_attribute(text, [&](uint16_t type, std::string_view inner) {
    if (type == NFTA_DATA_VALUE) value = inner;
    if (type != NFTA_DATA_VERDICT || !verdict) return;
    Verdict seen;
    each_attribute(inner, [&seen](uint16_t kind, std::string_view part) {
      if (kind == NFTA_VERDICT_CODE) seen.code = static_cast<int>(number_of(part));
      if (kind == NFTA_VERDICT_CHAIN) seen.chain = text_of(part);
    });
    *verdict = seen;
  });
}

void read_element_expression(const SeenExpression& seen, Element& out) {
  if (seen.name == "counter") read_counter(seen.attributes, out.packets, out.bytes);
}

Element parse_element(std::string_view text) {
  Element out;
  each_attribute(text, [&out](uint16_t type, std::string_view value) {
    switch (type) {
      case NFTA_SET_ELEM_KEY: return read_data(value, out.key, nullptr);
      case NFTA_SET_ELEM_KEY_END: return read_data(value, out.key_end, nullptr);
      case NFTA_SET_ELEM_DATA: return read_data(value, out.value, &out.verdict);
      case NFTA_SET_ELEM_FLAGS: out.interval_end = number_of(value) & NFT_SET_ELEM_INTERVAL_END; break;
      case NFTA_SET_ELEM_TIMEOUT: out.timeout_ms = long_of(value); break;
      case NFTA_SET_ELEM_EXPIRATION: out.expires_ms = long_of(value); break;
      case NFTA_SET_ELEM_USERDATA: out.userdata = value; break;
      case NFTA_SET_ELEM_OBJREF: out.object = text_of(value); break;
      case NFTA_SET_ELEM_EXPR: read_element_expression(parse_expression(value), out); break;
      case NFTA_SET_ELEM_EXPRESSIONS:
        each_attribute(value, [&out](uint16_t, std::string_view one) { read_element_expression(parse_expression(one), out); });
        break;
      default: break;
    }
  });
  return out;
}

void read_fields(std::string_view text, Set& out) {
  each_attribute(text, [&out](uint16_t type, std::string_view value) {
    if (type == NFTA_SET_DESC_SIZE) out.most = number_of(value);
    if (type != NFTA_SET_DESC_CONCAT) return;
    each_attribute(value, [&out](uint16_t, std::string_view element) {
      each_attribute(element, [&out](uint16_t kind, std::string_view size) {
        if (kind == NFTA_SET_FIELD_LEN) out.fields.push_back(number_of(size));
      });
    });
  });
}

Base parse_base(std::string_view text) {
  Base out;
  each_attribute(text, [&out](uint16_t type, std::string_view value) {
    if (type == NFTA_HOOK_HOOKNUM) out.hook = number_of(value);
    if (type == NFTA_HOOK_PRIORITY) out.priority = static_cast<int32_t>(number_of(value));
    if (type == NFTA_HOOK_DEV) out.device = text_of(value);
  });
  return out;
}

/// A dump of what there is none of is empty.
Result<> dump(Socket& socket, const Request& request, const sys::netlink::EachPayload& each) {
  auto done = socket.dump(request, each);
  if (!done && done.error().why == Why::absent) return {};
  return done;
}

}  // namespace

Table parse_table(std::string_view payload) {
  Table out{.family = family_of(payload), .name = {}, .flags = 0, .userdata = {}, .handle = 0};
  each_attribute(attributes_of(payload), [&out](uint16_t type, std::string_view value) {
    if (type == NFTA_TABLE_NAME) out.name = text_of(value);
    if (type == NFTA_TABLE_FLAGS) out.flags = number_of(value);
    if (type == NFTA_TABLE_HANDLE) out.handle = long_of(value);
    if (type == NFTA_TABLE_USERDATA) out.userdata = value;
  });
  return out;
}

SeenChain parse_chain(std::string_view payload) {
  SeenChain out;
  out.family = family_of(payload);
  std::string kind;
  std::optional<int> policy;
  each_attribute(attributes_of(payload), [&](uint16_t type, std::string_view value) {
    switch (type) {
      case NFTA_CHAIN_TABLE: out.table = text_of(value); break;
      case NFTA_CHAIN_NAME: out.name = text_of(value); break;
      case NFTA_CHAIN_HANDLE: out.handle = long_of(value); break;
      case NFTA_CHAIN_HOOK: out.base = parse_base(value); break;
      case NFTA_CHAIN_TYPE: kind = text_of(value); break;
      case NFTA_CHAIN_POLICY: policy = static_cast<int>(number_of(value)); break;
      case NFTA_CHAIN_USERDATA: out.userdata = value; break;
      default: break;
    }
  });
  if (out.base) {
    out.base->type = kind;
    out.base->policy = policy;
  }
  return out;
}

SeenRule parse_rule(std::string_view payload) {
  SeenRule out;
  out.family = family_of(payload);
  each_attribute(attributes_of(payload), [&out](uint16_t type, std::string_view value) {
    switch (type) {
      case NFTA_RULE_TABLE: out.table = text_of(value); break;
      case NFTA_RULE_CHAIN: out.chain = text_of(value); break;
      case NFTA_RULE_HANDLE: out.handle = long_of(value); break;
      case NFTA_RULE_USERDATA: out.userdata = value; break;
      case NFTA_RULE_EXPRESSIONS:
        each_attribute(value, [&out](uint16_t, std::string_view one) { out.expressions.push_back(parse_expression(one)); });
        break;
      default: break;
    }
  });
  for (const SeenExpression& seen : out.expressions) {
    if (seen.name == "counter" && !out.packets) read_counter(seen.attributes, out.packets, out.bytes);
    if (seen.name != "objref" || !out.counter.empty()) continue;
    each_attribute(seen.attributes, [&out](uint16_t type, std::string_view value) {
      if (type == NFTA_OBJREF_IMM_NAME) out.counter = text_of(value);
    });
  }
  return out;
}

Set parse_set(std::string_view payload) {
  Set out;
  each_attribute(attributes_of(payload), [&out](uint16_t type, std::string_view value) {
    switch (type) {
      case NFTA_SET_NAME: out.name = text_of(value); break;
      case NFTA_SET_FLAGS: out.flags = number_of(value); break;
      case NFTA_SET_KEY_TYPE: out.key_type = number_of(value); break;
      case NFTA_SET_KEY_LEN: out.key_size = number_of(value); break;
      case NFTA_SET_DATA_TYPE: out.data_type = number_of(value); break;
      case NFTA_SET_DATA_LEN: out.data_size = number_of(value); break;
      case NFTA_SET_OBJ_TYPE: out.object_type = number_of(value); break;
      case NFTA_SET_TIMEOUT: out.timeout_ms = long_of(value); break;
      case NFTA_SET_HANDLE: out.handle = long_of(value); break;
      case NFTA_SET_USERDATA: out.userdata = value; break;
      case NFTA_SET_DESC: read_fields(value, out); break;
      default: break;
    }
  });
  return out;
}

std::vector<Element> parse_elements(std::string_view payload) {
  std::vector<Element> out;
  each_attribute(attributes_of(payload), [&out](uint16_t type, std::string_view list) {
    if (type != NFTA_SET_ELEM_LIST_ELEMENTS) return;
    each_attribute(list, [&out](uint16_t, std::string_view one) { out.push_back(parse_element(one)); });
  });
  return out;
}

Counter parse_counter(std::string_view payload) {
  Counter out;
  std::optional<uint64_t> packets, bytes;
  each_attribute(attributes_of(payload), [&](uint16_t type, std::string_view value) {
    if (type == NFTA_OBJ_NAME) out.name = text_of(value);
    if (type == NFTA_OBJ_DATA) read_counter(value, packets, bytes);
  });
  out.packets = packets.value_or(0);
  out.bytes = bytes.value_or(0);
  return out;
}

Result<uint32_t> generation(Socket& socket) {
  CB_TRY(std::string payload, socket.get(request_of(NFT_MSG_GETGEN, 0, Family{})));
  uint32_t out = 0;
  each_attribute(attributes_of(payload), [&out](uint16_t type, std::string_view value) {
    if (type == NFTA_GEN_ID) out = number_of(value);
  });
  return out;
}

Result<std::vector<Table>> tables(Socket& socket) {
  std::vector<Table> out;
  CB_CHECK(dump(socket, request_of(NFT_MSG_GETTABLE, 0, Family{}), [&out](std::string_view payload) { out.push_back(parse_table(payload)); }));
  return out;
}

Result<bool> has_table(Socket& socket, Family family, std::string_view name) {
  CB_TRY(std::vector<Table> all, tables(socket));
  return std::ranges::any_of(all, [&](const Table& table) { return table.family == family && table.name == name; });
}

// Kernels before 6.x don't filter chains, sets and elements by all that is asked for: what isn't the table's is left out.
Result<std::vector<SeenChain>> chains(Socket& socket, Family family, std::string_view table) {
  std::vector<SeenChain> out;
  Request request = request_of(NFT_MSG_GETCHAIN, 0, family);
  request.attribute(NFTA_CHAIN_TABLE, table);
  CB_CHECK(dump(socket, request, [&](std::string_view payload) {
    SeenChain chain = parse_chain(payload);
    if (chain.table == table) out.push_back(std::move(chain));
  }));
  return out;
}

Result<std::vector<SeenRule>> rules(Socket& socket, Family family, std::string_view table, std::string_view chain) {
  std::vector<SeenRule> out;
  CB_CHECK(each_rule(socket, family, table, chain, [&out](SeenRule rule) { out.push_back(std::move(rule)); }));
  return out;
}

Result<> each_rule(Socket& socket, Family family, std::string_view table, std::string_view chain, const std::function<void(SeenRule)>& each) {
  Request request = request_of(NFT_MSG_GETRULE, 0, family);
  request.attribute(NFTA_RULE_TABLE, table);
  if (!chain.empty()) request.attribute(NFTA_RULE_CHAIN, chain);
  return dump(socket, request, [&](std::string_view payload) {
    SeenRule rule = parse_rule(payload);
    if (rule.table == table && (chain.empty() || rule.chain == chain)) each(std::move(rule));
  });
}

Result<std::vector<Set>> sets(Socket& socket, Family family, std::string_view table) {
  std::vector<Set> out;
  Request request = request_of(NFT_MSG_GETSET, 0, family);
  request.attribute(NFTA_SET_TABLE, table);
  CB_CHECK(dump(socket, request, [&](std::string_view payload) { out.push_back(parse_set(payload)); }));
  return out;
}

/// A hash that is being made larger shows some twice.
static Result<std::vector<Element>> elements_once(Socket& socket, const Request& request) {
  std::vector<Element> out;
  std::set<std::tuple<std::string, std::string, bool>> seen;
  CB_CHECK(socket.dump(request, [&](std::string_view payload) {
    for (Element& element : parse_elements(payload))
      if (seen.emplace(element.key, element.key_end, element.interval_end).second) out.push_back(std::move(element));
  }));
  return out;
}

Result<std::vector<Element>> elements(Socket& socket, Family family, std::string_view table, std::string_view set) {
  constexpr size_t of_one_message = 64;  // and these the kernel walks in one go
  Request request = request_of(NFT_MSG_GETSETELEM, 0, family);
  request.attribute(NFTA_SET_ELEM_LIST_TABLE, table).attribute(NFTA_SET_ELEM_LIST_SET, set);
  CB_TRY(std::vector<Element> out, elements_once(socket, request));
  // Between two messages a hash may have moved what the next begins with: as many twice in a row are all.
  for (int tries = 0; out.size() > of_one_message && tries < most_tries; ++tries) {
    CB_TRY(std::vector<Element> again, elements_once(socket, request));
    if (again.size() == out.size()) break;
    out = std::move(again);
  }
  return out;
}

static Request objects_request(uint16_t message, Family family, std::string_view table, uint32_t type) {
  Request request = request_of(message, 0, family);
  request.attribute(NFTA_OBJ_TABLE, table);
  put_number(request, NFTA_OBJ_TYPE, type);
  return request;
}

static Result<std::vector<Counter>> read_counters(Socket& socket, uint16_t message, Family family, std::string_view table) {
  std::vector<Counter> out;
  CB_CHECK(dump(socket, objects_request(message, family, table, NFT_OBJECT_COUNTER),
                [&](std::string_view payload) { out.push_back(parse_counter(payload)); }));
  return out;
}

Result<std::vector<Counter>> counters(Socket& socket, Family family, std::string_view table) {
  return read_counters(socket, NFT_MSG_GETOBJ, family, table);
}

Result<std::vector<Counter>> zero_counters(Socket& socket, Family family, std::string_view table) {
  return read_counters(socket, NFT_MSG_GETOBJ_RESET, family, table);
}

Result<> zero_counter(Socket& socket, Family family, std::string_view table, std::string_view name) {
  Request request = objects_request(NFT_MSG_GETOBJ_RESET, family, table, NFT_OBJECT_COUNTER);
  request.attribute(NFTA_OBJ_NAME, name);
  CB_TRY([[maybe_unused]] std::string was, socket.get(request));
  return {};
}

Result<std::vector<std::string>> objects(Socket& socket, Family family, std::string_view table, uint32_t type) {
  std::vector<std::string> out;
  CB_CHECK(dump(socket, objects_request(NFT_MSG_GETOBJ, family, table, type), [&](std::string_view payload) {
    each_attribute(attributes_of(payload), [&out](uint16_t attribute, std::string_view value) {
      if (attribute == NFTA_OBJ_NAME) out.push_back(text_of(value));
    });
  }));
  return out;
}

}  // namespace cellblock::nft
