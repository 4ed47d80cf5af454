// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
//
// What a jail may do with the addresses of a network stack that is not its own: FreeBSD's rules (prison_local_ip4(9),
// prison_remote_ip4(9), prison_get_ip4(9)). The jail is that of the process that calls, by its cgroup or the nearest
// one above with an entry.
//
// Linux knows one space of ports for all that share a stack, FreeBSD one for each jail. A TCP socket of a jail that
// asks for a port is therefore bound to a private one; who asks gets the answer that it expects, and new connections
// to the jail's address and the port that was asked for are led to the socket (sk_lookup).
#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "addresses.h"
#include "addresses_kernel.h"

// ---- the calling jail ----

/// Where the group of all jails is on the way from the root to `id`'s own: its level is the same for all.
static __always_inline __u32 find_level(struct cb_place* place) {
  for (int level = 1; level <= deepest_group; ++level) {
    if (bpf_get_current_ancestor_cgroup_id(level) != place->group) continue;
    place->level = (__u32)level;
    return (__u32)level;
  }
  return 0;
}

static __always_inline struct cb_jail_addresses* current_jail(__u64* id) {
  struct cb_place* where = the_place();
  if (!where) return 0;
  __u32 level = where->level ? where->level : find_level(where);
  if (!level || bpf_get_current_ancestor_cgroup_id((int)level) != where->group) return 0;
  struct cb_jail_addresses* found = 0;
  for (int below = 1; below <= deepest_jail; ++below) {
    __u64 group = bpf_get_current_ancestor_cgroup_id((int)level + below);
    if (!group) break;
    struct cb_jail_addresses* jail = bpf_map_lookup_elem(&jails, &group);
    if (!jail) continue;
    found = jail;
    *id = group;
  }
  return found;
}

/// Whether the caller is the jail's root, by effective user id.
static __always_inline bool is_root(const struct cb_jail_addresses* jail) {
  struct task_struct* task = (struct task_struct*)bpf_get_current_task();
  return BPF_CORE_READ(task, cred, euid.val) == jail->root;
}

// ---- bind ----

/// What the kernel is to do with a bind: 0 or the errno of its refusal.
struct verdict {
  int error;
  int allowed;  // what the program returns then
};

/// Ports below 1024 are the jail's root's, by allow.reserved_ports; the host's sysctl and capabilities don't count.
static __always_inline int port_verdict(const struct cb_jail_addresses* jail, __u16 port) {
  if (port == 0 || port >= 1024) return may_bind;
  return (jail->flags & cb_reserved_ports) && is_root(jail) ? may_bind_reserved : 0;
}

static __always_inline bool can_share(const struct uses* uses, const struct cb_bound* bound) {
  if (!uses || uses->sockets == 0) return true;
  if (bound->reuse_port && uses->no_reuse_port == 0) return true;
  return bound->reuse && uses->no_reuse == 0 && uses->listening == 0;
}

/// Whether another socket of the jail has the port, as the kernel would tell if it were bound to it.
static __always_inline bool is_taken(const struct cb_bound* bound, __u16* shared_port) {
  struct port_key key;
  struct uses* uses;
  if (bound->kind == cb_one_address) {
    exact_key(&key, bound);
    uses = bpf_map_lookup_elem(&ports, &key);
    if (!can_share(uses, bound)) return true;
    if (uses) *shared_port = uses->private_port;
    jail_key(&key, bound, bound->family, of_wildcard);
    return !can_share(bpf_map_lookup_elem(&ports, &key), bound);
  }
  jail_key(&key, bound, bound->kind == cb_any_ip4 ? AF_INET : AF_INET6, of_wildcard);
  uses = bpf_map_lookup_elem(&ports, &key);
  if (uses) *shared_port = uses->private_port;
  key.scope = of_any;
  if (!can_share(bpf_map_lookup_elem(&ports, &key), bound)) return true;
  if (bound->kind != cb_any_both) return false;
  key.family = AF_INET;
  return !can_share(bpf_map_lookup_elem(&ports, &key), bound);
}

/// Programs that bind a source port before they connect: rresvport(3) and FTP's data port. They need the port itself.
static __always_inline bool is_source_port(const struct cb_bound* bound) {
  return !bound->reuse && (bound->port == 20 || (bound->port >= 512 && bound->port < 1024));
}

static __always_inline int socket_flag(struct bpf_sock_addr* context, int option) {
  int value = 0;
  bpf_getsockopt(context, SOL_SOCKET, option, &value, sizeof value);
  return value;
}

