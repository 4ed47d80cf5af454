// dhclient(8): an address by DHCP, kept for as long as the server lends it.
#include <fcntl.h>
#include <net/if_arp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <random>

#include "applet.hpp"
#include "base/text.hpp"
#include "dhclient_link.hpp"
#include "dhclient_text.hpp"
#include "inside.hpp"
#include "net/dhcp_client.hpp"
#include "stack.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "dhclient";
constexpr int link_patience_s = 10;

int usage() {
  fmt::print(stderr, "usage: dhclient [-bdq] [-l file] [-p file] [-j jail] interface\n");
  return 1;
}

double now() {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

class Session {
 public:
  Session(const Options& options, net::Network network, net::Link link, DhcpSocket socket)
      : network_(std::move(network)), link_(std::move(link)), socket_(std::move(socket)), quiet_(options.has('q')),
        stays_(options.has('d')), leases_(options.value('l', "/var/db/dhclient.leases." + link_.name)),
        client_(link_.name, hardware(), host_name(), port(), std::random_device()()) {}

  Result<> hold_pid_file(const std::string& path) {
    make_folders(path);
    CB_TRY(pid_, sys::open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0644));
    CB_TRY(bool only, hold_interface());
    if (only) return {};
    auto other = parse_int(trim(sys::read_file(path).value_or("")));
    return fail(Why::busy, "dhclient already running, pid: {}.", other.value_or(0));
  }

  /// False: another has it. The name of a socket is of this network stack alone, and of whoever has it open; several jails
  /// may have the file, by a root in common.
  Result<bool> hold_interface() {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    std::string name = fmt::format("cellblock/dhclient/{}", link_.name);
    std::copy(name.begin(), name.end(), address.sun_path + 1);
    only_ = Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    if (only_ && ::bind(only_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0) return true;
    return errno == EADDRINUSE ? Result<bool>(false) : sys_fail(errno, "{}", link_.name);
  }

  int run(bool at_once) {
    client_.start(now(), address_in_leases(sys::read_file(leases_, 1u << 20).value_or(""), link_.name));
    if (at_once) go_into_background();
    for (;;) {
      pollfd waits{socket_.descriptor(), POLLIN, 0};
      double pause = std::clamp(client_.next() - now(), 0.0, 3600.0);
      (void)::poll(&waits, 1, static_cast<int>(std::ceil(pause * 1000)));
      if (waits.revents && !take()) return 1;
      client_.tick(now());
      bool settled = client_.state() == net::DhcpClient::State::bound || client_.state() == net::DhcpClient::State::waiting;
      if (failed_) return 1;
      if (settled) say_if_alone(), go_into_background();
    }
  }

 private:
  std::array<uint8_t, 6> hardware() const {
    std::array<uint8_t, 6> out{};
    std::copy_n(link_.hardware.begin(), std::min<size_t>(6, link_.hardware.size()), out.begin());
    return out;
  }

  static std::string host_name() {
    char name[256] = "";
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
  }

  net::DhcpPort port() {
    return {.send = [this](const net::DhcpQuery& query, const std::optional<net::Ip>& to) {
              if (auto sent = socket_.send(query, to); !sent) say(sent.error().text());
            },
            .bind = [this](const net::DhcpLease& lease) { bind(lease); },
            .unbind = [this](const net::DhcpLease& lease) { unbind(lease); },
            .say = [this](const std::string& line) { say(line); }};
  }

  void say(const std::string& line) {
    if (!quiet_) fmt::print(stderr, "{}\n", line);
  }

  /// With -q nothing else would tell that there is no address.
  void say_if_alone() const {
    if (quiet_ && !background_ && !stays_ && client_.state() == net::DhcpClient::State::waiting)
      warnx(me, "{}: no server has answered; asking goes on in the background", link_.name);
  }

  void bind(const net::DhcpLease& lease) {
    if (auto done = put_into_effect(network_, link_, lease, lease_); !done) {
      warnx(me, "{}: {}", lease.address.text(), refusal(done.error()));
      failed_ = !background_;
      return;
    }
    lease_ = lease;
    make_folders(leases_);
    if (auto kept = sys::replace_file(leases_, lease_text(link_.name, lease, ::time(nullptr))); !kept) say(kept.error().text());
  }

  void unbind(const net::DhcpLease& lease) {
    if (auto done = undo_lease(network_, link_, lease); !done) warnx(me, "{}", refusal(done.error()));
    lease_.reset();
  }

  /// False when the interface is gone.
  bool take() {
    auto reply = socket_.receive();
    if (reply && *reply) client_.take(now(), **reply);
    if (reply) return true;
    if (network_.link(link_.name)) return true;
    warnx(me, "{}: the interface is gone; exiting.", link_.name);
    return false;
  }

  static void make_folders(const std::string& path) {
    for (size_t at = path.find('/', 1); at != path.npos; at = path.find('/', at + 1)) (void)::mkdir(path.substr(0, at).c_str(), 0755);
  }

  void go_into_background() {
    if (background_ || stays_) return note_pid();
    background_ = true;
    std::fflush(nullptr);
    pid_t child = ::fork();
    if (child > 0) ::_exit(0);
    if (child < 0) return warnx(me, "fork: {}", strerror_of(errno));
    ::setsid();
    (void)::chdir("/");
    Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!nothing) nothing = Fd(::open("/", O_PATH | O_CLOEXEC));  // a root without devices; it takes no word either
    for (int number : {0, 1, 2}) ::dup2(nothing.get(), number);
    quiet_ = true;
    note_pid();
  }

  void note_pid() {
    if (noted_ == ::getpid() || !pid_) return;
    noted_ = ::getpid();
    (void)::ftruncate(pid_.get(), 0);
    std::string text = fmt::format("{}\n", noted_);
    (void)!::pwrite(pid_.get(), text.data(), text.size(), 0);
  }

  net::Network network_;
  net::Link link_;
  DhcpSocket socket_;
  bool quiet_, stays_, background_ = false, failed_ = false;
  std::string leases_;
  Fd pid_, only_;
  pid_t noted_ = 0;
  std::optional<net::DhcpLease> lease_;
  net::DhcpClient client_;
};

