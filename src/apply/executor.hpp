// Does one step of one job. Knows no other job and no order.
#pragma once

#include <string>
#include <vector>

#include "apply/ports.hpp"

namespace cellblock::apply {

enum class Outcome : uint8_t {
  done,
  waiting,  ///< processes are watched under the job's id
  failed,   ///< and the message is out
};

class Executor {
 public:
  Executor(Ports ports, const Orders& orders) : ports_(ports), orders_(orders) {}

  Outcome perform(Job& job, const plan::Step& step);

  /// Messages: "NAME: text\n" on standard output, "jail: NAME: text\n" on standard error; without the name for a
  /// jail that was described on the command line.
  void note(const Job& job, std::string_view text);
  void warn(const Job& job, std::string_view text);
  /// `jail: "NAME" text` whatever kind of jail it is; `without_name` if it has neither name nor jid.
  void warn_quoted(const Job& job, std::string_view text, std::string_view without_name);

  /// "jail_set(JAIL_CREATE) name=web ..." for -v; `error` is empty on success.
  void note_set(const Job& job, std::string_view mode, const std::vector<model::Setting>& settings,
                std::string_view error);

 private:
  Outcome run_outside(Job& job, const plan::Step& step);
  Outcome run_inside(Job& job, const plan::Step& step);
  Outcome alias(Job& job, const plan::Step& step);
  Outcome mount(Job& job, const plan::Step& step);
  Outcome own_mount(Job& job, const plan::Step& step);
  Outcome create(Job& job);
  Outcome remove(Job& job);
  Outcome dataset(Job& job, const plan::Step& step);
  Outcome move(Job& job, const plan::Step& step);
  Outcome cable(Job& job, const plan::Step& step);
  Outcome terminate(Job& job);

  bool path_is_good(Job& job);
  bool may_attach(const Job& job) const;
  Outcome refused(const Job& job, std::string_view tool, std::string_view why);
  Outcome give_up(Job& job, std::string_view command, std::string_view why);
  Outcome wait_for(Job& job, Result<port::Child> child, bool background);
  void note_command(const Job& job, std::string_view where, const std::optional<std::string>& user);
  const std::vector<std::string>& base_environment();
  std::vector<std::string> environment(const Job& job, bool with_bsd_commands);

  Ports ports_;
  const Orders& orders_;
  std::vector<std::string> base_environment_;
};

}  // namespace cellblock::apply
