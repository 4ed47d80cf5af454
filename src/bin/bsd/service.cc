// service(8): jails as on FreeBSD; every other service is this system's own.
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>

#include "applet.hpp"
#include "base/text.hpp"
#include "conf/rcconf.hpp"
#include "conf/source.hpp"
#include "rc_ipfw.hpp"
#include "rc_jail.hpp"
#include "rc_natd.hpp"
#include "rc_pf.hpp"

namespace cellblock::bsd {
namespace {

int usage() {
  fmt::print(stderr, "Usage:\n\n"
                     "service [-j <jail name or id>] [-v] [-E var=value] <rc.d> start|stop|etc.\n"
                     "service [-j <jail name or id>] -h\n"
                     "service [-j <jail name or id>] -l\n"
                     "service [-j <jail name or id>] -R\n"
                     "service [-j <jail name or id>] -e [-v]\n");
  return 1;
}

int list_enabled() {
  conf::DiskSources sources;
  conf::SourceTexts texts;
  if (conf::load_rc_conf(sources, texts, "jail").enabled("jail_enable")) fmt::print("/etc/rc.d/jail\n");
  return 0;
}

int execute(Words argv) {
  std::vector<char*> raw;
  for (std::string& word : argv) raw.push_back(word.data());
  raw.push_back(nullptr);
  ::execvp(raw[0], raw.data());
  warnx("service", "{}: {}", argv[0], strerror_of(errno));
  return 1;
}

// `service` further down in PATH, past this very program.
std::string next_service() {
  char own[PATH_MAX], other[PATH_MAX];
  const char* path = ::getenv("PATH");
  if (!::realpath("/proc/self/exe", own)) return "";
  for (const std::string& folder : split(path ? path : "/usr/sbin:/usr/bin:/sbin:/bin", ':')) {
    std::string candidate = folder + "/service";
    bool usable = ::access(candidate.c_str(), X_OK) == 0 && ::realpath(candidate.c_str(), other);
    if (usable && std::string_view(own) != other) return candidate;
  }
  return "";
}

int pass_on(const Words& words) {
  if (std::string other = next_service(); !other.empty()) {
    Words argv{other};
    argv.insert(argv.end(), words.begin(), words.end());
    return execute(std::move(argv));
  }
  if (words.size() >= 2) return execute({"systemctl", words[1], words[0]});
  fmt::print(stderr, "{} does not exist in /etc/rc.d or the local startup\ndirectories, or is not executable\n", words[0]);
  return 1;
}

}  // namespace

int service(const Words& words) {
  Options options(words, "E:ehj:lRrv");
  if (!options.error().empty() || options.has('h')) return usage();
  if (options.has('e')) return list_enabled();
  if (options.has('l')) {
    fmt::print("ipfw\njail\nnatd\npf\n");
    return 0;
  }
  const Words& rest = options.rest();
  if (options.has('j') && !rest.empty()) {
    Words argv{"jexec", "-l", options.value('j'), "service"};
    argv.insert(argv.end(), rest.begin(), rest.end());
    return execute(std::move(argv));
  }
  if (rest.empty()) return usage();
  for (const std::string& assignment : options.values('E'))
    if (size_t equals = assignment.find('='); equals != assignment.npos)
      ::setenv(assignment.substr(0, equals).c_str(), assignment.c_str() + equals + 1, 1);
  if (rest[0] == "ipfw") return rc_ipfw(rest.size() < 2 ? "" : rest[1]);
  if (rest[0] == "natd") return rc_natd(rest.size() < 2 ? "" : rest[1]);
  if (rest[0] == "pf") return rc_pf(rest.size() < 2 ? "" : rest[1]);
  if (rest[0] != "jail") return pass_on(rest);
  if (rest.size() < 2) return rc_jail("", {});
  return rc_jail(rest[1], {rest.begin() + 2, rest.end()});
}

}  // namespace cellblock::bsd
