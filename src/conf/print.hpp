// Back to text: lines of jail -e and -J, and a Tree as a jail.conf.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conf/tree.hpp"
#include "model/jail.hpp"
#include "model/wanted.hpp"

namespace cellblock::conf {

/// `jail -e SEP`: one line per jail, name=value joined by the separator, each line ended by '\n'. As on
/// FreeBSD the jid is never among them.
std::string print_jails(const std::vector<model::Wanted>& jails, std::string_view separator);

/// `jail -J FILE`: "jid=N<TAB>name=..." of a jail that was started, with '\n'.
std::string print_started(const model::Wanted& jail, model::JailId jid);
/// The same for an old style command line: "N<TAB>path<TAB>host<TAB>ips<TAB>command".
std::string print_started_old_style(const model::Wanted& jail, model::JailId jid);

/// A value as jail(8) prints it: "" if empty, in the other kind of quotes if it holds quotes, in double
/// quotes if it holds a blank or a tab; backslashes and the quotes in use are escaped.
std::string quote(std::string_view value);

/// The tree as a jail.conf of the house's style: four blanks for each level, one statement a line. Reading it
/// gives the same tree. Files that an .include brought in are not printed: the .include is.
std::string print_tree(const Tree& tree);

/// A value for a jail.conf, quoted if it has to be.
std::string print_word(std::string_view text);

}  // namespace cellblock::conf
