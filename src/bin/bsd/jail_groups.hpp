// ipfw(8)'s `jail NAME`: jails by number, and by the control group that their sockets are told by.
#pragma once

#include "applet.hpp"
#include "ipfw/compile.hpp"

namespace cellblock::bsd {

/// A rule's words with the jid in place of a jail's name.
Result<Words> number_jails(const Words& words);

/// The same change, behind which the rules know the jails as they are now.
ipfw::Edit with_jails(const ipfw::Edit& edit);

}  // namespace cellblock::bsd
