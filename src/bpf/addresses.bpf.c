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

char _license[] SEC("license") = "Dual BSD/GPL";

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

static __always_inline bool can_share(const struct uses* uses, const struct bound* bound) {
  if (!uses || uses->sockets == 0) return true;
  if (bound->reuse_port && uses->no_reuse_port == 0) return true;
  return bound->reuse && uses->no_reuse == 0 && uses->listening == 0;
}

/// Whether another socket of the jail has the port, as the kernel would tell if it were bound to it.
static __always_inline bool is_taken(const struct bound* bound, __u16* shared_port) {
  struct port_key key;
  struct uses* uses;
  if (bound->kind == one_address) {
    exact_key(&key, bound);
    uses = bpf_map_lookup_elem(&ports, &key);
    if (!can_share(uses, bound)) return true;
    if (uses) *shared_port = uses->private_port;
    jail_key(&key, bound, bound->family, of_wildcard);
    return !can_share(bpf_map_lookup_elem(&ports, &key), bound);
  }
  jail_key(&key, bound, bound->kind == any_ip4 ? AF_INET : AF_INET6, of_wildcard);
  uses = bpf_map_lookup_elem(&ports, &key);
  if (uses) *shared_port = uses->private_port;
  key.scope = of_any;
  if (!can_share(bpf_map_lookup_elem(&ports, &key), bound)) return true;
  if (bound->kind != any_both) return false;
  key.family = AF_INET;
  return !can_share(bpf_map_lookup_elem(&ports, &key), bound);
}

/// Programs that bind a source port before they connect: rresvport(3) and FTP's data port. They need the port itself.
static __always_inline bool is_source_port(const struct bound* bound) {
  return !bound->reuse && (bound->port == 20 || (bound->port >= 512 && bound->port < 1024));
}

static __always_inline int socket_flag(struct bpf_sock_addr* context, int option) {
  int value = 0;
  bpf_getsockopt(context, SOL_SOCKET, option, &value, sizeof value);
  return value;
}

/// Notes what `context`'s TCP socket is bound to, and moves it to a private port. 0 or an errno.
static __always_inline int keep_port(struct bpf_sock_addr* context, struct bound* wanted) {
  struct cb_place* where = the_place();
  if (!where || bpf_get_netns_cookie(context) != where->network) return 0;
  struct bpf_sock* socket = context->sk;
  if (!socket) return 0;
  struct bound* bound = bpf_sk_storage_get(&sockets, socket, 0, 0);
  if (!bound) return 0;          // made outside of any jail: the programs below will not see it
  if (bound->counted) return 0;  // bound already: the kernel refuses
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
  struct bound* bound = socket ? bpf_sk_storage_get(&sockets, socket, 0, 0) : 0;
  if (bound && !bound->counted) bound->jail = 0;
}

static __always_inline bool is_tcp(const struct bpf_sock_addr* context) { return context->protocol == IPPROTO_TCP; }

#define REFUSE(error) return bpf_set_retval(-(error)), 0

/// The rules for IPv4, of which ::ffff:a.b.c.d is another spelling: 0 or an errno. `bound` gets what is asked for.
static __always_inline int restrict_ip4(const struct cb_jail_addresses* jail, struct bound* bound) {
  __u32 asked = bound->address[3];
  if (jail->ip4_count == 0) return EAFNOSUPPORT;
  bool any = asked == 0;
  if (any || asked == loopback_ip4)
    bound->address[3] = jail->ip4[0];
  else if (!owns_ip4(jail, bound->jail, asked))
    return EADDRNOTAVAIL;
  bound->kind = any && jail->ip4_count > 1 ? any_ip4 : one_address;
  return 0;
}

