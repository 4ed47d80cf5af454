#include "conf/lexer.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace cellblock::conf {
namespace {

constexpr size_t none = std::string_view::npos;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_octal(char c) { return c >= '0' && c <= '7'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name(char c) { return is_name_start(c) || is_digit(c); }
bool is_bare(char c) {
  return c != '\0' && (is_name(c) || std::string_view("!%&()-.:<>?@[]^`|~").find(c) != none);
}
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The length of the escape at text[at], which is a backslash; at least 1.
size_t escape_length(std::string_view text, size_t at) {
  size_t end = std::min(at + 2, text.size());
  if (end - at < 2) return 1;
  char c = text[at + 1];
  if (is_octal(c))
    while (end < text.size() && end < at + 4 && is_octal(text[end])) ++end;
  if (c == 'x')
    while (end < text.size() && end < at + 4 && hex_value(text[end]) >= 0) ++end;
  return end - at;
}

/// What the escape means: one character, or nothing.
void append_escape(std::string& out, std::string_view escape) {
  if (escape.size() < 2 || escape[1] == '\n') return;
  char c = escape[1];
  static constexpr std::string_view letters = "abfnrtv", meanings = "\a\b\f\n\r\t\v";
  int value = 0;
  if (is_octal(c))
    for (char digit : escape.substr(1)) value = value * 8 + (digit - '0');
  else if (c == 'x')
    for (char digit : escape.substr(2)) value = value * 16 + hex_value(digit);
  else if (size_t letter = letters.find(c); letter != none)
    value = meanings[letter];
  else
    value = static_cast<unsigned char>(c);
  out += static_cast<char>(value);
}

class Lexer {
 public:
  Lexer(std::string_view text, std::string_view name, uint32_t file)
      : text_(text), name_(name), file_(file) {}

  Lexed run() {
    out_.tokens.reserve(text_.size() / 6 + 1);
    while (at_ < text_.size()) step();
    add(TokenKind::end, at_, {}).broken = end_broken_;
    return std::move(out_);
  }

 private:
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool starts(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  Span span(size_t begin, size_t end) const {
    return {file_, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
  }

  /// Moves to `end`, counting lines.
  void advance(size_t end) {
    line_ += static_cast<uint32_t>(std::count(text_.begin() + at_, text_.begin() + end, '\n'));
    at_ = end;
  }

  Token& add(TokenKind kind, size_t end, std::string text) {
    Span at = span(at_, end);
    advance(end);
    bool piece = kind == TokenKind::word || kind == TokenKind::variable;
    out_.tokens.push_back(
        {.kind = kind, .touching = piece && touching_, .text = std::move(text), .at = at, .line = line_});
    touching_ = piece;
    return out_.tokens.back();
  }

  void report(Span at, std::string_view what, std::string hint) {
    out_.diags.push_back({at, fmt::format("{} line {}: {}", name_, line_, what), std::move(hint)});
  }

  void step() {
    char c = peek();
    if (is_blank(c)) {
      advance(std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()));
      touching_ = false;
    } else if (c == '#' || starts("//")) {
      comment(std::min(text_.find('\n', at_), text_.size()));
    } else if (starts("/*")) {
      long_comment();
    } else if (c == '\'') {
      single_quoted();
    } else if (c == '"') {
      double_quoted();
    } else if (c == '$' && (is_name_start(peek(1)) || peek(1) == '{')) {
      variable(text_.size(), "\n{}");
    } else {
      plain(c);
    }
  }

  /// Reserved tokens and words without quotes. A word is handed out in the pieces that FreeBSD's lexer makes
  /// of it, since a syntax error names one piece.
  void plain(char c) {
    static constexpr std::string_view reserved = ";,={}";
    static constexpr TokenKind kinds[] = {TokenKind::semicolon, TokenKind::comma, TokenKind::equals,
                                          TokenKind::open, TokenKind::close};
    if (size_t which = reserved.find(c); which != none) {
      add(kinds[which], at_ + 1, {});
    } else if (starts("+=")) {
      add(TokenKind::append, at_ + 2, {});
    } else if (is_bare(c)) {
      size_t end = at_;
      while (end < text_.size() && is_bare(text_[end])) ++end;
      add(TokenKind::word, end, std::string(text_.substr(at_, end - at_))).bare = true;
    } else if (c == '\\') {
      size_t length = escape_length(text_, at_);
      add(TokenKind::word, at_ + length, decode(text_.substr(at_, length))).bare = true;
    } else if (c == '$' || c == '*' || c == '+' || c == '/') {
      add(TokenKind::word, at_ + 1, std::string(1, c)).bare = true;
    } else {
      stray();
    }
  }

  /// A whole character, so that a message about it is readable.
  void stray() {
    size_t end = at_ + 1;
    while (end < text_.size() && end < at_ + 4 && (text_[end] & 0xc0) == 0x80 && (text_[at_] & 0xc0) == 0xc0)
      ++end;
    add(TokenKind::stray, end, {});
  }

  void comment(size_t end) {
    Span at = span(at_, end);
    bool trailing = !out_.tokens.empty() && out_.tokens.back().line == line_ &&
                    out_.tokens.back().kind != TokenKind::open;
    std::string_view text = text_.substr(at_, end - at_);
    while (text.ends_with('\r')) text.remove_suffix(1);
    out_.comments.push_back({out_.tokens.size(), {std::string(text), trailing, at}});
    advance(end);
    touching_ = false;
  }

  void long_comment() {
    size_t close = text_.find("*/", at_ + 2);
    if (close != none) return comment(close + 2);
    Span at = span(at_, at_ + 2);
    advance(text_.size());
    report(at, "unterminated comment", "this comment has no \"*/\" up to the end of the file");
    end_broken_ = true;
  }

  /// Where the quote that is opened at `at_` closes, or none.
  size_t closing(char quote) const {
    for (size_t i = at_ + 1; i < text_.size(); ++i) {
      if (text_[i] == quote) return i;
      if (text_[i] == '\\') ++i;
    }
    return none;
  }

  /// As on FreeBSD the rest of the line is taken for the string.
  void unterminated_string() {
    size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '\n')
      end += text_[end] == '\\' && end + 1 < text_.size() && text_[end + 1] != '\n' ? 2 : 1;
    end = std::min(end, text_.size());
    report(span(at_, end), "unterminated string",
           fmt::format("this {} is not closed up to the end of the file", text_[at_]));
    add(TokenKind::word, end, decode(text_.substr(at_ + 1, end - at_ - 1))).broken = true;
  }

  void single_quoted() {
    size_t close = closing('\'');
    if (close == none) return unterminated_string();
    add(TokenKind::word, close + 1, decode(text_.substr(at_ + 1, close - at_ - 1)));
  }

  /// A string with variables comes in pieces; the first is a word even if it is empty.
  void double_quoted() {
    size_t close = closing('"');
    if (close == none) return unterminated_string();
    literal(close, 1);
    while (at_ < close) {
      if (peek() == '$' && at_ + 1 < close && (is_name_start(peek(1)) || peek(1) == '{'))
        variable(close, "\n\"{}");
      else
        literal(close, 0);
    }
    if (at_ == close) advance(close + 1);
  }

  /// Up to the next variable or the closing quote; `skip` bytes at the front are the opening quote.
  void literal(size_t close, size_t skip) {
    size_t end = at_ + skip;
    while (end < close && !(text_[end] == '$' && end + 1 < close &&
                            (is_name_start(text_[end + 1]) || text_[end + 1] == '{')))
      end += text_[end] == '\\' ? 2 : 1;
    end = std::min(end, close);
    std::string text = decode(text_.substr(at_ + skip, end - at_ - skip));
    // Without a variable the closing quote belongs to the token, for messages.
    add(TokenKind::word, end == close ? close + 1 : end, std::move(text));
  }

  /// $name or ${anything but `stops`, unless escaped}, which ends before `limit`.
  void variable(size_t limit, std::string_view stops) {
    size_t end = at_ + 1;
    if (peek(1) != '{') {
      while (end < limit && is_name(text_[end])) ++end;
      add(TokenKind::variable, end, std::string(text_.substr(at_ + 1, end - at_ - 1)));
      return;
    }
    for (++end; end < limit && stops.find(text_[end]) == none; ++end)
      if (text_[end] == '\\' && end + 1 < limit) ++end;
    end = std::min(end, limit);
    if (end < limit && text_[end] == '}') {
      add(TokenKind::variable, end + 1, decode(text_.substr(at_ + 2, end - at_ - 2)));
      return;
    }
    report(span(at_, end), "unterminated variable", "this ${ has no '}' on its line");
    add(TokenKind::variable, end, {}).broken = true;
  }

  std::string_view text_, name_;
  uint32_t file_;
  size_t at_ = 0;
  uint32_t line_ = 1;
  bool touching_ = false;
  bool end_broken_ = false;
  Lexed out_;
};

}  // namespace

std::string decode(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    size_t length = text[at] == '\\' ? escape_length(text, at) : 1;
    if (text[at] == '\\')
      append_escape(out, text.substr(at, length));
    else
      out += text[at];
    at += length;
  }
  return out.substr(0, out.find('\0'));
}

Lexed lex(std::string_view text, std::string_view name, uint32_t file) {
  return Lexer(text, name, file).run();
}

}  // namespace cellblock::conf
