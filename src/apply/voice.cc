#include "apply/voice.hpp"

#include <errno.h>
#include <unistd.h>

namespace cellblock::apply {
namespace {

/// What can't be written is lost: there is nobody left to tell.
void write_whole(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t done = ::write(fd, text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return;
    text.remove_prefix(static_cast<size_t>(done));
  }
}

}  // namespace

void StandardVoice::say(std::string_view text) { write_whole(STDOUT_FILENO, text); }
void StandardVoice::complain(std::string_view text) { write_whole(STDERR_FILENO, text); }

}  // namespace cellblock::apply