SEC("cgroup/bind4")
int bind4(struct bpf_sock_addr* context) {
  struct bound bound = {};
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
  bool tcp = is_tcp(context);
  if (tcp || bound.kind == one_address) context->user_ip4 = bound.address[3];
  if (tcp && (error = keep_port(context, &bound))) REFUSE(error);
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

/// The wildcard of IPv6, which may hold that of IPv4. False: it is to be bound as it is.
static __always_inline bool restrict_wildcard(const struct cb_jail_addresses* jail, struct bound* bound, bool only_ip6) {
  bool all_ip4 = jail->flags & cb_all_ip4, all_ip6 = jail->flags & cb_all_ip6;
  bool both = !only_ip6 && (all_ip4 || jail->ip4_count);
  if (all_ip6 || (both && all_ip4)) return false;
  bound->kind = both ? any_both : jail->ip6_count > 1 ? any_ip6 : one_address;
  if (!both) copy_address(bound->address, jail->ip6[0]);
  return true;
}

/// 0, an errno, or `as_it_is`.
static __always_inline int restrict_ip6(struct bpf_sock_addr* context, const struct cb_jail_addresses* jail,
                                        struct bound* bound) {
  if (is_mapped(bound->address)) {
    bound->family = AF_INET;
    return jail->flags & cb_all_ip4 ? as_it_is : restrict_ip4(jail, bound);
  }
  bound->family = AF_INET6;
  if (!(jail->flags & cb_all_ip6) && jail->ip6_count == 0) return EAFNOSUPPORT;
  if (is_unspecified(bound->address)) return restrict_wildcard(jail, bound, is_only_ip6(context)) ? 0 : as_it_is;
  if (jail->flags & cb_all_ip6) return as_it_is;
  if (is_loopback(bound->address))
    copy_address(bound->address, jail->ip6[0]);
  else if (!owns_ip6(jail, bound->jail, bound->address))
    return EADDRNOTAVAIL;
  return 0;
}

SEC("cgroup/bind6")
int bind6(struct bpf_sock_addr* context) {
  struct bound bound = {};
  struct cb_jail_addresses* jail = current_jail(&bound.jail);
  if (!jail) return may_bind;
  bound.port = bpf_ntohs((__u16)context->user_port);
  int allowed = port_verdict(jail, bound.port);
  if (!allowed) REFUSE(EACCES);
  read_ip6(context, bound.address);
  int error = restrict_ip6(context, jail, &bound);
  if (error == as_it_is) {
    forget_port(context);
    return allowed;
  }
  if (error) REFUSE(error);
  bool tcp = is_tcp(context);
  if (bound.kind != any_both && (tcp || bound.kind == one_address)) write_ip6(context, bound.address);
  if (tcp && (error = keep_port(context, &bound))) REFUSE(error);
  return allowed;
}

// ---- the life of a bound socket ----

static __always_inline void add_use(const struct port_key* key, const struct bound* bound, __u64 one, __u16 private_port) {
  struct uses* uses = bpf_map_lookup_elem(&ports, key);
  if (!uses) {
    struct uses none = {};
    bpf_map_update_elem(&ports, key, &none, BPF_NOEXIST);
    uses = bpf_map_lookup_elem(&ports, key);
    if (!uses) return;
  }
  __sync_fetch_and_add(&uses->sockets, one);
  if (!bound->reuse) __sync_fetch_and_add(&uses->no_reuse, one);
  if (!bound->reuse_port) __sync_fetch_and_add(&uses->no_reuse_port, one);
  if (bound->listening) __sync_fetch_and_add(&uses->listening, one);
  if (private_port) uses->private_port = private_port;
  if (uses->sockets == 0) bpf_map_delete_elem(&ports, key);
}

/// Counts the socket in (one = 1) or out (one = -1) wherever others look for it.
static __always_inline void count(const struct bound* bound, __u64 one, __u16 private_port) {
  struct port_key key;
  if (bound->kind == one_address) {
    exact_key(&key, bound);
    add_use(&key, bound, one, private_port);
    jail_key(&key, bound, bound->family, of_any);
    add_use(&key, bound, one, 0);
    return;
  }
  jail_key(&key, bound, bound->kind == any_ip4 ? AF_INET : AF_INET6, of_wildcard);
  add_use(&key, bound, one, private_port);
  key.scope = of_any;
  add_use(&key, bound, one, 0);
  if (bound->kind != any_both) return;
  key.family = AF_INET;
  add_use(&key, bound, one, 0);
  key.scope = of_wildcard;
  add_use(&key, bound, one, private_port);
}

static __always_inline int is_bound(struct bpf_sock* socket) {
  struct bound* bound = bpf_sk_storage_get(&sockets, socket, 0, 0);
  if (!bound || !bound->jail || bound->counted) return 1;
  if (!bound->port) bound->port = (__u16)socket->src_port;  // the kernel has chosen it
  bound->counted = 1;
  count(bound, 1, bound->is_private ? (__u16)socket->src_port : 0);
  return 1;
}

SEC("cgroup/post_bind4")
int post_bind4(struct bpf_sock* socket) { return is_bound(socket); }

SEC("cgroup/post_bind6")
int post_bind6(struct bpf_sock* socket) { return is_bound(socket); }

SEC("cgroup/sock_release")
int sock_release(struct bpf_sock* socket) {
  struct bound* bound = bpf_sk_storage_get(&sockets, socket, 0, 0);
  if (!bound || !bound->counted) return 1;
  bound->counted = 0;
  count(bound, (__u64)-1, 0);
  return 1;
}

static __always_inline void enlist(struct bpf_sock_ops* context, struct port_key* key, bool shared) {
#pragma unroll  // the verifier forgets a counter that a helper could have written
  for (__u32 slot = 0; slot < slots; ++slot) {
    key->slot = slot;
    if (shared && bpf_sock_hash_update(context, &listeners, key, BPF_NOEXIST) == 0) return;
  }
  key->slot = 0;
  bpf_sock_hash_update(context, &listeners, key, BPF_ANY);
}

/// A listener takes its place on the addresses that it was bound for.
SEC("sockops")
int on_listen(struct bpf_sock_ops* context) {
  if (context->op != BPF_SOCK_OPS_TCP_LISTEN_CB) return 1;
  struct bpf_sock* socket = context->sk;
  struct bound* bound = socket ? bpf_sk_storage_get(&sockets, socket, 0, 0) : 0;
  if (!bound || !bound->counted || bound->listening) return 1;
  count(bound, (__u64)-1, 0);
  bound->listening = 1;
  count(bound, 1, bound->is_private ? (__u16)socket->src_port : 0);
  if (bound->kind == one_address && !bound->is_private) return 1;  // found without help
  struct port_key key;
  if (bound->kind == one_address) {
    exact_key(&key, bound);
    enlist(context, &key, bound->reuse_port);
    return 1;
  }
  jail_key(&key, bound, bound->kind == any_ip4 ? AF_INET : AF_INET6, of_wildcard);
  enlist(context, &key, bound->reuse_port);
  if (bound->kind != any_both) return 1;
  key.family = AF_INET;
  enlist(context, &key, bound->reuse_port);
  return 1;
}

/// Before it is connected a socket is what its owner asked for.
static __always_inline struct bound* shown_as_asked(struct bpf_sock_addr* context) {
  struct bpf_sock* socket = context->sk;
  if (!socket || (socket->state != BPF_TCP_CLOSE && socket->state != BPF_TCP_LISTEN)) return 0;
  struct bound* bound = bpf_sk_storage_get(&sockets, socket, 0, 0);
  return bound && bound->counted ? bound : 0;
}

SEC("cgroup/getsockname4")
int getsockname4(struct bpf_sock_addr* context) {
  struct bound* bound = shown_as_asked(context);
  if (!bound) return 1;
  context->user_port = bpf_htons(bound->port);
  if (bound->kind != one_address) context->user_ip4 = 0;
  return 1;
}

SEC("cgroup/getsockname6")
int getsockname6(struct bpf_sock_addr* context) {
  struct bound* bound = shown_as_asked(context);
  if (!bound) return 1;
  context->user_port = bpf_htons(bound->port);
  const __u32 none[4] = {};
  if (bound->kind != one_address) write_ip6(context, none);
  return 1;
}

static __always_inline struct bpf_sock* listener_at(struct port_key* key) {
  if (!bpf_map_lookup_elem(&ports, key)) return 0;
  struct bpf_sock* socket = 0;
#pragma unroll
  for (__u32 slot = 0; slot < slots; ++slot) {
    key->slot = slot;
    socket = bpf_map_lookup_elem(&listeners, key);
    if (socket) break;
  }
  key->slot = 0;
  return socket;
}

/// The listener of the jail that has the address: on that very address, else on all, from the innermost jail outwards.
static __always_inline struct bpf_sock* listener_for(const struct bound* asked, __u32 family) {
  struct port_key key;
  exact_key(&key, asked);
  struct bpf_sock* socket = listener_at(&key);
  if (socket) return socket;
  struct cb_address address;
  copy_address(address.address, asked->address);
  __u64* owner = bpf_map_lookup_elem(&owners, &address);
  __u64 id = owner ? *owner : 0;
  for (int up = 0; up < deepest_jail && id; ++up) {
    struct bound in_jail = {.jail = id, .port = asked->port};
    jail_key(&key, &in_jail, (__u8)family, of_wildcard);
    socket = listener_at(&key);
    if (socket) return socket;
    struct cb_jail_addresses* jail = bpf_map_lookup_elem(&jails, &id);
    id = jail ? jail->above : 0;
  }
  return 0;
}

SEC("sk_lookup")
int find_listener(struct bpf_sk_lookup* context) {
  if (context->protocol != IPPROTO_TCP) return SK_PASS;
  struct bound asked = {.port = (__u16)context->local_port};
  if (context->family == AF_INET) {
    map_ip4(asked.address, context->local_ip4);
  } else {
    const volatile struct bpf_sk_lookup* seen = context;  // one field at a time: the verifier wants no wider loads
    for (int i = 0; i < 4; ++i) asked.address[i] = seen->local_ip6[i];
  }
  struct bpf_sock* socket = listener_for(&asked, context->family);
  if (!socket) return SK_PASS;
  bpf_sk_assign(context, socket, 0);
  bpf_sk_release(socket);
  return SK_PASS;
}

// ---- connect and send ----

/// A source for `to`: an own address, if it is the same, or near it; else the primary one.
static __always_inline __u32 source_ip4(const struct cb_jail_addresses* jail, __u32 to) {
  __u32 best = jail->ip4[0];
  if (!(jail->flags & cb_choose_ip4) || jail->ip4_count < 2) return best;
  __u32 nearest = 1u << (32 - near_bits_ip4);
#pragma unroll  // Linux 6.1 takes no loop that is entered in the middle
  for (int i = 0; i < cb_first_addresses; ++i) {
    if (i >= (int)jail->ip4_count) break;
    __u32 apart = bpf_ntohl(jail->ip4[i] ^ to);
    if (apart >= nearest) continue;
    nearest = apart;
    best = jail->ip4[i];
  }
  return best;
}

static __always_inline void source_ip6(const struct cb_jail_addresses* jail, const __u32* to, __u32* best) {
  copy_address(best, jail->ip6[0]);
  if (!(jail->flags & cb_choose_ip6) || jail->ip6_count < 2) return;
  __u64 nearest = ~0ull;
#pragma unroll  // Linux 6.1 takes no loop that is entered in the middle
  for (int i = 0; i < cb_first_addresses; ++i) {
    if (i >= (int)jail->ip6_count) break;
    const __u32* own = jail->ip6[i];
    if (own[0] != to[0] || own[1] != to[1]) continue;
    __u64 apart = (__u64)bpf_ntohl(own[2] ^ to[2]) << 32 | bpf_ntohl(own[3] ^ to[3]);
    if (apart >= nearest) continue;
    nearest = apart;
    copy_address(best, own);
  }
}

static __always_inline bool is_here_ip4(__u32 address) { return address == 0 || address == loopback_ip4; }

SEC("cgroup/connect4")
int connect4(struct bpf_sock_addr* context) {
  __u64 id = 0;
  struct cb_jail_addresses* jail = current_jail(&id);
  if (!jail || (jail->flags & cb_all_ip4)) return 1;
  if (jail->ip4_count == 0) REFUSE(EAFNOSUPPORT);
  if (is_here_ip4(context->user_ip4)) context->user_ip4 = jail->ip4[0];
  struct bpf_sock* socket = context->sk;
  if (!socket || socket->src_ip4) return 1;
  struct sockaddr_in source = {.sin_family = AF_INET, .sin_addr = source_ip4(jail, context->user_ip4)};
  if (bpf_bind(context, (void*)&source, sizeof source)) REFUSE(EADDRNOTAVAIL);
  return 1;
}

SEC("cgroup/connect6")
int connect6(struct bpf_sock_addr* context) {
  __u64 id = 0;
  struct cb_jail_addresses* jail = current_jail(&id);
  if (!jail) return 1;
  struct sockaddr_in6 source = {.sin6_family = AF_INET6};
  __u32 to[4];
  read_ip6(context, to);
  if (is_mapped(to)) {
    if (jail->flags & cb_all_ip4) return 1;
    if (jail->ip4_count == 0) REFUSE(EAFNOSUPPORT);
    if (is_here_ip4(to[3])) to[3] = jail->ip4[0];
    map_ip4(source.sin6_addr, source_ip4(jail, to[3]));
  } else {
    if (jail->flags & cb_all_ip6) return 1;
    if (jail->ip6_count == 0) REFUSE(EAFNOSUPPORT);
    if (is_unspecified(to) || is_loopback(to)) copy_address(to, jail->ip6[0]);
    source_ip6(jail, to, source.sin6_addr);
  }
  write_ip6(context, to);
  struct bpf_sock* socket = context->sk;
  if (!socket || has_source_ip6(socket)) return 1;
  if (bpf_bind(context, (void*)&source, sizeof source)) REFUSE(EADDRNOTAVAIL);
  return 1;
}

SEC("cgroup/sendmsg4")
int sendmsg4(struct bpf_sock_addr* context) {
  __u64 id = 0;
  struct cb_jail_addresses* jail = current_jail(&id);
  if (!jail || (jail->flags & cb_all_ip4)) return 1;
  if (jail->ip4_count == 0) REFUSE(EAFNOSUPPORT);
  if (is_here_ip4(context->user_ip4)) context->user_ip4 = jail->ip4[0];
  __u32 source = context->msg_src_ip4;
  if (source == 0) {
    context->msg_src_ip4 = source_ip4(jail, context->user_ip4);
    return 1;
  }
  // What it is bound to has been checked, or is the business of who has handed the socket in.
  struct bpf_sock* socket = context->sk;
  if (socket && socket->src_ip4 == source) return 1;
  if (!owns_ip4(jail, id, source)) REFUSE(EADDRNOTAVAIL);  // IP_PKTINFO
  return 1;
}

SEC("cgroup/sendmsg6")
int sendmsg6(struct bpf_sock_addr* context) {
  __u64 id = 0;
  struct cb_jail_addresses* jail = current_jail(&id);
  if (!jail || (jail->flags & cb_all_ip6)) return 1;
  __u32 to[4], source[4];
  read_ip6(context, to);
  if (is_mapped(to)) return 1;  // the kernel asks again, as of IPv4
  if (jail->ip6_count == 0) REFUSE(EAFNOSUPPORT);
  if (is_unspecified(to) || is_loopback(to)) {
    copy_address(to, jail->ip6[0]);
    write_ip6(context, to);
  }
  read_source_ip6(context, source);
  if (is_unspecified(source)) {
    source_ip6(jail, to, source);
    write_source_ip6(context, source);
    return 1;
  }
  struct bpf_sock* socket = context->sk;
  if (socket && is_source_ip6(socket, source)) return 1;
  if (!owns_ip6(jail, id, source)) REFUSE(EADDRNOTAVAIL);
  return 1;
}

// ---- sockets and packets ----

SEC("cgroup/sock_create")
int sock_create(struct bpf_sock* socket) {
  __u64 id = 0;
  struct cb_jail_addresses* jail = current_jail(&id);
  if (!jail || (jail->flags & (cb_all_ip4 | cb_all_ip6)) == (cb_all_ip4 | cb_all_ip6)) return 1;
  bool ip4 = (jail->flags & cb_all_ip4) || jail->ip4_count, ip6 = (jail->flags & cb_all_ip6) || jail->ip6_count;
  if (socket->family == AF_INET ? !ip4 : !ip6) REFUSE(EPROTONOSUPPORT);
  // Protocols that choose addresses where no program is asked.
  if (socket->protocol == IPPROTO_MPTCP || socket->protocol == IPPROTO_SCTP || socket->protocol == IPPROTO_DCCP)
    REFUSE(EPROTONOSUPPORT);
  if (socket->type == SOCK_RAW && !(jail->flags & cb_raw_sockets)) REFUSE(EPERM);
  if (socket->protocol == IPPROTO_TCP && !bpf_sk_storage_get(&sockets, socket, 0, BPF_SK_STORAGE_GET_F_CREATE)) REFUSE(ENOBUFS);
  return 1;
}

/// The jail that made the packet's socket.
static __always_inline struct cb_jail_addresses* jail_of_packet(struct __sk_buff* packet, __u64* id) {
  struct cb_place* where = the_place();
  if (!where || !where->level) return 0;
  struct cb_jail_addresses* found = 0;
  for (int below = 1; below <= deepest_jail; ++below) {
    __u64 group = bpf_skb_ancestor_cgroup_id(packet, (int)where->level + below);
    if (!group) break;
    struct cb_jail_addresses* jail = bpf_map_lookup_elem(&jails, &group);
    if (!jail) continue;
    found = jail;
    *id = group;
  }
  return found;
}

/// Offsets of source and destination in the headers (RFC 791, RFC 8200).
enum { ip4_source = 12, ip4_destination = 16, ip6_source = 8, ip6_destination = 24 };

static __always_inline int pass_ip4(struct __sk_buff* packet, const struct cb_jail_addresses* jail, __u64 id, int offset) {
  __u32 address;
  if (jail->flags & cb_all_ip4) return 1;
  if (bpf_skb_load_bytes_relative(packet, (__u32)offset, &address, sizeof address, BPF_HDR_START_NET)) return 0;
  if (owns_ip4(jail, id, address)) return 1;
  if (offset == ip4_source) return address == 0;
  return (address & bpf_htonl(0xf0000000)) == bpf_htonl(0xe0000000) || address == 0xffffffff;
}

static __always_inline int pass_ip6(struct __sk_buff* packet, const struct cb_jail_addresses* jail, __u64 id, int offset) {
  __u32 address[4];
  if (jail->flags & cb_all_ip6) return 1;
  if (bpf_skb_load_bytes_relative(packet, (__u32)offset, address, sizeof address, BPF_HDR_START_NET)) return 0;
  if (owns_ip6(jail, id, address)) return 1;
  if (offset == ip6_source) return is_unspecified(address);
  return (address[0] & bpf_htonl(0xff000000)) == bpf_htonl(0xff000000);
}

/// Whether someone knocks at the private port itself: what guards the port that was asked for would be passed by.
static __always_inline bool knocks_at_private_port(struct __sk_buff* packet) {
  struct bpf_sock* socket = packet->sk;
  if (!socket || socket->state != BPF_TCP_LISTEN) return false;
  struct bound* bound = bpf_sk_storage_get(&sockets, socket, 0, 0);
  if (!bound || !bound->is_private || bound->port == socket->src_port) return false;
  __be16 port;  // the transport header comes first here: tcp_v4_rcv() has pulled the other one
  if (bpf_skb_load_bytes_relative(packet, tcp_port_offset(packet), &port, sizeof port, BPF_HDR_START_NET)) return true;
  return bpf_ntohs(port) == socket->src_port;
}

SEC("cgroup_skb/ingress")
int ingress(struct __sk_buff* packet) {
  __u64 id = 0;
  struct cb_jail_addresses* jail = jail_of_packet(packet, &id);
  if (!jail) return 1;
  bool ip6 = packet->protocol == bpf_htons(ETH_P_IPV6);
  bool to_many = packet->pkt_type == PACKET_BROADCAST || packet->pkt_type == PACKET_MULTICAST;
  if (!to_many && !(ip6 ? pass_ip6(packet, jail, id, ip6_destination) : pass_ip4(packet, jail, id, ip4_destination))) return 0;
  return !knocks_at_private_port(packet);
}

SEC("cgroup_skb/egress")
int egress(struct __sk_buff* packet) {
  __u64 id = 0;
  struct cb_jail_addresses* jail = jail_of_packet(packet, &id);
  if (!jail) return 1;
  bool ip6 = packet->protocol == bpf_htons(ETH_P_IPV6);
  return ip6 ? pass_ip6(packet, jail, id, ip6_source) : pass_ip4(packet, jail, id, ip4_source);
}
