#include "kernel/resolver_inlay.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "kernel/faults.hpp"
#include "model/resolver.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

std::string file_of(model::JailId jid) { return fmt::format("resolv/{}", jid); }

constexpr const char* file_inside = "etc/resolv.conf";

/// Where it lies, seen from the root: it may be a link to a file in another folder.
Result<std::string> place_of(const model::Prison& prison, int root) {
  auto file = sys::open_resolved(root, file_inside, O_PATH, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
  if (!file && file.error().why == Why::absent)
    return fail(Why::absent, "net.dns: the jail's root has no /{}: an empty file would do", file_inside);
  CB_CHECK(file.map([](const Fd&) {}), "net.dns");
  struct stat status {};
  if (::fstat(file->get(), &status) < 0) return sys_fail(errno, "net.dns: /{}", file_inside);
  if (!S_ISREG(status.st_mode)) return fail(Why::invalid, "net.dns: /{} in the jail's root is no file", file_inside);
  CB_TRY(std::string path, sys::path_of(file->get()), "net.dns");
  const std::string prefix = prison.path == "/" ? "" : prison.path;
  if (!path.starts_with(prefix + "/")) return fail(Why::invalid, "net.dns: /{} leads out of the jail's root", file_inside);
  return path.substr(prefix.size());
}

Result<sys::Tree> make_file(const Home& home, const std::string& name, const model::Prison& prison) {
  CB_TRY(Fd file, sys::open_at(home.fd(), name.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644));
  if (::fchmod(file.get(), 0644) < 0) return sys_fail(errno, "{}", name);  // whatever the umask
  CB_CHECK(sys::write_all(file.get(), model::resolver_text(prison.net_dns, prison.net_search)));
  CB_TRY(sys::Tree tree, sys::Tree::clone(file.get(), false));
  CB_CHECK(tree.change(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
  return tree;
}

}  // namespace

Result<> add_resolver(const Home& home, const model::Prison& prison, int root, std::vector<Inlay>& inlays) {
  if (prison.net_dns.empty()) return {};
  CB_TRY(std::string place, place_of(prison, root));
  CB_CHECK(sys::make_directory(home.fd(), "resolv", 0700));
  CB_TRY(sys::Tree tree, make_file(home, file_of(prison.jid), prison), "net.dns");
  inlays.push_back({std::move(tree), std::move(place)});
  return faults::step("resolv.conf made");
}

void forget_resolver(const Home& home, model::JailId jid) { (void)::unlinkat(home.fd(), file_of(jid).c_str(), 0); }

}  // namespace cellblock::kernel
