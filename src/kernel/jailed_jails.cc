#include "kernel/jailed_jails.hpp"

#include <fcntl.h>

#include <cerrno>

#include "base/text.hpp"
#include "kernel/entry.hpp"
#include "kernel/jail_call.hpp"
#include "record/journal.hpp"
#include "sys/file.hpp"
#include "wire/message.hpp"

namespace cellblock::kernel {
namespace {

/// The first line's words and the journal behind it.
struct Parts {
  std::vector<std::string> words;
  record::State state;
};

Parts take_apart(const std::string& answer) {
  size_t end = answer.find('\n');
  Parts parts;
  parts.words = wire::words_of(std::string_view(answer).substr(0, end));
  if (end != answer.npos) record::fold(parts.state, std::string_view(answer).substr(end + 1));
  return parts;
}

/// "UID GID HOME SHELL GROUP..." behind the descriptors.
std::optional<User> user_in(const std::vector<std::string>& words, size_t first, const port::Entry& entry) {
  if (!entry.user || words.size() < first + 4) return std::nullopt;
  User user;
  user.name = *entry.user;
  user.uid = static_cast<uid_t>(parse_int(words[first]).value_or(65534));
  user.gid = static_cast<gid_t>(parse_int(words[first + 1]).value_or(65534));
  user.home = words[first + 2];
  user.shell = words[first + 3];
  for (size_t i = first + 4; i < words.size(); ++i) user.groups.push_back(static_cast<gid_t>(parse_int(words[i]).value_or(65534)));
  return user;
}

}  // namespace

Result<model::JailId> JailedJails::set(const std::vector<model::Setting>& settings, model::SetMode mode, bool attaching) {
  CB_TRY(std::string answer, ask_warden(wire::encode(wire::SetRequest{settings, mode, attaching})));
  return static_cast<model::JailId>(parse_int(trim(answer)).value_or(0));
}

Result<model::Snapshot> JailedJails::get() {
  auto answer = ask_warden("get");
  // A jail that may not have jails has none: nothing to list is not an error.
  if (!answer && answer.error().sys == EPERM) return model::Snapshot();
  if (!answer) return pass(answer.error());
  return take_apart(*answer).state.snapshot;
}

Result<model::Jail> JailedJails::find(std::string_view word) {
  if (word == "0") {  // this jail itself
    CB_TRY(std::string answer, ask_warden("self"));
    model::Snapshot self = take_apart(answer).state.snapshot;
    if (self.jails.empty()) return fail(Why::failed, "the warden's answer makes no sense");
    return self.jails.begin()->second;
  }
  CB_TRY(model::Snapshot now, get());
  if (const model::Jail* jail = now.find_word(word, "")) return *jail;
  return parse_int(word) ? fail(Why::absent, "jail {} not found", word) : fail(Why::absent, "jail \"{}\" not found", word);
}

Result<> JailedJails::remove(model::JailId jid) {
  return ask_warden(fmt::format("remove {}", jid)).map([](const std::string&) {});
}

void JailedJails::left(model::JailId jid) { (void)ask_warden(fmt::format("left {}", jid)); }

Result<std::vector<pid_t>> JailedJails::processes(model::JailId jid) {
  CB_TRY(std::string answer, ask_warden(fmt::format("processes {}", jid)));
  std::vector<pid_t> pids;
  for (const std::string& word : split_words(answer)) pids.push_back(static_cast<pid_t>(parse_int(word).value_or(0)));
  return pids;
}

Result<port::Child> JailedJails::enter(model::JailId jid, const port::Entry& entry) {
  if (entry.fib != 0) return fail(Why::unsupported, "exec.fib: a jail can't give a routing table to jails of its own");
  CB_TRY(std::string answer,
         ask_warden(fmt::format("enter {} {} {}", jid, entry.user_from_host ? 1 : 0, entry.user ? vis(*entry.user) : "\\e")));
  Parts parts = take_apart(answer);
  const model::Jail* jail = parts.state.snapshot.jails.empty() ? nullptr : &parts.state.snapshot.jails.begin()->second;
  size_t count = jail ? namespace_files(jail->prison).size() : 0;
  if (!jail || parts.words.size() < count) return fail(Why::failed, "jail_attach: the warden's answer makes no sense");
  Namespaces namespaces;
  for (size_t i = 0; i < count; ++i) {
    Fd fd(static_cast<int>(parse_int(parts.words[i]).value_or(-1)));
    if (i == 0)
      namespaces.pid = std::move(fd);
    else
      namespaces.others.push_back(std::move(fd));
  }
  return enter_from_jail(*jail, namespaces, entry, user_in(parts.words, count, entry));
}

}  // namespace cellblock::kernel
