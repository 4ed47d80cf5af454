// A session: files, and the commands that somebody types, on a machine in memory, with what they print.
//
//     # a comment
//     == jail.conf
//     web { path = @; persist; }
//     $ jail -f jail.conf -c
//     web: created
//     $ jail -f jail.conf -c web
//     ! jail: "web" already exists
//     [1]
//
// Lines on standard error begin with "! ", an exit status other than 0 stands in brackets. `@` is a folder of
// the session's own with dev, proc and mnt in it. Besides jail there are:
//
//     in JAIL jail ...      the same from inside a jail
//     jails                 every jail: jid, name, path, hostname
//     aliases, mounts       what lies on the host
//     log                   what the ports were asked to do since the last time
//     script COMMAND : status=N signal=N runs=MS leaves=N stubborn missing
//                           how a command behaves from now on
//     cat FILE
#pragma once

#include <map>
#include <string>
#include <vector>

#include "apply/voice.hpp"
#include "conf/source.hpp"
#include "fake/jails.hpp"
#include "fake/links.hpp"
#include "fake/mounts.hpp"
#include "fake/programs.hpp"
#include "fake/watch.hpp"

namespace cellblock::jail {

class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Replays the text and returns what it should have said.
  std::string replay(const std::string& text);

 private:
  class Transcript final : public apply::Voice {
   public:
    void say(std::string_view more) override { text += more; }
    void complain(std::string_view more) override;
    std::string text;
  };

  void perform(const std::string& command);
  int jail(const std::vector<std::string>& words, model::JailId caller);
  void script(const std::string& rest);
  void show(const std::string& what);

  std::string root_;
  std::map<std::string, std::string> files_;
  Transcript voice_;
  fake::World world_;
  fake::Mounts mounts_{world_};
  fake::Links links_{world_};
  fake::Programs programs_{world_};
  size_t log_shown_ = 0;
};

}  // namespace cellblock::jail
