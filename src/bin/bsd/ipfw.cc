// ipfw(8).
#include <linux/netlink.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "applet.hpp"
#include "base/text.hpp"
#include "ipfw/links.hpp"
#include "ipfw_session.hpp"
#include "stack.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "ipfw";

int usage() {
  fmt::print(stderr, "usage: ipfw [options]\ndo \"ipfw -h\" or \"man ipfw\" for details\n");
  return ex_usage;
}

/// "-p PREPROCESSOR [ITS OPTIONS] FILE": what it makes of the file is read in its place.
struct Preprocessor {
  Words command;
  pid_t child = 0;

  /// Takes the words from "-p" on out of `words`, but for the last, the file.
  explicit Preprocessor(Words& words) {
    for (size_t i = 1; i + 2 < words.size() && words[i].starts_with('-'); ++i) {
      if (words[i] == "-j") ++i;  // its jail
      if (words[i] != "-p") continue;
      command.assign(words.begin() + static_cast<long>(i) + 1, words.end() - 1);
      words.erase(words.begin() + static_cast<long>(i), words.end() - 1);
      return;
    }
  }

  /// What it writes, of a file that it reads at its standard input.
  FILE* open(FILE* file) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return nullptr;
    child = ::fork();
    if (child < 0) return nullptr;
    if (child == 0) {
      ::dup2(::fileno(file), 0);
      ::dup2(ends[1], 1);
      std::vector<char*> argv;
      for (std::string& word : command) argv.push_back(word.data());
      argv.push_back(nullptr);
      ::execvp(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    std::fclose(file);
    return ::fdopen(ends[0], "r");
  }

  int finish(int status) const {
    int ended = 0;
    if (child <= 0 || ::waitpid(child, &ended, 0) != child || ended == 0 || status != 0) return status;
    warnx(me, "preprocessor {} failed", command[0]);
    return ex_unavailable;
  }
};

/// The next line, without its end; nothing: there is none. Why::invalid: it is none of a text.
Result<std::optional<std::string>> next_line(FILE* file) {
  constexpr size_t most = 1u << 20;
  std::string line;
  for (int byte; (byte = ::getc_unlocked(file)) != EOF;) {
    if (byte == '\n') return line;
    if (byte == 0) return fail(Why::invalid, "a byte 0: not a text");
    line += static_cast<char>(byte);
    if (line.size() > most) return fail(Why::invalid, "a line of more than {} bytes", most);
  }
  return line.empty() ? std::nullopt : std::optional(std::move(line));
}

/// A file of commands, one a line; the first that fails ends it.
int from_file(IpfwSession& session, const std::string& path, Preprocessor& preprocessor) {
  FILE* file = std::fopen(path.c_str(), "re");
  if (file && !preprocessor.command.empty()) file = preprocessor.open(file);
  if (!file) {
    warnx(me, "{}: {}", path, strerror_of(errno));
    return ex_noinput;
  }
  int status = 0;
  for (int number = 1; status == 0; ++number) {
    auto line = next_line(file);
    if (!line) {
      warnx(me, "{}:{}: {}", path, number, line.error().text());
      status = ex_dataerr;
    }
    if (!line || !*line) break;
    std::string_view text(**line);
    Words words = split_words(text.substr(0, text.find('#')));
    if (!words.empty() && words[0] == "ipfw") words.erase(words.begin());
    if (!words.empty()) status = session.run_line(words, fmt::format("{}:{}: ", path, number));
  }
  if (status == 0) status = session.finish();
  std::fclose(file);
  return preprocessor.finish(status);
}

}  // namespace

int ipfw(const Words& given) {
  Words words = given;
  Preprocessor preprocessor(words);
  Options options(words, "abcDdefhj:Nnp:qSTtv");
  if (!options.error().empty()) {
    warnx(me, "{}", options.error());
    return usage();
  }
  if (options.rest().empty() || options.has('h')) return usage();
  for (char letter : std::string_view("pTt")) {
    if (!options.has(letter)) continue;
    warnx(me, "-{}: not supported on this system", letter);
    return ex_unavailable;
  }
  auto network = open_stack(options.value('j'));
  if (!network) {
    warnx(me, "{}", refusal(network.error()));
    return ex_unavailable;
  }
  auto socket = sys::netlink::Socket::open(NETLINK_NETFILTER);
  if (!socket) {
    warnx(me, "socket unavailable: {}", refusal(socket.error()));
    return ex_unavailable;
  }
  IpfwSession session(std::move(*socket), options);
  const Words& rest = options.rest();
  if (rest.size() == 1 && rest[0].starts_with('/')) return from_file(session, rest[0], preprocessor);
  return session.run(rest, "");
}

/// dnctl(8): ipfw's commands for links.
int dnctl(const Words& words) {
  Options options(words, "fhnqsv");
  const Words& rest = options.rest();
  if (!options.error().empty() || rest.empty() || options.has('h')) {
    fmt::print(stderr, "usage: dnctl [-fnqsv] pipe|queue|sched COMMAND\n");
    return ex_usage;
  }
  if (!is_link(rest[0])) {
    warnx("dnctl", "bad command `{}'", rest[0]);
    return ex_usage;
  }
  Error error = ipfw::refuse_links(rest[0], std::span(rest).subspan(1));
  warnx("dnctl", "{}", error.text());
  return error.why == Why::unsupported ? ex_unavailable : ex_dataerr;
}

}  // namespace cellblock::bsd
