#include "kernel/shadow.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/magic.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>

#include "kernel/jail_addresses.hpp"
#include "net/network.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {
namespace {

using model::Jail;
using model::JailId;

std::string folder_of(JailId jid) { return fmt::format("shadow/{}", jid); }

/// The file of one jail's one list of addresses; of those that are `there` if some are not.
std::string file_of(const Jail& jail, const std::vector<net::Address>& there = {}) {
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  auto add = [&hash](const std::string& text) {
    for (char c : text + ",") hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  };
  for (const auto* list : {&jail.prison.ip4_addr, &jail.prison.ip6_addr}) std::ranges::for_each(*list, add);
  for (const net::Address& one : there) add(fmt::format("{}/{}@{}", one.ip.text(), one.prefix, one.index));
  return fmt::format("{}/{:x}", folder_of(jail.prison.jid), hash);
}

Result<Fd> open_kept(const Home& home, const std::string& file) {
  CB_TRY(Fd there, sys::open_at(home.fd(), file.c_str(), O_RDONLY));
  struct statfs status {};
  if (::fstatfs(there.get(), &status) < 0 || status.f_type != NSFS_MAGIC) return sys_fail(ENOENT, "{}", file);
  return there;
}

/// A network namespace that nobody is in.
Result<Fd> new_network() {
  Result<Fd> made = fail(Why::failed, "helper");
  CB_CHECK(sys::run_sharing([&] {
    if (::unshare(CLONE_NEWNET) < 0)
      made = sys_fail(errno, "network namespace");
    else
      made = net::own_network();
  }));
  return made;
}

/// The jail's addresses as the network has them. `complete`: all of them are there.
struct Seen {
  std::vector<net::Address> addresses;
  std::vector<net::Link> links;
  bool complete = true;
};

Result<Seen> look(const Jail& jail, int network) {
  CB_TRY(net::Network host, net::Network::open(network));
  CB_TRY(std::vector<net::Address> all, host.addresses());
  Seen seen;
  std::set<int> used;
  for (const auto* list : {&jail.prison.ip4_addr, &jail.prison.ip6_addr})
    for (const std::string& written : *list) {
      auto ip = net::parse_ip(plain_address(written));
      auto at = std::ranges::find_if(all, [&](const net::Address& one) { return ip && one.ip == *ip; });
      if (at == all.end()) {
        seen.complete = false;
        continue;
      }
      used.insert(at->index);
      seen.addresses.push_back(*at);
    }
  CB_TRY(std::vector<net::Link> links, host.links());
  std::ranges::copy_if(links, std::back_inserter(seen.links), [&](const net::Link& link) { return used.contains(link.index); });
  return seen;
}

/// No address but those that it is given (RFC 4862's link-local one).
net::Request without_own_address(int index) {
  ifinfomsg fixed{};
  fixed.ifi_index = index;
  net::Request request(RTM_NEWLINK, 0);
  request.header(fixed).nest(IFLA_AF_SPEC, [](net::Request& families) {
    families.nest(AF_INET6, [](net::Request& ip6) {
      const uint8_t none = IN6_ADDR_GEN_MODE_NONE;
      ip6.attribute(IFLA_INET6_ADDR_GEN_MODE, &none, sizeof none);
    });
  });
  return request;
}

/// One end of a cable under the name and number of the host's interface; the other end is where all of them are.
Result<> imitate(const net::Link& link, net::Network& there, net::Network& ends, int ends_network) {
  // The kernel chooses the other end's name: that of a namespace given up a moment ago may still be there.
  net::Cable cable{.near_name = link.name, .far_name = "end%d", .near = {.index = link.index}, .far_network = ends_network};
  if (link.hardware.size() == 6) {
    cable.near_hardware.emplace();
    std::ranges::copy(link.hardware, reinterpret_cast<char*>(cable.near_hardware->data()));
  }
  CB_CHECK(there.change(net::new_cable(cable)), "{}", link.name);
  (void)there.change(without_own_address(link.index));  // a kernel without IPv6 makes none
  CB_TRY(net::Link made, there.link(link.name));
  CB_CHECK(ends.change(net::set_up(made.lower, true)));
  (void)there.change(net::set_mtu(link.index, link.mtu));  // more than a cable can, perhaps
  return there.change(net::set_up(link.index, link.is_up()));
}

/// The loopback interface gets an address by itself when it comes up.
Result<> bring_up_loopback(net::Network& there, const Seen& seen) {
  CB_CHECK(there.change(net::set_up(1, true)));
  CB_TRY(std::vector<net::Address> by_itself, there.addresses(1));
  for (const net::Address& address : by_itself)
    if (std::ranges::none_of(seen.addresses, [&](const net::Address& own) { return own.ip == address.ip; }))
      CB_CHECK(there.change(net::delete_address(address)));
  return {};
}

Result<> furnish(const Seen& seen, int shadow, int ends_network) {
  CB_TRY(net::Network there, net::Network::open(shadow));
  CB_TRY(net::Network ends, net::Network::open(ends_network));
  for (const net::Link& link : seen.links) CB_CHECK(link.is_loopback() ? bring_up_loopback(there, seen) : imitate(link, there, ends, ends_network));
  for (net::Address address : seen.addresses) {
    bool loopback = std::ranges::any_of(seen.links, [&](const net::Link& link) { return link.index == address.index && link.is_loopback(); });
    address.flags = address.ip.v6 ? IFA_F_NODAD : 0;
    if (loopback) address.index = 1;
    auto added = there.change(net::add_address(address));
    if (!added && added.error().why != Why::exists) return pass(added.error(), "{}", address.ip.text());
  }
  return {};
}

Result<> keep(const Home& home, const Jail& jail, const std::string& name, int shadow) {
  CB_CHECK(sys::make_directory(home.fd(), "shadow", 0700));
  CB_CHECK(sys::make_directory(home.fd(), folder_of(jail.prison.jid).c_str(), 0700));
  CB_TRY(Fd file, sys::open_at(home.fd(), name.c_str(), O_WRONLY | O_CREAT, 0600));
  std::string source = fmt::format("/proc/self/fd/{}", shadow), target = fmt::format("/proc/self/fd/{}", file.get());
  if (::mount(source.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) < 0) return sys_fail(errno, "{}", name);
  return {};
}

}  // namespace

