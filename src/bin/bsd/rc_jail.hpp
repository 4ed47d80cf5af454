// `service jail`: what FreeBSD's rc.d/jail does with rc.conf(5), jail(8) and jls(8).
#pragma once

#include <string>
#include <vector>

namespace cellblock::bsd {

/// `verb`: start, stop, restart, config, console, status, rcvar, enabled, enable, disable, delete, describe and
/// extracommands, and these with "fast", "one", "force" or "quiet" before them.
/// `names`: jails as the user wrote them; none: those of jail_list, or all.
int rc_jail(const std::string& verb, const std::vector<std::string>& names);

}  // namespace cellblock::bsd
