// bsdbox: FreeBSD's commands in one program, found by the name it is called by.
#include <array>

#include "applet.hpp"

namespace cellblock::bsd {
namespace {

struct Row {
  std::string_view name;
  Applet run;
};

constexpr std::array applets{
    Row{"arp", arp},
    Row{"devfs", devfs},
    Row{"dhclient", dhclient},
    Row{"dnctl", dnctl},
    Row{"ifconfig", ifconfig},
    Row{"ipfw", ipfw},
    Row{"killall", killall},
    Row{"kldload", kldload},
    Row{"kldstat", kldstat},
    Row{"kldunload", kldunload},
    Row{"mount", mount},
    Row{"natd", natd},
    Row{"ndp", ndp},
    Row{"netstat", netstat},
    Row{"pfctl", pfctl},
    Row{"route", route},
    Row{"service", service},
    Row{"setfib", setfib},
    Row{"sockstat", sockstat},
    Row{"sysctl", sysctl},
    Row{"sysrc", sysrc},
    Row{"umount", umount},
    Row{"zfs", zfs},
    Row{"zpool", zpool},
};

int run(Words words) {
  std::string name = words[0].substr(words[0].rfind('/') + 1);
  if (name == "bsdbox" && words.size() > 1) {
    words.erase(words.begin());
    name = words[0];
  }
  words[0] = name;
  for (const Row& row : applets)
    if (row.name == name) return row.run(words);
  fmt::print(stderr, "usage: bsdbox COMMAND [ARGUMENT...]\ncommands:");
  for (const Row& row : applets) fmt::print(stderr, " {}", row.name);
  fmt::print(stderr, "\n");
  return 1;
}

}  // namespace
}  // namespace cellblock::bsd

int main(int argc, char** argv) { return argc < 1 ? 1 : cellblock::bsd::run({argv, argv + argc}); }
