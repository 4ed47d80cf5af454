#include "rc_jail.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>

#include "applet.hpp"
#include "base/text.hpp"
#include "common/run.hpp"
#include "conf/rcjail.hpp"
#include "conf/source.hpp"
#include "rc_files.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view script = "/etc/rc.d/jail", rcvar = "jail_enable";

void warn(const std::string& text) {
  std::fflush(stdout);
  fmt::print(stderr, "{}: WARNING: {}\n", script, text);
}

void say(const std::string& text) {
  fmt::print("{}", text);
  std::fflush(stdout);
}

conf::RcHost rc_host() {
  conf::RcHost host;
  host.readable = [](const std::string& path) { return ::access(path.c_str(), R_OK) == 0; };
  auto dad = sys::read_file("/proc/sys/net/ipv6/conf/default/dad_transmits");
  host.dad_count = static_cast<int>(dad ? parse_int(trim(*dad)).value_or(1) : 1);
  time_t now = ::time(nullptr);
  struct tm parts;
  char text[32] = "";
  if (::localtime_r(&now, &parts)) ::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  host.time = text;
  return host;
}

std::string id_path(const std::string& name) { return fmt::format("/var/run/jail_{}.id", name); }

Result<> put_file(const std::string& path, const std::string& text) {
  ::unlink(path.c_str());  // it may be a link that somebody else left there
  CB_TRY(Fd file, sys::open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644));
  return sys::write_all(file.get(), text);
}

class RcJails {
 public:
  RcJails() : conf_(conf::load_rc_conf(sources_, texts_, "jail")) {
    fmt::print(stderr, "{}", conf::print(texts_, conf_.diags(), script));
    conf_path_ = conf_.get("jail_conf", "/etc/jail.conf");
    jail_ = conf_.get("jail_program", "jail");
    jls_ = conf_.get("jail_jls", "jls");
  }

  bool is_enabled() {
    auto truth = conf_.truth(rcvar, "NO");
    if (!truth) warn("$jail_enable is not set properly - see rc.conf(5).");
    return truth.value_or(false);
  }

  std::vector<std::string> list() const { return split_words(conf_.get("jail_list")); }

  int start_all() {
    say("Starting jails:");
    Words argv = command(jail_, conf_.get("jail_flags"), {"-f", conf_path_, "-c"});
    if (!conf_.enabled("jail_parallel_start")) argv.emplace_back("-p1");
    Output done = output_of(argv);
    if (done.status == 0) {
      for (const std::string& line : split(output_of({jls_, "jid", "name"}).text, '\n')) {
        Words words = split_words(line);
        if (words.size() != 2) continue;
        say(" " + words[1]);
        note_id(words[1], words[0]);
      }
    } else {
      say(done.text);
    }
    say(".\n");
    return 0;
  }

  int start(const std::vector<std::string>& names) {
    say("Starting jails:");
    for (const std::string& name : names) start_one(name);
    say(".\n");
    if (warn_about_variables_)
      warn(fmt::format("Per-jail configuration via jail_* variables  is obsolete.  Please consider migrating to {}.",
                       conf_path_));
    return 0;
  }

  int stop_all() {
    say("Stopping jails:");
    std::vector<std::string> running = split_words(output_of({jls_, "name"}).text);
    if (conf_.enabled("jail_reverse_stop")) std::ranges::reverse(running);
    for (const std::string& name : running) {
      say(" " + name);
      Output done = output_of(command(jail_, conf_.get("jail_flags"), {"-f", conf_path_, "-r", name}));
      after_stop(name, done.text);
    }
    say(".\n");
    return 0;
  }

  int stop(std::vector<std::string> names, bool may_reverse) {
    say("Stopping jails:");
    if (may_reverse && conf_.enabled("jail_reverse_stop")) std::ranges::reverse(names);
    for (const std::string& word : names) {
      conf::RcJail jail = prepare(word);
      if (jail.conf.empty() || !is_running(jail.name)) continue;
      say(" " + jail.title());
      after_stop(jail.name, output_of({jail.program, "-q", "-f", jail.conf, "-r", jail.name}).text);
    }
    say(".\n");
    return 0;
  }

  int config(const std::vector<std::string>& names) {
    for (const std::string& word : names) {
      conf::RcJail jail = prepare(word);
      if (!jail.conf.empty()) fmt::print("{}: parameters are in {}.\n", jail.name, jail.conf);
    }
    return 0;
  }

  int console(const std::vector<std::string>& words) {
    if (words.empty()) {
      fmt::print(stderr, "{}: ERROR: Specify a jail name.\n", script);
      return 3;
    }
    conf::RcJail jail = conf::rc_jail(conf_, words[0], rc_host());
    Words argv{conf_.get("jail_jexec", "jexec"), jail.name};
    Words rest = words.size() > 1 ? Words(words.begin() + 1, words.end()) : split_words(jail.console);
    argv.insert(argv.end(), rest.begin(), rest.end());
    std::vector<char*> raw;
    for (std::string& word : argv) raw.push_back(word.data());
    raw.push_back(nullptr);
    ::execvp(raw[0], raw.data());
    warnx(argv[0], "{}", strerror_of(errno));
    return 1;
  }

  int status() {
    auto done = run({{jls_, "-N"}, false, {}, {}});
    return done ? *done : 1;
  }

