#include "model/jail.hpp"

namespace cellblock::model {

AllowSet default_allow() {
  AllowSet set;
  for (Allow granted : {Allow::set_hostname, Allow::reserved_ports, Allow::unprivileged_proc_debug, Allow::suser})
    set.set(static_cast<size_t>(granted));
  return set;
}

std::string relative_name(const std::string& name, const std::string& viewer) {
  return is_below(name, viewer) && !viewer.empty() ? name.substr(viewer.size() + 1) : name;
}

bool is_below(const std::string& inner, const std::string& outer) {
  if (outer.empty()) return true;
  return inner.size() > outer.size() && inner[outer.size()] == '.' && inner.starts_with(outer);
}

}  // namespace cellblock::model
