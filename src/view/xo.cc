#include "view/xo.hpp"

#include <fmt/core.h>

namespace cellblock::view {

Xo::Xo(const XoOptions& options, std::string& out) : options_(options), out_(out) {
  frames_.push_back({Frame::top, "", options.not_first});
}

void Xo::indent() {
  if (options_.pretty)
    out_.append(static_cast<size_t>((depth_ + (top_open_ ? 1 : 0)) * options_.indent), ' ');
}

void Xo::open_top() {
  if (options_.no_top || top_open_) return;
  out_ += '{';
  line();
  top_open_ = true;
  indent();
  out_ += fmt::format("\"__version\": \"{}\", ", options_.version);
  line();
}

/// What stands between this element and the one before it on the same level.
void Xo::separate(std::string_view compact) {
  Frame& frame = frames_.back();
  if (frame.not_first) out_ += options_.pretty ? ",\n" : compact;
  frame.not_first = true;
}

void Xo::json_name(std::string_view name) {
  out_ += '"';
  size_t begin = out_.size();
  escape(name);
  if (options_.underscores)
    for (size_t at = begin; at < out_.size(); ++at)
      if (out_[at] == '-') out_[at] = '_';
  out_ += '"';
}

void Xo::open(std::string_view name, Frame::Kind kind) {
  if (json()) {
    open_top();
    separate(", ");
    indent();
    if (kind != Frame::instance) {
      json_name(name);
      out_ += ": ";
    }
    out_ += kind == Frame::list ? '[' : '{';
    line();
    ++depth_;
  } else if (kind != Frame::list) {  // XML knows no list around its elements
    indent();
    out_ += fmt::format("<{}", name);
    if (!made_output_) out_ += fmt::format(" version=\"{}\"", options_.version);
    out_ += '>';
    line();
    ++depth_;
  }
  made_output_ = true;
  frames_.push_back({kind, std::string(name)});
}

void Xo::close() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  if (json()) {
    --depth_;
    if (frame.kind != Frame::list || frame.not_first) line();
    indent();
    out_ += frame.kind == Frame::list ? ']' : '}';
  } else if (frame.kind != Frame::list) {
    --depth_;
    indent();
    out_ += fmt::format("</{}>", frame.name);
    line();
  }
  frames_.back().not_first = true;
}

void Xo::field(std::string_view name, std::string_view value, bool quoted) {
  if (json()) {
    separate(",");
    indent();
    json_name(name);
    out_ += options_.pretty ? ": " : ":";
    if (quoted) out_ += '"';
    escape(value);
    if (quoted) out_ += '"';
    return;
  }
  indent();
  out_ += '<';
  escape(name);
  out_ += '>';
  escape(value);
  out_ += "</";
  escape(name);
  out_ += '>';
  line();
}

void Xo::item(std::string_view value) {
  if (!json()) return field(frames_.back().name, value, true);
  separate(",");
  indent();
  out_ += '"';
  escape(value);
  out_ += '"';
}

void Xo::finish() {
  while (frames_.size() > 1) close();
  if (!json() || options_.no_top) return;
  if (top_open_)
    line();
  else if (!made_output_)
    out_ += "{ ";
  top_open_ = false;
  out_ += "}\n";
}

void Xo::escape(std::string_view text) {
  for (char c : text) {
    std::string_view instead;
    if (json()) {
      switch (c) {
        case '"':
          instead = "\\\"";
          break;
        case '\\':
          instead = "\\\\";
          break;
        case '\n':
          instead = "\\n";
          break;
        case '\r':
          instead = "\\r";
          break;
        case '\t':
          instead = "\\t";
          break;
        case '\b':
          instead = "\\b";
          break;
        case '\f':
          instead = "\\f";
          break;
        default:
          break;
      }
      // libxo lets the other control characters through; JSON does not have them.
      if (instead.empty() && static_cast<unsigned char>(c) < ' ') {
        out_ += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        continue;
      }
    } else if (c == '<') {
      instead = "&lt;";
    } else if (c == '>') {
      instead = "&gt;";
    } else if (c == '&') {
      instead = "&amp;";
    }
    if (instead.empty())
      out_ += c;
    else
      out_ += instead;
  }
}

}  // namespace cellblock::view
