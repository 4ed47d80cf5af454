// rc.conf(5): whatever the text, reading ends, what is set reads back, and a jail's configuration is written.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "conf/rcjail.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cellblock;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  conf::RcConf conf;
  conf.read(text, 0);
  for (const conf::Diag& diag : conf.diags())
    if (diag.at.begin > diag.at.end || diag.at.end > size) abort();
  for (const conf::RcAssignment& assignment : conf.assignments())
    if (!text.substr(assignment.at.begin).starts_with(assignment.name + "=")) abort();
  if (conf.diags().empty()) {
    conf::RcConf edited;
    edited.read(conf::set_in_rc_conf(text, "a", "1"), 0);
    if (edited.get("a") != "1") abort();
    conf::RcConf without;
    without.read(conf::remove_from_rc_conf(text, "a").value_or(""), 0);
    if (without.find("a") && *without.find("a") != "") abort();
  }
  conf::RcHost host;
  host.readable = [](const std::string& path) { return path.size() % 2 == 0; };
  conf::rc_jail(conf, "a", host);
  return 0;
}
