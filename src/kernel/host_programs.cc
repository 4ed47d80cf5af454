#include "kernel/host_programs.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>

#include <cerrno>

#include "kernel/confine.hpp"
#include "kernel/faults.hpp"
#include "sys/compat.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {
namespace {

struct Outcome {
  Confinement* manner;
  int error = 0;
  const char* what = nullptr;
};

}  // namespace

Result<port::Child> HostPrograms::run(const port::Entry& entry) {
  std::optional<User> user;
  if (entry.user) {
    CB_TRY(Fd root, sys::open("/", O_PATH | O_DIRECTORY));
    CB_TRY(user, find_user(root.get(), *entry.user));
  }
  Confinement manner = manner_of(entry, std::move(user));
  Outcome outcome{&manner};
  int pidfd = -1;
  sys::CloneRequest request;
  request.flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD;
  request.pidfd = &pidfd;
  auto body = [](void* context) {
    Outcome& shared = *static_cast<Outcome*>(context);
    return run_free(*shared.manner, shared.error, shared.what);
  };
  CB_CHECK(faults::step("hook"));
  CB_TRY(pid_t pid, sys::clone_process(request, body, &outcome), "fork");
  faults::passed("hook runs");
  port::Child child{pid, Fd(pidfd)};
  if (!outcome.error) return child;
  (void)sys::reap(child.pidfd.get());
  return entry_failure(outcome.error, outcome.what, entry, manner);
}

}  // namespace cellblock::kernel