 private:
  static Words command(const std::string& program, const std::string& flags, Words arguments) {
    Words argv{program};
    Words words = split_words(flags);
    argv.insert(argv.end(), words.begin(), words.end());
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return argv;
  }

  static Output output_of(const Words& argv) {
    auto output = run_for_output(argv);
    if (output) return *output;
    return {127, fmt::format("{}\n", output.error().text())};
  }

  bool is_running(const std::string& name) const { return output_of({jls_, "-j", name}).status == 0; }

  void note_id(const std::string& name, const std::string& jid) {
    if (name.find('/') != name.npos) return;
    if (auto put = put_file(id_path(name), jid + "\n"); !put) warn(put.error().text());
  }

  void after_stop(const std::string& name, const std::string& said) {
    if (is_running(name)) say(said);
    else ::unlink(id_path(name).c_str());
  }

  // Finds the configuration, and writes it where variables of rc.conf describe the jail.
  conf::RcJail prepare(const std::string& word) {
    conf::RcJail jail = conf::rc_jail(conf_, word, rc_host());
    for (const std::string& text : jail.warnings) warn(text);
    if (!jail.generated()) return jail;
    warn_about_variables_ = conf_.enabled("jail_confwarn", "YES");
    if (auto put = put_file(jail.conf, jail.text); !put) {
      warn(put.error().text());
      jail.conf.clear();
    }
    return jail;
  }

  void start_one(const std::string& word) {
    conf::RcJail jail = prepare(word);
    if (jail.conf.empty()) return;
    Output done = output_of(command(jail.program, jail.flags, {"-i", "-f", jail.conf, "-c", jail.name}));
    if (done.status == 0) {
      say(" " + jail.title());
      note_id(jail.name, std::string(trim(output_of({jls_, "-j", jail.name, "jid"}).text)));
    } else {
      say(fmt::format(" cannot start jail  \"{}\": \n{}", jail.title(), done.text));
    }
  }

  conf::DiskSources sources_;
  conf::SourceTexts texts_;
  conf::RcConf conf_;
  std::string conf_path_, jail_, jls_;
  bool warn_about_variables_ = false;
};

int complain(const Error& error) {
  fmt::print(stderr, "{}: ERROR: {}\n", script, error.text());
  return 1;
}

int set_enabled(bool on) {
  RcFiles files(rc_paths("jail"));
  if (auto set = files.set(rcvar, on ? "YES" : "NO"); !set) return complain(set.error());
  fmt::print("jail {} in {}\n", on ? "enabled" : "disabled", files.file_of(rcvar));
  return 0;
}

int forget_enabled() {
  auto from = RcFiles(rc_paths("jail")).remove(rcvar);
  if (!from) return complain(from.error());
  for (const std::string& path : *from) fmt::print("{} deleted in {}\n", rcvar, path);
  return 0;
}

int print_rcvar(bool on) {
  fmt::print("# jail : Manage system jails\n#\n{}=\"{}\"\n#   (default: \"\")\n\n", rcvar, on ? "YES" : "NO");
  return 0;
}

int say_line(std::string_view line) {
  fmt::print("{}\n", line);
  return 0;
}

int start(RcJails& jails, const std::vector<std::string>& names, bool all) {
  return all ? jails.start_all() : jails.start(names);
}

int stop(RcJails& jails, const std::vector<std::string>& names, bool all, bool named) {
  return all ? jails.stop_all() : jails.stop(names, !named);
}

}  // namespace

int rc_jail(const std::string& verb, const std::vector<std::string>& names) {
  RcJails jails;
  std::string plain = verb;
  bool asked = true, quiet = false;
  for (std::string_view prefix : {"fast", "one", "force", "quiet"})
    if (plain.starts_with(prefix)) {
      quiet = prefix == "quiet";
      asked = quiet || prefix == "fast";
      plain.erase(0, prefix.size());
      break;
    }
  bool needs_enabling = plain == "start" || plain == "stop" || plain == "restart";
  if (needs_enabling && asked && !jails.is_enabled()) {
    if (!quiet)
      fmt::print("Cannot '{0}' jail. Set jail_enable to YES in /etc/rc.conf or use 'one{0}' instead of '{0}'.\n", plain);
    return 0;
  }
  bool named = !names.empty();
  std::vector<std::string> wanted = named ? names : jails.list();
  bool all = wanted.empty();
  if (plain == "start") return start(jails, wanted, all);
  if (plain == "stop") return stop(jails, wanted, all, named);
  if (plain == "restart") return stop(jails, wanted, all, named) | start(jails, wanted, all);
  if (plain == "config") return jails.config(wanted);
  if (plain == "console") return jails.console(named ? names : std::vector<std::string>{});
  if (plain == "status") return jails.status();
  if (plain == "rcvar") return print_rcvar(jails.is_enabled());
  if (plain == "enabled") return jails.is_enabled() ? 0 : 1;
  if (plain == "enable" || plain == "disable") return set_enabled(plain == "enable");
  if (plain == "delete") return forget_enabled();
  if (plain == "describe") return say_line("Manage system jails");
  if (plain == "extracommands") return say_line("config console status");
  fmt::print(stderr, "{0}: unknown directive '{1}'.\n"
                     "Usage: {0} [fast|force|one|quiet](start|stop|restart|rcvar|enable|disable|delete|enabled|describe|"
                     "extracommands|config|console|status)\n", script, verb);
  return 1;
}

}  // namespace cellblock::bsd
