#include "dataset/size.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "base/text.hpp"

namespace cellblock::dataset {
namespace {

constexpr std::string_view units = "BKMGTPE";

/// How often 1024 is to be taken: of "", "B", "G", "GB", "GiB".
std::optional<unsigned> power_of(std::string_view unit) {
  if (unit.empty()) return 0;
  size_t at = units.find(static_cast<char>(unit[0] & ~0x20));
  if (at == units.npos) return std::nullopt;
  std::string rest = to_lower(unit.substr(1));
  if (!rest.empty() && (at == 0 || (rest != "b" && rest != "ib"))) return std::nullopt;
  return static_cast<unsigned>(at);
}

}  // namespace

std::optional<uint64_t> parse_size(std::string_view text) {
  size_t digits = text.find_first_not_of("0123456789.");
  std::string number(text.substr(0, digits));
  size_t dot = number.find('.');
  if (number.empty() || number == "." || (dot != number.npos && number.find('.', dot + 1) != number.npos)) return std::nullopt;
  auto power = power_of(digits == text.npos ? "" : text.substr(digits));
  if (!power) return std::nullopt;
  if (dot == number.npos) {
    auto whole = parse_int(number);
    if (!whole || static_cast<uint64_t>(*whole) > UINT64_MAX >> (10 * *power)) return std::nullopt;
    return static_cast<uint64_t>(*whole) << (10 * *power);
  }
  double bytes = std::strtod(number.c_str(), nullptr) * static_cast<double>(uint64_t{1} << (10 * *power));
  if (bytes >= 18446744073709549568.0) return std::nullopt;
  return static_cast<uint64_t>(bytes);
}

std::string size_text(uint64_t bytes) {
  size_t unit = 0;
  for (uint64_t rest = bytes; rest >= 1024 && unit + 1 < units.size(); rest /= 1024) ++unit;
  uint64_t scale = uint64_t{1} << (10 * unit);
  if (bytes % scale == 0) return fmt::format("{}{}", bytes / scale, units[unit]);
  double value = static_cast<double>(bytes) / static_cast<double>(scale);
  for (int precision = 2; precision > 0; --precision) {
    std::string text = fmt::format("{:.{}f}{}", value, precision, units[unit]);
    if (text.size() <= 5) return text;
  }
  return fmt::format("{:.0f}{}", value, units[unit]);
}

}  // namespace cellblock::dataset
