#include "rc_natd.hpp"

#include "applet.hpp"
#include "natd.hpp"
#include "rc_firewall.hpp"
#include "rc_script.hpp"

namespace cellblock::bsd {
namespace {

int complain(const Error& error) {
  std::fflush(stdout);
  fmt::print(stderr, "/etc/rc.d/natd: ERROR: {}\n", natd_refusal(error));
  return 1;
}

int start(const conf::RcConf& conf) {
  fmt::print("Starting natd.\n");
  auto done = start_natd(conf);
  return done ? 0 : complain(done.error());
}

int stop(const conf::RcConf& conf) {
  auto was = stop_natd(conf);
  if (!was) return complain(was.error());
  fmt::print("{}", *was ? "Stopping natd.\n" : "natd not running?\n");
  return 0;
}

int status(const conf::RcConf& conf) {
  auto natd = natd_of(conf);
  if (!natd) return complain(natd.error());
  auto nat = kept_natd(natd->port);
  if (!nat) return complain(nat.error());
  if (*nat) fmt::print("natd is running: port {}, {}.\n", natd->port, (*nat)->text);
  else fmt::print("natd is not running.\n");
  return *nat ? 0 : 1;
}

}  // namespace

Result<> start_natd(const conf::RcConf& conf) {
  CB_TRY(ipfw::Natd natd, natd_of(conf));
  if (natd.interface.empty() && natd.address.empty()) return fail(Why::invalid, "$natd_interface is not set: natd needs an interface or an address");
  CB_TRY(ipfw::Nat nat, natd.nat());
  return keep_natd(nat);
}

Result<bool> stop_natd(const conf::RcConf& conf) {
  CB_TRY(ipfw::Natd natd, natd_of(conf));
  return forget_natd(natd.port);
}

int rc_natd(const std::string& verb) {
  return run_script({.name = "natd", .rcvar = "natd_enable", .verbs = {"status"}, .free = {}}, verb, [](const conf::RcConf& conf, const std::string& plain) {
    if (plain == "status") return status(conf);
    return plain == "stop" ? stop(conf) : start(conf);
  });
}

}  // namespace cellblock::bsd
