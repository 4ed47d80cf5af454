// Ways out of a jail, one row each: what the probe program tries from inside, and what it must get. In the default
// mode and with the host's user ids (linux.userns=inherit), where root in the jail is root's uid outside too.

#include <gmock/gmock.h>

#include <filesystem>
#include <map>
#include <sstream>

#include "base/text.hpp"
#include "prison.hpp"

namespace cellblock::kernel {
namespace {

using cellblock::testing::BusyboxRoot;
using cellblock::testing::TestJail;

/// Several results that are equally good stand side by side: "EPERM|ENOSYS". `shared`: with the host's user ids,
/// if it differs.
struct Row {
  const char* probe;
  const char* wanted;
  const char* shared = nullptr;
};

constexpr Row table[] = {
#include "escape_table.inc"
};

bool is_one_of(const std::string& result, const std::string& wanted) {
  for (const std::string& one : split(wanted, '|'))
    if (one == result) return true;
  return false;
}

struct Mode {
  const char* name;
  bool shared = false;   ///< the host's user ids
  bool network = false;  ///< the host's network stack; without, the sockets' rows do not count
};

/// All probes in one jail, once.
std::map<std::string, std::string> probe_all(const Mode& mode) {
  std::map<std::string, std::string> results;
  auto jails = HostJails::open();
  EXPECT_TRUE(jails) << jails.error().text();
  if (!jails) return results;
  BusyboxRoot root;
  std::filesystem::copy_file(PROBE_PROGRAM, root.path() + "/bin/probe");
  std::vector<model::Setting> settings{{"mount.devfs", {}}, {"mount.procfs", {}}};
  if (mode.network) settings.insert(settings.end(), {{"ip4", {"inherit"}}, {"ip6", {"inherit"}}});
  if (mode.shared) settings.push_back({"linux.userns", {"inherit"}});
  TestJail jail(**jails, fmt::format("escape-test-{}", ::getpid()), root.path(), settings);
  EXPECT_TRUE(jail.jid()) << jail.error();
  auto [status, text] = jail.in({"/bin/probe"});
  EXPECT_EQ(status, 0) << text;
  for (const std::string& line : split(text, '\n'))
    if (size_t tab = line.find('\t'); tab != line.npos) results[line.substr(0, tab)] = line.substr(tab + 1);
  return results;
}

class Escape : public ::testing::TestWithParam<Mode> {};

TEST_P(Escape, EveryRow) {
  CB_NEED_ROOT();
  const Mode& mode = GetParam();
  auto results = probe_all(mode);
  bool sockets = false;
  for (const Row& row : table) {
    sockets |= std::string_view(row.probe) == "packet";
    std::string wanted = mode.shared && row.shared ? row.shared : row.wanted;
    std::string result = results[row.probe];
    results.erase(row.probe);
    if (sockets && !mode.network) continue;
    EXPECT_TRUE(is_one_of(result, wanted)) << row.probe << ": " << result << ", not " << wanted;
  }
  for (const auto& [name, result] : results) ADD_FAILURE() << "no row for probe " << name << " (" << result << ")";
}

constexpr Mode modes[] = {{"Default", false, true},
                          {"NoNetwork", false, false},
                          {"SharedUserIds", true, true},
                          {"SharedUserIdsNoNetwork", true, false}};

INSTANTIATE_TEST_SUITE_P(Modes, Escape, ::testing::ValuesIn(modes), [](const auto& mode) { return mode.param.name; });

}  // namespace
}  // namespace cellblock::kernel
