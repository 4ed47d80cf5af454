/* What jails on a shared network stack may use of it: the values that addresses.bpf.c and the programs share. */
#ifndef CELLBLOCK_BPF_ADDRESSES_H
#define CELLBLOCK_BPF_ADDRESSES_H

#include <linux/types.h>

enum {
  cb_first_addresses = 8, /* of each family, in the entry itself; jails with more have them in the map `more`, too */
};

enum cb_address_flags {
  cb_all_ip4 = 1, /* no limits */
  cb_all_ip6 = 2,
  cb_reserved_ports = 4, /* ports below 1024, for the jail's root */
  cb_raw_sockets = 8,
  cb_choose_ip4 = 16, /* saddrsel: a source near the destination; else the primary address */
  cb_choose_ip6 = 32,
};

/* The map `jails`: by the id of the jail's cgroup. Addresses are in network order. */
struct cb_jail_addresses {
  __u64 above; /* the cgroup of the nearest jail around it that has an entry; 0: none */
  __u32 flags;
  __u32 root; /* host id of the jail's root */
  __u32 ip4_count, ip6_count;
  __u32 ip4[cb_first_addresses];
  __u32 ip6[cb_first_addresses][4];
};

/* The map `more`. An IPv4 address is written as ::ffff:a.b.c.d. */
struct cb_owned_address {
  __u64 jail;
  __u32 address[4];
};

/* The map `owners`, for the host's own network namespace: from an address to the cgroup of the innermost jail. */
struct cb_address {
  __u32 address[4];
};

enum cb_bound_kind { cb_one_address, cb_any_ip4, cb_any_ip6, cb_any_both };

/* The map `sockets`: what a TCP socket is bound to, as its owner sees it. Addresses as in `more`. */
struct cb_bound {
  __u64 jail;
  __u32 address[4];
  __u16 port; /* host order */
  __u8 kind, family;
  __u8 reuse, reuse_port; /* as the owner has set it */
  __u8 is_private;        /* the kernel has it on another port */
  __u8 counted, listening;
  __u8 unused[7];
};

/* The map `place`, of one entry: where the programs are attached. */
struct cb_place {
  __u64 group;   /* the cgroup that all jails are in */
  __u64 network; /* cookie of the network namespace of sk_lookup */
  __u32 level;   /* of that cgroup, found by the first program that runs in it; 0: not yet */
  __u32 unused;
};

/* The loaded programs and maps, by descriptor. */
struct cb_addresses {
  int jails, more, owners, place, sockets;
  int bind4, bind6, connect4, connect6, sendmsg4, sendmsg6;
  int sock_create, sock_release, post_bind4, post_bind6, getsockname4, getsockname6, ingress, egress, on_listen;
  int find_listener;
};

#ifdef __cplusplus
extern "C" {
#endif
/* Loads all of it into the kernel. 0 or -errno. The descriptors are the caller's. */
int cb_load_addresses(struct cb_addresses* loaded);
#ifdef __cplusplus
}
#endif

#endif
