// killall(1) by process name. Inside a jail /proc holds the jail's processes only.
#include <dirent.h>
#include <fcntl.h>
#include <regex.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <set>

#include "applet.hpp"
#include "base/text.hpp"
#include "devfs_nodes.hpp"
#include "jail_processes.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "killall";
constexpr size_t max_name = 15;  // Linux keeps no more of a program's name

int usage() {
  fmt::print(stderr, "usage: killall [-delmsqvz] [-help] [-I] [-j jail]\n"
                     "               [-u user] [-t tty] [-c cmd] [-SIGNAL] [cmd]...\n"
                     "At least one option or argument to specify processes must be given.\n");
  return 1;
}

struct Process {
  pid_t pid = 0;
  std::string name;
  uid_t real = 0, effective = 0;
  unsigned terminal = 0;
  bool zombie = false;
};

// /proc/PID/stat: "pid (name) state ppid pgrp session tty ..."; the name may hold blanks and brackets.
std::optional<Process> read_process(const std::string& pid) {
  auto stat = sys::read_file("/proc/" + pid + "/stat");
  auto status = sys::read_file("/proc/" + pid + "/status");
  if (!stat || !status) return std::nullopt;
  size_t open = stat->find('('), close = stat->rfind(')');
  if (open == stat->npos || close == stat->npos) return std::nullopt;
  std::vector<std::string> rest = split_words(stat->substr(close + 1));
  size_t uids = status->find("\nUid:");
  if (rest.size() < 5 || uids == status->npos) return std::nullopt;
  std::vector<std::string> ids = split_words(status->substr(uids + 5, 100));
  Process process;
  process.pid = static_cast<pid_t>(parse_int(pid).value_or(0));
  process.name = stat->substr(open + 1, close - open - 1);
  process.zombie = rest[0] == "Z";
  process.terminal = static_cast<unsigned>(parse_int(rest[4]).value_or(0));
  process.real = static_cast<uid_t>(parse_int(ids[0]).value_or(0));
  process.effective = static_cast<uid_t>(parse_int(ids[1]).value_or(0));
  return process;
}

std::vector<Process> processes() {
  std::vector<Process> out;
  auto close = [](DIR* opened) { ::closedir(opened); };
  std::unique_ptr<DIR, decltype(close)> proc(::opendir("/proc"));
  while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr) {
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
    if (auto process = read_process(entry->d_name)) out.push_back(std::move(*process));
  }
  return out;
}

struct Request {
  int signal = SIGTERM;
  bool verbose = false, show_only = false, debug = false, effective = false, pattern = false, zombies = false, quiet = false;
  bool ask = false;
  std::string user, terminal, command, jail;
  Words names;
};

std::optional<int> signal_of(std::string_view text) {
  if (auto number = parse_int(text)) return *number >= 0 && *number < NSIG ? std::optional<int>(*number) : std::nullopt;
  std::string name = to_lower(text);
  if (name.starts_with("sig")) name.erase(0, 3);
  for (int signal = 1; signal < NSIG; ++signal)
    if (const char* abbreviation = sigabbrev_np(signal); abbreviation && to_lower(abbreviation) == name) return signal;
  return std::nullopt;
}

void print_signals(FILE* out) {
  std::string line;
  for (int signal = 1; signal < 32; ++signal) {
    const char* name = sigabbrev_np(signal);
    line += fmt::format("{} ", name ? name : "");
    if (line.size() < 75) continue;
    fmt::print(out, "{}\n", line);
    line.clear();
  }
  fmt::print(out, "{}\n", line);
}

int bad_signal(std::string_view name) {
  warnx(me, "unknown signal {}; valid signals:", name);
  print_signals(stderr);
  return 1;
}

// Signals look like options, so getopt(3) can't be used; -1 goes on, else the exit status.
int parse(const Words& words, Request& request) {
  size_t at = 1;
  for (; at < words.size() && words[at].starts_with('-') && words[at].size() > 1; ++at) {
    std::string_view word = std::string_view(words[at]).substr(1);
    if (word == "l") return print_signals(stdout), 0;
    if (word == "help") return usage();
    std::string* value = word[0] == 'u' ? &request.user : word[0] == 't' ? &request.terminal
                       : word[0] == 'c' ? &request.command : word[0] == 'j' ? &request.jail : nullptr;
    if (value) {
      if (word.size() == 1 && at + 1 == words.size()) return usage();
      *value = word.size() > 1 ? word.substr(1) : words[++at];
      continue;
    }
    if (word == "v") request.verbose = true;
    else if (word == "s") request.show_only = true;
    else if (word == "d") request.debug = true;
    else if (word == "e") request.effective = true;
    else if (word == "m") request.pattern = true;
    else if (word == "z") request.zombies = true;
    else if (word == "q") request.quiet = true;
    else if (word == "I") request.ask = true;
    else if (auto signal = signal_of(word)) request.signal = *signal;
    else return bad_signal(word);
  }
  request.names.assign(words.begin() + static_cast<long>(at), words.end());
  return -1;
}

