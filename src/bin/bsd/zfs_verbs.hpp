// The commands of zfs(8): `words[0]` is the command's name. Each returns the exit status.
#pragma once

#include "applet.hpp"
#include "dataset/session.hpp"

namespace cellblock::bsd {

using dataset::Session;

int zfs_create(Session& session, const Words& words);
int zfs_clone(Session& session, const Words& words);
int zfs_snapshot(Session& session, const Words& words);
int zfs_rollback(Session& session, const Words& words);
int zfs_destroy(Session& session, const Words& words);
int zfs_rename(Session& session, const Words& words);
int zfs_promote(Session& session, const Words& words);
int zfs_send(Session& session, const Words& words);
int zfs_receive(Session& session, const Words& words);
int zfs_list(Session& session, const Words& words);
int zfs_get(Session& session, const Words& words);
int zfs_set(Session& session, const Words& words);
int zfs_inherit(Session& session, const Words& words);
int zfs_mount(Session& session, const Words& words);
int zfs_unmount(Session& session, const Words& words);

/// "cannot create 'tank/x': dataset already exists". Returns 1.
int zfs_refuse(std::string_view what, std::string_view name, const Error& error);
/// What is wrong with the command line, then how it is used. Returns 2.
int zfs_misused(std::string_view command, std::string_view said);
/// The same for getopt's words.
int zfs_bad_options(std::string_view command, const Options& options);

/// The pairs of -o NAME=VALUE; empty text: good, else what is wrong.
std::string zfs_pairs(const std::vector<std::string>& words, dataset::Properties& into);

/// The path of the host's own zfs(8) or zpool(8), if there is one.
std::string host_zfs(std::string_view program);
/// Whether that has a pool of this name.
bool host_has_pool(const std::string& name);
/// Runs it in this one's place. Returns only if that failed.
int run_host_zfs(const std::string& path, const Words& words);

}  // namespace cellblock::bsd
