// dummynet(4)'s words: "pipe|queue|sched N config ...". They are read, and nothing serves them yet.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cellblock::ipfw {

/// What is wrong with the words behind `verb`: pipe, queue or sched. Without a fault it is that nothing serves them.
Error refuse_links(std::string_view verb, std::span<const std::string> words);

/// "pipe 1: ..."
Error unserved(std::string_view what);

}  // namespace cellblock::ipfw
