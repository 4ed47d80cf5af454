// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
//
// Part of addresses.bpf.c: TCP sockets that are bound to a private port, and how connections find them.
#ifndef CELLBLOCK_BPF_ADDRESSES_LISTEN_H
#define CELLBLOCK_BPF_ADDRESSES_LISTEN_H

// ---- the life of a bound socket ----

/// The `at`th place where others look for the socket; the first is where its jail's are counted. False: it has no more.
static __always_inline bool place_of(const struct cb_bound* bound, int at, struct port_key* key) {
  __u8 family = bound->kind == cb_one_address ? bound->family : bound->kind == cb_any_ip4 ? AF_INET : AF_INET6;
  if (at == 0) {
    jail_key(key, bound, 0, of_jail);
    key->port = 0;
  } else if (at == 1 && bound->kind == cb_one_address) {
    exact_key(key, bound);
  } else if (at <= 2) {
    jail_key(key, bound, family, at == 1 ? of_wildcard : of_any);
  } else {
    jail_key(key, bound, AF_INET, at == 3 ? of_any : of_wildcard);
  }
  return at <= 2 || bound->kind == cb_any_both;
}

/// One more socket at `key`. 0 or an errno: a jail has so many, and the last socket of another port may just be going.
static __always_inline int add_use(const struct port_key* key, const struct cb_bound* bound, __u64 most, __u16 private_port) {
  struct uses* uses = bpf_map_lookup_elem(&ports, key);
  if (!uses) {
    struct uses none = {};
    bpf_map_update_elem(&ports, key, &none, BPF_NOEXIST);
    uses = bpf_map_lookup_elem(&ports, key);
    if (!uses) return ENOBUFS;
  }
  __u64 no_reuse = !bound->reuse, no_reuse_port = !bound->reuse_port;
  int error = 0;
  bpf_spin_lock(&uses->lock);
  if (uses->gone) {
    error = EADDRINUSE;
  } else if (uses->sockets >= most) {
    error = ENOBUFS;
  } else {
    ++uses->sockets;
    uses->no_reuse += no_reuse;
    uses->no_reuse_port += no_reuse_port;
    if (private_port) uses->private_port = private_port;
  }
  bpf_spin_unlock(&uses->lock);
  return error;
}

/// One less. Who takes the last one out deletes, and nobody counts in meanwhile.
static __always_inline void drop_use(const struct port_key* key, const struct cb_bound* bound) {
  struct uses* uses = bpf_map_lookup_elem(&ports, key);
  if (!uses) return;
  __u64 no_reuse = !bound->reuse, no_reuse_port = !bound->reuse_port, listening = bound->listening;
  bpf_spin_lock(&uses->lock);
  --uses->sockets;
  uses->no_reuse -= no_reuse;
  uses->no_reuse_port -= no_reuse_port;
  uses->listening -= listening;
  bool last = uses->sockets == 0;
  uses->gone = last;
  bpf_spin_unlock(&uses->lock);
  if (last) bpf_map_delete_elem(&ports, key);
}

/// From the first of its `places` on.
static __always_inline void count_out(const struct cb_bound* bound, int places) {
  struct port_key key;
#pragma unroll  // Linux 6.1 takes no loop that is entered in the middle
  for (int at = 0; at < most_keys; ++at)
    if (at < places && place_of(bound, at, &key)) drop_use(&key, bound);
}

/// In all places or none. 0 or an errno.
static __always_inline int count_in(const struct cb_bound* bound, __u16 private_port) {
  struct port_key key;
  int error = 0, counted = 0;
#pragma unroll
  for (int at = 0; at < most_keys; ++at) {
    if (error || !place_of(bound, at, &key)) continue;
    __u16 port = at == 1 || at == 4 ? private_port : 0;
    error = add_use(&key, bound, at == 0 ? most_bound : ~0ull, port);
    if (!error) counted = at + 1;
  }
  if (error) count_out(bound, counted);
  return error;
}

