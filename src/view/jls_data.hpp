// jls(8) as JSON and XML. For jls.cc.
#pragma once

#include "model/jail.hpp"
#include "view/jls_request.hpp"

namespace cellblock::view {

/// One instance of the list "jail".
void write_data_jail(Xo& xo, const JlsRequest& request, const model::Prison& prison);

}  // namespace cellblock::view
