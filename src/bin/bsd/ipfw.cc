// ipfw(8).
#include <linux/netlink.h>

#include <cerrno>
#include <cstdio>

#include "applet.hpp"
#include "base/text.hpp"
#include "ipfw_session.hpp"
#include "stack.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "ipfw";

int usage() {
  fmt::print(stderr, "usage: ipfw [options]\ndo \"ipfw -h\" or \"man ipfw\" for details\n");
  return ex_usage;
}

/// A file of commands, one a line; the first that fails ends it.
int from_file(IpfwSession& session, const std::string& path) {
  FILE* file = std::fopen(path.c_str(), "re");
  if (!file) {
    warnx(me, "{}: {}", path, strerror_of(errno));
    return ex_noinput;
  }
  char line[4096];
  int status = 0;
  for (int number = 1; status == 0 && std::fgets(line, sizeof line, file); ++number) {
    std::string_view text(line);
    Words words = split_words(text.substr(0, text.find('#')));
    if (!words.empty() && words[0] == "ipfw") words.erase(words.begin());
    if (!words.empty()) status = session.run(words, fmt::format("{}:{}: ", path, number));
  }
  std::fclose(file);
  return status;
}

}  // namespace

int ipfw(const Words& words) {
  Options options(words, "aceD:dfhj:Nnp:qSTtv");
  if (!options.error().empty()) {
    warnx(me, "{}", options.error());
    return usage();
  }
  if (options.rest().empty() || options.has('h')) return usage();
  for (char letter : std::string_view("cDdeNpTtv")) {
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
  if (rest.size() == 1 && rest[0].starts_with('/')) return from_file(session, rest[0]);
  return session.run(rest, "");
}

}  // namespace cellblock::bsd
