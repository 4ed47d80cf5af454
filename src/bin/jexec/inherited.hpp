// The descriptors that jexec was started with.
#pragma once

#include <vector>

namespace cellblock::jexec {

/// Every open descriptor without close-on-exec. To be asked before the program opens any of its own.
std::vector<int> inherited_descriptors();

/// A directory that is open outside leads out of the jail (openat(2), fchdir(2)): of `descriptors`, marks
/// directories close-on-exec, and puts /dev/null in their place among 0, 1 and 2.
void withhold_directories(const std::vector<int>& descriptors);

}  // namespace cellblock::jexec
