// vnets COUNT BRIDGE: what COUNT jails with a network stack of their own on a bridge cost at least. One process makes for
// each the namespaces that a jail has, with a process in them, a cable into the network namespace, its addresses and its
// port of the bridge, over netlink and with nothing else around it; ports join the bridge by the batch, when what a new
// stack has to say to all others has been said. (One by one, with the kernel's defaults, it takes six times as long: each
// of them then hears of each other.) Prints the milliseconds that took, then those of the
// first and of the last tenth. Ends when its standard input ends: everything goes with it.
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "net/network.hpp"
#include "net/settings.hpp"
#include "sys/file.hpp"

namespace {

using namespace cellblock;

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

double now() {
  auto time = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(time).count();
}

/// A process that waits in namespaces of its own.
pid_t new_process() {
  clone_args args{};
  args.flags = CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP;
  args.exit_signal = SIGCHLD;
  auto pid = static_cast<pid_t>(::syscall(SYS_clone3, &args, sizeof args));
  if (pid == 0)
    for (;;) ::pause();
  if (pid < 0) give_up("clone3");
  return pid;
}

void check(Result<std::vector<Result<>>> outcomes) {
  if (!outcomes) give_up(outcomes.error().text().c_str());
  for (const auto& outcome : *outcomes)
    if (!outcome) give_up(outcome.error().text().c_str());
}

void furnish(net::Settings& settings, int there, int number) {
  auto inside = net::Network::open(there);
  if (!inside) give_up("network");
  auto far = inside->link("eth0");
  if (!far) give_up("eth0");
  auto address = [&](const std::string& text, int prefix) {
    net::Address one{.index = far->index, .ip = *net::parse_ip(text), .prefix = prefix};
    if (one.ip.v6) one.flags = IFA_F_NODAD;
    return net::add_address(one);
  };
  char ip4[32], ip6[32];
  std::snprintf(ip4, sizeof ip4, "10.99.%d.%d", number / 250, number % 250 + 1);
  std::snprintf(ip6, sizeof ip6, "fd00:99::%x", number + 1);
  if (auto folder = settings.open(there, "ipv6/conf/eth0"))
    for (auto [name, value] : {std::pair{"mldv2_unsolicited_report_interval", "1"}, {"accept_ra", "0"}})
      (void)sys::write_at(folder->get(), name, value);
  const std::vector<net::Request> requests = {net::set_up(1, true),
                                              net::set_link_local("eth0", net::LinkLocal::none, true), address(ip4, 16),
                                              address("fe80::1:" + std::to_string(number % 1000), 64), address(ip6, 64)};
  check(inside->change(requests));
}

pid_t make(net::Network& host, net::Settings& settings, int conf, int number) {
  pid_t pid = new_process();
  auto there = net::network_of(pid);
  if (!there) give_up("network of a process");
  std::string name = "v" + std::to_string(number);
  net::Cable cable{.near_name = name, .far_name = "eth0", .near = {}, .far_network = there->get(), .near_hardware = {},
                   .far_hardware = {}};
  if (!host.change(net::new_cable(cable))) give_up("cable");
  (void)sys::write_at(conf, (name + "/disable_ipv6").c_str(), "1");
  if (!host.change(net::set_link_local(name, net::LinkLocal::none, true))) give_up("cable");
  furnish(settings, there->get(), number);
  return pid;
}

}  // namespace

int main(int argc, char** argv) {
  int count = argc == 3 ? std::atoi(argv[1]) : 0;
  if (count < 10) give_up("usage: vnets COUNT BRIDGE");
  auto host = net::Network::open();
  if (!host || !host->change(net::new_link(argv[2], "bridge"))) give_up(argv[2]);
  auto bridge = host->link(argv[2]);
  if (!bridge || !host->change(net::set_bridge(bridge->index, {.multicast_snooping = false})) ||
      !host->change(net::set_up(bridge->index, true))) give_up(argv[2]);
  net::Settings settings;
  auto conf = sys::open("/proc/sys/net/ipv6/conf", O_PATH | O_DIRECTORY);
  if (!conf) give_up("/proc/sys/net/ipv6/conf");
  std::vector<double> when = {now()};
  std::vector<pid_t> pids;
  std::vector<net::Request> ports;
  for (int i = 0; i < count; ++i) {
    pids.push_back(make(*host, settings, conf->get(), i));
    ports.push_back(net::set_master("v" + std::to_string(i), bridge->index));
    if (ports.size() == 64 || i + 1 == count) check(host->change(std::exchange(ports, {})));
    when.push_back(now());
  }
  int tenth = count / 10;
  std::printf("%.1f %.1f %.1f\n", when.back() - when[0], when[tenth] - when[0], when.back() - when[count - tenth]);
  std::fflush(stdout);
  char byte;
  while (::read(0, &byte, 1) > 0) {
  }
  for (pid_t pid : pids) ::kill(pid, SIGKILL);
  (void)!host->change(net::delete_link(bridge->index));
}
