// Plans as text: `--dump=plan`, and golden tests.
#pragma once

#include <string>

#include "plan/step.hpp"

namespace cellblock::plan {

/// "run in jail exec.start: /bin/sh /etc/rc"
std::string show(const Step& step);

/// One numbered line per step: what, and why.
std::string dump(const Steps& steps);

/// The start and the stop of one jail, under headings.
std::string dump(const model::Wanted& wanted, const std::vector<std::string>& fstab);

}  // namespace cellblock::plan
