// `service pf`: what FreeBSD's rc.d/pf does with rc.conf(5): pf_enable, pf_rules, pf_flags.
#pragma once

#include <string>

namespace cellblock::bsd {

/// `verb`: start, stop, restart, reload, resync, check, status, rcvar and enabled, and these with "one" or "force" before.
int rc_pf(const std::string& verb);

}  // namespace cellblock::bsd
