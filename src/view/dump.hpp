// What Cellblock knows, as text for people and golden tests: `--dump=snapshot`. A plan's text is
// plan/dump.hpp's, the journal is text already.
#pragma once

#include <string>

#include "model/snapshot.hpp"
#include "model/wanted.hpp"

namespace cellblock::view {

/// Per jail a line with its jid and name, its parameters that differ from a new jail's, and how it runs here.
std::string dump(const model::Snapshot& snapshot);

/// One jail as it is wanted: a parameter per line in order, then its problems.
std::string dump(const model::Wanted& wanted);

}  // namespace cellblock::view
