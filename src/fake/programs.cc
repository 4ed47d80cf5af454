#include "fake/programs.hpp"

#include "base/text.hpp"

namespace cellblock::fake {

Result<port::Child> Programs::run(const port::Entry& entry) {
  CB_CHECK(world_.request("run: " + join(entry.argv, " ")));
  CB_TRY(pid_t pid, world_.spawn(0, entry));
  return port::Child{pid, Fd()};
}

}  // namespace cellblock::fake
