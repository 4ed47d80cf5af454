// bpf(2), as far as programs that are in the kernel already go.
#pragma once

#include "base/error.hpp"
#include "base/fd.hpp"

namespace cellblock::sys {

/// Opens what is pinned at `path` in a file system of type bpf.
Result<Fd> open_pinned(const char* path);
Result<> pin(int object, const char* path);
/// A descriptor that runs the iterator of `link`: read(2) gives what it writes.
Result<Fd> open_iterator(int link);

}  // namespace cellblock::sys
