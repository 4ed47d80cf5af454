#include "kernel/jail_call.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "kernel/policy.hpp"
#include "wire/message.hpp"

namespace cellblock::kernel {

Result<std::string> ask_warden(const std::string& request) {
  for (size_t capacity = 64 << 10; capacity <= wire::largest_message; capacity *= 4) {
    std::string answer(capacity, '\0');
    long length = ::syscall(jail_call, request.data(), request.size(), answer.data(), answer.size());
    if (length < 0 && errno == ENOBUFS) continue;
    if (length < 0) return bare_fail(errno);
    answer.resize(static_cast<size_t>(length));
    CB_TRY(std::string_view text, wire::decode_answer(answer));
    return std::string(text);
  }
  return bare_fail(ENOBUFS);
}

}  // namespace cellblock::kernel
