#include "bpf/asked_sockets.hpp"

#include <netinet/tcp.h>

#include <cstring>

#include "bpf/addresses.hpp"

namespace cellblock::bpf {
namespace {

using Ask = Result<std::vector<sys::Socket>> (*)(std::span<const int> maps);

Result<std::vector<sys::Socket>> asked(Ask ask) {
  auto maps = Addresses::all_sockets();
  std::vector<int> ids;
  if (maps)
    for (const Fd& map : *maps) ids.push_back(map.get());
  auto sockets = ask(ids);
  if (!sockets && !ids.empty()) sockets = ask({});
  if (sockets)
    for (sys::Socket& socket : *sockets) show_as_asked(socket);
  return sockets;
}

}  // namespace

void show_as_asked(sys::Socket& socket) {
  cb_bound bound;
  if (socket.storage.size() != sizeof bound || (socket.state != TCP_LISTEN && socket.state != TCP_CLOSE)) return;
  std::memcpy(&bound, socket.storage.data(), sizeof bound);
  if (!bound.counted) return;
  socket.port = bound.port;
  if (bound.kind != cb_one_address) socket.address = {};
}

Result<std::vector<sys::Socket>> waiting_sockets() { return asked(sys::waiting_sockets); }
Result<std::vector<sys::Socket>> all_sockets() { return asked(sys::all_sockets); }

}  // namespace cellblock::bpf
