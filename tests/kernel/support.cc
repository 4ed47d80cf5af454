#include "support.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace cellblock::testing {
namespace {

void write_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

/// Reads both pipes until their ends, so that neither fills up.
void drain(int out, int err, Outcome& outcome) {
  pollfd polls[2] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
  for (int open = 2; open > 0;) {
    if (::poll(polls, 2, -1) < 0) return;
    for (int i = 0; i < 2; ++i) {
      if (polls[i].fd < 0 || !polls[i].revents) continue;
      char buffer[4096];
      ssize_t got = ::read(polls[i].fd, buffer, sizeof buffer);
      if (got > 0) {
        (i ? outcome.err : outcome.out).append(buffer, static_cast<size_t>(got));
      } else {
        polls[i].fd = -1;
        --open;
      }
    }
  }
}

}  // namespace

TempDir::TempDir() {
  char name[] = "/var/tmp/cellblock.XXXXXX";
  if (!::mkdtemp(name)) std::abort();
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

BusyboxRoot::BusyboxRoot() {
  ::chmod(path().c_str(), 0755);
  for (auto dir : {"bin", "dev", "proc", "sys", "tmp", "etc", "root", "mnt", "run", "var"})
    std::filesystem::create_directory(path() + "/" + dir);
  ::chmod((path() + "/tmp").c_str(), 01777);
  std::filesystem::copy_file("/bin/busybox", path() + "/bin/busybox");
  Outcome applets = run({"/bin/busybox", "--list"});
  std::string name;
  for (char c : applets.out) {
    if (c != '\n') {
      name += c;
      continue;
    }
    if (name != "busybox") std::filesystem::create_symlink("busybox", path() + "/bin/" + name);
    name.clear();
  }
  write_file(path() + "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nwww:x:33:33::/tmp:/bin/sh\n");
  write_file(path() + "/etc/group", "root:x:0:\nadm:x:4:www\nwww:x:33:\n");
}

Outcome run(const std::vector<std::string>& argv, const std::string& input) {
  int in[2], out[2], err[2];
  Outcome outcome;
  if (::pipe2(in, O_CLOEXEC) || ::pipe2(out, O_CLOEXEC) || ::pipe2(err, O_CLOEXEC)) return outcome;
  pid_t child = ::fork();
  if (child == 0) {
    ::dup2(in[0], 0);
    ::dup2(out[1], 1);
    ::dup2(err[1], 2);
    std::vector<char*> words;
    for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execvp(words[0], words.data());
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  ::close(err[1]);
  (void)!::write(in[1], input.data(), input.size());
  ::close(in[1]);
  drain(out[0], err[0], outcome);
  ::close(out[0]);
  ::close(err[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

Outcome shell(const std::string& command) { return run({"/bin/sh", "-c", command}); }

std::string program(const std::string& name) {
  const char* dir = std::getenv("CELLBLOCK_BIN");
  return std::string(dir ? dir : CELLBLOCK_BIN_DIR) + "/" + name;
}

}  // namespace cellblock::testing
