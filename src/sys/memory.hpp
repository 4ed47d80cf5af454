#pragma once

#include <cstddef>

namespace cellblock::sys {

/// Tells the heap that about `bytes` more are about to be filled. It then grows by that much at once, in huge pages
/// (2 MiB) where the kernel gives them on request: one page fault in place of 512, which is what filling memory
/// costs in a short-lived program. Less than one huge page is not worth it, and nothing happens.
void expect_memory(size_t bytes);

}  // namespace cellblock::sys
