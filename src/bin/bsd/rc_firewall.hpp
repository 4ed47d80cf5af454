// What rc.conf(5) says of the firewall, as commands of ipfw(8): the kinds of /etc/rc.firewall.
#pragma once

#include "applet.hpp"
#include "base/error.hpp"
#include "conf/rcconf.hpp"
#include "ipfw/natd.hpp"

namespace cellblock::bsd {

/// The arguments of each `ipfw` to be run, in order, by `firewall_type`: open, client, simple, workstation, closed,
/// UNKNOWN (none at all), or a file of ipfw's. `has_ip6`: rules for IPv6 go with them. Fails where a variable that the
/// type needs is missing.
Result<std::vector<Words>> firewall_commands(const conf::RcConf& conf, bool has_ip6);

/// natd_flags and natd_interface, which is an interface or an address of this machine.
Result<ipfw::Natd> natd_of(const conf::RcConf& conf);

}  // namespace cellblock::bsd