/// The one of the addresses that are there. Who finds all of them asks the network no more.
Result<Fd> shadow_network(const Home& home, const Jail& jail, int network) {
  auto kept = open_kept(home, file_of(jail));
  if (kept) return kept;
  CB_TRY(Seen seen, look(jail, network));
  const std::string file = seen.complete ? file_of(jail) : file_of(jail, seen.addresses);
  if (!seen.complete) kept = open_kept(home, file);
  if (kept) return kept;
  CB_TRY(Fd lock, sys::take_lock(home.fd(), "shadow.lock"));
  kept = open_kept(home, file);
  if (kept) return kept;
  forget_shadow(home, jail.prison.jid);
  CB_TRY(Fd ends, home.cables());
  CB_TRY(Fd shadow, new_network());
  CB_CHECK(furnish(seen, shadow.get(), ends.get()));
  CB_CHECK(keep(home, jail, file, shadow.get()));
  return shadow;
}

void forget_shadow(const Home& home, JailId jid) {
  const std::string folder = fmt::format("{}/{}", home_path, folder_of(jid));
  std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(folder.c_str()), ::closedir);
  if (!dir) return;
  while (const dirent* entry = ::readdir(dir.get())) {
    if (entry->d_name[0] == '.') continue;
    std::string file = folder + "/" + entry->d_name;
    (void)::umount2(file.c_str(), MNT_DETACH);
    (void)::unlink(file.c_str());
  }
  (void)::unlinkat(home.fd(), folder_of(jid).c_str(), AT_REMOVEDIR);
}

}  // namespace cellblock::kernel
