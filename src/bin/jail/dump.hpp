// --dump=tree|world|plan: what the command has read and would do, in place of doing it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conf/tree.hpp"
#include "model/wanted.hpp"

namespace cellblock::jail {

/// Whether `what` names something to print in place of acting.
bool dumps_description(std::string_view what);

/// tree: the file as it was read; world: each jail's parameters, merged and substituted; plan: the steps.
std::string dump(std::string_view what, const conf::Tree& tree, const std::vector<model::Wanted>& jails);

/// Whether the file defines $NAME outside of any block, here or in an included file.
bool defines_variable(const conf::Tree& tree, std::string_view name);

}  // namespace cellblock::jail
