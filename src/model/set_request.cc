#include "model/set_request.hpp"

#include <cerrno>

#include "model/resolver.hpp"
#include "model/set_address.hpp"

namespace cellblock::model {
namespace {

// FreeBSD's buffers, with their final zero byte.
constexpr size_t max_host_name = 256, max_host_uuid = 64, max_release = 32, max_path = 1024, max_linux_name = 65;

struct Length {
  std::string Prison::*field;
  size_t limit;
};

constexpr Length lengths[] = {
    {&Prison::name, max_host_name},       {&Prison::hostname, max_host_name},
    {&Prison::domainname, max_host_name}, {&Prison::hostuuid, max_host_uuid},
    {&Prison::path, max_path},            {&Prison::linux_osname, max_linux_name},
    {&Prison::linux_osrelease, max_linux_name}, {&Prison::linux_init, max_path},
    {&Prison::mac_do_rules, max_path},
};

Result<> check_ranges(const SetRequest& request) {
  const Prison& values = request.values;
  if (values.enforce_statfs < 0 || values.enforce_statfs > 2) return refuse(EINVAL);
  if (values.devfs_ruleset < 0 || values.devfs_ruleset > 65535) return refuse(EINVAL);
  for (Sys never_disabled : {values.host, values.vnet, values.linuxulator, values.linux_userns})
    if (never_disabled == Sys::disable) return refuse(EINVAL);
  if (values.linux_oss_version < 0) return refuse(EINVAL);
  if (request.has("osreldate") && values.osreldate == 0) return fail(Why::invalid, "osreldate cannot be 0");
  return {};
}

Result<> check_texts(const SetRequest& request) {
  const Prison& values = request.values;
  for (const Length& length : lengths)
    if ((values.*length.field).size() + 1 > length.limit) return refuse(ENAMETOOLONG);
  if (request.has("osrelease") && (values.osrelease.empty() || values.osrelease.size() + 1 > max_release))
    return fail(Why::invalid, "osrelease string must be 1-{} bytes long", max_release - 1);
  if (request.has("path") && values.path.empty()) return refuse(ENOENT);
  if (!values.path.starts_with('/')) return refuse(EINVAL);  // relative ones are resolved by whoever can see files
  if (!values.linux_init.empty() && values.linux_init.front() != '/')
    return fail(Why::invalid, "linux.init: {}: not an absolute pathname", values.linux_init);
  return check_resolver(values.net_dns, values.net_search);
}

Result<> check_addresses(SetRequest& request) {
  bool restricting = request.has_any({"ip4.addr", "ip6.addr"});
  for (const Family& family : families()) {
    CB_CHECK(order_addresses(request.values.*family.addresses, family));
    restricting |= request.has(family.sys_parameter) && request.values.*family.sys != Sys::inherit;
  }
  if (request.values.vnet == Sys::fresh && restricting)
    return fail(Why::invalid, "vnet jails cannot have IP address restrictions");
  return {};
}

}  // namespace

Result<SetRequest> read_request(const std::vector<Setting>& settings) {
  SetRequest request;
  request.settings = &settings;
  request.given.reserve(settings.size());
  for (const Setting& setting : settings) {
    auto named = find_param(setting.name);
    if (!named || named->param->read_only) return fail(Why::invalid, "unknown parameter: {}", setting.name);
    CB_CHECK(assign(request.values, setting));
    request.given.push_back(named->param);
    if (const Allow* flag = std::get_if<Allow>(&named->param->field)) {
      bool granted = allowed(request.values.allow, *flag);
      request.granted.set(static_cast<size_t>(*flag), granted);
      request.denied.set(static_cast<size_t>(*flag), !granted);
    }
  }
  CB_CHECK(check_ranges(request));
  CB_CHECK(check_texts(request));
  CB_CHECK(check_addresses(request));
  return request;
}

}  // namespace cellblock::model
