// Snapshot and request to the output of jls(8). Pure: no kernel, no descriptors.
#pragma once

#include <string>
#include <string_view>

#include "model/snapshot.hpp"
#include "view/jls_request.hpp"

namespace cellblock::view {

/// The jails of `snapshot`, which are as the caller sees them, in the order of their jids. Dying ones only if
/// the request asks for them. With a jail named in the request, `snapshot` holds that one alone.
Answer list_jails(const JlsRequest& request, const model::Snapshot& snapshot);

/// The jail that the request names is not there, or can't be asked for: `text` says why. As with FreeBSD,
/// what comes before the first jail is printed all the same.
Answer no_such_jail(const JlsRequest& request, std::string_view text);

/// `text` as a terminal may be given it: a jail chooses its names, and must not command the administrator's terminal.
/// Control characters other than those in `kept` become \ooo.
std::string harmless(std::string_view text, std::string_view kept);

/// `text` in columns, harmless: cut off at `widest` characters and filled up with blanks to `width`. A character is one
/// of UTF-8, and is never cut through; bytes that are not UTF-8 count one each.
void append_padded(std::string& out, std::string_view text, size_t width, size_t widest);

}  // namespace cellblock::view
