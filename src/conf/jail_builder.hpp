// JailBuilder: the settings of one jail, put together from the blocks that apply to it. Of resolve.cc.
#pragma once

#include <list>
#include <string>
#include <vector>

#include "conf/resolve.hpp"

namespace cellblock::conf {

class JailBuilder {
 public:
  /// The name implies a first setting: jid if it is a number, else name.
  explicit JailBuilder(const std::string& name);

  void add(const ParamDecl& param);

  /// After the last add(): names what has no name yet, and substitutes all variables.
  void finish();

  void move_to(Resolved& out) &&;

 private:
  /// Stands for the variable `name` at byte `at` of a text.
  struct Reference {
    std::string name;
    size_t at = 0;
    Span where;
  };
  struct Text {
    std::string text;
    std::vector<Reference> references;
    Span at;
  };
  struct Slot {
    std::string name;
    bool variable = false;
    bool fixed = false;  ///< name and jid: can't be set a second time
    std::vector<Text> values;
    Span at;
    unsigned round = 0;  ///< of the substitution that looks at it
    bool bad = false;
    size_t cost = 0;  ///< how large the values are
  };
  using Slots = std::list<Slot>;

  void imply(std::string name, std::string value);
  void merge(Slot& old, const ParamDecl& param);
  void check_new_variable(const Slot& slot);
  static std::vector<Text> texts(const ParamDecl& param);

  Slots::iterator substitute(Slots::iterator slot);
  Slots::iterator look_up(const Slot& slot, const Reference& reference);
  static bool has_references(const Slot& slot);
  bool insert(Slot& slot, size_t& value, const Slot& found);
  void give_up(Slot& slot, size_t value);

  void problem(Span at, std::string what, std::string hint);

  model::Wanted wanted_;
  Slots slots_;
  unsigned round_ = 0;
  std::vector<Diag> diags_;
};

}  // namespace cellblock::conf