bool name_matches(const std::string& wanted, const std::string& name, bool pattern) {
  if (!pattern) return wanted.substr(0, max_name) == name;
  regex_t compiled;
  if (::regcomp(&compiled, wanted.c_str(), REG_EXTENDED | REG_NOSUB) != 0) {
    warnx(me, "{}: illegal regexp", wanted);
    return false;
  }
  bool matched = ::regexec(&compiled, name.c_str(), 0, nullptr, 0) == 0;
  ::regfree(&compiled);
  return matched;
}

std::optional<unsigned> terminal_of(const std::string& word) {
  std::string path = word.starts_with("/dev/") ? word : "/dev/" + word;
  struct stat status;
  if (::stat(path.c_str(), &status) < 0 || !S_ISCHR(status.st_mode)) return std::nullopt;
  return static_cast<unsigned>(status.st_rdev);
}

struct Choice {
  std::optional<uid_t> user;
  std::optional<unsigned> terminal;
  std::optional<std::set<pid_t>> jail;  ///< those in it, and in jails within
};

bool is_confirmed(const Process& process, const std::string& signal) {
  fmt::print("Send signal {} to {} (pid {} uid {})? ", signal, process.name, process.pid, process.real);
  std::fflush(stdout);
  char line[64];
  return std::fgets(line, sizeof line, stdin) && (line[0] == 'y' || line[0] == 'Y');
}

bool is_chosen(const Process& process, const Request& request, const Choice& choice) {
  if (process.pid == ::getpid() || (process.zombie && !request.zombies)) return false;
  if (choice.user && (request.effective ? process.effective : process.real) != *choice.user) return false;
  if (choice.terminal && process.terminal != *choice.terminal) return false;
  if (choice.jail && !choice.jail->contains(process.pid)) return false;
  if (!request.command.empty() && !name_matches(request.command, process.name, request.pattern)) return false;
  return request.names.empty() || std::ranges::any_of(request.names, [&](const std::string& name) {
           return name_matches(name, process.name, request.pattern);
         });
}

int kill_chosen(const Request& request, const Choice& choice) {
  int killed = 0, status = 0;
  const char* abbreviation = sigabbrev_np(request.signal);
  std::string name = abbreviation ? abbreviation : std::to_string(request.signal);
  for (const Process& process : processes()) {
    if (!is_chosen(process, request, choice)) continue;
    ++killed;
    if (request.ask && !is_confirmed(process, name)) continue;
    if (request.debug) fmt::print("sig:{}, cmd:{}, pid:{}, dev:{:#x} uid:{}\n", request.signal, process.name, process.pid,
                                  process.terminal, process.real);
    if (request.verbose || request.show_only) fmt::print("kill -{} {}\n", name, process.pid);
    if (request.debug || request.show_only || ::kill(process.pid, request.signal) == 0) continue;
    warnx(me, "warning: kill -{} {}: {}", name, process.pid, strerror_of(errno));
    status = 1;
  }
  if (killed > 0) return status;
  if (!request.quiet)
    fmt::print(stderr, "No matching processes {}were found\n", ::getuid() != 0 ? "belonging to you " : "");
  return 1;
}

}  // namespace

int killall(const Words& words) {
  Request request;
  if (int status = parse(words, request); status >= 0) return status;
  if (request.user.empty() && request.terminal.empty() && request.command.empty() && request.jail.empty() &&
      request.names.empty())
    return usage();
  Choice choice;
  if (!request.jail.empty()) {
    auto inside = processes_in(request.jail);
    if (!inside) {
      warnx(me, "{}", inside.error().text());
      return 1;
    }
    choice.jail = std::move(inside->pids);
  }
  if (!request.terminal.empty()) {
    choice.terminal = terminal_of(request.terminal);
    if (!choice.terminal) {
      warnx(me, "{}: not a character device", request.terminal);
      return 1;
    }
  }
  if (::getuid() != 0) choice.user = ::getuid();
  if (!request.user.empty()) {
    auto owners = host_owners();
    auto found = owners.users.find(request.user);
    auto number = parse_int(request.user);
    if (found == owners.users.end() && !number) {
      warnx(me, "user {} does not exist", request.user);
      return 1;
    }
    choice.user = number ? static_cast<uid_t>(*number) : found->second;
  }
  return kill_chosen(request, choice);
}

}  // namespace cellblock::bsd
