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

/// "PIDFD UID GID HOME SHELL GROUP..."; without a user only the first.
std::optional<User> user_in(const std::vector<std::string>& words, const port::Entry& entry) {
  if (!entry.user || words.size() < 5) return std::nullopt;
  User user;
  user.name = *entry.user;
  user.uid = static_cast<uid_t>(parse_int(words[1]).value_or(65534));
  user.gid = static_cast<gid_t>(parse_int(words[2]).value_or(65534));
  user.home = words[3];
  user.shell = words[4];
  for (size_t i = 5; i < words.size(); ++i) user.groups.push_back(static_cast<gid_t>(parse_int(words[i]).value_or(65534)));
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
  CB_TRY(std::string answer,
         ask_warden(fmt::format("enter {} {} {}", jid, entry.user_from_host ? 1 : 0, entry.user ? vis(*entry.user) : "\\e")));
  Parts parts = take_apart(answer);
  const model::Jail* jail = parts.state.snapshot.jails.empty() ? nullptr : &parts.state.snapshot.jails.begin()->second;
  auto descriptor = parts.words.empty() ? std::nullopt : parse_int(parts.words[0]);
  if (!jail || !descriptor) return fail(Why::failed, "jail_attach: the warden's answer makes no sense");
  Fd keeper(static_cast<int>(*descriptor));
  return enter_from_jail(*jail, keeper, entry, user_in(parts.words, entry));
}

}  // namespace cellblock::kernel
