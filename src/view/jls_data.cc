#include "view/jls_data.hpp"

#include "model/meta.hpp"
#include "view/jls_text.hpp"

namespace cellblock::view {
namespace {

using model::Kind;
using model::Prison;

void write_list(Xo& xo, std::string_view name, const std::vector<std::string>& values) {
  xo.open_list(name);
  for (const std::string& value : values) xo.item(value);
  xo.close();
}

void write_table_row(Xo& xo, const JlsRequest& request, const Prison& prison) {
  if (request.with_names)
    xo.string("name", prison.name);
  else
    xo.literal("jid", std::to_string(prison.jid));
  xo.string("ipv4", prison.ip4_addr.empty() ? "" : prison.ip4_addr.front());
  xo.string("hostname", prison.hostname);
  xo.string("path", prison.path);
}

void write_verbose(Xo& xo, const JlsRequest& request, const Prison& prison) {
  xo.literal("jid", std::to_string(prison.jid));
  xo.string("hostname", prison.hostname);
  xo.string("path", prison.path);
  xo.string("name", prison.name);
  xo.string("state", prison.dying ? "DYING" : "ACTIVE");
  xo.literal("cpusetid", std::to_string(prison.cpuset_id));
  write_list(xo, request.xo.version == 2 ? "ipv4_addrs" : "ipv4-addrs", prison.ip4_addr);
  write_list(xo, request.xo.version == 2 ? "ipv6_addrs" : "ipv6-addrs", prison.ip6_addr);
}

/// Numbers are strings here, as in FreeBSD: only a named boolean is a literal.
void write_column(Xo& xo, const JlsRequest& request, const JlsColumn& column, const Prison& prison) {
  auto values = model::values_of(prison, *column.param);
  if (column.param->kind == Kind::list) return write_list(xo, column.name, values);
  if (column.param->kind == Kind::boolean) {
    bool truth = (values.front() == "true") != column.negated;
    if (request.named) return xo.literal(column.name, truth ? "true" : "false");
    return xo.string(column.name, truth ? "true" : "false");
  }
  if (column.key.empty()) return xo.string(column.name, values.front());
  if (auto value = model::meta_value(values.front(), column.key)) xo.string(column.name, *value);
}

}  // namespace

void write_data_jail(Xo& xo, const JlsRequest& request, const Prison& prison) {
  xo.open_instance("jail");
  if (request.shape == JlsShape::table) write_table_row(xo, request, prison);
  if (request.shape == JlsShape::verbose) write_verbose(xo, request, prison);
  for (const JlsColumn& column : request.columns)
    if (!is_skipped(request, column, prison)) write_column(xo, request, column, prison);
  xo.close();
}

}  // namespace cellblock::view
