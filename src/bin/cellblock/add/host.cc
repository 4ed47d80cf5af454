#include "add/host.hpp"

#include <arpa/inet.h>
#include <dirent.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/stat.h>

#include <cstring>
#include <memory>

#include "add/jail_text.hpp"
#include "base/text.hpp"
#include "conf/parse.hpp"
#include "conf/resolve.hpp"
#include "conf/source.hpp"
#include "sys/file.hpp"

namespace cellblock::add {
namespace {

Kind kind_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) < 0) return Kind::absent;
  return S_ISDIR(status.st_mode) ? Kind::folder : S_ISREG(status.st_mode) ? Kind::file : Kind::other;
}

bool is_empty_folder(const std::string& path) {
  std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(path.c_str()), ::closedir);
  while (const dirent* entry = entries ? ::readdir(entries.get()) : nullptr)
    if (std::string_view(entry->d_name) != "." && std::string_view(entry->d_name) != "..") return false;
  return true;
}

bool is_described(const std::string& name) {
  std::string main(main_config);
  if (kind_of(main) != Kind::file) return false;
  conf::DiskSources sources;
  conf::Parsed parsed = conf::parse(sources, main);
  for (const model::Wanted& jail : conf::resolve(parsed.tree).jails)
    if (jail.name == name) return true;
  return false;
}

std::string taken(const std::string& name) {
  Places places = Places::of(name);
  for (const std::string* path : {&places.config, &places.image}) {
    struct stat status {};
    if (::lstat(path->c_str(), &status) == 0) return *path + " exists";
  }
  Kind root = kind_of(places.root);
  if (root == Kind::file || root == Kind::other) return places.root + " exists";
  if (root == Kind::folder && !is_empty_folder(places.root)) return places.root + " is not empty";
  return is_described(name) ? fmt::format("{} describes it", main_config) : "";
}

bool has_address(const std::string& address) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) < 0) return false;
  std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> held(list, ::freeifaddrs);
  for (const ifaddrs* at = list; at; at = at->ifa_next) {
    if (!at->ifa_addr) continue;
    int family = at->ifa_addr->sa_family;
    unsigned char wanted[16];
    if ((family != AF_INET && family != AF_INET6) || ::inet_pton(family, address.c_str(), wanted) != 1) continue;
    const void* has = family == AF_INET ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(at->ifa_addr)->sin_addr)
                                        : &reinterpret_cast<const sockaddr_in6*>(at->ifa_addr)->sin6_addr;
    if (std::memcmp(has, wanted, family == AF_INET ? 4 : 16) == 0) return true;
  }
  return false;
}

}  // namespace

std::string outward_interface(std::string_view routes) {
  for (const std::string& line : split(routes, '\n')) {
    std::vector<std::string> words = split_words(line);
    if (words.size() > 7 && words[1] == "00000000" && words[7] == "00000000") return words[0];
  }
  return "lo";
}

Host this_host() {
  return {taken, kind_of, [](const std::string& name) { return ::if_nametoindex(name.c_str()) != 0; }, has_address,
          outward_interface(sys::read_file("/proc/net/route").value_or(""))};
}

}  // namespace cellblock::add
