#include "view/jls_text.hpp"

#include <fmt/core.h>
#include <fmt/format.h>

#include <iterator>

#include "base/text.hpp"
#include "model/meta.hpp"
#include "view/jls.hpp"

namespace cellblock::view {
namespace {

using model::Kind;
using model::Prison;

constexpr size_t unlimited = std::string::npos;

std::string_view primary_address(const Prison& prison) {
  return prison.ip4_addr.empty() ? std::string_view() : std::string_view(prison.ip4_addr.front());
}

void append_table_row(std::string& out, const JlsRequest& request, const Prison& prison) {
  if (request.with_names) {
    out += ' ';
    append_padded(out, prison.name, 15, unlimited);
    out += ' ';
  } else {
    fmt::format_to(std::back_inserter(out), "{:6}  ", prison.jid);
  }
  append_padded(out, primary_address(prison), 15, 15);
  out += ' ';
  append_padded(out, prison.hostname, 29, 29);
  out += ' ';
  append_padded(out, prison.path, 0, 74);
  out += '\n';
}

void append_verbose(std::string& out, const Prison& prison) {
  constexpr std::string_view margin = "        ";
  fmt::format_to(std::back_inserter(out), "{:6}  ", prison.jid);
  append_padded(out, prison.hostname, 29, 29);
  out += ' ';
  append_padded(out, prison.path, 0, 74);
  out += '\n';
  out += margin;
  append_padded(out, prison.name, 29, 29);
  out += prison.dying ? " DYING\n" : " ACTIVE\n";
  fmt::format_to(std::back_inserter(out), "{}{}\n", margin, prison.cpuset_id);
  for (const auto* list : {&prison.ip4_addr, &prison.ip6_addr})
    for (const std::string& address : *list)
      fmt::format_to(std::back_inserter(out), "{}{}\n", margin, address);
}

/// With the other kind of quote than the value has in it; quotes of both kinds are beyond it, as in FreeBSD. An end of
/// line is itself only in what is made of `lines` (meta, env): elsewhere it would look like the next jail.
void append_value(std::string& out, std::string_view value, bool quoted, bool lines = false) {
  if (value.empty()) {
    out += "\"\"";
    return;
  }
  char quote = 0;
  if (value.contains('\''))
    quote = '"';
  else if (value.contains('"'))
    quote = '\'';
  else if (value.find_first_of(" \t") != value.npos)
    quote = '"';
  if (quote && quoted) out += quote;
  out += harmless(value, lines ? "\n\t" : "\t");
  if (quote && quoted) out += quote;
}

/// "allow.nomount" for "allow.mount" and the other way round.
std::string with_no(std::string_view name) {
  size_t dot = name.rfind('.');
  size_t begin = dot == name.npos ? 0 : dot + 1;
  return fmt::format("{}no{}", name.substr(0, begin), name.substr(begin));
}

void append_key(std::string& out, const JlsRequest& request, const JlsColumn& column,
                std::string_view whole) {
  auto value = model::meta_value(whole, column.key);
  if (request.named) out += column.name;
  if (!value) return;
  if (request.named) out += '=';
  append_value(out, *value, request.quoted);
}

void append_list(std::string& out, const JlsRequest& request, const std::vector<std::string>& values) {
  if (!values.empty())
    append_value(out, join(values, ","), request.quoted);
  else if (request.quoted)
    out += "\"\"";
  else if (!request.named)
    out += '-';
}

void append_column(std::string& out, const JlsRequest& request, const JlsColumn& column,
                   const Prison& prison) {
  auto values = model::values_of(prison, *column.param);
  if (column.param->kind == Kind::boolean) {
    bool truth = values.front() == "true";
    if (request.named)
      out += truth ? std::string(column.param->name) : with_no(column.param->name);
    else
      out += truth != column.negated ? "true" : "false";
    return;
  }
  if (!column.key.empty()) return append_key(out, request, column, values.front());
  if (request.named) {
    out += column.name;
    out += '=';
  }
  if (column.param->kind == Kind::list)
    append_list(out, request, values);
  else
    append_value(out, values.front(), request.quoted, column.param->inside);
}

}  // namespace

bool is_skipped(const JlsRequest& request, const JlsColumn& column, const Prison& prison) {
  if (!request.feedable) return false;
  if (column.param->read_only) return true;
  // Nothing here stands for "as the parent has it", and jail_set(2) refuses to be told nothing.
  if (column.param->field == model::Field(&Prison::osrelease) && prison.osrelease.empty()) return true;
  if (column.param->field == model::Field(&Prison::osreldate) && prison.osreldate == 0) return true;
  return column.governor &&
         model::values_of(prison, *column.governor).front() != model::name_of(model::Sys::fresh);
}

void append_text_header(std::string& out, const JlsRequest& request) {
  if (request.shape == JlsShape::verbose) {
    out +=
        "   JID  Hostname                      Path\n"
        "        Name                          State\n"
        "        CPUSetID\n"
        "        IP Address(es)\n";
  } else if (request.shape == JlsShape::table) {
    out += request.with_names ? " JID             IP Address      Hostname                      Path\n"
                              : "   JID  IP Address      Hostname                      Path\n";
  } else if (request.header) {
    for (const JlsColumn& column : request.columns) {
      if (&column != &request.columns.front()) out += ' ';
      out += column.name;
    }
    out += '\n';
  }
}

void append_text_jail(std::string& out, const JlsRequest& request, const Prison& prison) {
  if (request.shape == JlsShape::table) return append_table_row(out, request, prison);
  if (request.shape == JlsShape::verbose) return append_verbose(out, prison);
  bool first = true;
  for (const JlsColumn& column : request.columns) {
    if (is_skipped(request, column, prison)) continue;
    if (!first) out += ' ';
    first = false;
    append_column(out, request, column, prison);
  }
  out += '\n';
}

}  // namespace cellblock::view
