// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
//
// What addresses.bpf.c knows of the kernel, its maps, and addresses as values.
#ifndef CELLBLOCK_BPF_ADDRESSES_KERNEL_H
#define CELLBLOCK_BPF_ADDRESSES_KERNEL_H

#include <stdbool.h>

enum {
  EPERM = 1, EACCES = 13, EPROTONOSUPPORT = 93, EAFNOSUPPORT = 97, EADDRINUSE = 98, EADDRNOTAVAIL = 99, ENOBUFS = 105,
  AF_INET = 2, AF_INET6 = 10,
  SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3,
  IPPROTO_TCP = 6, IPPROTO_UDP = 17, IPPROTO_DCCP = 33, IPPROTO_L2TP = 115, IPPROTO_SCTP = 132, IPPROTO_UDPLITE = 136,
  IPPROTO_SMC = 256, IPPROTO_MPTCP = 262,
  SOL_SOCKET = 1, SO_REUSEADDR = 2, SO_REUSEPORT = 15,
  ETH_P_IPV6 = 0x86dd,
  PACKET_BROADCAST = 1, PACKET_MULTICAST = 2,
};

#define KERNEL __attribute__((preserve_access_index))

struct kuid {
  unsigned val;
};

struct cred {
  struct kuid euid;
} KERNEL;

struct task_struct {
  const struct cred* cred;
} KERNEL;

struct sock_common {
  unsigned char skc_ipv6only : 1;
} KERNEL;

struct sockaddr_in {
  __u16 sin_family;
  __be16 sin_port;
  __u32 sin_addr;
  __u8 sin_zero[8];
};

struct sockaddr_in6 {
  __u16 sin6_family;
  __be16 sin6_port;
  __u32 sin6_flowinfo;
  __u32 sin6_addr[4];
  __u32 sin6_scope_id;
};

enum {
  deepest_group = 24,  // of the group that all jails are in
  deepest_jail = 12,   // jails in jails, and groups that a jail has made
  slots = 4,           // listeners that share a port by SO_REUSEPORT and are kept in mind
  near_bits_ip4 = 16,  // addresses with a common prefix of this length are near each other; IPv6: of 64
  may_bind = 1, may_bind_reserved = 3,  // BPF_RET_BIND_NO_CAP_NET_BIND_SERVICE
  as_it_is = -1,
  most_keys = 5,        // of one socket in `ports`
  most_bound = 8192,    // TCP sockets of one jail: what the maps hold is for eight such jails and more
};

/// Whose port: that of an address, whatever jail has it; a jail's on all its addresses; a jail's on any of them. And all
/// that a jail has bound, without a port.
enum scope { of_address, of_wildcard, of_any, of_jail };

struct port_key {
  __u64 jail;
  __u32 address[4];
  __u16 port;
  __u8 family, scope;
  __u32 slot;
};

struct uses {
  struct bpf_spin_lock lock;
  __u32 gone;  // counted out to the last, about to be deleted
  __u64 sockets, no_reuse, no_reuse_port, listening;
  __u64 private_port;
};

#define MAP(type_, entries, flags, key_, value_)                                                                       \
  struct {                                                                                                             \
    __uint(type, type_);                                                                                               \
    __uint(max_entries, entries);                                                                                      \
    __uint(map_flags, flags);                                                                                          \
    __type(key, key_);                                                                                                 \
    __type(value, value_);                                                                                             \
  }
MAP(BPF_MAP_TYPE_HASH, 65536, BPF_F_NO_PREALLOC, __u64, struct cb_jail_addresses) jails SEC(".maps");
MAP(BPF_MAP_TYPE_HASH, 65536, BPF_F_NO_PREALLOC, struct cb_owned_address, __u8) more SEC(".maps");
MAP(BPF_MAP_TYPE_HASH, 65536, BPF_F_NO_PREALLOC, struct cb_address, __u64) owners SEC(".maps");
MAP(BPF_MAP_TYPE_ARRAY, 1, 0, __u32, struct cb_place) place SEC(".maps");
MAP(BPF_MAP_TYPE_HASH, 262144, BPF_F_NO_PREALLOC, struct port_key, struct uses) ports SEC(".maps");
MAP(BPF_MAP_TYPE_SOCKHASH, 131072, 0, struct port_key, __u64) listeners SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_SK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, struct cb_bound);
} sockets SEC(".maps");

static __always_inline struct cb_place* the_place(void) {
  __u32 first = 0;
  return bpf_map_lookup_elem(&place, &first);
}

// ---- addresses ----

/// All of 127.0.0.0/8: each is the host's, which listens at 127.0.0.53 (systemd-resolved) and calls itself 127.0.1.1.
static __always_inline bool is_loopback_ip4(__u32 address) {
  return (address & bpf_htonl(0xff000000)) == bpf_htonl(0x7f000000);
}

static __always_inline void copy_address(__u32* to, const __u32* from) {
  to[0] = from[0], to[1] = from[1], to[2] = from[2], to[3] = from[3];
}

static __always_inline void map_ip4(__u32* address, __u32 ip4) {
  address[0] = address[1] = 0;
  address[2] = bpf_htonl(0xffff);
  address[3] = ip4;
}

