// bpf(2), as far as programs that are in the kernel already go.
#pragma once

#include <cstdint>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace cellblock::sys {

/// Opens what is pinned at `path` in a file system of type bpf.
Result<Fd> open_pinned(const char* path);
Result<> pin(int object, const char* path);
/// A descriptor that runs the iterator of `link`: read(2) gives what it writes.
Result<Fd> open_iterator(int link);


/// A link that keeps the program attached to what `target` is: a cgroup, a network namespace. `type` is an attach
/// type of linux/bpf.h.
Result<Fd> attach_program(int program, int target, uint32_t type);

// A map's elements. The sizes of key and value are the map's.
enum class Element : uint8_t { any, absent, present };  ///< what update_element() expects to be there
Result<> update_element(int map, const void* key, const void* value, Element expected = Element::any);
/// Why::absent where there is none.
Result<> find_element(int map, const void* key, void* value);
/// An absent one is success.
Result<> delete_element(int map, const void* key);
/// The key after `key`, in no order; the first for nullptr. False: there is none.
Result<bool> next_key(int map, const void* key, void* next);

}  // namespace cellblock::sys
