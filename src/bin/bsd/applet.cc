#include "applet.hpp"

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"

namespace cellblock::bsd {

std::string strerror_of(int error_number) {
  switch (error_number) {
    case EBUSY: return "Device busy";
    case ENODEV: return "Operation not supported by device";
    case ENXIO: return "Device not configured";
    case EDQUOT: return "Disc quota exceeded";
    case ENOSYS: return "Function not implemented";
    case EADDRNOTAVAIL: return "Can't assign requested address";
    case EAFNOSUPPORT: return "Address family not supported by protocol family";
    case EXDEV: return "Cross-device link";
    default: return cellblock::strerror_of(error_number);
  }
}

Options::Options(const Words& words, std::string_view known) {
  size_t at = 1;
  for (; at < words.size() && error_.empty(); ++at) {
    std::string_view word = words[at];
    if (word == "--") {
      ++at;
      break;
    }
    if (word.size() < 2 || word[0] != '-') break;
    for (size_t i = 1; i < word.size(); ++i) {
      size_t place = known.find(word[i]);
      if (place == known.npos || word[i] == ':') {
        error_ = fmt::format("illegal option -- {}", word[i]);
        return;
      }
      bool takes_value = place + 1 < known.size() && known[place + 1] == ':';
      if (!takes_value) {
        given_.emplace_back(word[i], "");
        continue;
      }
      if (i + 1 < word.size()) given_.emplace_back(word[i], word.substr(i + 1));
      else if (at + 1 < words.size()) given_.emplace_back(word[i], words[++at]);
      else error_ = fmt::format("option requires an argument -- {}", word[i]);
      break;
    }
  }
  if (at < words.size()) rest_.assign(words.begin() + static_cast<long>(at), words.end());
}

bool Options::has(char letter) const {
  return std::ranges::any_of(given_, [letter](const auto& option) { return option.first == letter; });
}

std::string Options::value(char letter, std::string_view fallback) const {
  std::string out(fallback);
  for (const auto& [given, value] : given_)
    if (given == letter) out = value;
  return out;
}

std::vector<std::string> Options::values(char letter) const {
  std::vector<std::string> out;
  for (const auto& [given, value] : given_)
    if (given == letter) out.push_back(value);
  return out;
}

}  // namespace cellblock::bsd
