#include "view/jls.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "view/jls_data.hpp"
#include "view/jls_text.hpp"

namespace cellblock::view {
namespace {

constexpr size_t usual_row = 128;

void append_text(std::string& out, const JlsRequest& request, const model::Snapshot& snapshot) {
  append_text_header(out, request);
  out.reserve(out.size() + snapshot.jails.size() * usual_row);
  for (const auto& [jid, jail] : snapshot.jails)
    if (request.dying || !jail.prison.dying) append_text_jail(out, request, jail.prison);
}

void append_data(std::string& out, const JlsRequest& request, const model::Snapshot& snapshot) {
  Xo xo(request.xo, out);
  xo.open_container("jail-information");
  xo.open_list("jail");
  for (const auto& [jid, jail] : snapshot.jails)
    if (request.dying || !jail.prison.dying) write_data_jail(xo, request, jail.prison);
  xo.finish();
}

/// Bytes of the UTF-8 character at the front; 1 for anything else.
size_t size_of_character(std::string_view text) {
  auto lead = static_cast<unsigned char>(text[0]);
  size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  if (size > text.size()) return 1;
  auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  return std::ranges::all_of(text.substr(1, size - 1), continues) ? size : 1;
}

}  // namespace

Answer list_jails(const JlsRequest& request, const model::Snapshot& snapshot) {
  Answer answer;
  answer.err = request.warnings;
  if (request.one_jail && !request.dying && snapshot.jails.size() == 1 &&
      snapshot.jails.begin()->second.prison.dying)
    return no_such_jail(request, fmt::format("jail \"{}\" is dying", request.jail));
  if (request.check) return answer;
  if (request.xo.style == XoStyle::text)
    append_text(answer.out, request, snapshot);
  else
    append_data(answer.out, request, snapshot);
  return answer;
}

Answer no_such_jail(const JlsRequest& request, std::string_view text) {
  if (request.check) return {"", request.warnings, 1};
  Answer answer = list_jails(request, {});
  answer.err += fmt::format("jls: {}\n", text);
  answer.status = 1;
  return answer;
}

std::string harmless(std::string_view text, std::string_view kept) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    auto byte = static_cast<unsigned char>(text[at]);
    auto next = static_cast<unsigned char>(at + 1 < text.size() ? text[at + 1] : 0);
    bool control = (byte < ' ' && !kept.contains(text[at])) || byte == 0x7f;
    bool of_latin1 = byte == 0xc2 && next >= 0x80 && next < 0xa0;  // U+0080 to U+009F
    if (of_latin1) out += vis(text.substr(at++, 2));
    else if (control) out += vis(text.substr(at, 1));
    else out += text[at];
  }
  return out;
}

void append_padded(std::string& out, std::string_view raw, size_t width, size_t widest) {
  const std::string text = harmless(raw, "");
  size_t characters = 0, bytes = 0;
  while (bytes < text.size() && characters < widest) {
    bytes += size_of_character(std::string_view(text).substr(bytes));
    ++characters;
  }
  out.append(text, 0, bytes);
  if (characters < width) out.append(width - characters, ' ');
}

}  // namespace cellblock::view
