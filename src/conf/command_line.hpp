// Arguments of jail(8) -> one wanted jail. Pure: nothing is looked up, no file is read.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/jail.hpp"
#include "model/wanted.hpp"

namespace cellblock::conf {

/// The parameters that a flag of jail(8) stands for: 'h' ip_hostname, 'l' exec.clean, 'n' name, 's'
/// securelevel, 'u' exec.jail_user and exec.system_jail_user, 'U' exec.jail_user and
/// exec.system_jail_user=false, 'd' allow.dying. Empty for any other flag.
std::vector<model::Setting> flag_settings(char flag, std::string_view argument);

/// `jail -c name=web path=/jails/web command=/bin/sh`. `flags` come first, in the order given.
///
/// Values of one parameter add up (`x=a x=b`; a scalar's last one counts), a bare name forgets earlier
/// values, and the comma separates elements of the few lists of the parameter table. `command`, with or
/// without a value, takes all further arguments as its own: one argv. So does the first argument that begins
/// with a '/', which can't be a parameter. name and jid may be given once (else Wanted::problems says so).
model::Wanted command_line(std::span<const model::Setting> flags, std::span<const std::string> arguments);

/// `jail path hostname ip[,ip...] command ...`: needs at least four arguments. `defaults` are the host's
/// security.jail.*_allowed sysctls as flags, nothing when jail(8) itself runs in a jail.
model::Wanted old_style(std::span<const model::Setting> flags, std::span<const std::string> arguments,
                        const std::optional<model::AllowSet>& defaults);

}  // namespace cellblock::conf
