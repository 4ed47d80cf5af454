#include "mkroot.hpp"

#include <algorithm>
#include <array>

#include "replica.hpp"
#include "verb.hpp"

namespace cellblock {
namespace {

constexpr std::array<std::string_view, 4> kinds{"from-binary", "busybox", "debian", "prepare"};

// "--name=value" or "--name value"; a suite is optional and so must stand behind '='.
Result<> take_option(MkrootRequest& request, const std::vector<std::string>& words, size_t& at) {
  std::string word = words[at].substr(2), value;
  size_t equals = word.find('=');
  bool has_value = equals != word.npos;
  if (has_value) {
    value = word.substr(equals + 1);
    word.resize(equals);
  }
  if (std::ranges::find(kinds, word) != kinds.end()) {
    if (!request.kind.empty()) return fail(Why::invalid, "--{} and --{} exclude each other", request.kind, word);
    if (has_value && word != "debian") return fail(Why::invalid, "--{} takes no value", word);
    request.kind = word;
    request.suite = value;
    return {};
  }
  if (word != "mirror" && word != "include" && word != "file") return fail(Why::invalid, "unknown option --{}", word);
  if (!has_value) {
    if (at + 1 == words.size()) return fail(Why::invalid, "--{} needs a value", word);
    value = words[++at];
  }
  if (word == "mirror") request.mirror = value;
  else if (word == "include") request.include += (request.include.empty() ? "" : ",") + value;
  else request.files.push_back(value);
  return {};
}

Result<int> run(const Words& words) {
  auto request = parse_mkroot(words);
  if (!request) {
    fmt::print(stderr, "cellblock: mkroot: {}\n", request.error().text());
    return usage(mkroot_verb);
  }
  if (request->kind == "from-binary") CB_CHECK(make_root_from_binary(*request), "mkroot");
  if (request->kind == "busybox") CB_CHECK(make_busybox_root(*request), "mkroot");
  if (request->kind == "debian") CB_CHECK(make_debian_root(*request), "mkroot");
  if (request->kind == "prepare") CB_CHECK(prepare_root(*request), "mkroot");
  return 0;
}

}  // namespace

Result<MkrootRequest> parse_mkroot(const std::vector<std::string>& words) {
  MkrootRequest request;
  std::vector<std::string> rest;
  for (size_t at = 0; at < words.size(); ++at) {
    if (words[at] == "--") {
      rest.insert(rest.end(), words.begin() + static_cast<long>(at) + 1, words.end());
      break;
    }
    if (words[at].starts_with("--")) CB_CHECK(take_option(request, words, at));
    else rest.push_back(words[at]);
  }
  if (request.kind.empty()) return fail(Why::invalid, "say which kind of root");
  if (rest.empty() || rest.back().empty()) return fail(Why::invalid, "say where");
  request.directory = rest.back();
  rest.pop_back();
  request.programs = std::move(rest);
  bool wants_programs = request.kind == "from-binary";
  if (wants_programs && request.programs.empty()) return fail(Why::invalid, "say which programs, and then where");
  if (!wants_programs && !request.programs.empty())
    return fail(Why::invalid, "{}: one folder is enough", request.programs.front());
  return request;
}

Result<RootDir> open_new_root(const std::string& directory) {
  CB_TRY(RootDir root, RootDir::make(directory));
  if (root.is_own_root()) return fail(Why::invalid, "{}: this is the root of this system itself", directory);
  if (!root.is_empty() && !root.is_marked())
    return fail(Why::exists, "{}: not empty, and nothing that mkroot has made", directory);
  root.mark();
  return root;
}

std::string human_size(uint64_t bytes) {
  constexpr std::string_view units = "BKMGT";
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1000 && unit + 1 < units.size(); ++unit) value /= 1024;
  return unit == 0 || value >= 10 ? fmt::format("{:.0f}{}", value, units[unit]) : fmt::format("{:.1f}{}", value, units[unit]);
}

Result<> make_root_from_binary(const MkrootRequest& request) {
  CB_TRY(RootDir root, open_new_root(request.directory));
  Replica replica(root);
  for (const std::string& program : request.programs) CB_CHECK(replica.add_program(program), "{}", program);
  for (const std::string& file : request.files) CB_CHECK(replica.add_path(file), "{}", file);
  for (const std::string& missing : replica.missing()) fmt::print(stderr, "cellblock: mkroot: not found: {}\n", missing);
  fmt::print("{}: {} files, {}\n", request.directory, replica.files(), human_size(replica.bytes()));
  if (!replica.missing().empty()) return fail(Why::absent, "{} libraries are missing", replica.missing().size());
  return {};
}

const Verb mkroot_verb{
    "mkroot", "--from-binary [--file=PATH]... PROGRAM... DIR | --busybox DIR | --debian[=SUITE] [--include=PACKAGE,...] DIR | "
    "--prepare DIR",
    "make the root directory of a jail",
    "DIR is made. If there is something in it, it must be a root of mkroot's, or one that was prepared by it.\n"
    "\n"
    "--from-binary PROGRAM... DIR\n"
    "    Copies the programs, and what they need to run: interpreter, libraries, links. The files are read, never\n"
    "    run. A program from a folder of your own becomes bin/NAME. What a program opens later (plug-ins, data)\n"
    "    can't be seen in it: name it with --file=PATH, a file or a folder.\n"
    "--busybox DIR\n"
    "    A small complete system from this host's static busybox: its commands as links, users, /etc/rc and\n"
    "    /etc/rc.shutdown.  jail DIR web 10.0.0.7 /bin/sh /etc/rc\n"
    "--debian[=SUITE] [--mirror=URL] [--include=PACKAGE,...] DIR\n"
    "    A minimal Debian (default: stable) by mmdebstrap or debootstrap, prepared as below.\n"
    "--prepare DIR\n"
    "    Makes a fresh system in DIR fit for a jail: empty fstab and network configuration, this host's name\n"
    "    servers and time zone, no port mapper, and /etc/rc and /etc/rc.shutdown that start and stop its services.\n",
    run};

}  // namespace cellblock
