// kldload(8), kldunload(8) and kldstat(8). A module counts as loaded once kldload has said yes to it.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "applet.hpp"
#include "base/text.hpp"
#include "common/features.hpp"
#include "kernel/open.hpp"
#include "kld_table.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

constexpr const char* loaded_path = "/run/cellblock/kld";

std::vector<std::string> loaded_klds() { return split_words(sys::read_file(loaded_path).value_or("")); }

Result<> save(const std::vector<std::string>& names) {
  CB_CHECK(sys::make_directory(AT_FDCWD, "/run/cellblock", 0700));
  return sys::replace_file(loaded_path, join(names, "\n") + "\n");
}

bool has_device(std::string_view name) { return ::access(fmt::format("/dev/{}", name).c_str(), F_OK) == 0; }

// nf_tables may be built in without a trace in /sys/module: it answers on its socket.
bool has_netfilter() {
  Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 12));
  return static_cast<bool>(socket);
}

bool is_available(const std::string& name) {
  const Kld* kld = find_kld(name);
  if (!kld) return load_module(name).has_value();
  switch (kld->kind) {
    case KldKind::always: return true;
    case KldKind::file_system: return has_file_system(std::string(kld->linux_name)) == Has::yes;
    case KldKind::link: return has_link_kind(std::string(kld->linux_name)) == Has::yes;
    case KldKind::module:
      return (kld->linux_name == "nf_tables" && has_netfilter()) || load_module(std::string(kld->linux_name));
    case KldKind::device:
      for (const std::string& module : split_words(kld->modules))
        if (!has_device(kld->linux_name)) (void)load_module(module);
      return has_device(kld->linux_name);
  }
  return false;
}

int load_error(const std::string& name, std::vector<std::string>& loaded) {
  if (::geteuid() != 0 || kernel::jailed()) return EPERM;
  if (std::ranges::find(loaded, name) != loaded.end()) return EEXIST;
  if (!is_available(name)) return ENOENT;
  loaded.push_back(name);
  return 0;
}

// FreeBSD has a text of its own for a module that is there already.
std::string load_error_text(int error) {
  return error == EEXIST ? "module already loaded or in kernel" : strerror_of(error);
}

struct Shown {
  size_t id;
  std::string name;
};

std::vector<Shown> shown_klds() {
  std::vector<Shown> out{{1, "kernel"}};
  for (const std::string& name : loaded_klds()) out.push_back({out.size() + 1, name + ".ko"});
  return out;
}

}  // namespace

int kldload(const Words& words) {
  Options options(words, "nqv");
  if (!options.error().empty() || options.rest().empty()) {
    fmt::print(stderr, "usage: kldload [-nqv] file ...\n");
    return 1;
  }
  int status = 0;
  std::vector<std::string> loaded = loaded_klds();
  for (const std::string& word : options.rest()) {
    int error = load_error(kld_base_name(word), loaded);
    if (error == 0 && options.has('v')) fmt::print("Loaded {}, id={}\n", word, loaded.size() + 1);
    if (error == 0 || (error == EEXIST && options.has('n'))) continue;
    if (!options.has('q')) warnx("kldload", "can't load {}: {}", word, load_error_text(error));
    status = 1;
  }
  if (loaded.size() != loaded_klds().size())
    if (auto saved = save(loaded); !saved) {
      warnx("kldload", "{}", saved.error().text());
      return 1;
    }
  return status;
}

int kldunload(const Words& words) {
  Options options(words, "fi:n:v");
  std::vector<std::string> names = options.rest();
  for (const std::string& name : options.values('n')) names.push_back(name);
  std::vector<std::string> loaded = loaded_klds();
  for (const std::string& id : options.values('i')) {
    auto number = parse_int(id);
    bool known = number && *number >= 2 && static_cast<size_t>(*number) <= loaded.size() + 1;
    names.push_back(known ? loaded[static_cast<size_t>(*number) - 2] : id);
  }
  if (!options.error().empty() || names.empty()) {
    fmt::print(stderr, "usage: kldunload [-fv] [-n] name ...\n       kldunload [-fv] -i id ...\n");
    return 1;
  }
  int status = 0;
  for (const std::string& word : names) {
    auto place = std::ranges::find(loaded, kld_base_name(word));
    if (::geteuid() != 0 || kernel::jailed()) {
      warnx("kldunload", "can't unload file: {}", strerror_of(EPERM));
      status = 1;
    } else if (place == loaded.end()) {
      warnx("kldunload", "can't find file {}", word);
      status = 1;
    } else {
      if (options.has('v')) fmt::print("Unloading {}, id={}\n", word, place - loaded.begin() + 2);
      loaded.erase(place);
    }
  }
  if (auto saved = status == 0 ? save(loaded) : Result<>(); !saved) status = 1;
  return status;
}

int kldstat(const Words& words) {
  Options options(words, "dhi:m:n:qv");
  if (!options.error().empty() || !options.rest().empty()) {
    fmt::print(stderr, "usage: kldstat [-dhqv] [-i id] [-n filename]\n       kldstat [-dq] [-m modname]\n");
    return 1;
  }
  std::vector<Shown> shown = shown_klds();
  bool selecting = options.has('n') || options.has('m') || options.has('i');
  std::string wanted = kld_base_name(options.value('n', options.value('m')));
  if (selecting) {
    std::erase_if(shown, [&](const Shown& kld) {
      return options.has('i') ? std::to_string(kld.id) != options.value('i') : kld_base_name(kld.name) != wanted;
    });
    if (shown.empty()) {
      if (!options.has('q'))
        warnx("kldstat", "can't find {} {}: {}", options.has('m') ? "module" : "file",
              options.value('n', options.value('m', options.value('i'))), strerror_of(ENOENT));
      return 1;
    }
  }
  if (options.has('q')) return 0;
  fmt::print("Id Refs Address                Size Name\n");
  for (const Shown& kld : shown) fmt::print("{:2} {:4} {:#018x} {:8x} {}\n", kld.id, 1, 0, 0, kld.name);
  return 0;
}

}  // namespace cellblock::bsd
