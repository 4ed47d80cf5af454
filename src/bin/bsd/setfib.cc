// setfib(1).
#include <linux/netlink.h>
#include <unistd.h>

#include <cerrno>

#include "applet.hpp"
#include "base/text.hpp"
#include "net/fib.hpp"
#include "stack.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "setfib";

int usage() {
  fmt::print(stderr, "usage: setfib [-F] value utility [argument ...]\n");
  return 1;
}

Result<> enter(uint32_t fib) {
  CB_TRY(auto socket, sys::netlink::Socket::open(NETLINK_ROUTE));
  CB_CHECK(net::add_fib_rules(socket, fib, *net::table_of_fib(fib)));
  return net::join_fib_group(fib);
}

}  // namespace

int setfib(const Words& words) {
  size_t at = 1;
  if (at < words.size() && words[at] == "-F") ++at;
  if (words.size() < at + 2) return usage();
  std::string number = words[at++];
  if (number.size() > 1 && number[0] == '-') number.erase(0, 1);  // "setfib -3 utility"
  auto fib = parse_int(number);
  if (!fib || !net::table_of_fib(*fib)) {
    warnx(me, "{}: invalid FIB", number);
    return 1;
  }
  if (auto entered = enter(static_cast<uint32_t>(*fib)); !entered) {
    warnx(me, "{}", refusal(entered.error()));
    return 1;
  }
  Words command(words.begin() + static_cast<long>(at), words.end());
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  int error = errno;
  warnx(me, "{}: {}", command[0], strerror_of(error));
  return error == ENOENT ? 127 : 126;
}

}  // namespace cellblock::bsd
