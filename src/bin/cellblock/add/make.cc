#include "add/make.hpp"

#include <functional>

#include "add/fill.hpp"
#include "add/image.hpp"
#include "add/workspace.hpp"
#include "interruptible.hpp"
#include "model/mount_type.hpp"
#include "sys/file.hpp"

namespace cellblock::add {
namespace {

Result<std::string> build(const Workspace& workspace, const Answers& answers) {
  CB_TRY(uint64_t bytes, model::expand_number(answers.size));
  CB_CHECK(make_image(workspace.image(), bytes, answers.name));
  CB_TRY(OpenImage image, OpenImage::open(workspace.image(), workspace.mount_point()));
  CB_TRY(std::string contents, fill(image.folder(), answers.source));
  CB_CHECK(image.close(workspace.image()));
  return contents;
}

// In turn, so that what others add meanwhile to the same file does not get lost.
Result<> edit(const std::string& path, const Places& places, const std::function<std::string(std::string_view)>& change) {
  CB_TRY(Fd turn, take_turn(places));
  auto text = sys::read_file(path);
  if (!text && text.error().why != Why::absent) return pass(text.error());
  std::string old = text.value_or(""), changed = change(old);
  return changed == old ? Result<>() : replace_file(path, changed);
}

Result<> include_in_main(const Places& places) {
  return edit(std::string(main_config), places, [&](std::string_view old) { return with_include(old, places.config); });
}

Result<> start_at_boot(const std::string& name, const Places& places) {
  return edit("/etc/rc.conf", places, [&](std::string_view old) { return with_boot(old, name); });
}

}  // namespace

Result<std::string> make(const Answers& answers, const Places& places) {
  Interruptible guard;
  CB_TRY(Workspace workspace, Workspace::create(places));
  auto contents = build(workspace, answers);
  if (guard.happened()) return fail(Why::failed, "interrupted: nothing was made");
  CB_CHECK(contents);
  CB_CHECK(workspace.place_image());
  CB_CHECK(include_in_main(places));
  CB_CHECK(workspace.place_config(jail_block(answers, places)));
  if (answers.boot == "yes") CB_CHECK(start_at_boot(answers.name, places), "made, but not started at boot");
  return contents;
}

}  // namespace cellblock::add
