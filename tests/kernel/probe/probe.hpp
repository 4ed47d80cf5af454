// The probe: a program that tries, from inside a jail, what must not work there.
//
//   probe                 every probe, one line each: NAME TAB RESULT
//   probe NAME [ARG...]   that one
//
// A result is OK, the name of an errno, or a word that the probe explains. Statically linked, so that it runs in
// any root. Nothing here harms a machine on which it should get through: what can't be undone is only opened.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace probe {

struct Probe {
  const char* name;
  std::string (*run)();
};

std::span<const Probe> files();
std::span<const Probe> machine();
std::span<const Probe> mounts();
std::span<const Probe> processes();
std::span<const Probe> sockets();
/// Those that run only when named: they need an argument or a jail that is allowed something.
std::span<const Probe> named_processes();
std::span<const Probe> named_sockets();
std::span<const Probe> named_binds();
std::span<const Probe> named_addresses();
/// What allow.* parameters grant.
std::span<const Probe> named_allowed();
std::span<const Probe> named_fuse();

/// The arguments after the probe's name.
extern std::vector<std::string> arguments;

/// "OK" for a result that is not -1, else the name of errno.
std::string outcome(long result);
std::string errno_name(int error);

/// open(2) and no more.
std::string opens(const char* path, int flags);

}  // namespace probe
