// What stands behind the body of a rule.
#include "ipfw/parser.hpp"

#include "ipfw/table.hpp"

namespace cellblock::ipfw {
namespace {

struct Row {
  std::string_view name;
  Test test;
  uint32_t most = 0;
};
constexpr std::array plain_words{Row{"in", Test::in}, Row{"out", Test::out}, Row{"established", Test::established}, Row{"setup", Test::setup},
                                 Row{"frag", Test::fragment}, Row{"verrevpath", Test::reverse_path}};
constexpr std::array interface_words{Row{"via", Test::via}, Row{"recv", Test::receive}, Row{"xmit", Test::transmit}};
constexpr std::array number_words{Row{"src-port", Test::source_port, 65535}, Row{"dst-port", Test::destination_port, 65535},
                                  Row{"icmptypes", Test::icmp_types, 255}, Row{"icmptype", Test::icmp_types, 255},
                                  Row{"icmp6types", Test::icmp6_types, 255}, Row{"icmp6type", Test::icmp6_types, 255},
                                  Row{"ipttl", Test::ttl, 255}, Row{"iplen", Test::length, 65535},
                                  Row{"uid", Test::uid, UINT32_MAX}, Row{"gid", Test::gid, UINT32_MAX}, Row{"tagged", Test::tagged, 65534},
                                  Row{"ipid", Test::ip_id, 65535}, Row{"ipprecedence", Test::precedence, 7}, Row{"tcpwin", Test::tcp_window, 65535},
                                  Row{"tcpseq", Test::tcp_sequence, UINT32_MAX}, Row{"tcpack", Test::tcp_acknowledgement, UINT32_MAX}};
constexpr std::array lookup_words{Row{"src-ip", Test::source}, Row{"dst-ip", Test::destination}, Row{"src-port", Test::source_port},
                                  Row{"dst-port", Test::destination_port}, Row{"uid", Test::uid}};

const Row* row_of(std::span<const Row> rows, std::string_view name) {
  for (const Row& row : rows)
    if (row.name == name) return &row;
  return nullptr;
}

}  // namespace

Result<> Parser::options() {
  while (at_ < words_.size()) {
    if (word() == "//") {
      std::string comment = join({words_.begin() + static_cast<long>(at_), words_.end()}, " ");
      say(join(split_words(comment), " "));
      return {};
    }
    if (take("keep-state")) {
      if (rule_.keeps_state) return fail(Why::invalid, "only one of keep-state and limit is allowed");
      CB_CHECK(state_name(false));
      rule_.keeps_state = true;
      say(fmt::format("keep-state :{}", rule_.state_name));
      continue;
    }
    if (take("limit")) {
      CB_CHECK(limit());
      continue;
    }
    CB_TRY(Term term, group([this](Term& out) { return option(out); }));
    put(std::move(term));
  }
  return {};
}

Result<> Parser::limit() {
  if (rule_.keeps_state) return fail(Why::invalid, "only one of keep-state and limit is allowed");
  Limit out;
  std::string text = "limit";
  while (auto key = value_in(limit_words, word())) {
    out.keys |= *key;
    text += fmt::format(" {}", word());
    ++at_;
  }
  if (!out.keys) return fail(Why::invalid, "limit: bad argument ``{}''", word());
  CB_TRY(out.most, number_of("limit", 1, 65535));
  CB_CHECK(state_name(false));
  rule_.limit = out;
  rule_.keeps_state = true;
  say(fmt::format("{} {} :{}", text, out.most, rule_.state_name));
  return {};
}

Result<> Parser::option(Term& out) {
  std::string name(word());
  if (const Row* row = row_of(plain_words, name)) {
    ++at_;
    out.any.push_back({.test = row->test});
    said_ = name;
    return {};
  }
  if (const Row* row = row_of(interface_words, name)) return interface(out, row->test, name);
  if (name == "tcpflags") return flags(out, Test::tcp_flags, tcp_flags);
  if (name == "tcpoptions") return flags(out, Test::tcp_options, tcp_options);
  if (name == "dscp") return dscp(out);
  if (name == "jail") return jail(out);
  if (name == "flow") return flow(out);
  const Row* number = row_of(number_words, name);
  if (!number && name != "src-ip" && name != "dst-ip" && name != "proto" && name != "lookup") return unknown("unrecognised option");
  ++at_;
  if (number) CB_CHECK(numbers(out, number->test, number->most));
  else if (name == "proto") CB_CHECK(one_protocol(out));
  else if (name == "lookup") CB_CHECK(lookup(out));
  else CB_CHECK(addresses(out, name == "src-ip" ? Test::source : Test::destination));
  said_ = name + " " + said_;
  return {};
}

Result<> Parser::jail(Term& out) {
  ++at_;
  if (out.negated) return fail(Why::unsupported, "not jail: not supported on this system");
  auto jid = number_in(word(), 1, INT32_MAX);
  if (!jid) return fail(Why::invalid, "jail: bad argument ``{}''", word());
  out.any.push_back({.test = Test::jail, .low = *jid});
  said_ = fmt::format("jail {}", *jid);
  ++at_;
  return {};
}

Result<> Parser::flow(Term& out) {
  ++at_;
  if (!word().starts_with("table(")) return fail(Why::invalid, "flow: bad argument ``{}''", word());
  CB_CHECK(table(out, Test::flow, word()));
  said_ = "flow " + said_;
  ++at_;
  return {};
}

Result<> Parser::lookup(Term& out) {
  std::string name(word());
  const Row* row = row_of(lookup_words, name);
  if (!row) return fail(Why::unsupported, "lookup {}: not supported on this system", name);
  ++at_;
  if (!is_table_name(word())) return fail(Why::invalid, "bad table name ``{}''", word());
  out.any.push_back({.test = row->test, .table = std::string(word())});
  said_ = fmt::format("{} {}", name, word());
  ++at_;
  return {};
}

Result<> Parser::interface(Term& out, Test test, const std::string& name) {
  ++at_;
  if (word().starts_with("table(")) {
    CB_CHECK(table(out, test, word()));
    said_ = name + " " + said_;
    ++at_;
    return {};
  }
  if (word().empty() || word().size() > 15) return fail(Why::invalid, "{}: bad interface ``{}''", name, word());
  if (size_t glob = word().find_first_of("*?["); glob != word().npos && (word()[glob] != '*' || glob + 1 < word().size()))
    return fail(Why::unsupported, "{} {}: no pattern but a ``*'' at the end is supported on this system", name, word());
  if (word() == "any" || word() == "*") out.any.push_back({.test = Test::any});
  else if (auto ip = net::parse_ip(word()); ip && !ip->v6 && !ip->is_zero()) out.any.push_back({.test = test, .ip = *ip});
  else out.any.push_back({.test = test, .name = std::string(word())});
  said_ = fmt::format("{} {}", name, word());
  ++at_;
  return {};
}

/// "ack,!syn": what is set, and what is not.
Result<> Parser::flags(Term& out, Test test, std::span<const Named> names) {
  std::string name(word());
  ++at_;
  Match match{.test = test};
  std::string_view rest = word();
  while (!rest.empty()) {
    std::string_view part = take_part(rest, ',');
    bool clear = part.starts_with('!');
    auto value = value_in(names, part.substr(clear));
    if (!value) return fail(Why::invalid, "invalid {}: ``{}''", name, word());
    (clear ? match.high : match.low) |= test == Test::tcp_flags ? *value : 1u << *value;
  }
  if (!match.low && !match.high) return fail(Why::invalid, "missing argument for {}", name);
  said_ = fmt::format("{} {}", name, word());
  ++at_;
  out.any.push_back(match);
  return {};
}

Result<> Parser::dscp(Term& out) {
  ++at_;
  for (const std::string& part : split(word(), ',')) {
    auto value = value_in(dscp_names, part);
    if (!value) value = number_in(part, 0, 63);
    if (!value) return fail(Why::invalid, "dscp: bad argument ``{}''", word());
    out.any.push_back({.test = Test::dscp, .low = *value, .high = *value});
  }
  if (word().empty()) return fail(Why::invalid, "dscp: missing argument");
  said_ = fmt::format("dscp {}", word());
  ++at_;
  return {};
}

}  // namespace cellblock::ipfw
