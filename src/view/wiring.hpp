// Who is connected to whom, as a tree for people, a graph for Graphviz (dot language), and JSON for programs.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "model/wiring.hpp"

namespace cellblock::view {

/// What is to be drawn: all, or some interfaces.
using Chosen = std::set<model::End>;

/// All interfaces but loopbacks without an address besides the usual ones.
Chosen all_ends(const model::Wiring& wiring);
/// Those that concern a bridge or a jail: ports, the other ends of cables, what these belong to. Nothing: none is called so.
std::optional<Chosen> ends_of(const model::Wiring& wiring, std::string_view name);

/// A tree of each stack. A cable is drawn once, where its first end is. `seconds`: traffic is what came in this time, as shown by
/// since(); 0: all since the interface is there.
std::string draw(const model::Wiring& wiring, const Chosen& chosen, double seconds = 0);
std::string draw_dot(const model::Wiring& wiring, const Chosen& chosen);
std::string draw_json(const model::Wiring& wiring, const Chosen& chosen);

/// `now` with the traffic since `before`; an interface that was not there then has had none.
model::Wiring since(const model::Wiring& before, const model::Wiring& now);

}  // namespace cellblock::view
