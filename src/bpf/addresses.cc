#include "bpf/addresses.hpp"

#include <dirent.h>
#include <linux/bpf.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "bpf/folder.hpp"
#include "sys/bpf.hpp"
#include "sys/file.hpp"

namespace cellblock::bpf {
namespace {

constexpr std::string_view prefix = "addresses-";

/// Named by the group, too: should that be removed and made anew, what was attached to it is no more.
std::string path_for(uint64_t jails) { return fmt::format("{}/{}{}-{}", folder, prefix, ADDRESSES_VERSION, jails); }

Result<std::vector<std::string>> names_in(const char* path) {
  std::vector<std::string> names;
  std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(path), ::closedir);
  if (!dir && errno == ENOENT) return names;
  if (!dir) return sys_fail(errno, "{}", path);
  while (const dirent* entry = ::readdir(dir.get()))
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  return names;
}

Result<> unpin_all(const std::string& path) {
  CB_TRY(std::vector<std::string> names, names_in(path.c_str()));
  for (const std::string& name : names)
    if (::unlink((path + "/" + name).c_str()) < 0 && errno != ENOENT) return sys_fail(errno, "{}/{}", path, name);
  return sys::remove_directory(AT_FDCWD, path.c_str());
}

/// Where a program is attached.
enum class Place { root, jails, network };

struct Hook {
  const char* name;
  int cb_addresses::*program;
  uint32_t type;
  Place place;
};

constexpr Hook hooks[] = {
    {"bind4", &cb_addresses::bind4, BPF_CGROUP_INET4_BIND, Place::root},
    {"bind6", &cb_addresses::bind6, BPF_CGROUP_INET6_BIND, Place::root},
    {"connect4", &cb_addresses::connect4, BPF_CGROUP_INET4_CONNECT, Place::root},
    {"connect6", &cb_addresses::connect6, BPF_CGROUP_INET6_CONNECT, Place::root},
    {"sendmsg4", &cb_addresses::sendmsg4, BPF_CGROUP_UDP4_SENDMSG, Place::root},
    {"sendmsg6", &cb_addresses::sendmsg6, BPF_CGROUP_UDP6_SENDMSG, Place::root},
    {"sock_create", &cb_addresses::sock_create, BPF_CGROUP_INET_SOCK_CREATE, Place::jails},
    {"sock_release", &cb_addresses::sock_release, BPF_CGROUP_INET_SOCK_RELEASE, Place::jails},
    {"post_bind4", &cb_addresses::post_bind4, BPF_CGROUP_INET4_POST_BIND, Place::jails},
    {"post_bind6", &cb_addresses::post_bind6, BPF_CGROUP_INET6_POST_BIND, Place::jails},
    {"getsockname4", &cb_addresses::getsockname4, BPF_CGROUP_INET4_GETSOCKNAME, Place::jails},
    {"getsockname6", &cb_addresses::getsockname6, BPF_CGROUP_INET6_GETSOCKNAME, Place::jails},
    {"ingress", &cb_addresses::ingress, BPF_CGROUP_INET_INGRESS, Place::jails},
    {"egress", &cb_addresses::egress, BPF_CGROUP_INET_EGRESS, Place::jails},
    {"on_listen", &cb_addresses::on_listen, BPF_CGROUP_SOCK_OPS, Place::jails},
    {"find_listener", &cb_addresses::find_listener, BPF_SK_LOOKUP, Place::network},
};

/// Closes what the loader has given.
class Loaded {
 public:
  Loaded() = default;
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;
  ~Loaded() {
    for (const Hook& hook : hooks) close(ids.*hook.program);
    for (int map : {ids.jails, ids.more, ids.owners, ids.place, ids.sockets}) close(map);
  }
  Result<> load() {
    int error = cb_load_addresses(&ids);
    return error < 0 ? sys_fail(-error, "bpf programs for addresses") : Result<>();
  }
  cb_addresses ids{};

