// The drawings for programs: Graphviz' dot, and JSON.
#include <fmt/core.h>

#include "base/text.hpp"
#include "view/wiring.hpp"
#include "view/xo.hpp"

namespace cellblock::view {
namespace {

using model::End;
using model::Interface;
using model::Stack;
using model::Wiring;

/// A quoted string of the dot language; a newline is its own "\n". Control characters have no business in a label.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') out += "\\n";
    else if (static_cast<unsigned char>(c) >= ' ') out += c;
  }
  return out + "\"";
}

std::string lines_of(const std::vector<model::InterfaceAddress>& addresses) {
  std::string out;
  for (const model::InterfaceAddress& one : addresses) out += "\n" + one.text;
  return out;
}

/// A jail may be called as the host is here.
std::string stack_node(const Wiring& wiring, size_t stack) {
  const model::Stack& one = wiring.stacks[stack];
  return one.jid && one.name == wiring.stacks[0].name ? "jail " + one.name : one.name;
}

std::string node_of(const Wiring& wiring, End end) {
  const Interface& one = wiring.at(end);
  const std::string stack = stack_node(wiring, end.stack);
  return one.kind == "bridge" ? stack + "/" + one.name : stack;
}

std::string bridge_node(const Wiring& wiring, End end) {
  return fmt::format("  {} [shape=box, label={}];\n", quoted(node_of(wiring, end)),
                     quoted(wiring.at(end).name + lines_of(wiring.at(end).addresses)));
}

/// What an end hangs on: its bridge, or its stack.
End foot_of(const Wiring& wiring, End end) {
  const Interface& one = wiring.at(end);
  return one.bridge ? End{end.stack, *one.bridge} : end;
}

std::string edge_of(const Wiring& wiring, End end) {
  const Interface& one = wiring.at(end);
  std::string near = node_of(wiring, foot_of(wiring, end)), far, label = one.name + lines_of(one.addresses);
  if (one.peer) {
    const Interface& peer = wiring.at(*one.peer);
    far = node_of(wiring, foot_of(wiring, *one.peer));
    label += " - " + peer.name + lines_of(peer.addresses);
  } else if (one.bridge) {
    far = stack_node(wiring, end.stack);
  } else {
    return {};
  }
  return fmt::format("  {} -- {} [label={}];\n", quoted(near), quoted(far), quoted(label));
}

/// An interface that leads out of the picture: a machine's own, or one that lies on such a one.
std::string way_out(const Wiring& wiring, End end) {
  const Interface& one = wiring.at(end);
  const std::string stack = stack_node(wiring, end.stack), node = stack + "/" + one.name;
  const std::string foot = one.parent ? stack + "/" + wiring.at({end.stack, *one.parent}).name : stack;
  return fmt::format("  {} [shape=plaintext, label={}];\n  {} -- {};\n", quoted(node), quoted(one.name + lines_of(one.addresses)), quoted(foot),
                     quoted(node));
}

bool leads_out(const Interface& one) { return !one.peer && !one.bridge && !one.is_loopback && one.kind != "bridge"; }

std::string translations_of(const Wiring& wiring, size_t stack) {
  std::string label = "NAT";
  for (const model::Translation& one : wiring.stacks[stack].translations)
    label += fmt::format("\n{} {}: {} ({} rule{})", one.table, one.chain, one.what, one.rules, one.rules == 1 ? "" : "s");
  const std::string node = stack_node(wiring, stack);
  return fmt::format("  {0} [shape=note, label={1}];\n  {2} -- {0} [style=dotted];\n", quoted(node + "/NAT"), quoted(label), quoted(node));
}