/// Up, and with somebody at the other end.
Result<net::Link> ready_link(net::Network& network, const std::string& name) {
  CB_TRY(net::Link link, find_link(network, name));
  if (link.type != ARPHRD_ETHER || link.hardware.size() != 6) return fail(Why::invalid, "{}: not an Ethernet interface", name);
  CB_CHECK(network.change(net::set_up(link.index, true)));
  for (int tenth = 0; tenth < link_patience_s * 10; ++tenth) {
    CB_TRY(link, find_link(network, name));
    if (link.carrier) return link;
    ::usleep(100'000);
  }
  return fail(Why::timed_out, "{}: no link ... giving up", name);
}

Result<int> serve(const Options& options) {
  CB_TRY(net::Network network, net::Network::open());
  CB_TRY(net::Link link, ready_link(network, options.rest()[0]));
  CB_TRY(DhcpSocket socket, DhcpSocket::open(link));
  Session session(options, std::move(network), std::move(link), std::move(socket));
  CB_CHECK(session.hold_pid_file(options.value('p', fmt::format("/var/run/dhclient/dhclient.{}.pid", options.rest()[0]))));
  return session.run(options.has('b'));
}

/// The same command without -j.
Words without_jail(const Options& options) {
  Words words{std::string(me)};
  for (const auto& [letter, value] : options.all()) {
    if (letter == 'j') continue;
    words.push_back(fmt::format("-{}", letter));
    if (std::string_view("lp").contains(letter)) words.push_back(value);
  }
  words.push_back(options.rest()[0]);
  return words;
}

}  // namespace

int dhclient(const Words& words) {
  Options options(words, "bdj:l:p:q");
  if (!options.error().empty()) {
    warnx(me, "{}", options.error());
    return usage();
  }
  if (options.rest().size() != 1) return usage();
  if (options.has('j')) {
    if (auto network = network_of_jail(options.value('j')); !network) return warnx("dhclient", "{}", network.error().text()), 1;
    return run_inside(options.value('j'), without_jail(options));
  }
  auto status = serve(options);
  if (status) return *status;
  warnx(me, "{}", status.error().text());
  return 1;
}

}  // namespace cellblock::bsd
