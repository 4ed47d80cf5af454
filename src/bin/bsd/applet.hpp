// One FreeBSD command of the program bsdbox.
#pragma once

#include <fmt/core.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace cellblock::bsd {

using Words = std::vector<std::string>;

/// `words[0]` is the command's name. Returns the exit status.
using Applet = int (*)(const Words& words);

int arp(const Words& words);
int devfs(const Words& words);
int dhclient(const Words& words);
int dnctl(const Words& words);
int ifconfig(const Words& words);
int ipfw(const Words& words);
int killall(const Words& words);
int kldload(const Words& words);
int kldstat(const Words& words);
int kldunload(const Words& words);
int mount(const Words& words);
int natd(const Words& words);
int ndp(const Words& words);
int netstat(const Words& words);
int pfctl(const Words& words);
int route(const Words& words);
int service(const Words& words);
int setfib(const Words& words);
int sockstat(const Words& words);
int sysctl(const Words& words);
int sysrc(const Words& words);
int umount(const Words& words);
int zfs(const Words& words);
int zpool(const Words& words);

/// "NAME: text" on stderr, as warnx(3) does. What was printed to stdout before comes before it.
template <class... A>
void warnx(std::string_view name, fmt::format_string<A...> format, A&&... args) {
  std::fflush(stdout);
  fmt::print(stderr, "{}: {}\n", name, fmt::format(format, std::forward<A>(args)...));
}

/// FreeBSD's words for an errno where Linux' differ.
std::string strerror_of(int error_number);

/// The options of a command, getopt(3)'s way: letters before the first operand, values joined or behind.
class Options {
 public:
  /// `known` as for getopt(3).
  Options(const Words& words, std::string_view known);

  bool has(char letter) const;
  /// The value of the last such option.
  std::string value(char letter, std::string_view fallback = {}) const;
  std::vector<std::string> values(char letter) const;
  /// In the order given.
  const std::vector<std::pair<char, std::string>>& all() const { return given_; }
  const Words& rest() const { return rest_; }
  /// What is wrong, the way getopt(3) says it; empty if nothing is.
  const std::string& error() const { return error_; }

 private:
  std::vector<std::pair<char, std::string>> given_;
  Words rest_;
  std::string error_;
};

}  // namespace cellblock::bsd
