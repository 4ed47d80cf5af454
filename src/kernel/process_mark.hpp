// Processes as the journal names them.
#pragma once

#include "model/jail.hpp"
#include "record/journal.hpp"

namespace cellblock::kernel {

const record::Process& this_process();
bool is_alive(const record::Process& process);
/// Whether the jail's process 1 runs.
bool is_alive(const model::Runtime& runtime);

}  // namespace cellblock::kernel
