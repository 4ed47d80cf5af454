#include "prison.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/process.hpp"

namespace cellblock::testing {

std::string read_to_end(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = ::read(fd, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<size_t>(got));
  return text;
}

TestJail::TestJail(kernel::HostJails& jails, const std::string& name, const std::string& path,
                   std::vector<model::Setting> settings)
    : jails_(jails) {
  std::vector<model::Setting> all{{"name", {name}}, {"path", {path}}, {"persist", {}}};
  all.insert(all.end(), settings.begin(), settings.end());
  auto jid = jails_.set(all, model::SetMode::create, false);
  if (jid)
    jid_ = *jid;
  else
    error_ = jid.error().text();
}

TestJail::~TestJail() {
  if (jid_) (void)jails_.remove(jid_);
}

Result<port::Child> TestJail::start(std::vector<std::string> argv, port::Entry entry) {
  entry.argv = std::move(argv);
  if (entry.environment.empty()) entry.environment = {"PATH=/bin"};
  return jails_.enter(jid_, entry);
}

std::pair<int, std::string> TestJail::in(std::vector<std::string> argv, port::Entry entry) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) < 0) return {-3, "pipe"};
  entry.standard_output = entry.standard_error = pipe[1];
  auto child = start(std::move(argv), std::move(entry));
  ::close(pipe[1]);
  std::string text = read_to_end(pipe[0]);
  ::close(pipe[0]);
  if (!child) return {-1, child.error().text()};
  auto status = sys::reap(child->pidfd.get());
  jails_.left(jid_);
  if (!status) return {-2, text};
  return {WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status), text};
}

}  // namespace cellblock::testing