static __always_inline bool is_same(const __u32* a, const __u32* b) {
  return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}
static __always_inline bool is_unspecified(const __u32* a) { return !(a[0] | a[1] | a[2] | a[3]); }
static __always_inline bool is_loopback(const __u32* a) { return !(a[0] | a[1] | a[2]) && a[3] == bpf_htonl(1); }
static __always_inline bool is_mapped(const __u32* a) { return !(a[0] | a[1]) && a[2] == bpf_htonl(0xffff); }

static __always_inline bool owns_more(__u64 id, const __u32* address) {
  struct cb_owned_address key = {.jail = id};
  copy_address(key.address, address);
  return bpf_map_lookup_elem(&more, &key) != 0;
}

static __always_inline bool owns_ip4(const struct cb_jail_addresses* jail, __u64 id, __u32 address) {
#pragma unroll  // Linux 6.1 takes no loop that is entered in the middle
  for (int i = 0; i < cb_first_addresses; ++i) {
    if (i >= (int)jail->ip4_count) return false;
    if (jail->ip4[i] == address) return true;
  }
  if (jail->ip4_count <= cb_first_addresses) return false;
  __u32 mapped[4];
  map_ip4(mapped, address);
  return owns_more(id, mapped);
}

static __always_inline bool owns_ip6(const struct cb_jail_addresses* jail, __u64 id, const __u32* address) {
#pragma unroll  // Linux 6.1 takes no loop that is entered in the middle
  for (int i = 0; i < cb_first_addresses; ++i) {
    if (i >= (int)jail->ip6_count) return false;
    if (is_same(jail->ip6[i], address)) return true;
  }
  return jail->ip6_count > cb_first_addresses && owns_more(id, address);
}

// ---- fields of contexts: one at a time, for the verifier knows them by offset and size ----

static __always_inline void read_ip6(const volatile struct bpf_sock_addr* context, __u32* address) {
  address[0] = context->user_ip6[0], address[1] = context->user_ip6[1];
  address[2] = context->user_ip6[2], address[3] = context->user_ip6[3];
}
static __always_inline void write_ip6(volatile struct bpf_sock_addr* context, const __u32* address) {
  context->user_ip6[0] = address[0], context->user_ip6[1] = address[1];
  context->user_ip6[2] = address[2], context->user_ip6[3] = address[3];
}
static __always_inline void read_source_ip6(const volatile struct bpf_sock_addr* context, __u32* address) {
  address[0] = context->msg_src_ip6[0], address[1] = context->msg_src_ip6[1];
  address[2] = context->msg_src_ip6[2], address[3] = context->msg_src_ip6[3];
}
static __always_inline void write_source_ip6(volatile struct bpf_sock_addr* context, const __u32* address) {
  context->msg_src_ip6[0] = address[0], context->msg_src_ip6[1] = address[1];
  context->msg_src_ip6[2] = address[2], context->msg_src_ip6[3] = address[3];
}
static __always_inline bool is_source_ip6(const volatile struct bpf_sock* socket, const __u32* a) {
  return socket->src_ip6[0] == a[0] && socket->src_ip6[1] == a[1] && socket->src_ip6[2] == a[2] && socket->src_ip6[3] == a[3];
}
static __always_inline bool has_source_ip6(const struct bpf_sock* socket) {
  const __u32 none[4] = {};
  return !is_source_ip6(socket, none);
}

// ---- keys: whole, for the map compares every byte ----

static __always_inline void exact_key(struct port_key* key, const struct cb_bound* bound) {
  __builtin_memset(key, 0, sizeof *key);
  copy_address(key->address, bound->address);
  key->port = bound->port;
}

static __always_inline void jail_key(struct port_key* key, const struct cb_bound* bound, __u8 family, __u8 scope) {
  __builtin_memset(key, 0, sizeof *key);
  key->jail = bound->jail;
  key->port = bound->port;
  key->family = family;
  key->scope = scope;
}

// ---- sockets: a raw one may have any protocol ----

static __always_inline bool is_tcp_socket(const volatile struct bpf_sock* socket) {
  return socket->type == SOCK_STREAM && socket->protocol == IPPROTO_TCP;
}
static __always_inline bool is_udp_socket(const volatile struct bpf_sock* socket) {
  return socket->type == SOCK_DGRAM && socket->protocol == IPPROTO_UDP;
}

/// Of the destination port, from the network header on: behind the words of IPv4's header; of IPv6 if nothing lies
/// between. 0: something does.
static __always_inline __u32 tcp_port_offset(struct __sk_buff* packet) {
  __u8 byte = 0;
  if (packet->protocol == bpf_htons(ETH_P_IPV6)) {
    const __u32 next_header = 6;
    bpf_skb_load_bytes_relative(packet, next_header, &byte, sizeof byte, BPF_HDR_START_NET);
    return byte == IPPROTO_TCP ? 40 + 2 : 0;
  }
  bpf_skb_load_bytes_relative(packet, 0, &byte, sizeof byte, BPF_HDR_START_NET);
  return (byte & 0xf) * 4u + 2;
}

#endif
