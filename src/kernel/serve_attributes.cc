// allow.extattr: extended attributes of the namespace `trusted`, FreeBSD's `system`. Linux leaves them to root of the
// host; for a jail that may have them the warden reads and changes those of its files.

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "kernel/serve.hpp"
#include "kernel/standpoint.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

using model::Jail;

constexpr size_t largest_value = 64 << 10;  // XATTR_SIZE_MAX
constexpr size_t largest_name = 256;

enum class Verb { set, get, remove };

/// One of the nine calls: what it does, and to what its first argument leads.
struct Form {
  Verb verb;
  bool by_descriptor = false, follows = true;
};

Form form_of(long number) {
  switch (number) {
    case SYS_setxattr: return {Verb::set};
    case SYS_lsetxattr: return {Verb::set, false, false};
    case SYS_fsetxattr: return {Verb::set, true};
    case SYS_getxattr: return {Verb::get};
    case SYS_lgetxattr: return {Verb::get, false, false};
    case SYS_fgetxattr: return {Verb::get, true};
    case SYS_removexattr: return {Verb::remove};
    case SYS_lremovexattr: return {Verb::remove, false, false};
    default: return {Verb::remove, true};
  }
}

/// The file, as the caller names it.
Result<Fd> file_of(const Notification& call, const Form& form, const Standpoint& place) {
  if (form.by_descriptor) return call.descriptor(call.argument(0));
  CB_TRY(std::string path, call.read_string(call.argument(0)));
  CB_CHECK(place.enter());
  return place.open(path, form.follows ? 0 : O_NOFOLLOW);
}

Result<int64_t> get(const Notification& call, const char* file, const char* name) {
  std::string value(std::min<size_t>(call.argument(3), largest_value), '\0');
  ssize_t length = ::getxattr(file, name, value.data(), value.size());
  if (length < 0) return bare_fail(errno);
  if (!value.empty()) CB_CHECK(call.write_memory(call.argument(2), std::string_view(value).substr(0, static_cast<size_t>(length))));
  return length;
}

Result<int64_t> set(const Notification& call, const char* file, const char* name) {
  size_t length = call.argument(3);
  if (length > largest_value) return bare_fail(E2BIG);
  CB_TRY(std::string value, length ? call.read_memory(call.argument(2), length) : Result<std::string>(""));
  if (!call.valid()) return bare_fail(ESRCH);
  return ::setxattr(file, name, value.data(), length, static_cast<int>(call.argument(4))) < 0 ? Result<int64_t>(bare_fail(errno)) : 0;
}

Result<int64_t> act(const Notification& call, const Jail& jail, const Form& form, const std::string& name) {
  CB_TRY(Standpoint place, Standpoint::of(call));
  CB_TRY(Fd file, file_of(call, form, place));
  CB_TRY(struct stat status, sys::status_of(file.get()));
  if (!belongs_to(jail, status)) return bare_fail(EPERM);
  CB_CHECK(place.go_to_descriptors());
  std::string path = Standpoint::number_path(file);
  if (!call.valid()) return bare_fail(ESRCH);
  if (form.verb == Verb::get) return get(call, path.c_str(), name.c_str());
  if (form.verb == Verb::set) return set(call, path.c_str(), name.c_str());
  return ::removexattr(path.c_str(), name.c_str()) < 0 ? Result<int64_t>(bare_fail(errno)) : 0;
}

}  // namespace

void serve_attribute(const Notification& call, const Jail& jail) {
  auto name = call.read_string(call.argument(1), largest_name);
  if (!name || !name->starts_with("trusted.")) return call.proceed();
  // An overlay that the host may lay over the jail's files takes its orders from these.
  bool granted = model::allowed(jail.prison.allow, model::Allow::extattr) && !name->starts_with("trusted.overlay.") &&
                 call.by_root_of(jail);
  if (!granted) return call.proceed();  // the kernel refuses
  auto done = act(call, jail, form_of(call.number()), *name);
  return done ? call.succeed(*done) : call.refuse(done.error().sys);
}

}  // namespace cellblock::kernel
