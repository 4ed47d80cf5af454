#include "model/jail_set.hpp"

#include <cerrno>
#include <climits>

#include "base/text.hpp"
#include "model/set_address.hpp"
#include "model/set_descend.hpp"
#include "model/set_request.hpp"

namespace cellblock::model {
namespace {

constexpr size_t max_name = 255;
constexpr size_t max_meta = 4096;  // sysctl security.jail.meta_maxbufsize, with the final zero byte

/// The host as the jail that is the parent of the outermost ones: it has everything.
Prison host_prison(const HostFacts& host) {
  Prison prison;
  prison.children_max = max_jail_id;
  prison.enforce_statfs = 0;
  prison.osrelease = host.osrelease;
  prison.ip4 = prison.ip6 = Sys::inherit;
  prison.sysvmsg = prison.sysvsem = prison.sysvshm = Sys::fresh;
  prison.allow.set();
  prison.linux_mount = true;
  return prison;
}

/// One call: what it is about and what it found.
struct Call {
  const Snapshot& now;
  const SetRequest& request;
  SetMode mode;
  const Prison& caller;             ///< the host's prison, if the host asks
  JailId jid = 0;                   ///< asked for; 0 if none is
  const Prison* found = nullptr;    ///< the jail to change
  const Prison* parent = nullptr;   ///< the parent of the jail to be
  std::string component;            ///< the last part of the name asked for, or empty

