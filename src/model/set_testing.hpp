// For the tests of jail_set: snapshots made of words, and calls made of words.
#pragma once

#include <gmock/gmock.h>

#include "base/text.hpp"
#include "model/jail_set.hpp"

namespace cellblock::model {

/// "persist name=web ip4.addr=10.0.0.1,10.0.0.2" as settings.
inline std::vector<Setting> settings_from(std::string_view words) {
  std::vector<Setting> settings;
  for (const std::string& word : split_words(words)) {
    size_t equals = word.find('=');
    Setting setting{word.substr(0, equals), {}};
    if (equals != word.npos) {
      auto named = find_param(setting.name);
      std::string value = word.substr(equals + 1);
      setting.values = named && named->param->comma_list ? split(value, ',') : std::vector{value};
      if (setting.values.empty()) setting.values = {""};
    }
    settings.push_back(std::move(setting));
  }
  return settings;
}

/// A host on which jails come to be by calls of jail_set.
class Host {
 public:
  Snapshot snapshot;
  HostFacts facts;
  JailId caller = 0;
  bool attaching = false;

  Result<SetOutcome> call(SetMode mode, std::string_view words) {
    return jail_set(snapshot, facts, caller, settings_from(words), mode, attaching);
  }
  /// The jail that a call leaves, which becomes part of the snapshot.
  Prison set(SetMode mode, std::string_view words) {
    auto outcome = call(mode, words);
    EXPECT_TRUE(outcome) << words << ": " << outcome.error().text();
    if (!outcome) return {};
    also = outcome->also;
    for (const Prison& other : also) snapshot.jails[other.jid].prison = other;
    if (outcome->created) snapshot.last_jid = outcome->prison.jid;
    return snapshot.jails[outcome->prison.jid].prison = outcome->prison;
  }
  Prison create(std::string_view words) { return set(SetMode::create, std::string("persist ") + std::string(words)); }
  Prison update(std::string_view words) { return set(SetMode::update, words); }
  Prison at(std::string_view name) const {
    const Jail* jail = snapshot.find(name);
    EXPECT_TRUE(jail) << name;
    return jail ? jail->prison : Prison();
  }
  /// "" for success; Error::text() else, which is strerror(3)'s word alone where FreeBSD has no text.
  std::string error(SetMode mode, std::string_view words) {
    auto outcome = call(mode, words);
    return outcome ? "" : outcome.error().text();
  }
  std::string create_error(std::string_view words) {
    return error(SetMode::create, std::string("persist ") + std::string(words));
  }
  std::string update_error(std::string_view words) { return error(SetMode::update, words); }

  std::vector<Prison> also;  ///< of the last set()
};

inline constexpr const char* not_permitted = "Operation not permitted";
inline constexpr const char* invalid_argument = "Invalid argument";

}  // namespace cellblock::model
