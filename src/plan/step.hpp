// The steps of starting and stopping a jail, in order. Pure: nothing here touches the kernel or a file.
//
// A start is a list of steps; each has an inverse or none. A failed start is unwound by the inverses of the
// steps done so far, newest first. Hooks have no inverse: unwinding runs no exec.* at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/wanted.hpp"
#include "plan/alias.hpp"

namespace cellblock::plan {

enum class Act : uint8_t {
  run_outside,     ///< a command on the host
  run_inside,      ///< a command in the jail
  run_own,         ///< one of the commands that come with Cellblock, in the jail
  add_alias,       ///< "INTERFACE|ADDRESS/MASK WORDS"
  remove_alias,
  mount,           ///< an fstab line
  unmount,
  check_mount,     ///< mount.devfs and its like: made by `create`, in the jail's own mount namespace
  create,
  check_cable,     ///< what net.* asks for
  connect,         ///< the jail to its bridge
  disconnect,
  remove,
  attach_dataset,
  detach_dataset,
  move_in,         ///< an interface, into the jail's network
  move_back,
  terminate,       ///< SIGTERM and stop.timeout
};

struct Step {
  Act act;
  std::string parameter;           ///< the parameter it comes from, for messages: "exec.start", "mount.fstab"
  std::string argument;            ///< one value of that parameter
  std::vector<std::string> words;  ///< run_inside: the arguments themselves, in place of a line to split

  friend bool operator==(const Step&, const Step&) = default;
};

using Steps = std::vector<Step>;

/// `fstab` holds the lines of the files that `mount.fstab` names.
Steps start(const model::Wanted& wanted, const std::vector<std::string>& fstab);
Steps stop(const model::Wanted& wanted, const std::vector<std::string>& fstab);
/// What `stop` does once the jail is gone: -C.
Steps clean_up(const model::Wanted& wanted, const std::vector<std::string>& fstab);

/// What undoes a step, or nothing.
std::optional<Step> inverse(const Step& step);
/// The inverses of the first `done` steps, newest first.
Steps unwind(const Steps& steps, size_t done);

/// Why the step is there, for people.
std::string_view reason_of(const Step& step);
/// The family of an address step.
Family family_of(const Step& step);

}  // namespace cellblock::plan
