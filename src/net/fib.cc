#include "net/fib.hpp"

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/fib_rules.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/text.hpp"
#include "sys/cgroup.hpp"
#include "sys/file.hpp"
#include "sys/netlink.hpp"

namespace cellblock::net {
namespace {

using sys::netlink::Request;

// Behind the kernel's rule for local addresses (0), before those for the main table (32766).
constexpr uint32_t preference = 31000;

Request rule(bool v6, uint32_t mark, uint32_t table, uint8_t action, uint32_t order) {
  fib_rule_hdr fixed{};
  fixed.family = v6 ? AF_INET6 : AF_INET;
  fixed.action = action;
  fixed.table = static_cast<uint8_t>(action != FR_ACT_TO_TBL ? RT_TABLE_UNSPEC : table < 256 ? table : RT_TABLE_UNSPEC);
  Request request(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL);
  request.header(fixed).attribute(FRA_PRIORITY, preference + order).attribute(FRA_FWMARK, mark).attribute(FRA_FWMASK, fib_mask);
  if (action == FR_ACT_TO_TBL) request.attribute(FRA_TABLE, table);
  return request;
}

int bpf(int command, bpf_attr& attributes) { return static_cast<int>(::syscall(SYS_bpf, command, &attributes, sizeof attributes)); }

/// if (socket->mark == 0) socket->mark = mark; return 1. A group further in has run before and keeps its word.
Result<Fd> load_marker(uint32_t mark) {
  constexpr auto place = static_cast<int16_t>(offsetof(bpf_sock, mark));
  const std::array<bpf_insn, 6> program{{
      {.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 2, .src_reg = 1, .off = place, .imm = 0},
      {.code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = 2, .src_reg = 0, .off = 2, .imm = 0},
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 2, .src_reg = 0, .off = 0, .imm = static_cast<int32_t>(mark)},
      {.code = BPF_STX | BPF_MEM | BPF_W, .dst_reg = 1, .src_reg = 2, .off = place, .imm = 0},
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 1},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
  }};
  bpf_attr attributes{};
  attributes.prog_type = BPF_PROG_TYPE_CGROUP_SOCK;
  attributes.expected_attach_type = BPF_CGROUP_INET_SOCK_CREATE;
  attributes.insns = reinterpret_cast<uint64_t>(program.data());
  attributes.insn_cnt = program.size();
  attributes.license = reinterpret_cast<uint64_t>("BSD");
  std::memcpy(attributes.prog_name, "setfib", 7);
  Fd loaded(bpf(BPF_PROG_LOAD, attributes));
  if (!loaded) return sys_fail(errno, "bpf");
  return loaded;
}

Result<bool> has_marker(const Fd& group) {
  bpf_attr attributes{};
  attributes.query.target_fd = static_cast<uint32_t>(group.get());
  attributes.query.attach_type = BPF_CGROUP_INET_SOCK_CREATE;
  if (bpf(BPF_PROG_QUERY, attributes) < 0) return sys_fail(errno, "bpf");
  return attributes.query.prog_cnt > 0;
}

/// The group of the calling process, from the root of the hierarchy that it sees.
Result<std::string> own_group() {
  CB_TRY(std::string text, sys::read_file("/proc/self/cgroup"));
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view line = take_part(rest, '\n');
    if (line.starts_with("0::/")) return std::string(line.substr(4));
  }
  return fail(Why::unsupported, "no cgroup2 hierarchy");
}

}  // namespace

std::optional<uint32_t> table_of_fib(int64_t fib) {
  if (fib < 0 || fib > 65535 || (fib >= 253 && fib <= 255)) return std::nullopt;
  return fib == 0 ? uint32_t{RT_TABLE_MAIN} : static_cast<uint32_t>(fib);
}

Result<> add_fib_rules(sys::netlink::Socket& socket, uint32_t fib, uint32_t table) { return add_mark_rules(socket, mark_of_fib(fib), table); }

Result<> add_mark_rules(sys::netlink::Socket& socket, uint32_t mark, uint32_t table) {
  for (bool v6 : {false, true}) {
    // A table that has no route has none: the main one is not asked then.
    const std::array requests{rule(v6, mark, table, FR_ACT_TO_TBL, 0), rule(v6, mark, table, FR_ACT_UNREACHABLE, 1)};
    CB_TRY(std::vector<Result<>> outcomes, socket.exchange(requests));
    for (const Result<>& outcome : outcomes) {
      bool no_family = !outcome && v6 && outcome.error().why == Why::unsupported;
      if (!outcome && outcome.error().sys != EEXIST && !no_family) return outcome;
    }
  }
  return {};
}

Result<Fd> make_fib_group(int root, const std::string& parent, uint32_t fib) {
  std::string name = fmt::format("fib.{}", fib);
  CB_TRY(Fd group, sys::make_group(root, parent.empty() || parent.ends_with('/') ? parent + name : parent + "/" + name));
  CB_TRY(bool marked, has_marker(group));
  if (!marked) {
    CB_TRY(Fd marker, load_marker(mark_of_fib(fib)));
    bpf_attr attributes{};
    attributes.target_fd = static_cast<uint32_t>(group.get());
    attributes.attach_bpf_fd = static_cast<uint32_t>(marker.get());
    attributes.attach_type = BPF_CGROUP_INET_SOCK_CREATE;
    attributes.attach_flags = BPF_F_ALLOW_MULTI;
    if (bpf(BPF_PROG_ATTACH, attributes) < 0) return sys_fail(errno, "bpf");
  }
  return group;
}

Result<> join_fib_group(uint32_t fib) {
  CB_TRY(std::string own, own_group());
  CB_TRY(Fd root, sys::open_cgroup_root("/run/cellblock.cgroup"));
  size_t last = own.rfind('/') + 1;
  if (own.substr(last).starts_with("fib.")) own.resize(last);  // one fib in place of another, not in it
  CB_TRY(Fd group, make_fib_group(root.get(), own, fib));
  return sys::write_at(group.get(), "cgroup.procs", "0");
}

uint32_t own_fib() {
  constexpr std::string_view prefix = "fib.";
  auto own = own_group();
  const std::string last = own ? own->substr(own->rfind('/') + 1) : "";
  const long fib = last.starts_with(prefix) ? parse_int(last.substr(prefix.size())).value_or(0) : 0;
  return table_of_fib(fib) ? static_cast<uint32_t>(fib) : 0;
}

}  // namespace cellblock::net
