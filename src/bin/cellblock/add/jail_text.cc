#include "add/jail_text.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "conf/address.hpp"
#include "conf/print.hpp"
#include "conf/rcconf.hpp"

namespace cellblock::add {
namespace {

std::string address_lines(const Answers& answers) {
  if (answers.addresses == "inherit") return "    ip4 = inherit;\n    ip6 = inherit;\n";
  std::string out;
  if (!answers.interface.empty()) out += fmt::format("    interface = {};\n", conf::print_word(answers.interface));
  for (const std::string& element : split(answers.addresses, ',')) {
    bool v6 = conf::split_address(element).address.find(':') != std::string::npos;
    out += fmt::format("    {} += {};\n", v6 ? "ip6.addr" : "ip4.addr", conf::print_word(element));
  }
  return out;
}

// The pattern of an .include line, "" for another line.
std::string included(std::string_view line) {
  constexpr std::string_view word = ".include";
  line = trim(line);
  if (!line.starts_with(word)) return {};
  line = trim(line.substr(word.size()));
  if (line.ends_with(';')) line = trim(line.substr(0, line.size() - 1));
  bool quoted = line.size() >= 2 && (line.front() == '"' || line.front() == '\'') && line.back() == line.front();
  return std::string(quoted ? line.substr(1, line.size() - 2) : line);
}

}  // namespace

Places Places::of(std::string_view name) {
  return {fmt::format("/var/lib/cellblock/{}.img", name), fmt::format("/var/lib/cellblock/{}", name),
          fmt::format("/etc/jail.conf.d/{}.conf", name), fmt::format("/var/lib/cellblock/.{}.new", name)};
}

std::string jail_block(const Answers& answers, const Places& places) {
  return fmt::format(
      "# Made by `cellblock add`; jail.conf(5) says what else there is.\n"
      "{} {{\n"
      "    path = {};\n"
      "    mount = {};\n"
      "    mount.devfs;\n"
      "    mount.procfs;\n"
      "    host.hostname = {};\n"
      "{}"
      "    persist;\n"
      "    exec.clean;\n"
      "    exec.start = \"/bin/sh /etc/rc\";\n"
      "    exec.stop = \"/bin/sh /etc/rc.shutdown jail\";\n"
      "}}\n",
      answers.name, conf::print_word(places.root),
      conf::print_word(fmt::format("{} {} ext4 rw 0 0", vis(places.image), vis(places.root))),
      conf::print_word(answers.hostname), address_lines(answers));
}

std::string with_include(std::string_view text, const std::string& config) {
  for (const std::string& line : split(text, '\n'))
    if (std::string pattern = included(line); !pattern.empty() && glob_match(pattern, config)) return std::string(text);
  // A file that is included by its own name would be read twice.
  std::string out;
  for (const std::string& line : split(text.substr(0, text.size() - text.ends_with('\n')), '\n'))
    if (std::string file = included(line); file.empty() || !glob_match("/etc/jail.conf.d/*.conf", file)) out += line + "\n";
  if (trim(out).empty()) out.clear();
  return out + ".include \"/etc/jail.conf.d/*.conf\";\n";
}

std::string with_boot(std::string_view rc_conf, const std::string& name) {
  conf::RcConf conf;
  conf.read(rc_conf, 0);
  std::vector<std::string> list = split_words(conf.get("jail_list"));
  bool enabled = conf.enabled("jail_enable");
  // An empty list is all jails.
  if (enabled && (list.empty() || std::ranges::find(list, name) != list.end())) return std::string(rc_conf);
  std::string out = enabled ? std::string(rc_conf) : conf::set_in_rc_conf(rc_conf, "jail_enable", "YES");
  if (std::ranges::find(list, name) == list.end()) list.push_back(name);
  return conf::set_in_rc_conf(out, "jail_list", join(list, " "));
}

std::string summary(const Answers& answers, const Places& places) {
  std::string addresses = answers.addresses.empty() ? "none" : answers.addresses;
  if (!answers.interface.empty()) addresses += " on " + answers.interface;
  return fmt::format("Name       : {}\n"
                     "Disk       : {}, {}\n"
                     "Root       : {}\n"
                     "Addresses  : {}\n"
                     "Host name  : {}\n"
                     "Filled with: {}\n"
                     "Boot       : {}\n"
                     "Described  : {}\n",
                     answers.name, answers.size, places.image, places.root, addresses, answers.hostname,
                     answers.source, answers.boot, places.config);
}

}  // namespace cellblock::add
