#include "common/run.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/fd.hpp"

namespace cellblock {
namespace {

struct Pipe {
  Fd read, write;
  static Result<Pipe> create() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return sys_fail(errno, "pipe2");
    return Pipe{Fd(ends[0]), Fd(ends[1])};
  }
};

// In the child: everything that can fail is reported through `report`, which execve(2) closes.
[[noreturn]] void become(const Run& what, char* const* argv, int output, int report) {
  auto give_up = [report] {
    int error = errno;
    (void)!::write(report, &error, sizeof error);
    ::_exit(127);
  };
  if (what.no_input) {
    int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || ::dup2(null, 0) < 0) give_up();
  }
  if (output >= 0 && (::dup2(output, 1) < 0 || ::dup2(output, 2) < 0)) give_up();
  if (!what.root.empty() && (::chroot(what.root.c_str()) < 0 || ::chdir("/") < 0)) give_up();
  ::signal(SIGPIPE, SIG_DFL);
  ::execvp(argv[0], argv);
  give_up();
  __builtin_unreachable();
}

// Cuts the stream at its newlines.
void read_lines(int fd, const std::function<void(std::string_view)>& each_line) {
  std::string held;
  char buffer[4096];
  for (;;) {
    ssize_t size = ::read(fd, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    held.append(buffer, static_cast<size_t>(size));
    size_t begin = 0;
    for (size_t end = held.find('\n'); end != held.npos; end = held.find('\n', begin)) {
      each_line(std::string_view(held).substr(begin, end - begin));
      begin = end + 1;
    }
    held.erase(0, begin);
  }
  if (!held.empty()) each_line(held);
}

Result<int> wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return sys_fail(errno, "waitpid");
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Result<int> run(const Run& what) {
  CB_TRY(Pipe report, Pipe::create());
  Pipe output;
  if (what.each_line) {
    CB_TRY(output, Pipe::create());
  }
  std::vector<char*> argv;
  for (const std::string& word : what.argv) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t pid = ::fork();
  if (pid < 0) return sys_fail(errno, "fork");
  if (pid == 0) become(what, argv.data(), output.write.get(), report.write.get());
  report.write.reset();
  output.write.reset();
  int error = 0;
  bool failed = ::read(report.read.get(), &error, sizeof error) == sizeof error;
  if (what.each_line) read_lines(output.read.get(), what.each_line);
  CB_TRY(int status, wait_for(pid));
  if (failed) return sys_fail(error, "{}", what.argv[0]);
  return status;
}

Result<Output> run_for_output(std::vector<std::string> argv) {
  Output out;
  Run what{std::move(argv), true, [&out](std::string_view line) { out.text += fmt::format("{}\n", line); }, {}};
  CB_TRY(out.status, run(what));
  return out;
}

}  // namespace cellblock
