// Everything before it is complete: a folder of its own beside where things will be.
//
// A jail is made in the folder `.NAME.new` and gets its names last, its description the very last. The folder is locked
// for as long as its maker lives; one without a lock is what an interrupted maker left behind.
#pragma once

#include <string>

#include "add/jail_text.hpp"
#include "base/error.hpp"
#include "base/fd.hpp"

namespace cellblock::add {

class Workspace {
 public:
  /// Why::busy while another process makes the same jail.
  static Result<Workspace> create(const Places& places);
  Workspace(Workspace&&) = default;
  /// Takes the folder away, and the names that were given already unless the jail was completed.
  ~Workspace();

  std::string image() const { return places_.work + "/image"; }
  std::string mount_point() const { return places_.work + "/root"; }

  /// Gives the image its name, and makes the root's folder. Never replaces anything.
  Result<> place_image() const;
  /// The jail is complete with its description: from here on it stays.
  Result<> place_config(const std::string& text) const;

 private:
  Workspace(const Places& places, Fd lock) : places_(places), lock_(std::move(lock)) {}
  Places places_;
  Fd lock_;
};

/// Of several makers one at a time has its turn, until it drops what this returns: to begin, to edit what is common.
Result<Fd> take_turn(const Places& places);

/// Takes away what interrupted makers left in `folder` (/var/lib/cellblock), whatever jail it was to be.
/// `of` says where a jail's things are.
void clean_up(const std::string& folder, Places (*of)(std::string_view name));

/// Text of a file, replaced as a whole or not at all; owner and permissions stay.
Result<> replace_file(const std::string& path, const std::string& text);

}  // namespace cellblock::add
