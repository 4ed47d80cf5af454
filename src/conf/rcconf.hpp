// rc.conf(5): shell assignments, a later one in place of an earlier one. Also the edits that sysrc(8) makes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conf/diag.hpp"
#include "conf/source.hpp"

namespace cellblock::conf {

/// One `name=value` as it stands in a text.
struct RcAssignment {
  std::string name, value;
  Span at;  ///< from the name to the end of the value
};

class RcConf {
 public:
  /// Reads one text on top of what was read before: "$name" refers to both. Anything but an assignment is
  /// reported in diags() and skipped; no command is ever run.
  void read(std::string_view text, uint32_t file);

  const std::string* find(std::string_view name) const;
  /// ${name:-fallback}
  std::string get(std::string_view name, std::string_view fallback = {}) const;
  /// checkyesno of rc.subr: yes, true, on, 1 and no, false, off, 0 in any case. Nothing for other texts: they
  /// count as no, and rc warns `$name is not set properly - see rc.conf(5).`
  std::optional<bool> truth(std::string_view name, std::string_view fallback) const;
  bool enabled(std::string_view name, std::string_view fallback = "NO") const {
    return truth(name, fallback).value_or(false);
  }

  void set(std::string name, std::string value) { values_[std::move(name)] = std::move(value); }
  const std::map<std::string, std::string, std::less<>>& values() const { return values_; }
  const std::vector<RcAssignment>& assignments() const { return assignments_; }
  const std::vector<Diag>& diags() const { return diags_; }

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::vector<RcAssignment> assignments_;
  std::vector<Diag> diags_;
};

std::optional<bool> truth_of_word(std::string_view word);

/// /etc/rc.conf, /etc/rc.conf.local and, for a service, /etc/rc.conf.d/SERVICE (a file, or a folder of files),
/// as far as they exist. What was read is appended to `texts`, which the spans of the diags index.
RcConf load_rc_conf(Sources& sources, SourceTexts& texts, std::string_view service);

/// `text` with `name` set: the last assignment of the name gets the new value in place and everything else
/// stays as it is; where there is none, a line is added.
std::string set_in_rc_conf(std::string_view text, std::string_view name, std::string_view value);

/// `text` without any assignment of `name`; a line that held nothing else goes as a whole. Nothing if there was
/// none.
std::optional<std::string> remove_from_rc_conf(std::string_view text, std::string_view name);

}  // namespace cellblock::conf
