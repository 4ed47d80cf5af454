// What is written: the jail's block, the line that includes it, rc.conf. Texts in, texts out.
#pragma once

#include <string>
#include <string_view>

#include "add/answers.hpp"

namespace cellblock::add {

/// Where things of one jail are.
struct Places {
  std::string image;   ///< /var/lib/cellblock/NAME.img
  std::string root;    ///< /var/lib/cellblock/NAME: the image is mounted there while the jail runs
  std::string config;  ///< /etc/jail.conf.d/NAME.conf
  std::string work;    ///< /var/lib/cellblock/.NAME.new: everything before it is complete

  static Places of(std::string_view name);
};

inline constexpr std::string_view main_config = "/etc/jail.conf";

/// A jail.conf that holds the jail.
std::string jail_block(const Answers& answers, const Places& places);

/// /etc/jail.conf with an .include of all of jail.conf.d; as it was if one reaches `config` already.
/// Lines that include single files of that folder make way.
std::string with_include(std::string_view text, const std::string& config);

/// rc.conf with the jail started at boot; as it was if it is already.
std::string with_boot(std::string_view rc_conf, const std::string& name);

/// What is shown before "OK?".
std::string summary(const Answers& answers, const Places& places);

}  // namespace cellblock::add
