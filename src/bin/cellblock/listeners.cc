#include "listeners.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace cellblock {
namespace {

std::string protocol_name(const sys::Socket& socket) {
  std::string name = socket.protocol == IPPROTO_TCP ? "tcp" : "udp";
  if (!socket.v6) return name + "4";
  return name + (socket.v6_only ? "6" : "46");
}

// The process that opened a socket shares it with its children.
const Holder* first_holder(const Holders& holders, uint32_t inode) {
  auto [begin, end] = holders.equal_range(inode);
  const Holder* first = nullptr;
  for (auto at = begin; at != end; ++at)
    if (!at->second.jailed && (!first || at->second.pid < first->pid)) first = &at->second;
  return first;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 25> advices{{
    {"sshd", "ListenAddress in /etc/ssh/sshd_config"},
    {"nginx", "`listen ADDRESS:PORT` in its configuration"},
    {"apache2", "`Listen ADDRESS:PORT` in ports.conf"},
    {"httpd", "`Listen ADDRESS:PORT` in httpd.conf"},
    {"syslogd", "syslogd -b ADDRESS"},
    {"rsyslogd", "address= of the modules imudp and imtcp"},
    {"inetd", "inetd -a ADDRESS"},
    {"rpcbind", "rpcbind -h ADDRESS"},
    {"named", "listen-on in named.conf"},
    {"unbound", "interface: in unbound.conf"},
    {"dnsmasq", "listen-address= with bind-interfaces"},
    {"ntpd", "`interface listen ADDRESS` in ntp.conf"},
    {"chronyd", "bindaddress in chrony.conf"},
    {"master", "inet_interfaces in Postfix' main.cf"},
    {"exim4", "local_interfaces, or dc_local_interfaces"},
    {"dovecot", "listen in dovecot.conf"},
    {"postgres", "listen_addresses in postgresql.conf"},
    {"mysqld", "bind-address in my.cnf"},
    {"mariadbd", "bind-address in my.cnf"},
    {"redis-server", "bind in redis.conf"},
    {"memcached", "memcached -l ADDRESS"},
    {"smbd", "interfaces with `bind interfaces only` in smb.conf"},
    {"cupsd", "`Listen ADDRESS:631` in cupsd.conf"},
    {"vsftpd", "listen_address in vsftpd.conf"},
    {"systemd", "`ListenStream=ADDRESS:PORT` in its socket unit"},
}};

}  // namespace

std::vector<Listener> host_listeners(const std::vector<sys::Socket>& sockets, const Holders& holders, std::string_view nobody) {
  std::vector<Listener> found;
  for (const sys::Socket& socket : sockets) {
    if (!socket.every_address() || socket.port == 0) continue;
    const Holder* holder = first_holder(holders, socket.inode);
    if (!holder && holders.contains(socket.inode)) continue;  // a jail's own
    found.push_back({protocol_name(socket), socket.port, holder ? holder->program : std::string(nobody), holder ? holder->pid : 0});
  }
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());  // not by std::ranges, which clang 14 lacks
  return found;
}

bool is_jailed(std::string_view cgroup) {
  bool below = false;
  for (const std::string& line : split(cgroup, '\n')) {
    below = false;
    for (const std::string& part : split(line, '/')) {
      if (below && !part.empty() && part.find_first_not_of("0123456789") == part.npos) return true;
      below = part == "cellblock";
    }
  }
  return false;
}

std::string_view binding_advice(std::string_view program) {
  auto row = std::ranges::find(advices, program, [](const auto& advice) { return advice.first; });
  return row == advices.end() ? "bind it to one address" : row->second;
}

namespace {

/// What it is to jails on the host's network stack. Those with addresses of their own have their own TCP ports; source
/// ports of old programs are the exception (bpf/addresses.bpf.c, is_source_port).
std::string_view collision(const Listener& listener) {
  if (!listener.protocol.starts_with("tcp")) return "no jail can have this port";
  bool is_source = listener.port == 20 || (listener.port >= 512 && listener.port < 1024);
  return is_source ? "a jail can have this port only with ip4.addr or ip6.addr, and SO_REUSEADDR"
                   : "a jail can have this port only with ip4.addr or ip6.addr";
}

}  // namespace

std::string listener_report(const std::vector<Listener>& listeners) {
  if (listeners.empty()) return fmt::format("{:<26} none\n", "on every address");
  std::string out;
  for (const Listener& listener : listeners) {
    std::string who = listener.pid ? fmt::format("{} (pid {})", listener.program, listener.pid) : listener.program;
    std::string_view advice = listener.program == "kernel" ? "the kernel's own"
                              : listener.program == "?"    ? "ask as root whose it is"
                                                           : binding_advice(listener.program);
    out += fmt::format("{:<26} {} listens on every address, {}: {}\n", fmt::format("{} port {}", listener.protocol, listener.port),
                       who, collision(listener), advice);
  }
  return out;
}

}  // namespace cellblock
