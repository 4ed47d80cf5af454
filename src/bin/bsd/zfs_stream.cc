// zfs send and receive.
#include <unistd.h>

#include "zfs_verbs.hpp"

namespace cellblock::bsd {
namespace {

using dataset::Name;

/// "@a" and "tank/x@a" mean the same for a snapshot of tank/x.
Result<std::string> earlier(const Name& of, const std::string& word) {
  if (word.empty()) return std::string();
  CB_TRY(Name name, dataset::parse_name(word.starts_with('@') ? of.path + word : word.contains('@') ? word : of.path + "@" + word));
  if (name.path != of.path) return fail(Why::invalid, "incremental source must be in same filesystem");
  return name.snapshot;
}

int refuse_receive(const Error& error) {
  fmt::print(stderr, "cannot receive: {}\n", error.text());
  return 1;
}

}  // namespace

int zfs_send(Session& session, const Words& words) {
  Options options(words, "i:I:pcLewvR");
  if (!options.error().empty()) return zfs_bad_options("send", options);
  if (options.rest().empty()) return zfs_misused("send", "missing snapshot argument");
  if (options.rest().size() > 1) return zfs_misused("send", "too many arguments");
  const std::string& word = options.rest()[0];
  if (options.has('R')) return zfs_refuse("cannot send", word, {Why::unsupported, 0, {"-R is not supported: send each dataset, with -I for its snapshots"}});
  auto name = dataset::parse_name(word);
  if (!name) return zfs_refuse("cannot open", word, name.error());
  if (!name->is_snapshot()) return zfs_refuse("cannot send", word, {Why::invalid, 0, {"only a snapshot can be sent"}});
  if (::isatty(STDOUT_FILENO)) {
    fmt::print(stderr, "Error: Stream can not be written to a terminal.\nYou must redirect standard output.\n");
    return 1;
  }
  auto from = earlier(*name, options.has('I') ? options.value('I') : options.value('i'));
  if (!from) return zfs_refuse("cannot send", word, from.error());
  auto sent = dataset::send(session, {*name, *from, options.has('I')}, STDOUT_FILENO);
  if (sent) return 0;
  return zfs_refuse(sent.error().why == Why::absent ? "cannot open" : "cannot send", word, sent.error());
}

int zfs_receive(Session& session, const Words& words) {
  Options options(words, "DFuvs");
  if (!options.error().empty()) return zfs_bad_options("receive", options);
  if (options.rest().empty()) return zfs_misused("receive", "missing snapshot argument");
  if (options.rest().size() > 1) return zfs_misused("receive", "too many arguments");
  const std::string& word = options.rest()[0];
  auto name = dataset::parse_name(word);
  if (!name) return zfs_refuse("cannot open", word, name.error());
  if (::isatty(STDIN_FILENO)) {
    fmt::print(stderr, "Error: Backup stream can not be read from a terminal.\nYou must redirect standard input.\n");
    return 1;
  }
  auto taken = dataset::receive(session, *name, {.force = options.has('F'), .unmounted = options.has('u'),
                                                 .devices = options.has('D') ? dataset::Devices::taken : dataset::Devices::refused}, STDIN_FILENO);
  return taken ? 0 : refuse_receive(taken.error());
}

}  // namespace cellblock::bsd