  std::string name_for(JailId id) const {
    std::string last = component.empty() ? std::to_string(id) : component;
    return parent->name.empty() ? last : parent->name + "." + last;
  }
};

std::string_view last_component(std::string_view name) { return name.substr(name.rfind('.') + 1); }

/// What strtoul(3) would take as a number from end to end.
bool is_numeric(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

std::string below(const Prison& parent, std::string_view name) {
  return parent.name.empty() ? std::string(name) : parent.name + "." + std::string(name);
}

const Prison* find_alive(const Snapshot& now, const std::string& name) {
  for (const auto& [jid, jail] : now.jails)
    if (jail.prison.name == name && !jail.prison.dying) return &jail.prison;
  return nullptr;
}

Result<> find_by_jid(Call& call) {
  if (call.jid < 0) return fail(Why::invalid, "negative jid");
  if (call.jid == 0) return {};
  const Jail* jail = call.now.find(call.jid);
  if (jail && jail->prison.dying) return fail(Why::absent, "jail {} is dying", call.jid);
  if (jail && call.mode == SetMode::create) return fail(Why::exists, "jail {} already exists", call.jid);
  if (jail ? !is_below(jail->prison.name, call.caller.name) : call.mode == SetMode::update)
    return fail(Why::absent, "jail {} not found", call.jid);
  if (jail) call.found = &jail->prison;
  return {};
}

/// Splits a name into its parent, who must exist, and its last component.
Result<> find_parent(Call& call, const Prison& host, std::string_view name) {
  const Prison* parent_of_found = nullptr;
  if (call.found) {
    const Jail* above = call.now.find(call.found->parent);
    parent_of_found = above ? &above->prison : &host;
  }
  call.parent = parent_of_found ? parent_of_found : &call.caller;
  call.component = last_component(name);
  size_t dot = name.rfind('.');
  if (dot == name.npos) return {};
  std::string above = below(call.caller, name.substr(0, dot));
  if (call.found)
    return above == call.parent->name ? Result<>() : fail(Why::invalid, "cannot change jail's parent");
  call.parent = find_alive(call.now, above);
  if (call.parent) return {};
  bool dying = call.now.find(std::string_view(above)) != nullptr;
  return fail(Why::absent, "jail \"{}\" {}", name.substr(0, dot), dying ? "is dying" : "not found");
}

/// The jail that already has the name is the one to change, unless it must not exist.
Result<> find_by_name(Call& call, const std::string& name) {
  if (call.component.empty()) return {};
  const Prison* holder = find_alive(call.now, below(*call.parent, call.component));
  if (holder && holder != call.found) {
    if (call.mode == SetMode::create || call.found) return fail(Why::exists, "jail \"{}\" already exists", name);
    call.found = holder;
  }
  if (!call.found && call.mode == SetMode::update) return fail(Why::absent, "jail \"{}\" not found", name);
  return {};
}

Result<> locate(Call& call, const Prison& host) {
  bool named = call.request.has("name");
  const std::string& name = call.request.values.name;
  call.jid = call.request.values.jid;
  if (named && call.jid == 0 && call.mode == SetMode::create)
    if (auto number = parse_int(last_component(name)); number && *number <= INT_MAX && *number >= INT_MIN)
      call.jid = static_cast<JailId>(*number);
  if (call.jid > max_jail_id && call.mode != SetMode::update)
    return fail(Why::invalid, "jid {} is above the largest, {}", call.jid, max_jail_id);
  CB_CHECK(find_by_jid(call));
  CB_CHECK(find_parent(call, host, name));
  if (named) return find_by_name(call, name);
  if (!call.found && call.mode == SetMode::update) return fail(Why::absent, "update specified no jail");
  return {};
}

/// Every jail from the creator upwards must have room for one more; the new jail's own parents are not asked.
Result<> check_room(const Call& call) {
  for (const Prison* at = &call.caller;;) {
    int children = 0;
    if (at->jid == 0)
      children = static_cast<int>(call.now.jails.size());
    else
      for (const auto& [jid, jail] : call.now.jails) children += is_below(jail.prison.name, at->name);
    if (children >= at->children_max) return fail(Why::denied, "prison limit exceeded");
    const Jail* above = call.now.find(at->parent);
    if (!above) return {};
    at = &above->prison;
  }
}

/// The first number above the one given last that no jail has; after the largest it goes on at 1.
Result<JailId> next_jid(const Snapshot& now) {
  JailId start = now.last_jid % max_jail_id + 1, jid = start;
  auto taken = now.jails.lower_bound(jid);
  while (taken != now.jails.end() && taken->first == jid) {
    ++taken;
    if (++jid > max_jail_id) {
      jid = 1;
      taken = now.jails.begin();
    }
    if (jid == start) return fail(Why::busy, "no available jail IDs");
  }
  return jid;
}

Result<Prison> new_prison(const Call& call) {
  CB_CHECK(check_room(call));
  const Prison& parent = *call.parent;
  Prison prison;
  prison.jid = call.jid;
  if (call.jid == 0) {
    CB_TRY(prison.jid, next_jid(call.now));
  }
  prison.name = call.name_for(prison.jid);
  prison.cpuset_id = prison.jid + 1;
  prison.parent = parent.jid;
  prison.path = call.caller.path;
  prison.securelevel = parent.securelevel;
  prison.devfs_ruleset = parent.devfs_ruleset;
  prison.osrelease = parent.osrelease;
  prison.osreldate = parent.osreldate;
  prison.allow &= parent.allow;
  return prison;
}

Result<> check_create_only(const Call& call) {
  for (const Param* param : call.request.given) {
    if (!param->create_only || param->name == "jid" || param->name == "ip4" || param->name == "ip6") continue;
    if (values_of(call.request.values, *param) != values_of(*call.found, *param))
      return fail(Why::invalid, "{} cannot be changed after creation", param->name);
  }
  return {};
}

/// What the parent's own values forbid.
Result<> check_against_parent(const Call& call) {
  const Prison &values = call.request.values, &parent = *call.parent;
  const SetRequest& request = call.request;
  if (request.has("securelevel") && values.securelevel < parent.securelevel) return refuse(EPERM);
  if (request.has("children.max") && values.children_max >= parent.children_max) return refuse(EPERM);
  if (request.has("linux.mount") && values.linux_mount && !parent.linux_mount) return refuse(EPERM);
  if (request.has("enforce_statfs") && values.enforce_statfs < parent.enforce_statfs) return refuse(EPERM);
  if (request.has("devfs_ruleset") && call.caller.jid != 0 && values.devfs_ruleset > 0 &&
      values.devfs_ruleset != parent.devfs_ruleset)
    return refuse(EPERM);
  AllowSet free;
  free.set(static_cast<size_t>(Allow::unprivileged_parent_tampering));
  if ((request.granted & ~parent.allow & ~free).any()) return refuse(EPERM);
  return {};
}

Result<> set_name(const Call& call, Prison& prison) {
  if (!call.request.has("name") && call.found) return {};
  if (is_numeric(call.component) && call.component != std::to_string(prison.jid))
    return fail(Why::invalid, "name cannot be numeric (unless it is the jid)");
  prison.name = call.name_for(prison.jid);
  return prison.name.size() > max_name ? refuse(ENAMETOOLONG) : Result<>();
}

/// The host's four values come from the parent with host=inherit; setting one of them makes them the jail's own.
void set_host(const Call& call, Prison& prison) {
  const Prison& parent = *call.parent;
  if (call.request.has_any({"host.hostname", "host.domainname", "host.hostuuid", "host.hostid"}))
    prison.host = Sys::fresh;
  if (prison.host != Sys::inherit || !call.request.has("host")) return;
  prison.hostname = parent.hostname;
  prison.domainname = parent.domainname;
  prison.hostuuid = parent.hostuuid;
  prison.hostid = parent.hostid;
}

/// allow.sysvipc is an old word for sysv*=inherit and counts where the new ones are not given.
void set_ipc(const Call& call, Prison& prison) {
  struct Kind {
    std::string_view parameter;
    Sys Prison::*field;
  };
  bool old_word = call.request.has("allow.sysvipc");
  for (const Kind& kind : {Kind{"sysvmsg", &Prison::sysvmsg}, Kind{"sysvsem", &Prison::sysvsem},
                           Kind{"sysvshm", &Prison::sysvshm}}) {
    if (old_word && !call.request.has(kind.parameter))
      prison.*kind.field = allowed(prison.allow, Allow::sysvipc) ? Sys::inherit : Sys::disable;
    if (prison.*kind.field == Sys::inherit && (*call.parent).*kind.field == Sys::disable)
      prison.*kind.field = Sys::disable;
  }
}

bool is_of_addresses(const Param& param) {
  return param.name == "ip4" || param.name == "ip6" || param.name == "ip4.addr" || param.name == "ip6.addr";
}

/// Names and addresses have rules of their own; what jail(8) mounts can't change once the jail runs.
Result<> set_values(const Call& call, bool created, Prison& prison) {
  const SetRequest& request = call.request;
  for (size_t at = 0; at < request.given.size(); ++at) {
    const Param& param = *request.given[at];
    if (param.name == "jid" || param.name == "name" || is_of_addresses(param)) continue;
    if (!created && param.side == Side::command) continue;
    CB_CHECK(assign(prison, (*request.settings)[at]));
  }
  if (prison.meta.size() + 1 > max_meta || prison.env.size() + 1 > max_meta) return refuse(EFBIG);
  if (request.has("devfs_ruleset") && call.caller.jid != 0) prison.devfs_ruleset = call.parent->devfs_ruleset;
  if (request.has_any({"linux.osname", "linux.osrelease", "linux.oss_version"})) prison.linuxulator = Sys::fresh;
  if (request.has("mac.do.rules")) prison.mac_do = Sys::fresh;
  set_host(call, prison);
  set_ipc(call, prison);
  return {};
}

Result<SetOutcome> carry_out(const Call& call) {
  SetOutcome outcome;
  outcome.created = !call.found;
  if (outcome.created) {
    CB_TRY(outcome.prison, new_prison(call));
  } else {
    CB_CHECK(check_create_only(call));
    outcome.prison = *call.found;
  }
  Prison& prison = outcome.prison;
  CB_CHECK(check_against_parent(call));
  CB_CHECK(set_values(call, outcome.created, prison));
  CB_CHECK(set_addresses(call.now, call.request, *call.parent, outcome.created, prison));
  CB_CHECK(set_name(call, prison));
  if (!outcome.created) {
    CB_TRY(outcome.also, change_descendants(call.now, call.request, *call.found, prison));
  }
  return outcome;
}

}  // namespace

Result<SetOutcome> jail_set(const Snapshot& now, const HostFacts& host, JailId caller,
                            const std::vector<Setting>& settings, SetMode mode, bool attaching) {
  const Prison top = host_prison(host);
  const Jail* asking = caller == 0 ? nullptr : now.find(caller);
  if (caller != 0 && !asking) return fail(Why::absent, "jail {} not found", caller);
  const Prison& from = asking ? asking->prison : top;
  if (mode != SetMode::update && from.children_max == 0) return refuse(EPERM);
  CB_TRY(SetRequest request, read_request(settings));
  Call call{now, request, mode, from};
  auto must_last = [&] { return !request.values.persist && !attaching; };
  if (mode == SetMode::create && must_last()) return fail(Why::invalid, "new jail must persist or attach");
  CB_CHECK(locate(call, top));
  if (!call.found && must_last()) return fail(Why::invalid, "new jail must persist or attach");
  return carry_out(call);
}

}  // namespace cellblock::model