 private:
  static void close(int id) {
    if (id > 0) ::close(id);
  }
};

Result<uint64_t> network_cookie() {
  Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) socket = Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  constexpr int so_netns_cookie = 71;
  if (::getsockopt(socket.get(), SOL_SOCKET, so_netns_cookie, &cookie, &size) < 0) return sys_fail(errno, "network namespace");
  return cookie;
}

Result<> write_place(int map, int jails) {
  CB_TRY(struct stat group, sys::status_of(jails));
  CB_TRY(uint64_t network, network_cookie());
  cb_place place{.group = group.st_ino, .network = network, .level = 0, .unused = 0};
  uint32_t first = 0;
  return sys::update_element(map, &first, &place);
}

Result<> attach_and_pin(const cb_addresses& loaded, int root, int jails, const std::string& path) {
  CB_TRY(Fd network, sys::open("/proc/self/ns/net", O_RDONLY));
  for (const Hook& hook : hooks) {
    int target = hook.place == Place::root ? root : hook.place == Place::jails ? jails : network.get();
    CB_TRY(Fd link, sys::attach_program(loaded.*hook.program, target, hook.type), "{}", hook.name);
    CB_CHECK(sys::pin(link.get(), (path + "/" + hook.name).c_str()));
  }
  CB_CHECK(sys::pin(loaded.jails, (path + "/jails").c_str()));
  CB_CHECK(sys::pin(loaded.sockets, (path + "/sockets").c_str()));
  CB_CHECK(sys::pin(loaded.more, (path + "/more").c_str()));
  return sys::pin(loaded.owners, (path + "/owners").c_str());
}

/// Loads and unloads one at a time. A lock on a folder of root's: no one else can open it.
Result<Fd> lock_folder() {
  CB_TRY(Fd dir, sys::open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  if (::flock(dir.get(), LOCK_EX) < 0) return sys_fail(errno, "{}", folder);
  return dir;
}

/// Into a folder aside, which then gets its name: nobody finds half of it.
Result<> load_to(const std::string& path, int root, int jails) {
  std::string aside = path + "-new";
  CB_CHECK(unpin_all(aside));
  Loaded loaded;
  CB_CHECK(loaded.load());
  CB_CHECK(write_place(loaded.ids.place, jails));
  CB_CHECK(sys::make_directory(AT_FDCWD, aside.c_str(), 0700));
  Result<> pinned = attach_and_pin(loaded.ids, root, jails, aside);
  if (pinned && ::rename(aside.c_str(), path.c_str()) < 0) pinned = sys_fail(errno, "{}", path);
  if (!pinned) (void)unpin_all(aside);
  return pinned;
}

/// Whether no jail is in it: asked when it can't be found any more, so that none comes.
Result<bool> unload(const std::string& path) {
  std::string aside = path + "-old";
  if (path.ends_with("-old")) aside = path;
  else if (::rename(path.c_str(), aside.c_str()) < 0) return sys_fail(errno, "{}", path);
  auto map = sys::open_pinned((aside + "/jails").c_str());
  uint64_t first = 0;
  if (map) {
    CB_TRY(bool used, sys::next_key(map->get(), nullptr, &first));
    if (used) {
      std::string back(aside, 0, aside.size() - std::strlen("-old"));
      return ::rename(aside.c_str(), back.c_str()) < 0 ? sys_fail(errno, "{}", back) : Result<bool>(false);
    }
  }
  return unpin_all(aside).map([] { return true; });
}

bool is_in(const std::vector<cb_address>& addresses, const cb_address& wanted) {
  return std::ranges::any_of(addresses, [&](const cb_address& one) { return std::memcmp(&one, &wanted, sizeof one) == 0; });
}

std::vector<cb_address> without(const std::vector<cb_address>& addresses, const std::vector<cb_address>& others) {
  std::vector<cb_address> rest;
  std::ranges::copy_if(addresses, std::back_inserter(rest), [&](const cb_address& one) { return !is_in(others, one); });
  return rest;
}

bool fits(const cb_jail_addresses& entry) {
  return entry.ip4_count <= cb_first_addresses && entry.ip6_count <= cb_first_addresses;
}

cb_owned_address owned(uint64_t group, const cb_address& address) {
  cb_owned_address key{.jail = group, .address = {}};
  std::memcpy(key.address, address.address, sizeof key.address);
  return key;
}

}  // namespace

