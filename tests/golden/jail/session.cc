#include "session.hpp"

#include <stdlib.h>

#include <filesystem>

#include "base/text.hpp"
#include "jail/command.hpp"

namespace cellblock::jail {
namespace {

namespace fs = std::filesystem;

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) text.replace(at, from.size(), to);
}

/// Words as a shell splits them: blanks, single and double quotes.
std::vector<std::string> shell_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool open = false;
  for (char c : line) {
    if (quote ? c == quote : (c == '\'' || c == '"')) {
      quote = quote ? 0 : c;
      open = true;
    } else if (c == ' ' && !quote) {
      if (open) words.push_back(std::move(word));
      word.clear();
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (open) words.push_back(std::move(word));
  return words;
}

int number_in(const std::string& word) { return static_cast<int>(parse_int(split(word, '=').back()).value_or(0)); }

}  // namespace

void Session::Transcript::complain(std::string_view more) {
  for (const std::string& line : split(more.substr(0, more.size() - 1), '\n')) text += "! " + line + "\n";
}

Session::Session() {
  char name[] = "/tmp/session.XXXXXX";
  root_ = ::mkdtemp(name);
  for (auto folder : {"dev", "proc", "mnt"}) fs::create_directories(root_ + "/" + folder);
  fs::create_symlink("/etc", root_ + "/link");
  ::clearenv();  // what commands see has to be the same everywhere
  ::setenv("PATH", "/usr/bin:/bin", 1);
  ::setenv("TERM", "xterm", 1);
  world_.output = [this](std::string_view text) { voice_.say(text); };
}

Session::~Session() { fs::remove_all(root_); }

std::string Session::replay(const std::string& text) {
  std::string* file = nullptr;
  bool output = false;  // of a command: made anew
  for (const std::string& line : split(text, '\n')) {
    if (line.starts_with("$ ") || line.starts_with("#") || line.starts_with("== ")) output = false, file = nullptr;
    if (output) continue;
    voice_.text += line + "\n";
    std::string meant = line;
    replace_all(meant, "@", root_);
    if (line.starts_with("== ")) {
      file = &files_[meant.substr(3)];
      file->clear();
    } else if (line.starts_with("$ ")) {
      perform(meant.substr(2));
      output = true;
    } else if (file) {
      *file += meant + "\n";
    }
  }
  std::string said = voice_.text;
  if (!text.ends_with("\n\n") && said.ends_with("\n\n")) said.pop_back();
  replace_all(said, root_, "@");
  return said;
}

void Session::perform(const std::string& command) {
  std::vector<std::string> words = shell_words(command);
  model::JailId caller = 0;
  if (words[0] == "in") {
    const model::Jail* jail = world_.jails.find(words[1]);
    caller = jail ? jail->prison.jid : -1;
    words.erase(words.begin(), words.begin() + 2);
  }
  if (words[0] == "script") return script(command.substr(7));
  if (words[0] == "cat") return voice_.say(files_[words[1]]);
  if (words[0] != "jail") return show(words[0]);
  words.erase(words.begin());
  if (int status = jail(words, caller)) voice_.text += fmt::format("[{}]\n", status);
}

int Session::jail(const std::vector<std::string>& words, model::JailId caller) {
  conf::MemorySources sources(conf::MemorySources::Texts(files_.begin(), files_.end()));
  fake::Jails jails(world_, caller);
  fake::Watch watch(world_);
  Surroundings around{
      .voice = voice_,
      .sources = sources,
      .exists = [this](const std::string& file) { return files_.contains(file); },
      .open_ports = [&]() -> Result<apply::Ports> {
        return apply::Ports{jails, mounts_, links_, programs_, watch, voice_};
      },
      .look_up = [](const std::string& host) -> Result<std::vector<std::string>> {
        if (host == "nosuch") return fail(Why::absent, "Name does not resolve");
        return std::vector<std::string>{"10.9.9.9", "fd00::9"};
      },
      .old_style_defaults = [caller] {
        return caller ? std::nullopt : std::optional(model::default_allow());
      },
      .bsd_commands = [] { return std::string("/usr/libexec/cellblock/bsd"); },
      .open_log = [this](const std::string& file) -> Result<std::function<void(std::string_view)>> {
        if (file.starts_with("/nowhere")) return sys_fail(ENOENT, "{}", file);
        std::string* text = &files_[file];
        text->clear();
        return [text](std::string_view line) { *text += line; };
      },
  };
  return run(around, words);
}

void Session::script(const std::string& rest) {
  size_t colon = rest.find(" : ");
  std::string command = rest.substr(0, colon);
  fake::Script script;
  for (const std::string& word : split_words(rest.substr(colon + 3))) {
    if (word.starts_with("status=")) script.status = number_in(word) << 8;
    if (word.starts_with("signal=")) script.status = number_in(word);
    if (word.starts_with("runs=")) script.runs = std::chrono::milliseconds(number_in(word));
    if (word.starts_with("leaves=")) script.leaves = static_cast<size_t>(number_in(word));
    if (word == "stubborn") script.ends_after_sigterm = std::nullopt;
    if (word == "missing") world_.missing.push_back(command);
  }
  world_.scripts[command] = script;
}

void Session::show(const std::string& what) {
  if (what == "jails")
    for (const auto& [jid, jail] : world_.jails.jails)
      voice_.text += fmt::format("{} {} {} \"{}\"\n", jid, jail.prison.name, jail.prison.path, jail.prison.hostname);
  if (what == "aliases")
    for (const std::string& alias : links_.aliases) voice_.text += alias + "\n";
  if (what == "mounts")
    for (const port::MountRequest& mount : mounts_.mounted)
      voice_.text += fmt::format("{} on {} ({})\n", mount.source, mount.target, mount.type);
  if (what == "log")
    for (; log_shown_ < world_.log.size(); ++log_shown_) voice_.text += world_.log[log_shown_] + "\n";
}

}  // namespace cellblock::jail
