// jls(8) as text. For jls.cc.
#pragma once

#include <string>

#include "model/jail.hpp"
#include "view/jls_request.hpp"

namespace cellblock::view {

void append_text_header(std::string& out, const JlsRequest& request);
void append_text_jail(std::string& out, const JlsRequest& request, const model::Prison& prison);

/// Whether -s leaves a column out: read-only, or part of what the jail does not have of its own.
bool is_skipped(const JlsRequest& request, const JlsColumn& column, const model::Prison& prison);

}  // namespace cellblock::view
