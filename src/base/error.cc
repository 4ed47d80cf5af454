#include "base/error.hpp"

#include <cerrno>
#include <cstring>

namespace cellblock {

std::string Error::text() const {
  std::string out;
  for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
    if (!out.empty()) out += ": ";
    out += *link;
  }
  if (sys == 0) return out;
  if (!out.empty()) out += ": ";
  return out + strerror_of(sys);
}

Why why_of(int error_number) {
  switch (error_number) {
    case ENOENT: case ESRCH: case ENODEV: case ENXIO: return Why::absent;
    case EEXIST: return Why::exists;
    case EPERM: case EACCES: case EROFS: return Why::denied;
    case EINVAL: case EDOM: case ERANGE: case ENAMETOOLONG: case ENOTDIR: case EISDIR: return Why::invalid;
    case EBUSY: case EAGAIN: case ETXTBSY: return Why::busy;
    case ENOSPC: case EMFILE: case ENFILE: case ENOMEM: case EDQUOT: return Why::exhausted;
    case ENOSYS: case EOPNOTSUPP: return Why::unsupported;
    case ETIMEDOUT: return Why::timed_out;
    default: return Why::failed;
  }
}

std::string strerror_of(int error_number) {
  const char* text = strerrordesc_np(error_number);
  return text ? text : fmt::format("Unknown error {}", error_number);
}

}  // namespace cellblock
