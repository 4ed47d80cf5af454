#include "rc_files.hpp"

#include "sys/file.hpp"

namespace cellblock::bsd {

RcFiles::RcFiles(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    auto text = sys::read_file(path);
    bool known = text || text.error().why == Why::absent;
    files_.push_back({path, text.value_or(""), known ? Result<>() : pass(text.error())});
  }
  reread();
}

Result<> RcFiles::set(std::string_view name, std::string_view value) {
  File& file = files_[index_of(name)];
  CB_CHECK(save(file, conf::set_in_rc_conf(file.text, name, value)));
  reread();
  return {};
}

Result<std::vector<std::string>> RcFiles::remove(std::string_view name) {
  std::vector<std::string> from;
  for (File& file : files_) {
    auto text = conf::remove_from_rc_conf(file.text, name);
    if (!text) continue;
    CB_CHECK(save(file, *text));
    from.push_back(file.path);
  }
  reread();
  return from;
}

size_t RcFiles::index_of(std::string_view name) const {
  for (auto at = conf_.assignments().rbegin(); at != conf_.assignments().rend(); ++at)
    if (at->name == name) return at->at.file;
  return 0;
}

void RcFiles::reread() {
  conf_ = {};
  for (size_t i = 0; i < files_.size(); ++i) conf_.read(files_[i].text, static_cast<uint32_t>(i));
}

Result<> RcFiles::save(File& file, const std::string& text) {
  if (!file.known) return file.known;
  CB_CHECK(sys::replace_file(file.path, text));
  file.text = text;
  return {};
}

std::vector<std::string> rc_paths(const std::string& service) {
  std::vector<std::string> paths{"/etc/rc.conf", "/etc/rc.conf.local"};
  if (!service.empty()) paths.push_back("/etc/rc.conf.d/" + service);
  return paths;
}

}  // namespace cellblock::bsd
