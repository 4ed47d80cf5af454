// cellblock add: a jail in a disk image of its own, by a handful of questions.
#include <unistd.h>

#include <cstdlib>

#include "add/host.hpp"
#include "add/make.hpp"
#include "add/options.hpp"
#include "add/questions.hpp"
#include "add/workspace.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"
#include "verb.hpp"

namespace cellblock {
namespace {

using namespace add;

Result<> make_and_say(const Answers& answers, Dialogue& dialogue) {
  CB_TRY(std::string contents, make(answers, Places::of(answers.name)), "{}", answers.name);
  dialogue.say(fmt::format("{}: made: {}\nStart it by: jail -c {}\n", answers.name, contents, answers.name));
  return {};
}

Result<int> by_questions(const Request& request, const Host& host) {
  Console console;
  CB_TRY(Answers answers, collect(request.given, host, console, request.sure ? Ask::nobody : Ask::person));
  console.say(summary(answers, Places::of(answers.name)));
  bool sure = request.sure;
  if (!sure) {
    CB_TRY(sure, confirm(console, "OK? (yes/no): "));
  }
  if (!sure) {
    console.say("Nothing was made.\n");
    return 1;
  }
  CB_CHECK(make_and_say(answers, console));
  return 0;
}

// Every line is checked before the first jail is made.
Result<int> by_file(const std::string& file, const Host& host) {
  CB_TRY(std::string text, file == "-" ? sys::read_all(0, 1 << 20) : sys::read_file(file, 1 << 20));
  Console console;
  std::vector<Answers> all;
  size_t number = 0;
  for (const std::string& line : split(text, '\n')) {
    ++number;
    CB_TRY(Given given, parse_batch_line(line), "{}:{}", file, number);
    if (given.empty()) continue;
    CB_TRY(Answers answers, collect(given, host, console, Ask::nobody), "{}:{}", file, number);
    all.push_back(std::move(answers));
  }
  for (const Answers& answers : all) CB_CHECK(make_and_say(answers, console));
  return 0;
}

Result<int> run(const Words& words) {
  auto request = parse_options(words);
  if (!request) {
    fmt::print(stderr, "cellblock: add: {}\n", request.error().text());
    return usage(add_verb);
  }
  if (::geteuid() != 0) return fail(Why::denied, "add: only root can make a jail");
  const char* path = ::getenv("PATH");
  ::setenv("PATH", fmt::format("{}:/usr/sbin:/sbin:/usr/bin:/bin", path ? path : "").c_str(), 1);
  ::setenv("LC_ALL", "C", 1);  // what goes wrong in cp or tar is read
  clean_up("/var/lib/cellblock", Places::of);
  Host host = this_host();
  CB_TRY(int status, request->file.empty() ? by_questions(*request, host) : by_file(request->file, host), "add");
  return status;
}

}  // namespace

const Verb add_verb{
    "add",
    "[-y] [-n NAME] [-s SIZE] [-a ADDRESS,...] [-i INTERFACE] [-H HOSTNAME] [-r SOURCE] [-b yes|no] | -f FILE",
    "make a jail in a disk image, by questions",
    "Asks for what the options don't say, shows what it is going to make, and makes it when you say yes: a sparse\n"
    "disk image /var/lib/cellblock/NAME.img with an ext4 and a system in it, and /etc/jail.conf.d/NAME.conf, by\n"
    "which `jail -c NAME` mounts the image and runs the system's own /etc/rc. Nothing that exists is replaced, and\n"
    "an add that is interrupted leaves nothing behind. /etc/jail.conf gets an .include if it has none.\n"
    "\n"
    "-n, --name=NAME         letters, digits, - and _\n"
    "-s, --size=SIZE         of the disk: 500m, 8g (1g)\n"
    "-a, --address=LIST      IPv4 and IPv6 addresses, [INTERFACE|]ADDRESS[/PREFIX]; none; inherit (none)\n"
    "-i, --interface=NAME    gets the addresses while the jail runs; asked for if this host doesn't have them\n"
    "-H, --hostname=NAME     (the jail's name)\n"
    "-r, --source=SOURCE     busybox: a small system of this host's busybox; a directory to copy; or a tar archive\n"
    "                        (busybox)\n"
    "-b, --boot=yes|no       whether rc.conf's jail_list has it (no)\n"
    "-y, --yes               ask nothing: what is not said takes the value in brackets\n"
    "-f, --file=FILE         makes the jails of a file (-: standard input), one a line: name=web size=2g "
    "address=10.0.0.7\n",
    run};

}  // namespace cellblock
