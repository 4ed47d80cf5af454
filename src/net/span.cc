#include "net/span.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>

namespace cellblock::net {
namespace {

using sys::netlink::Request;

// One filter for each destination: its preference is derived from it, so that two span ports of a bridge don't meet.
tcmsg filter_header(int index, Way way, int to) {
  tcmsg fixed{};
  fixed.tcm_family = AF_UNSPEC;
  fixed.tcm_ifindex = index;
  fixed.tcm_parent = TC_H_MAKE(TC_H_CLSACT, way == Way::in ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS);
  uint32_t preference = 0x4000u + static_cast<uint32_t>(to) % 0x4000u;
  fixed.tcm_info = TC_H_MAKE(preference << 16, htons(ETH_P_ALL));
  return fixed;
}

void mirror_action(Request& actions, int to) {
  actions.nest(1, [to](Request& action) {
    action.attribute(TCA_ACT_KIND, "mirred").nest(TCA_ACT_OPTIONS, [to](Request& options) {
      tc_mirred mirred{};
      mirred.action = TC_ACT_PIPE;
      mirred.eaction = TCA_EGRESS_MIRROR;
      mirred.ifindex = static_cast<uint32_t>(to);
      options.attribute(TCA_MIRRED_PARMS, &mirred, sizeof mirred);
    });
  });
}

}  // namespace

std::vector<Request> mirror(int index, Way way, int to) {
  tcmsg qdisc{};
  qdisc.tcm_family = AF_UNSPEC;
  qdisc.tcm_ifindex = index;
  qdisc.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
  qdisc.tcm_parent = TC_H_CLSACT;
  Request place(RTM_NEWQDISC, NLM_F_CREATE);
  place.header(qdisc).attribute(TCA_KIND, "clsact");
  Request filter(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL);
  filter.header(filter_header(index, way, to)).attribute(TCA_KIND, "u32").nest(TCA_OPTIONS, [to](Request& options) {
    tc_u32_sel selector{};
    selector.flags = TC_U32_TERMINAL;
    selector.nkeys = 1;
    char every[sizeof(tc_u32_sel) + sizeof(tc_u32_key)] = {};  // its one key, all zeros, matches anything
    __builtin_memcpy(every, &selector, sizeof selector);
    options.attribute(TCA_U32_SEL, every, sizeof every);
    options.nest(TCA_U32_ACT, [to](Request& actions) { mirror_action(actions, to); });
  });
  return {place, filter};
}

Request unmirror(int index, Way way, int to) {
  Request request(RTM_DELTFILTER, 0);
  request.header(filter_header(index, way, to));
  return request;
}

}  // namespace cellblock::net
