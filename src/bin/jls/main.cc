// jls(8): lists jails.
#include <unistd.h>

#include <cstdlib>

#include "kernel/open.hpp"
#include "view/jls.hpp"

using namespace cellblock;

namespace {

Result<model::Snapshot> jails_for(const view::JlsRequest& request) {
  CB_TRY(std::unique_ptr<port::Jails> jails, kernel::open_jails());
  if (!request.one_jail) return jails->get();
  CB_TRY(model::Jail jail, jails->find(request.jail));
  model::Snapshot snapshot;
  model::JailId jid = jail.prison.jid;
  snapshot.jails.emplace(jid, std::move(jail));
  return snapshot;
}

view::Answer answer_to(const std::vector<std::string>& arguments) {
  const char* libxo = std::getenv("LIBXO_OPTIONS");
  auto parsed = view::parse_jls(arguments, libxo ? libxo : "");
  if (auto* answer = std::get_if<view::Answer>(&parsed)) return std::move(*answer);
  auto& request = std::get<view::JlsRequest>(parsed);
  auto snapshot = jails_for(request);
  return snapshot ? view::list_jails(request, *snapshot)
                  : view::no_such_jail(request, snapshot.error().text());
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t size = ::write(fd, text.data(), text.size());
    if (size < 0) return false;
    text.remove_prefix(static_cast<size_t>(size));
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  view::Answer answer = answer_to({argv + 1, argv + argc});
  write_all(2, answer.err);
  if (!write_all(1, answer.out)) answer.status = 1;
  ::_exit(answer.status);
}
