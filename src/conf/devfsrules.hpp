// devfs.rules(5): which devices a devfs shows, and as whose.
//
//     [devfsrules_jail=4]
//     add include $devfsrules_hide_all
//     add path 'pts/*' unhide
//     add path kvm mode 0660 group kvm unhide
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "conf/diag.hpp"
#include "model/device.hpp"

namespace cellblock::conf {

/// What devfs(8) calls a rule: it acts on the nodes that meet both conditions; an empty one is met by all.
struct DevfsRule {
  int number = 0;     ///< order within the ruleset
  std::string path;   ///< glob pattern in which `*` stops at '/'
  std::string type;   ///< disk, mem, tape or tty
  std::optional<bool> hide;
  std::optional<mode_t> mode;
  std::string user, group;  ///< name or number
  std::optional<int> include;

  /// As `devfs rule show` prints it, without the number: "path pts/* unhide".
  std::string text() const;
  /// The same quoted, so that it reads back from a file.
  std::string source() const;
};

struct DevfsRuleset {
  std::string name;  ///< "devfsrules_jail"; empty for one made by number
  std::vector<DevfsRule> rules;  ///< by number
};

/// Rulesets by number. 0 always exists, is empty, and shows everything.
struct DevfsRules {
  std::map<int, DevfsRuleset> sets;
  std::vector<Diag> diags;

  std::optional<int> number_of(std::string_view name) const;
};

/// All rulesets as devfs(8) has changed them while the host is up.
inline constexpr const char* devfs_state_path = "/run/cellblock/devfs.rules";

/// Reads `text` on top of `rules`: a ruleset that is there already gets the new rules behind its own, the way
/// rc loads /etc/defaults/devfs.rules first and /etc/devfs.rules after it.
void parse_devfs_rules(DevfsRules& rules, std::string_view text, uint32_t file);

/// "path 'da*' mode 660", as on devfs(8)'s command line; a leading number becomes the rule's own.
Result<DevfsRule> parse_devfs_rule(const std::vector<std::string>& words);

/// Puts a rule where its number says; number 0 means behind the last one, at the next multiple of 100.
Result<> add_devfs_rule(DevfsRuleset& set, DevfsRule rule);

/// Rulesets 1 to 5, which exist without any file: etc/devfs.rules as it was when this was built.
const DevfsRules& builtin_devfs_rules();
std::string_view builtin_devfs_rules_text();

namespace devfs {

/// Numbers for the names in rules. Names that are in neither map are an error.
struct Owners {
  std::map<std::string, uid_t, std::less<>> users{{"root", 0}};
  std::map<std::string, gid_t, std::less<>> groups{{"wheel", 0}, {"root", 0}};
};

/// What ruleset `number` shows of `candidates`. A directory shows whenever something in it does. Fails with
/// Why::absent for a ruleset that was never defined: FreeBSD would show every disk of the host instead.
Result<model::DeviceTree> visible(int number, const DevfsRules& rules, const model::DeviceTree& candidates,
                                  const Owners& owners);

/// The devices that mean the same on every Linux host. Those of the drivers that a host may lack (fuse, kvm,
/// net/tun ...) are among them: the caller leaves out what isn't there.
const model::DeviceTree& standard_devices();

}  // namespace devfs
}  // namespace cellblock::conf
