#include "kernel/union_mount.hpp"

#include <fcntl.h>

#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"

namespace cellblock::kernel {
namespace {

std::string by_descriptor(int fd) { return fmt::format("/proc/self/fd/{}", fd); }

/// overlay needs a directory on the upper one's file system: it lies beside that.
struct WorkPlace {
  Fd parent;
  std::string name;
};

Result<WorkPlace> work_place(int upper) {
  CB_TRY(std::string path, sys::path_of(upper));
  CB_TRY(Fd parent, sys::open_at(upper, "..", O_PATH | O_DIRECTORY));
  return WorkPlace{std::move(parent), path.substr(path.rfind('/') + 1) + ".work"};
}

/// A jail may be able to write there: a link in its place would have the kernel empty another directory.
Result<Fd> open_work(const WorkPlace& place) {
  return sys::open_at(place.parent.get(), place.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

}  // namespace

Result<> mount_union(const model::MountRecipe& recipe, int target, uint64_t attributes) {
  CB_TRY(Fd source, sys::open(recipe.source, O_PATH | O_DIRECTORY));
  const int upper = recipe.below ? target : source.get(), lower = recipe.below ? source.get() : target;
  CB_TRY(WorkPlace place, work_place(upper));
  CB_CHECK(sys::make_directory(place.parent.get(), place.name.c_str(), 0700));
  CB_TRY(Fd work, open_work(place));
  // By descriptor: a path could lead elsewhere by now, and may hold a colon.
  CB_TRY(sys::Tree tree, sys::Tree::create("overlay", {{"source", recipe.source}, {"lowerdir", by_descriptor(lower)},
                                                       {"upperdir", by_descriptor(upper)}, {"workdir", by_descriptor(work.get())}},
                                           attributes));
  return tree.attach(target);
}

void remove_work(int upper) {
  auto place = work_place(upper);
  if (!place) return;
  auto work = open_work(*place);
  if (!work) return;
  for (const char* inner : {"work", "index"}) (void)sys::remove_directory(work->get(), inner);
  (void)sys::remove_directory(place->parent.get(), place->name.c_str());
}

}  // namespace cellblock::kernel
