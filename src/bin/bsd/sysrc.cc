// sysrc(8): rc.conf(5) read and edited, the rest of the file left as it is.
#include <unistd.h>

#include <algorithm>

#include "applet.hpp"
#include "base/text.hpp"
#include "conf/shell.hpp"
#include "rc_files.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "sysrc";

int usage() {
  fmt::print(stderr, "usage: sysrc [OPTIONS] {{name[[+|-]=value] ...| -a | -A | -l | -L [name ...]}}\n"
                     "Try `sysrc --help' for more information.\n");
  return 1;
}

int help() {
  fmt::print("usage: sysrc [OPTIONS] name[[+|-]=value] ...\n"
             "       sysrc [OPTIONS] -a | -x name ...\n"
             "OPTIONS:\n"
             "\t-a         Dump a list of all variables that are set.\n"
             "\t-c         Check. For name=value: is it set so? For name: is it set?\n"
             "\t-e         Print variables as name=\"value\", ready for a shell.\n"
             "\t-f file    Operate on this file instead of those of rc.conf(5). May be given more than once.\n"
             "\t-F         Print the file that a variable is set in.\n"
             "\t-i         Ignore unknown variables.\n"
             "\t-n         Print values only.\n"
             "\t-N         Print names only.\n"
             "\t-q         Quiet: no errors for unknown variables.\n"
             "\t-R dir     Files are below this directory.\n"
             "\t-s name    Add the files of a service: rc.conf.d/name.\n"
             "\t-v         Verbose: print the file, too.\n"
             "\t-x name    Remove the variable.\n");
  return 0;
}

class Session {
 public:
  explicit Session(const Options& options) : options_(options), files_(paths_of(options)) {}

  int word(const std::string& word) {
    size_t equals = word.find('=');
    if (equals == word.npos) return options_.has('x') ? remove(word) : show(word);
    char before = equals > 0 ? word[equals - 1] : 0;
    bool changes_list = before == '+' || before == '-';
    std::string name = word.substr(0, equals - (changes_list ? 1 : 0)), value = word.substr(equals + 1);
    if (!conf::is_shell_name(name)) return unknown(name);
    if (options_.has('c')) return conf().find(name) && *conf().find(name) == value ? 0 : 1;
    std::string old = conf().get(name);
    return change(name, changes_list ? change_list(old, value, before) : value);
  }

  int all() {
    for (const auto& [name, value] : conf().values()) print(name, value);
    return 0;
  }

 private:
  static std::vector<std::string> paths_of(const Options& options) {
    std::vector<std::string> paths = options.values('f');
    if (paths.empty()) paths = rc_paths(options.value('s'));
    for (std::string& path : paths) path.insert(0, options.value('R'));
    return paths;
  }

  const conf::RcConf& conf() const { return files_.conf(); }

  int unknown(const std::string& name) {
    if (options_.has('i')) return 0;
    if (!options_.has('q')) warnx(me, "unknown variable '{}'", name);
    return 1;
  }

  void print(std::string_view name, std::string_view value) {
    if (options_.has('F')) fmt::print("{}{}\n", options_.has('n') ? "" : fmt::format("{}: ", name), files_.file_of(name));
    else if (options_.has('e')) fmt::print("{}={}\n", name, conf::shell_quote(value));
    else if (options_.has('N')) fmt::print("{}\n", name);
    else if (options_.has('n')) fmt::print("{}\n", value);
    else if (options_.has('v')) fmt::print("{}: {}: {}\n", files_.file_of(name), name, value);
    else fmt::print("{}: {}\n", name, value);
  }

  int show(const std::string& name) {
    const std::string* value = conf().find(name);
    if (!value) return unknown(name);
    if (!options_.has('c')) print(name, *value);
    return 0;
  }

  int change(const std::string& name, const std::string& value) {
    std::string old = conf().get(name);
    if (auto set = files_.set(name, value); !set) return complain(set.error());
    if (options_.has('q')) return 0;
    if (options_.has('e') || options_.has('n') || options_.has('N') || options_.has('F')) print(name, value);
    else print(name, fmt::format("{} -> {}", old, value));
    return 0;
  }

  int remove(const std::string& name) {
    auto from = files_.remove(name);
    if (!from) return complain(from.error());
    return from->empty() ? unknown(name) : 0;
  }

  // Words behind `+=` are added unless they are there; `-=` takes them away. A first character that is no letter
  // or digit is the separator to use: "jail_list+=,b".
  static std::string change_list(const std::string& old, std::string value, char how) {
    char separator = ' ';
    auto is_word = [](char c) { return conf::is_shell_name(std::string("x") + c) || c == '-' || c == '/' || c == '.'; };
    if (!value.empty() && !is_word(value[0]) && value[0] != ' ') {
      separator = value[0];
      value.erase(0, 1);
    }
    auto cut = [separator](const std::string& text) { return separator == ' ' ? split_words(text) : split(text, separator); };
    std::vector<std::string> words = cut(old);
    for (const std::string& word : cut(value)) {
      auto place = std::ranges::find(words, word);
      if (how == '+' && place == words.end()) words.push_back(word);
      if (how == '-' && place != words.end()) std::erase(words, word);
    }
    return join(words, std::string(1, separator));
  }

  int complain(const Error& error) {
    warnx(me, "{}", error.text());
    return 1;
  }

  const Options& options_;
  RcFiles files_;
};

}  // namespace

int sysrc(const Words& words) {
  if (words.size() == 2 && (words[1] == "--help" || words[1] == "-h")) return help();
  Options options(words, "aAcdDeEf:FhiIj:lLnNqR:s:vx");
  if (!options.error().empty()) {
    warnx(me, "{}", options.error());
    return usage();
  }
  Session session(options);
  if (options.has('a') || options.has('A')) return session.all();
  if (options.rest().empty()) return usage();
  int status = 0;
  for (const std::string& word : options.rest()) status |= session.word(word);
  return status;
}

}  // namespace cellblock::bsd
