// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
//
// Part of addresses.bpf.c: TCP sockets that are bound to a private port, and how connections find them.
#ifndef CELLBLOCK_BPF_ADDRESSES_LISTEN_H
#define CELLBLOCK_BPF_ADDRESSES_LISTEN_H

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

#endif
