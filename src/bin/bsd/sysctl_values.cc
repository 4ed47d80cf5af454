#include "sysctl_values.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.hpp"
#include "model/param.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

// Which of the numbers of a file like "4096 131072 6291456"; -1 for the whole.
int field_of(Via via) {
  switch (via) {
    case Via::proc_first: return 0;
    case Via::proc_second: return 1;
    case Via::proc_third: return 2;
    default: return -1;
  }
}

std::string host_release() {
  struct utsname is;
  ::uname(&is);
  return is.release;
}

const model::OldStyleDefault* find_default(std::string_view sysctl) {
  for (const model::OldStyleDefault& row : model::old_style_defaults())
    if (row.sysctl == sysctl) return &row;
  return nullptr;
}

// On the host there are no limits: what a jailed process would read of its jail.
std::string host_value(std::string_view key) {
  if (key == "securelevel") return "-1";
  if (key == "children.max") return std::to_string(model::max_jail_id);
  if (key == "enforce_statfs") return "2";  // the default of new jails
  if (key.starts_with("allow.")) return "1";
  return key == "env" || key == "list" ? "" : "0";
}

std::string jail_value(std::string_view key, const OwnJail& own) {
  if (key == "jailed") return "1";
  if (key == "vnet") return own.prison.vnet == model::Sys::fresh ? "1" : "0";
  if (key == "children.cur") return std::to_string(own.jails);
  auto named = model::find_param(key);
  if (!named) return "";
  std::vector<std::string> values = model::values_of(own.prison, *named->param);
  std::string value = values.empty() ? "" : values[0];
  return value == "true" ? "1" : value == "false" ? "0" : value;
}

}  // namespace

SysctlValues::SysctlValues(OwnJail own, Places places) : own_(std::move(own)), places_(std::move(places)) {
  store_ = model::parse_sysctl_store(sys::read_file(places_.store).value_or(""));
}

Result<std::string> SysctlValues::get(const Oid& oid) const {
  switch (oid.via) {
    case Via::computed: return machine_value(oid.key, own_);
    case Via::store: return from_store(oid);
    case Via::jail: return from_jail(oid);
    case Via::firewall: return places_.firewall ? places_.firewall(oid.key) : fail(Why::absent, "no firewall");
    default: return from_proc(oid);
  }
}

Result<> SysctlValues::set(const Oid& oid, const std::string& value) {
  if (own_.jailed && (oid.via == Via::store || oid.via == Via::jail)) return sys_fail(EPERM, "");
  if (oid.via == Via::firewall) return places_.set_firewall ? places_.set_firewall(oid.key, value) : sys_fail(ENOENT, "");
  if (oid.name == "kern.hostname" && places_.proc == "/proc")
    return ::sethostname(value.data(), value.size()) == 0 ? Result<>() : sys_fail(errno, "");
  if (oid.name == "kern.domainname" && places_.proc == "/proc")
    return ::setdomainname(value.data(), value.size()) == 0 ? Result<>() : sys_fail(errno, "");
  if (oid.via == Via::store || oid.via == Via::jail) return to_store(oid, value);
  return to_proc(oid, value);
}

Result<std::string> SysctlValues::from_proc(const Oid& oid) const {
  CB_TRY(std::string text, sys::read_file(fmt::format("{}/sys/{}", places_.proc, oid.key)));
  std::string value(trim(text));
  if (int field = field_of(oid.via); field >= 0) {
    std::vector<std::string> fields = split_words(value);
    return static_cast<size_t>(field) < fields.size() ? fields[static_cast<size_t>(field)] : "";
  }
  if (oid.via == Via::proc_not) return value == "0" ? "1" : "0";
  if (oid.via == Via::proc_milliseconds) return std::to_string(parse_int(value).value_or(0) * 1000);
  return value == "(none)" && oid.name == "kern.domainname" ? "" : value;
}

Result<> SysctlValues::to_proc(const Oid& oid, const std::string& value) const {
  std::string path = fmt::format("{}/sys/{}", places_.proc, oid.key), text = value;
  if (int field = field_of(oid.via); field >= 0) {
    CB_TRY(std::string old, sys::read_file(path));
    std::vector<std::string> fields = split_words(old);
    if (static_cast<size_t>(field) >= fields.size()) return sys_fail(EINVAL, "");
    fields[static_cast<size_t>(field)] = value;
    text = join(fields, "\t");
  }
  if (oid.via == Via::proc_not) text = value == "0" ? "1" : "0";
  if (oid.via == Via::proc_milliseconds) text = std::to_string((parse_int(value).value_or(0) + 999) / 1000);
  return sys::write_at(AT_FDCWD, path.c_str(), text);
}

Result<std::string> SysctlValues::from_jail(const Oid& oid) const {
  bool negated = oid.name == "security.jail.socket_unixiproute_only";
  if (own_.jailed) {
    std::string value = jail_value(oid.key, own_);
    return negated ? (value == "1" ? "0" : "1") : value;
  }
  if (auto stored = store_.get(oid.name)) return *stored;
  if (const model::OldStyleDefault* row = find_default(oid.name)) return row->fallback ? "1" : "0";
  return host_value(oid.key);
}

std::string SysctlValues::from_store(const Oid& oid) const {
  if (auto stored = store_.get(oid.name)) return *stored;
  if (oid.key == "@release") return own_.prison.linux_osrelease.empty() ? host_release() : own_.prison.linux_osrelease;
  return std::string(oid.key);
}

// Only root reaches /run/cellblock.
Result<> SysctlValues::to_store(const Oid& oid, const std::string& value) {
  std::string folder = places_.store.substr(0, places_.store.rfind('/'));
  CB_CHECK(sys::make_directory(AT_FDCWD, folder.c_str(), 0700));
  store_.values[std::string(oid.name)] = value;
  return sys::replace_file(places_.store, store_.text());
}

}  // namespace cellblock::bsd
