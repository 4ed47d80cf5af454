// zfs(8): which command it is.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "zfs_verbs.hpp"

namespace cellblock::bsd {
namespace {

struct Verb {
  std::string_view name;
  int (*run)(Session&, const Words&);
  std::string_view usage;
};

constexpr std::array verbs{
    Verb{"create", zfs_create, "create [-pu] [-o property=value]... filesystem"},
    Verb{"destroy", zfs_destroy, "destroy [-fnpRrv] filesystem\n\tdestroy [-npRrv] filesystem@snap[%snap][,snap[%snap]]..."},
    Verb{"snapshot", zfs_snapshot, "snapshot [-r] [-o property=value]... filesystem@snap..."},
    Verb{"snap", zfs_snapshot, ""},
    Verb{"rollback", zfs_rollback, "rollback [-rRf] snapshot"},
    Verb{"clone", zfs_clone, "clone [-p] [-o property=value]... snapshot filesystem"},
    Verb{"promote", zfs_promote, "promote clone-filesystem"},
    Verb{"rename", zfs_rename, "rename [-p] filesystem filesystem\n\trename [-r] snapshot snapshot"},
    Verb{"send", zfs_send, "send [-i|-I snapshot] snapshot"},
    Verb{"receive", zfs_receive, "receive [-DFu] filesystem|snapshot"},
    Verb{"list", zfs_list, "list [-Hp] [-r|-d max] [-o property[,...]] [-t type[,...]] [-s property]... [-S property]... [filesystem|snapshot]..."},
    Verb{"set", zfs_set, "set property=value... filesystem|snapshot..."},
    Verb{"get", zfs_get, "get [-rHp] [-d max] [-o \"all\" | field[,...]] [-t type[,...]] [-s source[,...]] \"all\" | property[,...] [filesystem|snapshot]..."},
    Verb{"inherit", zfs_inherit, "inherit [-rS] property filesystem|snapshot..."},
    Verb{"mount", zfs_mount, "mount\n\tmount [-v] -a | filesystem"},
    Verb{"unmount", zfs_unmount, "unmount [-f] -a | filesystem|mountpoint"},
    Verb{"umount", zfs_unmount, ""},
};

/// What OpenZFS has besides, and what to do here.
constexpr std::array<std::pair<std::string_view, std::string_view>, 20> refused{{
    {"allow", "only root changes datasets here"}, {"unallow", "only root changes datasets here"},
    {"hold", "snapshots have no holds here"}, {"release", "snapshots have no holds here"}, {"holds", "snapshots have no holds here"},
    {"bookmark", "send from a snapshot instead"}, {"jail", "give the jail the mountpoint as its path"}, {"unjail", "give the jail the mountpoint as its path"},
    {"share", "datasets are not shared here"}, {"unshare", "datasets are not shared here"},
    {"userspace", "space is not counted by user here"}, {"groupspace", "space is not counted by group here"}, {"projectspace", "space is not counted by project here"},
    {"project", "datasets have no projects here"}, {"load-key", "datasets are not encrypted here"}, {"unload-key", "datasets are not encrypted here"},
    {"change-key", "datasets are not encrypted here"}, {"program", "there are no channel programs here"}, {"diff", "compare the two trees, as diff -r does"},
    {"upgrade", "datasets have one version"},
}};

void print_usage() {
  fmt::print(stderr, "usage: zfs command args ...\nwhere 'command' is one of the following:\n\n");
  for (const Verb& verb : verbs)
    if (!verb.usage.empty()) fmt::print(stderr, "\t{}\n", verb.usage);
  fmt::print(stderr, "\nEach dataset is of the form: pool/[dataset/]*dataset[@name]\n");
}

/// A pool that is not one of ours, but of the host's own ZFS.
bool is_host_name(const dataset::Registry& registry, std::string_view word) {
  if (word.empty() || word[0] == '-' || word[0] == '/' || word.contains('=')) return false;
  std::string pool(word.substr(0, word.find_first_of("/@#")));
  return dataset::check_pool_name(pool) && !registry.find(pool) && host_has_pool(pool);
}

}  // namespace

int zfs_refuse(std::string_view what, std::string_view name, const Error& error) {
  std::fflush(stdout);
  fmt::print(stderr, "{} '{}': {}\n", what, name, error.text());
  return 1;
}

int zfs_misused(std::string_view command, std::string_view said) {
  std::fflush(stdout);
  fmt::print(stderr, "{}\n", said);
  for (const Verb& verb : verbs)
    if (verb.name == command) fmt::print(stderr, "usage:\n\t{}\n", verb.usage);
  return 2;
}

int zfs_bad_options(std::string_view command, const Options& options) {
  char letter = options.error().back();
  bool missing = options.error().starts_with("option requires");
  return zfs_misused(command, missing ? fmt::format("missing argument for '{}' option", letter) : fmt::format("invalid option '{}'", letter));
}

std::string zfs_pairs(const std::vector<std::string>& words, dataset::Properties& into) {
  for (const std::string& word : words) {
    size_t equals = word.find('=');
    if (equals == word.npos || equals == 0) return fmt::format("missing '=' for property=value argument");
    if (!into.emplace(word.substr(0, equals), word.substr(equals + 1)).second)
      return fmt::format("property '{}' specified multiple times", word.substr(0, equals));
  }
  return {};
}

int zfs(const Words& words) {
  if (words.size() < 2) {
    fmt::print(stderr, "missing command\n");
    print_usage();
    return 2;
  }
  std::string name = words[1] == "recv" ? "receive" : words[1];
  dataset::Registry registry = dataset::Registry::standard();
  if (std::string host = host_zfs("zfs"); !host.empty())
    if (std::any_of(words.begin() + 2, words.end(), [&](const std::string& word) { return is_host_name(registry, word); })) return run_host_zfs(host, words);
  Session session(registry);
  for (const Verb& verb : verbs)
    if (verb.name == name) return verb.run(session, {words.begin() + 1, words.end()});
  for (const auto& [other, instead] : refused)
    if (other == name) {
      fmt::print(stderr, "zfs {}: not supported: {}\n", name, instead);
      return 1;
    }
  fmt::print(stderr, "unrecognized command '{}'\n", words[1]);
  print_usage();
  return 2;
}

}  // namespace cellblock::bsd