bool AddressRules::operator==(const AddressRules& other) const {
  return std::memcmp(&entry, &other.entry, sizeof entry) == 0 && found_by_address == other.found_by_address &&
         without(addresses, other.addresses).empty() && without(other.addresses, addresses).empty();
}

Result<Addresses> Addresses::open_at(const std::string& path) {
  Addresses addresses(path);
  CB_TRY(addresses.jails_, sys::open_pinned((path + "/jails").c_str()));
  return addresses;
}

Result<Addresses> Addresses::open(uint64_t jails) {
  CB_CHECK(check_folder());
  return open_at(path_for(jails));
}

Result<Addresses> Addresses::load(int root, int jails) {
  CB_CHECK(mount_folder());
  CB_TRY(Fd lock, lock_folder());
  CB_TRY(struct stat group, sys::status_of(jails));
  std::string path = path_for(group.st_ino);
  if (::access(path.c_str(), F_OK) < 0) CB_CHECK(load_to(path, root, jails));
  return open_at(path);
}

bool Addresses::is_pinned() const { return ::access(path_.c_str(), F_OK) == 0; }

bool Addresses::knows(uint64_t group) const {
  cb_jail_addresses entry;
  return sys::find_element(jails_.get(), &group, &entry).has_value();
}

Result<> Addresses::set(uint64_t group, const AddressRules& rules) {
  cb_jail_addresses before{};
  bool simple = fits(rules.entry) && !rules.found_by_address;
  if (simple) {  // the usual case: one call
    auto added = sys::update_element(jails_.get(), &group, &rules.entry, sys::Element::absent);
    if (added || added.error().why != Why::exists) return added;
  }
  auto found = sys::find_element(jails_.get(), &group, &before);
  if (!found && found.error().why != Why::absent) return found;
  return replace(group, before, rules);
}

/// What is new counts before the entry, what is gone after it: at no time has the jail less than both have.
Result<> Addresses::replace(uint64_t group, const cb_jail_addresses& before, const AddressRules& rules) {
  CB_TRY(more_, sys::open_pinned((path_ + "/more").c_str()));
  CB_TRY(owners_, sys::open_pinned((path_ + "/owners").c_str()));
  CB_TRY(std::vector<cb_address> old, addresses_of(group, before));
  CB_CHECK(own(group, rules, without(rules.addresses, old)));
  CB_CHECK(sys::update_element(jails_.get(), &group, &rules.entry));
  return disown(group, before.above, without(old, rules.addresses));
}

Result<std::vector<cb_address>> Addresses::addresses_of(uint64_t group, const cb_jail_addresses& entry) const {
  std::vector<cb_address> addresses;
  for (uint32_t i = 0; i < std::min<uint32_t>(entry.ip4_count, cb_first_addresses); ++i)
    addresses.push_back({{0, 0, __builtin_bswap32(0xffff), entry.ip4[i]}});
  for (uint32_t i = 0; i < std::min<uint32_t>(entry.ip6_count, cb_first_addresses); ++i) {
    cb_address address;
    std::memcpy(address.address, entry.ip6[i], sizeof address.address);
    addresses.push_back(address);
  }
  if (fits(entry)) return addresses;
  cb_owned_address key, next;
  const cb_owned_address* at = nullptr;
  for (;; key = next, at = &key) {
    CB_TRY(bool there, sys::next_key(more_.get(), at, &next));
    if (!there) return addresses;
    cb_address address;
    std::memcpy(address.address, next.address, sizeof address.address);
    if (next.jail == group && !is_in(addresses, address)) addresses.push_back(address);
  }
}

