#include "kernel/devices.hpp"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>

#include "conf/devfsrules.hpp"
#include "kernel/faults.hpp"
#include "sys/compat.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

using model::Device;
using model::DeviceKind;

constexpr const char* rules_of_administrator = "/etc/devfs.rules";

/// False: there is no such file.
Result<bool> add_rules(conf::DevfsRules& rules, const char* file) {
  auto text = sys::read_file(file);
  if (!text && text.error().why != Why::absent) return pass(text.error());
  if (text) conf::parse_devfs_rules(rules, *text, 0);
  return text.has_value();
}

/// Changes whenever a file with rulesets does, so that a template made from older ones is not used again.
std::string stamp_of_rules() {
  std::string stamp;
  for (const char* file : {rules_of_administrator, conf::devfs_state_path}) {
    struct stat status {};
    if (::stat(file, &status) == 0)
      stamp += fmt::format("-{:x}.{:x}.{:x}", status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  }
  return stamp;
}

/// Memory and terminal devices are in every kernel; a driver's are there if the host has them.
bool host_has(const Device& device) {
  if (device.kind != DeviceKind::character && device.kind != DeviceKind::block) return true;
  if (device.major == 1 || device.major == 5) return true;
  struct stat status {};
  return ::stat(("/dev/" + device.name).c_str(), &status) == 0 && status.st_rdev == makedev(device.major, device.minor);
}

Result<> make_node(int dir, const Device& device) {
  const char* name = device.name.c_str();
  switch (device.kind) {
    case DeviceKind::link:
      if (::symlinkat(device.target.c_str(), dir, name) < 0) return sys_fail(errno, "/dev/{}", name);
      return {};
    case DeviceKind::directory: {
      mode_t mode = device.name == "shm" ? 01777 : 0755;
      CB_CHECK(sys::make_directory(dir, name, mode));
      return {};
    }
    case DeviceKind::character:
    case DeviceKind::block: break;
  }
  mode_t type = device.kind == DeviceKind::block ? S_IFBLK : S_IFCHR;
  if (::mknodat(dir, name, type | device.mode, makedev(device.major, device.minor)) < 0 ||
      ::fchmodat(dir, name, device.mode, 0) < 0 || ::fchownat(dir, name, device.uid, device.gid, 0) < 0)
    return sys_fail(errno, "/dev/{}", name);
  return {};
}

/// As on FreeBSD a ruleset shows these in vain where the jail may not use them.
bool may_see(const model::Prison& prison, const std::string& name) {
  bool of_machines = name == "kvm" || name.starts_with("vhost-");
  return !of_machines || model::allowed(prison.allow, model::Allow::vmm);
}

Result<> fill(int dir, int ruleset, const model::Prison& prison) {
  CB_TRY(conf::DevfsRules rules, host_devfs_rules());
  CB_TRY(model::DeviceTree devices, conf::devfs::visible(ruleset, rules, conf::devfs::standard_devices(), {}),
         "devfs_ruleset {}", ruleset);
  for (const Device& device : devices)
    if (device.name != "mqueue" && host_has(device) && may_see(prison, device.name)) CB_CHECK(make_node(dir, device));  // mq_open(3) needs no mount
  // Nothing can be created in a shared /dev; a syslogd in the jail binds what this link names.
  if (::symlinkat("../run/log.socket", dir, "log") < 0) return sys_fail(errno, "/dev/log");
  return {};
}

Result<sys::Tree> make_tree(int ruleset, const model::Prison& prison, bool writable) {
  CB_TRY(sys::Tree tree, sys::Tree::create("tmpfs", {{"mode", "0755"}, {"size", "64k"}, {"source", "devfs"}},
                                           MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC));
  CB_CHECK(fill(tree.fd(), ruleset, prison));
  if (!writable) CB_CHECK(tree.change(MOUNT_ATTR_RDONLY));
  return tree;
}

/// Whether a template is mounted on the open directory `dir` below `devs`.
bool is_mounted(int dir, int devs) {
  auto inner = sys::mount_id(dir), outer = sys::mount_id(devs);
  return inner && outer && *inner != *outer;
}

}  // namespace

Result<conf::DevfsRules> host_devfs_rules() {
  conf::DevfsRules changed;  // all of them: a rule that devfs(8) took away is only missing there
  CB_TRY(bool is_changed, add_rules(changed, conf::devfs_state_path));
  if (is_changed) return changed;
  conf::DevfsRules rules = conf::builtin_devfs_rules();
  CB_CHECK(add_rules(rules, rules_of_administrator));
  return rules;
}

Result<sys::Tree> device_tree(const Home& home, const model::Prison& prison) {
  int ruleset = prison.devfs_ruleset ? prison.devfs_ruleset : default_ruleset;
  if (prison.linux_mount) return make_tree(ruleset, prison, true);
  bool machines = model::allowed(prison.allow, model::Allow::vmm);
  std::string name = fmt::format("{}{}{}", ruleset, machines ? "m" : "", stamp_of_rules());
  auto devs = sys::open_at(home.fd(), "dev", O_RDONLY | O_DIRECTORY);
  if (!devs) {
    CB_CHECK(sys::make_directory(home.fd(), "dev", 0700));
    devs = sys::open_at(home.fd(), "dev", O_RDONLY | O_DIRECTORY);
    if (!devs) return pass(devs.error());
  }
  auto pinned = sys::open_at(devs->get(), name.c_str(), O_PATH | O_DIRECTORY);
  if (!pinned || !is_mounted(pinned->get(), devs->get())) {
    CB_TRY(sys::Tree made, make_tree(ruleset, prison, false));
    CB_CHECK(sys::make_directory(devs->get(), name.c_str(), 0700));
    CB_CHECK(faults::step("devfs template"));
    CB_TRY(Fd place, sys::open_at(devs->get(), name.c_str(), O_PATH | O_DIRECTORY));
    CB_CHECK(made.attach(place.get()), "devfs template {}", name);
    faults::passed("devfs template made");
    pinned = sys::open_at(devs->get(), name.c_str(), O_PATH | O_DIRECTORY);
    if (!pinned) return pass(pinned.error());
  }
  return sys::Tree::clone(pinned->get(), false);
}

}  // namespace cellblock::kernel
