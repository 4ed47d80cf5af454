// Whether a kind of network interface exists, found by making one where nobody sees it.
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/fd.hpp"
#include "common/features.hpp"

namespace cellblock {
namespace {

struct Request {
  nlmsghdr header;
  ifinfomsg link;
  char attributes[64];
};

// IFLA_LINKINFO { IFLA_INFO_KIND }: the whole request.
Request make_request(const std::string& kind) {
  Request request{};
  request.header.nlmsg_type = RTM_NEWLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
  nlattr inner{static_cast<uint16_t>(NLA_HDRLEN + kind.size()), IFLA_INFO_KIND};
  size_t inner_size = NLA_ALIGN(inner.nla_len);
  nlattr outer{static_cast<uint16_t>(NLA_HDRLEN + inner_size), IFLA_LINKINFO};
  memcpy(request.attributes, &outer, sizeof outer);
  memcpy(request.attributes + NLA_HDRLEN, &inner, sizeof inner);
  memcpy(request.attributes + 2 * NLA_HDRLEN, kind.data(), kind.size());
  request.header.nlmsg_len = static_cast<uint32_t>(NLMSG_LENGTH(sizeof(ifinfomsg)) + NLA_HDRLEN + inner_size);
  return request;
}

// 0, or the errno of the attempt.
int try_to_make(const std::string& kind) {
  if (::unshare(CLONE_NEWNET) < 0) return errno;
  Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket) return errno;
  Request request = make_request(kind);
  if (::send(socket.get(), &request, request.header.nlmsg_len, 0) < 0) return errno;
  struct {
    nlmsghdr header;
    nlmsgerr error;
    char rest[512];
  } answer{};
  if (::recv(socket.get(), &answer, sizeof answer, 0) < 0) return errno;
  return answer.header.nlmsg_type == NLMSG_ERROR ? -answer.error.error : EPROTO;
}

}  // namespace

Has has_link_kind(const std::string& kind) {
  if (kind.size() > 32) return Has::no;
  pid_t pid = ::fork();
  if (pid < 0) return Has::unknown;
  if (pid == 0) ::_exit(try_to_make(kind) & 0xff);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  int error = WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
  if (error == EPERM) return Has::unknown;
  return error == EOPNOTSUPP ? Has::no : Has::yes;  // another error comes from a kind that exists
}

}  // namespace cellblock