Result<> Addresses::own(uint64_t group, const AddressRules& rules, const std::vector<cb_address>& added) {
  const uint8_t yes = 1;
  if (!fits(rules.entry))
    for (const cb_address& address : rules.addresses) {
      cb_owned_address key = owned(group, address);
      CB_CHECK(sys::update_element(more_.get(), &key, &yes));
    }
  if (!rules.found_by_address) return {};
  // A jail that had one address was found without this. A jail inside that has the address keeps it.
  for (const cb_address& address : rules.addresses) {
    bool is_new = is_in(added, address);
    auto done = sys::update_element(owners_.get(), &address, &group, is_new ? sys::Element::any : sys::Element::absent);
    if (!done && done.error().why != Why::exists) return done;
  }
  return {};
}

Result<> Addresses::disown(uint64_t group, uint64_t above, const std::vector<cb_address>& removed) {
  for (const cb_address& address : removed) {
    cb_owned_address key = owned(group, address);
    CB_CHECK(sys::delete_element(more_.get(), &key));
    uint64_t owner = 0;
    if (!sys::find_element(owners_.get(), &address, &owner) || owner != group) continue;
    CB_CHECK(above ? sys::update_element(owners_.get(), &address, &above) : sys::delete_element(owners_.get(), &address));
  }
  return {};
}

Result<> Addresses::forget(uint64_t group) {
  cb_jail_addresses entry{};
  auto found = sys::find_element(jails_.get(), &group, &entry);
  if (!found) return found.error().why == Why::absent ? Result<>() : found;
  CB_TRY(more_, sys::open_pinned((path_ + "/more").c_str()));
  CB_TRY(owners_, sys::open_pinned((path_ + "/owners").c_str()));
  CB_TRY(std::vector<cb_address> addresses, addresses_of(group, entry));
  CB_CHECK(disown(group, entry.above, addresses));
  return sys::delete_element(jails_.get(), &group);
}

Result<std::vector<uint64_t>> Addresses::groups() const {
  std::vector<uint64_t> found;
  for (uint64_t key = 0, next = 0;; key = next) {
    CB_TRY(bool there, sys::next_key(jails_.get(), found.empty() ? nullptr : &key, &next));
    if (!there) return found;
    found.push_back(next);
  }
}

Result<std::vector<Addresses>> Addresses::all() {
  std::vector<Addresses> versions;
  if (auto safe = check_folder(); !safe) {
    if (safe.error().why != Why::absent) return pass(safe.error());
    return versions;
  }
  CB_TRY(std::vector<std::string> names, names_in(folder));
  for (const std::string& name : names) {
    if (!name.starts_with(prefix) || name.ends_with("-new")) continue;
    auto one = open_at(fmt::format("{}/{}", folder, name));
    if (one) versions.push_back(std::move(*one));
  }
  return versions;
}

Result<std::vector<Fd>> Addresses::all_sockets() {
  CB_TRY(std::vector<Addresses> versions, all());
  std::vector<Fd> maps;
  for (const Addresses& one : versions)
    if (auto map = sys::open_pinned((one.path_ + "/sockets").c_str())) maps.push_back(std::move(*map));
  return maps;
}

Result<> try_addresses() {
  return Loaded().load();
}

Result<size_t> unload_unused() {
  size_t unloaded = 0;
  if (!check_folder()) return unloaded;
  CB_TRY(Fd lock, lock_folder());
  CB_TRY(std::vector<std::string> names, names_in(folder));
  for (const std::string& name : names) {
    if (!name.starts_with(prefix)) continue;
    std::string path = fmt::format("{}/{}", folder, name);
    Result<bool> gone = name.ends_with("-new") ? unpin_all(path).map([] { return true; }) : unload(path);
    if (!gone) return pass(gone.error());
    unloaded += *gone;
  }
  return unloaded;
}

}  // namespace cellblock::bpf
