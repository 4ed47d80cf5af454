// What jail(8), jls(8) and jexec(8) in a jail say to the warden on the host, and its answers: text, so that
// both sides decode into types that can't hold a bad value.
//
// A request is a verb and its words; an answer starts with "ok" or "error". Words are encoded by vis().
//
//   set MODE ATTACHING name=value ...      ->  ok JID
//   self                                   ->  ok, then a journal of the caller's own jail alone, as far as it may know
//   get                                    ->  ok, then a journal (record::rewrite) of what the caller sees
//   remove JID / left JID                  ->  ok
//   enter JID HOST_USER USER               ->  ok FD ... UID GID HOME SHELL GROUP ... , then the jail's journal;
//                                              the descriptors, put into the caller, are the jail's namespaces
//   join JID                               ->  ok: the calling process is in that jail's cgroup now
//   processes JID                          ->  ok PID ... as the caller's pid namespace numbers them
//   error WHY ERRNO TEXT ...               one word per link of the chain, innermost first
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/jail_set.hpp"

namespace cellblock::wire {

/// The most that a request or an answer may be.
inline constexpr size_t largest_message = 8 << 20;

struct SetRequest {
  std::vector<model::Setting> settings;
  model::SetMode mode = model::SetMode::create;
  bool attaching = false;
};
std::string encode(const SetRequest& request);
Result<SetRequest> decode_set(std::string_view words);

/// "verb rest": splits off the first word.
std::pair<std::string_view, std::string_view> verb_of(std::string_view message);

std::string encode_error(const Error& error);
/// The text behind "ok", or the error that the answer carries. Nonsense is an error of its own.
Result<std::string_view> decode_answer(std::string_view answer);

/// All words of a line, decoded.
std::vector<std::string> words_of(std::string_view line);

}  // namespace cellblock::wire