void write_interface(Xo& xo, const Wiring& wiring, const Stack& stack, const Interface& one) {
  xo.open_instance("interfaces");
  xo.string("name", one.name);
  xo.string("kind", one.is_loopback ? "loopback" : one.kind);
  xo.literal("up", one.is_up ? "true" : "false");
  xo.literal("mtu", fmt::format("{}", one.mtu));
  xo.string("mac", one.hardware);
  xo.open_list("addresses");
  for (const model::InterfaceAddress& address : one.addresses) {
    xo.open_instance("addresses");
    xo.string("address", address.text);
    xo.open_list("jails");
    for (const std::string& jail : address.jails) xo.item(jail);
    xo.close();
    xo.close();
  }
  xo.close();
  if (one.bridge) xo.string("bridge", stack.interfaces[*one.bridge].name);
  if (one.parent) xo.string("parent", stack.interfaces[*one.parent].name);
  if (one.peer) {
    xo.open_container("peer");
    xo.string("stack", wiring.stacks[one.peer->stack].name);
    xo.string("interface", wiring.at(*one.peer).name);
    xo.close();
  }
  xo.literal("in-packets", fmt::format("{}", one.traffic.in_packets));
  xo.literal("out-packets", fmt::format("{}", one.traffic.out_packets));
  xo.literal("in-bytes", fmt::format("{}", one.traffic.in_bytes));
  xo.literal("out-bytes", fmt::format("{}", one.traffic.out_bytes));
  xo.close();
}

void write_translations(Xo& xo, const Stack& stack) {
  xo.open_list("translations");
  for (const model::Translation& one : stack.translations) {
    xo.open_instance("translations");
    xo.string("table", one.table);
    xo.string("chain", one.chain);
    xo.string("what", one.what);
    xo.literal("rules", fmt::format("{}", one.rules));
    xo.close();
  }
  xo.close();
}

}  // namespace

std::string draw_dot(const Wiring& wiring, const Chosen& chosen) {
  std::string nodes, edges;
  std::set<size_t> stacks;
  for (End end : chosen) {
    const Interface& one = wiring.at(end);
    if (one.kind == "bridge") {
      nodes += bridge_node(wiring, end);
      if (!one.addresses.empty()) stacks.insert(end.stack);
      if (!one.addresses.empty())
        edges += fmt::format("  {} -- {} [style=dotted];\n", quoted(stack_node(wiring, end.stack)), quoted(node_of(wiring, end)));
      continue;
    }
    if (!one.bridge || !one.peer) stacks.insert(end.stack);
    if (leads_out(one)) edges += way_out(wiring, end);
    if (!one.peer || end < *one.peer || !chosen.contains(*one.peer)) edges += edge_of(wiring, end);
  }
  const bool is_all = chosen == all_ends(wiring);  // rules are of a stack, not of one interface
  for (size_t stack = 0; is_all && stack < wiring.stacks.size(); ++stack) {
    if (wiring.stacks[stack].translations.empty()) continue;
    stacks.insert(stack);
    edges += translations_of(wiring, stack);
  }
  for (size_t stack : stacks)
    nodes += fmt::format("  {} [shape={}];\n", quoted(stack_node(wiring, stack)), stack == 0 ? "doubleoctagon" : "ellipse");
  return "graph network {\n" + nodes + edges + "}\n";
}

std::string draw_json(const Wiring& wiring, const Chosen& chosen) {
  std::string out;
  Xo xo({.style = XoStyle::json, .no_top = true}, out);
  xo.open_list("stacks");
  for (size_t stack = 0; stack < wiring.stacks.size(); ++stack) {
    const Stack& one = wiring.stacks[stack];
    if (chosen.lower_bound({stack, 0}) == chosen.lower_bound({stack + 1, 0})) continue;
    xo.open_instance("stacks");
    xo.string("name", one.name);
    xo.literal("jid", fmt::format("{}", one.jid));
    xo.open_list("interfaces");
    for (size_t i = 0; i < one.interfaces.size(); ++i)
      if (chosen.contains({stack, i})) write_interface(xo, wiring, one, one.interfaces[i]);
    xo.close();
    write_translations(xo, one);
    xo.close();
  }
  xo.close();
  return "{" + out + "}\n";
}

}  // namespace cellblock::view