static __always_inline int is_bound(struct bpf_sock* socket) {
  struct cb_bound* bound = bpf_sk_storage_get(&sockets, socket, 0, 0);
  if (!bound || !bound->jail || bound->counted) return 1;
  if (!bound->port) bound->port = (__u16)socket->src_port;  // the kernel has chosen it
  int error = count_in(bound, bound->is_private ? (__u16)socket->src_port : 0);
  if (error) REFUSE(error);
  bound->counted = 1;
  return 1;
}

SEC("cgroup/post_bind4")
int post_bind4(struct bpf_sock* socket) { return is_bound(socket); }

SEC("cgroup/post_bind6")
int post_bind6(struct bpf_sock* socket) { return is_bound(socket); }

SEC("cgroup/sock_release")
int sock_release(struct bpf_sock* socket) {
  struct cb_bound* bound = bpf_sk_storage_get(&sockets, socket, 0, 0);
  if (!bound || !bound->counted) return 1;
  bound->counted = 0;
  count_out(bound, most_keys);
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

static __always_inline void note_listening(struct cb_bound* bound) {
  struct port_key key;
  bound->listening = 1;
#pragma unroll
  for (int at = 0; at < most_keys; ++at) {
    if (!place_of(bound, at, &key)) continue;
    struct uses* uses = bpf_map_lookup_elem(&ports, &key);
    if (!uses) continue;
    bpf_spin_lock(&uses->lock);
    ++uses->listening;
    bpf_spin_unlock(&uses->lock);
  }
}

/// A listener takes its place on the addresses that it was bound for.
SEC("sockops")
int on_listen(struct bpf_sock_ops* context) {
  if (context->op != BPF_SOCK_OPS_TCP_LISTEN_CB) return 1;
  struct bpf_sock* socket = context->sk;
  struct cb_bound* bound = socket ? bpf_sk_storage_get(&sockets, socket, 0, 0) : 0;
  if (!bound || !bound->counted || bound->listening) return 1;
  note_listening(bound);
  if (bound->kind == cb_one_address && !bound->is_private) return 1;  // found without help
  struct port_key key;
  if (bound->kind == cb_one_address) {
    exact_key(&key, bound);
    enlist(context, &key, bound->reuse_port);
    return 1;
  }
  jail_key(&key, bound, bound->kind == cb_any_ip4 ? AF_INET : AF_INET6, of_wildcard);
  enlist(context, &key, bound->reuse_port);
  if (bound->kind != cb_any_both) return 1;
  key.family = AF_INET;
  enlist(context, &key, bound->reuse_port);
  return 1;
}

/// Before it is connected a socket is what its owner asked for.
static __always_inline struct cb_bound* shown_as_asked(struct bpf_sock_addr* context) {
  struct bpf_sock* socket = context->sk;
  if (!socket || (socket->state != BPF_TCP_CLOSE && socket->state != BPF_TCP_LISTEN)) return 0;
  struct cb_bound* bound = bpf_sk_storage_get(&sockets, socket, 0, 0);
  return bound && bound->counted ? bound : 0;
}

SEC("cgroup/getsockname4")
int getsockname4(struct bpf_sock_addr* context) {
  struct cb_bound* bound = shown_as_asked(context);
  if (!bound) return 1;
  context->user_port = bpf_htons(bound->port);
  if (bound->kind != cb_one_address) context->user_ip4 = 0;
  return 1;
}

SEC("cgroup/getsockname6")
int getsockname6(struct bpf_sock_addr* context) {
  struct cb_bound* bound = shown_as_asked(context);
  if (!bound) return 1;
  context->user_port = bpf_htons(bound->port);
  const __u32 none[4] = {};
  if (bound->kind != cb_one_address) write_ip6(context, none);
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
static __always_inline struct bpf_sock* listener_for(const struct cb_bound* asked, __u32 family) {
  struct port_key key;
  exact_key(&key, asked);
  struct bpf_sock* socket = listener_at(&key);
  if (socket) return socket;
  struct cb_address address;
  copy_address(address.address, asked->address);
  __u64* owner = bpf_map_lookup_elem(&owners, &address);
  __u64 id = owner ? *owner : 0;
  for (int up = 0; up < deepest_jail && id; ++up) {
    struct cb_bound in_jail = {.jail = id, .port = asked->port};
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
  struct cb_bound asked = {.port = (__u16)context->local_port};
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
