// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
//
// Part of addresses.bpf.c: as whom a jail connects and sends, which sockets it may make and which packets pass.
#ifndef CELLBLOCK_BPF_ADDRESSES_SEND_H
#define CELLBLOCK_BPF_ADDRESSES_SEND_H

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

/// Where a jail says "here": the wildcard, and loopback addresses that are not its own.
static __always_inline bool is_here_ip4(const struct cb_jail_addresses* jail, __u64 id, __u32 address) {
  return address == 0 || (is_loopback_ip4(address) && !owns_ip4(jail, id, address));
}

static __always_inline bool is_here_ip6(const struct cb_jail_addresses* jail, __u64 id, const __u32* address) {
  return is_unspecified(address) || (is_loopback(address) && !owns_ip6(jail, id, address));
}

/// A source that can't be set, for the socket has a port already, is the kernel's to choose: for an own address that is
/// the address itself. Should it not be on this host, the first packet is judged by the choice (egress).
static __always_inline bool is_own_source(const struct cb_jail_addresses* jail, __u64 id, const __u32* to) {
  return is_mapped(to) ? owns_ip4(jail, id, to[3]) : owns_ip6(jail, id, to);
}

SEC("cgroup/connect4")
int connect4(struct bpf_sock_addr* context) {
  __u64 id = 0;
  struct cb_jail_addresses* jail = current_jail(&id);
  if (!jail || (jail->flags & cb_all_ip4)) return 1;
  if (jail->ip4_count == 0) REFUSE(EAFNOSUPPORT);
  if (is_here_ip4(jail, id, context->user_ip4)) context->user_ip4 = jail->ip4[0];
  struct bpf_sock* socket = context->sk;
  if (!socket || socket->src_ip4) return 1;
  __u32 to = context->user_ip4;
  struct sockaddr_in source = {.sin_family = AF_INET, .sin_addr = source_ip4(jail, to)};
  if (bpf_bind(context, (void*)&source, sizeof source) && !owns_ip4(jail, id, to)) REFUSE(EADDRNOTAVAIL);
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
    if (is_here_ip4(jail, id, to[3])) to[3] = jail->ip4[0];
    map_ip4(source.sin6_addr, source_ip4(jail, to[3]));
  } else {
    if (jail->flags & cb_all_ip6) return 1;
    if (jail->ip6_count == 0) REFUSE(EAFNOSUPPORT);
    if (is_here_ip6(jail, id, to)) copy_address(to, jail->ip6[0]);
    source_ip6(jail, to, source.sin6_addr);
  }
  write_ip6(context, to);
  struct bpf_sock* socket = context->sk;
  if (!socket || has_source_ip6(socket)) return 1;
  if (bpf_bind(context, (void*)&source, sizeof source) && !is_own_source(jail, id, to)) REFUSE(EADDRNOTAVAIL);
  return 1;
}

SEC("cgroup/sendmsg4")
int sendmsg4(struct bpf_sock_addr* context) {
  __u64 id = 0;
  struct cb_jail_addresses* jail = current_jail(&id);
  if (!jail || (jail->flags & cb_all_ip4)) return 1;
  if (jail->ip4_count == 0) REFUSE(EAFNOSUPPORT);
  if (is_here_ip4(jail, id, context->user_ip4)) context->user_ip4 = jail->ip4[0];
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
  if (is_here_ip6(jail, id, to)) {
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
  if (socket->protocol == IPPROTO_MPTCP || socket->protocol == IPPROTO_SCTP || socket->protocol == IPPROTO_DCCP ||
      socket->protocol == IPPROTO_UDPLITE || socket->protocol == IPPROTO_L2TP || socket->protocol == IPPROTO_SMC)
    REFUSE(EPROTONOSUPPORT);
  if (socket->type == SOCK_RAW && !(jail->flags & cb_raw_sockets)) REFUSE(EPERM);
  if (is_tcp_socket(socket) && !bpf_sk_storage_get(&sockets, socket, 0, BPF_SK_STORAGE_GET_F_CREATE)) REFUSE(ENOBUFS);
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
  struct cb_bound* bound = bpf_sk_storage_get(&sockets, socket, 0, 0);
  if (!bound || !bound->is_private || bound->port == socket->src_port) return false;
  __u32 offset = tcp_port_offset(packet);
  __be16 port;  // from the network header on: tcp_v4_rcv() has pulled it
  if (!offset || bpf_skb_load_bytes_relative(packet, offset, &port, sizeof port, BPF_HDR_START_NET)) return true;
  return bpf_ntohs(port) == socket->src_port;
}

SEC("cgroup_skb/ingress")
int ingress(struct __sk_buff* packet) {
  struct bpf_sock* socket = packet->sk;
  if (socket) socket = bpf_sk_fullsock(socket);
  // A TCP connection: its own address was looked at when it was bound, connected or asked for, and does not change.
  if (socket && is_tcp_socket(socket) && socket->state != BPF_TCP_LISTEN) return 1;
  __u64 id = 0;
  struct cb_jail_addresses* jail = jail_of_packet(packet, &id);
  if (!jail) return 1;
  bool ip6 = packet->protocol == bpf_htons(ETH_P_IPV6);
  bool to_many = packet->pkt_type == PACKET_BROADCAST || packet->pkt_type == PACKET_MULTICAST;
  if (!to_many && !(ip6 ? pass_ip6(packet, jail, id, ip6_destination) : pass_ip4(packet, jail, id, ip4_destination))) return 0;
  return !knocks_at_private_port(packet);
}

/// By the socket's own address: that in the packet may be one that the host's NAT has put there. A datagram of a socket
/// without one has had its source from sendmsg4 or sendmsg6.
static __always_inline int pass_socket(const volatile struct bpf_sock* socket, const struct cb_jail_addresses* jail, __u64 id,
                                       bool ip6) {
  if (!ip6) return jail->flags & cb_all_ip4 || socket->src_ip4 == 0 || owns_ip4(jail, id, socket->src_ip4);
  if (jail->flags & cb_all_ip6) return 1;
  __u32 own[4] = {socket->src_ip6[0], socket->src_ip6[1], socket->src_ip6[2], socket->src_ip6[3]};
  return is_unspecified(own) || owns_ip6(jail, id, own);
}

SEC("cgroup_skb/egress")
int egress(struct __sk_buff* packet) {
  struct bpf_sock* socket = packet->sk;
  if (socket) socket = bpf_sk_fullsock(socket);
  bool tcp = socket && is_tcp_socket(socket);
  // An answer of a listener is from where it was asked at, which ingress has seen.
  if (tcp && socket->state != BPF_TCP_SYN_SENT) return 1;
  __u64 id = 0;
  struct cb_jail_addresses* jail = jail_of_packet(packet, &id);
  if (!jail) return 1;
  bool ip6 = packet->protocol == bpf_htons(ETH_P_IPV6);
  if (socket && (tcp || is_udp_socket(socket))) return pass_socket(socket, jail, id, ip6);
  return ip6 ? pass_ip6(packet, jail, id, ip6_source) : pass_ip4(packet, jail, id, ip4_source);
}

#endif
