// `service ipfw`: what FreeBSD's rc.d/ipfw and /etc/rc.firewall do with rc.conf(5), and the forwarding of a gateway.
#pragma once

#include <string>

namespace cellblock::bsd {

/// `verb`: start, stop, restart, status, rcvar and enabled, and these with "one" or "force" before them.
int rc_ipfw(const std::string& verb);

}  // namespace cellblock::bsd