/// Notes what `context`'s TCP socket is bound to, and moves it to a private port. 0 or an errno; `as_it_is` where the
/// programs that look after such sockets are not: in other network namespaces, and for sockets from outside of any jail.
static __always_inline int keep_port(struct bpf_sock_addr* context, struct cb_bound* wanted) {
  struct cb_place* where = the_place();
  if (!where || bpf_get_netns_cookie(context) != where->network) return as_it_is;
  struct bpf_sock* socket = context->sk;
  if (!socket) return as_it_is;
  struct cb_bound* bound = bpf_sk_storage_get(&sockets, socket, 0, 0);
  if (!bound || bound->counted) return as_it_is;  // bound already: the kernel refuses
  wanted->reuse = socket_flag(context, SO_REUSEADDR) != 0;
  wanted->reuse_port = socket_flag(context, SO_REUSEPORT) != 0;
  __u16 shared_port = 0;
  if (wanted->port && is_taken(wanted, &shared_port)) return EADDRINUSE;
  wanted->is_private = wanted->port != 0 && !is_source_port(wanted);
  *bound = *wanted;
  if (!wanted->is_private) return 0;
  // Connections have the port that was asked for, and keep others from it unless all of them share.
  int yes = 1;
  bpf_setsockopt(context, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  context->user_port = wanted->reuse_port ? bpf_htons(shared_port) : 0;
  return 0;
}

/// To be bound as it is: what an earlier bind that failed has noted does not count.
static __always_inline void forget_port(struct bpf_sock_addr* context) {
  struct bpf_sock* socket = context->sk;
  struct cb_bound* bound = socket ? bpf_sk_storage_get(&sockets, socket, 0, 0) : 0;
  if (bound && !bound->counted) bound->jail = 0;
}

static __always_inline bool is_tcp(const struct bpf_sock_addr* context) {
  return context->type == SOCK_STREAM && context->protocol == IPPROTO_TCP;
}

/// Whether the kernel gets the primary address for the wildcard. TCP's connections are led to it. Of UDP a port that
/// nobody asked for is a client's; it has it before it connects, which is too late for a source (connect4).
static __always_inline bool takes_primary(const struct bpf_sock_addr* context, const struct cb_bound* bound, bool kept) {
  if (bound->kind == cb_one_address) return true;
  bool is_client = bound->port == 0;
  if (bound->kind == cb_any_both) return kept && is_client;
  return kept || (is_client && context->protocol == IPPROTO_UDP);
}

/// A UDP socket at the wildcard itself: sharing the port it would take what is for others, and ingress drops that. It is
/// not shared, then, and the kernel refuses the port to whoever comes second. But with user ids of its own a jail may
/// share by SO_REUSEPORT: the kernel asks for the same id. False: the options can't be taken.
static __always_inline bool holds_alone(struct bpf_sock_addr* context, const struct cb_jail_addresses* jail) {
  if (context->protocol != IPPROTO_UDP) return true;
  int no = 0;
  if (bpf_setsockopt(context, SOL_SOCKET, SO_REUSEADDR, &no, sizeof no)) return false;
  return jail->root != 0 || bpf_setsockopt(context, SOL_SOCKET, SO_REUSEPORT, &no, sizeof no) == 0;
}

#define REFUSE(error) return bpf_set_retval(-(error)), 0

/// The rules for IPv4, of which ::ffff:a.b.c.d is another spelling: 0 or an errno. `bound` gets what is asked for.
static __always_inline int restrict_ip4(const struct cb_jail_addresses* jail, struct cb_bound* bound) {
  __u32 asked = bound->address[3];
  if (jail->ip4_count == 0) return EAFNOSUPPORT;
  bool any = asked == 0;
  if (any || !owns_ip4(jail, bound->jail, asked)) {
    if (!any && !is_loopback_ip4(asked)) return EADDRNOTAVAIL;
    bound->address[3] = jail->ip4[0];
  }
  bound->kind = any && jail->ip4_count > 1 ? cb_any_ip4 : cb_one_address;
  return 0;
}

SEC("cgroup/bind4")
int bind4(struct bpf_sock_addr* context) {
  struct cb_bound bound = {};
  struct cb_jail_addresses* jail = current_jail(&bound.jail);
  if (!jail) return may_bind;
  bound.port = bpf_ntohs((__u16)context->user_port);
  int allowed = port_verdict(jail, bound.port);
  if (!allowed) REFUSE(EACCES);
  if (jail->flags & cb_all_ip4) return allowed;
  bound.family = AF_INET;
  map_ip4(bound.address, context->user_ip4);
  int error = restrict_ip4(jail, &bound);
  if (error) REFUSE(error);
  error = is_tcp(context) ? keep_port(context, &bound) : as_it_is;
  if (error > 0) REFUSE(error);
  if (takes_primary(context, &bound, error != as_it_is)) context->user_ip4 = bound.address[3];
  else if (!holds_alone(context, jail)) REFUSE(EADDRINUSE);
  return allowed;
}

/// IPV6_V6ONLY, which no helper tells.
static __always_inline bool is_only_ip6(const struct bpf_sock_addr* context) {
  struct bpf_sock* socket = context->sk;
  struct sock_common* common = 0;
  if (!socket) return false;
  if (context->protocol == IPPROTO_TCP) common = (struct sock_common*)bpf_skc_to_tcp6_sock(socket);
  else if (context->protocol == IPPROTO_UDP) common = (struct sock_common*)bpf_skc_to_udp6_sock(socket);
  return common && BPF_CORE_READ_BITFIELD_PROBED(common, skc_ipv6only);
}

/// Whether nothing that the wildcard of IPv6 hears is for others than the jail.
static __always_inline bool has_all(const struct cb_jail_addresses* jail, bool only_ip6) {
  return (jail->flags & cb_all_ip6) && (only_ip6 || (jail->flags & cb_all_ip4));
}

/// The wildcard of IPv6, which may hold that of IPv4. False: it is to be bound as it is.
static __always_inline bool restrict_wildcard(const struct cb_jail_addresses* jail, struct cb_bound* bound, bool only_ip6) {
  bool all_ip4 = jail->flags & cb_all_ip4, all_ip6 = jail->flags & cb_all_ip6;
  bool both = !only_ip6 && (all_ip4 || jail->ip4_count);
  if (all_ip6 || (both && all_ip4)) return false;
  bound->kind = both ? cb_any_both : jail->ip6_count > 1 ? cb_any_ip6 : cb_one_address;
  copy_address(bound->address, jail->ip6[0]);
  return true;
}

/// 0, an errno, or `as_it_is`.
static __always_inline int restrict_ip6(struct bpf_sock_addr* context, const struct cb_jail_addresses* jail,
                                        struct cb_bound* bound) {
  if (is_mapped(bound->address)) {
    bound->family = AF_INET;
    return jail->flags & cb_all_ip4 ? as_it_is : restrict_ip4(jail, bound);
  }
  bound->family = AF_INET6;
  if (!(jail->flags & cb_all_ip6) && jail->ip6_count == 0) return EAFNOSUPPORT;
  if (is_unspecified(bound->address)) return restrict_wildcard(jail, bound, is_only_ip6(context)) ? 0 : as_it_is;
  if (jail->flags & cb_all_ip6) return as_it_is;
  if (owns_ip6(jail, bound->jail, bound->address)) return 0;
  if (!is_loopback(bound->address)) return EADDRNOTAVAIL;
  copy_address(bound->address, jail->ip6[0]);
  return 0;
}

SEC("cgroup/bind6")
int bind6(struct bpf_sock_addr* context) {
  struct cb_bound bound = {};
  struct cb_jail_addresses* jail = current_jail(&bound.jail);
  if (!jail) return may_bind;
  bound.port = bpf_ntohs((__u16)context->user_port);
  int allowed = port_verdict(jail, bound.port);
  if (!allowed) REFUSE(EACCES);
  read_ip6(context, bound.address);
  int error = restrict_ip6(context, jail, &bound);
  if (error == as_it_is) {
    forget_port(context);
    if (is_unspecified(bound.address) && !has_all(jail, is_only_ip6(context)) && !holds_alone(context, jail)) REFUSE(EADDRINUSE);
    return allowed;
  }
  if (error) REFUSE(error);
  error = is_tcp(context) ? keep_port(context, &bound) : as_it_is;
  if (error > 0) REFUSE(error);
  if (takes_primary(context, &bound, error != as_it_is)) write_ip6(context, bound.address);
  else if (!holds_alone(context, jail)) REFUSE(EADDRINUSE);
  return allowed;
}

#include "addresses_listen.h"
#include "addresses_send.h"

char _license[] SEC("license") = "Dual BSD/GPL";
