// A machine in memory with a scheduler on it, for tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apply/scheduler.hpp"
#include "conf/parse.hpp"
#include "conf/resolve.hpp"
#include "fake/jails.hpp"
#include "fake/links.hpp"
#include "fake/mounts.hpp"
#include "fake/programs.hpp"
#include "fake/watch.hpp"

namespace cellblock::apply {

/// Keeps what was said: each stream by itself, and both in order.
class RecordingVoice final : public Voice {
 public:
  void say(std::string_view text) override {
    out += text;
    both += text;
  }
  void complain(std::string_view text) override {
    err += text;
    both += text;
  }
  std::string out, err, both;
};

struct Machine {
  Machine() {
    world.output = [this](std::string_view text) { voice.say(text); };
  }

  fake::World world;
  fake::Jails jails{world};
  fake::Mounts mounts{world};
  fake::Links links{world};
  fake::Programs programs{world};
  fake::Watch watch{world};
  RecordingVoice voice;

  Ports ports() { return {jails, mounts, links, programs, watch, voice}; }

  /// Runs a jail.conf's jails; no targets: all of them.
  int run(const std::string& text, Orders orders, std::vector<std::string> targets = {}) {
    auto parsed = conf::parse_text(text);
    for (const conf::Diag& diag : parsed.diags) voice.complain("parse: " + diag.what + "\n");
    return run(conf::resolve(parsed.tree).jails, std::move(orders), Source::file, std::move(targets));
  }

  int run(std::vector<model::Wanted> wanted, Orders orders, Source source, std::vector<std::string> targets = {}) {
    Scheduler scheduler(ports(), std::move(orders), {}, std::move(wanted), source);
    if (targets.empty()) targets.emplace_back();
    bool selected = true;
    for (const std::string& target : targets) selected = scheduler.select(target) && selected;
    return selected ? scheduler.run() : (scheduler.run(), 1);
  }

  void forget() {
    world.log.clear();
    voice.out.clear();
    voice.err.clear();
    voice.both.clear();
  }

  std::vector<std::string> names() {
    std::vector<std::string> found;
    for (const auto& [jid, jail] : world.jails.jails) found.push_back(jail.prison.name);
    return found;
  }
};

}  // namespace cellblock::apply
