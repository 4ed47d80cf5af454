#include "jail/names.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.hpp"

namespace cellblock::jail {
namespace {

constexpr size_t largest = 4 << 20;

bool is_address(const std::string& text) {
  in6_addr raw{};
  return ::inet_pton(AF_INET, text.c_str(), &raw) == 1 || ::inet_pton(AF_INET6, text.c_str(), &raw) == 1;
}

std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  while (text.size() < largest) {
    ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(buffer, static_cast<size_t>(got));
  }
  return text;
}

std::string read_file(const char* path) {
  Fd fd(::open(path, O_RDONLY | O_CLOEXEC));
  return fd ? read_all(fd.get()) : std::string();
}

std::vector<std::string> ask_getent(const std::string& host, port::Programs& programs) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  Fd from(ends[0]), to(ends[1]);
  port::Entry entry;
  entry.argv = {"getent", "ahosts", host};
  entry.environment = {"PATH=/usr/bin:/bin"};
  entry.standard_output = to.get();
  auto child = programs.run(entry);
  if (!child) return {};
  to.reset();
  std::string output = read_all(from.get());
  while (::waitpid(child->pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return addresses_of_getent(output);
}

}  // namespace

std::vector<std::string> addresses_in_hosts(std::string_view text, std::string_view host) {
  std::vector<std::string> found;
  for (std::string& line : split(text, '\n')) {
    line.resize(std::min(line.find('#'), line.size()));
    std::vector<std::string> words = split_words(line);
    if (words.size() > 1 && std::ranges::find(words.begin() + 1, words.end(), host) != words.end())
      found.push_back(words[0]);
  }
  return found;
}

std::vector<std::string> addresses_of_getent(std::string_view output) {
  std::vector<std::string> found;
  for (const std::string& line : split(output, '\n')) {
    std::vector<std::string> words = split_words(line);
    if (!words.empty() && is_address(words[0]) && std::ranges::find(found, words[0]) == found.end())
      found.push_back(words[0]);
  }
  return found;
}

Result<std::vector<std::string>> look_up(const std::string& host, port::Programs& programs) {
  if (is_address(host)) return std::vector{host};
  std::vector<std::string> found = addresses_in_hosts(read_file("/etc/hosts"), host);
  if (found.empty()) found = ask_getent(host, programs);
  if (found.empty()) return fail(Why::absent, "Name does not resolve");
  return found;
}

}  // namespace cellblock::jail
