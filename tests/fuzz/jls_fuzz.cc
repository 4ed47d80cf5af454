// jls(8)'s command line, one argument per line, LIBXO_OPTIONS in the first: whatever it says, parsing and
// listing end, a JSON document is JSON, and what goes wrong is told.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.hpp"
#include "view/jls.hpp"

namespace {

using namespace cellblock;

/// A reader of JSON that only tells right from wrong.
class Json {
 public:
  explicit Json(std::string_view text) : text_(text) {}
  bool document() { return value() && (space(), text_.empty()); }

 private:
  void space() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\n')) text_.remove_prefix(1);
  }
  bool take(std::string_view token) {
    space();
    if (!text_.starts_with(token)) return false;
    text_.remove_prefix(token.size());
    return true;
  }
  bool string() {
    if (!take("\"")) return false;
    for (; !text_.empty() && text_[0] != '"'; text_.remove_prefix(1)) {
      if (static_cast<unsigned char>(text_[0]) < ' ') return false;
      if (text_[0] != '\\') continue;
      text_.remove_prefix(1);
      if (text_.empty() || std::string_view("\"\\nrtbfu").find(text_[0]) == std::string_view::npos)
        return false;
    }
    return take("\"");
  }
  bool members(std::string_view end, bool named) {
    if (take(end)) return true;
    do {
      if (named && !(string() && take(":"))) return false;
      if (!value()) return false;
    } while (take(","));
    return take(end);
  }
  bool number() {
    space();
    size_t digits = std::min(text_.find_first_not_of("-0123456789"), text_.size());
    text_.remove_prefix(digits);
    return digits > 0;
  }
  bool value() {
    if (take("{")) return members("}", true);
    if (take("[")) return members("]", false);
    return take("true") || take("false") || string() || number();
  }
  std::string_view text_;
};

model::Snapshot jails() {
  model::Prison prison;
  prison.jid = 7;
  prison.name = "web";
  prison.meta = "k=\"v\"\nl=\\\x01\t<&>\nempty=";
  prison.ip4_addr = {"192.0.2.1", "192.0.2.2"};
  prison.ip4 = model::Sys::fresh;
  model::Prison dying;
  dying.jid = 9;
  dying.dying = true;
  model::Snapshot snapshot;
  snapshot.jails[7] = {prison, {}};
  snapshot.jails[9] = {dying, {}};
  return snapshot;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const model::Snapshot snapshot = jails();
  auto lines = split(std::string_view(reinterpret_cast<const char*>(data), size), '\n');
  std::string environment = lines.empty() ? "" : lines.front();
  if (!lines.empty()) lines.erase(lines.begin());
  auto parsed = view::parse_jls(lines, environment);
  if (auto* refused = std::get_if<view::Answer>(&parsed)) {
    if (refused->status != 121 && (refused->status != 1 || refused->err.empty())) abort();
    return 0;
  }
  const auto& request = std::get<view::JlsRequest>(parsed);
  view::Answer answer = view::list_jails(request, snapshot);
  if (answer.status != 0) abort();
  bool whole = request.xo.style == view::XoStyle::json && !request.xo.no_top && !request.xo.not_first;
  if (whole && !request.check && !Json(answer.out).document()) abort();
  if (!request.check && view::no_such_jail(request, "x").err.empty()) abort();
  return 0;
}
