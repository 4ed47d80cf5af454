// `service natd`: what rc.conf(5) says of natd(8).
#pragma once

#include <string>

#include "base/error.hpp"
#include "conf/rcconf.hpp"

namespace cellblock::bsd {

/// Has the kernel translate. The error is one line.
Result<> start_natd(const conf::RcConf& conf);
/// Whether there was something to stop.
Result<bool> stop_natd(const conf::RcConf& conf);

int rc_natd(const std::string& verb);

}  // namespace cellblock::bsd
