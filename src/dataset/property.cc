#include "dataset/property.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "dataset/size.hpp"

namespace cellblock::dataset {
namespace {

constexpr std::string_view on_off = "on | off";

// In the order of `zfs get all`.
constexpr std::array rows{
    PropertyRow{.name = "name", .header = "NAME", .on_snapshots = true},
    PropertyRow{.name = "type", .header = "TYPE", .on_snapshots = true},
    PropertyRow{.name = "creation", .header = "CREATION", .on_snapshots = true},
    PropertyRow{.name = "used", .header = "USED", .kind = Kind::number, .on_snapshots = true},
    PropertyRow{.name = "available", .alias = "avail", .header = "AVAIL", .kind = Kind::number},
    PropertyRow{.name = "referenced", .alias = "refer", .header = "REFER", .kind = Kind::number, .on_snapshots = true},
    PropertyRow{.name = "mounted", .header = "MOUNTED"},
    PropertyRow{.name = "origin", .header = "ORIGIN"},
    PropertyRow{.name = "quota", .header = "QUOTA", .kind = Kind::number, .set = Set::any_time, .standard = "0"},
    PropertyRow{.name = "mountpoint", .header = "MOUNTPOINT", .set = Set::any_time, .inherited = true},
    PropertyRow{.name = "compression", .alias = "compress", .header = "COMPRESS", .kind = Kind::choice, .set = Set::any_time,
                .inherited = true, .values = "on | off | lzo | zlib | zstd", .standard = "off"},
    PropertyRow{.name = "atime", .header = "ATIME", .kind = Kind::choice, .set = Set::any_time, .inherited = true, .values = on_off, .standard = "on"},
    PropertyRow{.name = "devices", .header = "DEVICES", .kind = Kind::choice, .set = Set::any_time, .inherited = true, .values = on_off, .standard = "on"},
    PropertyRow{.name = "exec", .header = "EXEC", .kind = Kind::choice, .set = Set::any_time, .inherited = true, .values = on_off, .standard = "on"},
    PropertyRow{.name = "setuid", .header = "SETUID", .kind = Kind::choice, .set = Set::any_time, .inherited = true, .values = on_off, .standard = "on"},
    PropertyRow{.name = "readonly", .alias = "rdonly", .header = "RDONLY", .kind = Kind::choice, .set = Set::any_time, .inherited = true,
                .values = on_off, .standard = "off"},
    PropertyRow{.name = "createtxg", .header = "CREATETXG", .kind = Kind::number, .on_snapshots = true},
    PropertyRow{.name = "canmount", .header = "CANMOUNT", .kind = Kind::choice, .set = Set::any_time, .values = "on | off | noauto", .standard = "on"},
    PropertyRow{.name = "guid", .header = "GUID", .kind = Kind::number, .on_snapshots = true},
    PropertyRow{.name = "clones", .header = "CLONES", .on_snapshots = true},
    PropertyRow{.name = "refquota", .header = "REFQUOTA", .kind = Kind::number, .set = Set::any_time, .standard = "0"},
    PropertyRow{.name = "usedbysnapshots", .alias = "usedsnap", .header = "USEDSNAP", .kind = Kind::number},
    PropertyRow{.name = "usedbydataset", .alias = "usedds", .header = "USEDDS", .kind = Kind::number},
    PropertyRow{.name = "usedbychildren", .alias = "usedchild", .header = "USEDCHILD", .kind = Kind::number},
    PropertyRow{.name = "cellblock:backend", .header = "CELLBLOCK:BACKEND", .kind = Kind::choice, .set = Set::at_create,
                .values = "overlay | btrfs | copy"},
};

Result<std::string> checked_choice(const PropertyRow& row, std::string_view value) {
  for (std::string_view rest = row.values; !rest.empty();)
    if (trim(take_part(rest, '|')) == value) return std::string(value);
  return fail(Why::invalid, "'{}' must be one of '{}'", row.name, row.values);
}

Result<std::string> checked_number(const PropertyRow&, std::string_view value) {
  if (value == "none") return "0";
  auto bytes = parse_size(value);
  if (!bytes) return fail(Why::invalid, "bad numeric value '{}'", value);
  return fmt::format("{}", *bytes);
}

bool climbs(std::string_view path) {
  for (std::string_view rest = path; !rest.empty();)
    if (std::string_view part = take_part(rest, '/'); part == ".." || part == ".") return true;
  return false;
}

Result<std::string> checked_mountpoint(std::string_view value) {
  if (value == "none" || value == "legacy") return std::string(value);
  if (!value.starts_with('/') || climbs(value) || value.contains('\0'))
    return fail(Why::invalid, "'mountpoint' must be an absolute path, 'none', or 'legacy'");
  std::string path(value);
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

std::span<const PropertyRow> properties() { return rows; }

const PropertyRow* find_property(std::string_view name) {
  auto found = std::ranges::find_if(rows, [&](const PropertyRow& row) { return row.name == name || (!row.alias.empty() && row.alias == name); });
  return found == rows.end() ? nullptr : &*found;
}

bool is_user_property(std::string_view name) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789:-._";
  return name.contains(':') && name.size() < 256 && name.find_first_not_of(allowed) == name.npos && !find_property(name);
}

Result<std::string> checked_value(std::string_view name, std::string_view value, Set when) {
  if (is_user_property(name)) {
    if (value.size() >= 8192) return fail(Why::invalid, "property value of '{}' is too long", name);
    return std::string(value);
  }
  const PropertyRow* row = find_property(name);
  if (!row) return fail(Why::invalid, "invalid property '{}'", name);
  if (row->set == Set::never) return fail(Why::invalid, "'{}' is readonly", row->name);
  if (row->set == Set::at_create && when == Set::any_time)
    return fail(Why::invalid, "'{}' is readonly: it is chosen at creation", row->name);
  switch (row->kind) {
    case Kind::number: return checked_number(*row, value);
    case Kind::choice: return checked_choice(*row, value);
    case Kind::text: return checked_mountpoint(value);
  }
  return fail(Why::invalid, "invalid property '{}'", name);
}

}  // namespace cellblock::dataset
