// The grammar. One Parser reads one file; it goes on behind the next ';' or '}' after an error.
#include <fmt/core.h>

#include "conf/lexer.hpp"
#include "conf/reader.hpp"

namespace cellblock::conf {
namespace {

/// What has been read of a statement when something unexpected follows: it decides what is said about it.
enum class Behind : uint8_t { nothing, name, operator_, value };

class Parser {
 public:
  Parser(Reader& reader, uint32_t file)
      : reader_(reader), text_(reader.source(file).text), name_(reader.source(file).name) {
    Lexed lexed = lex(text_, name_, file);
    tokens_ = std::move(lexed.tokens);
    comments_ = std::move(lexed.comments);
    for (Diag& diag : lexed.diags) reader_.report(std::move(diag));
  }

  std::vector<Item> run() { return items(0, nullptr); }

 private:
  const Token& peek(size_t ahead = 0) const { return tokens_[std::min(next_ + ahead, tokens_.size() - 1)]; }
  const Token& take() {
    const Token& token = peek();
    if (token.broken) muted_ = true;
    if (next_ + 1 < tokens_.size()) ++next_;
    return token;
  }
  bool at(TokenKind kind) const { return peek().kind == kind; }
  bool at_string() const { return at(TokenKind::word) || at(TokenKind::variable); }
  const Token& previous() const { return tokens_[next_ ? next_ - 1 : 0]; }
  std::string_view raw(const Span& span) const {
    return std::string_view(text_).substr(span.begin, span.end - span.begin);
  }

  std::vector<Item> items(int depth, const Token* opened);
  void statement(std::vector<Item>& out, int depth);
  bool join_block_name(Token& name) const;
  void block(std::vector<Item>& out, const Token& name, int depth);
  void too_deep();
  void parameter(std::vector<Item>& out, const Token& name, int depth);
  bool values(ParamDecl& param, int depth);
  Value value();
  void end_of_statement(std::vector<Item>& out, ParamDecl param);
  IncludeDecl include(const ParamDecl& param);
  void comments(std::vector<Item>& out);
  bool has_gap_before(uint32_t place) const;

  void unexpected(Behind behind, int depth, const ParamDecl* param = nullptr);
  Diag explain(Behind behind, const ParamDecl* param) const;
  std::string hint(Behind behind) const;
  bool semicolon_missing(Behind behind) const;
  void recover(int depth);

  Reader& reader_;
  // Copies: the reader's list of texts moves when a file is included.
  std::string text_, name_;
  std::vector<Token> tokens_;
  std::vector<LexedComment> comments_;
  size_t next_ = 0, next_comment_ = 0;
  bool muted_ = false;  ///< the statement has a broken token: what follows from it is not reported
  bool end_reported_ = false;
};

/// Statements up to the '}' that closes the block, which is left, or to the end of the file.
std::vector<Item> Parser::items(int depth, const Token* opened) {
  std::vector<Item> out;
  while (!reader_.full()) {
    comments(out);
    muted_ = false;
    if (at(TokenKind::semicolon)) {
      take();
    } else if (at(TokenKind::end)) {
      if (opened && !end_reported_ && !peek().broken)
        reader_.report({opened->at, fmt::format("{}: unexpected EOF", name_), "this '{' is not closed"});
      end_reported_ |= opened != nullptr;
      break;
    } else if (at(TokenKind::close) && opened) {
      break;
    } else {
      size_t size = out.size();
      uint32_t begin = peek().at.begin;
      statement(out, depth);
      if (out.size() > size) out.back().gap = has_gap_before(begin);
    }
  }
  return out;
}

/// Whether an empty line stands before this place.
bool Parser::has_gap_before(uint32_t place) const {
  int lines = 0;
  for (; place > 0 && std::string_view(" \t\r\n").find(text_[place - 1]) != std::string_view::npos; --place)
    lines += text_[place - 1] == '\n';
  return lines > 1;
}

void Parser::statement(std::vector<Item>& out, int depth) {
  if (!at_string()) {
    unexpected(Behind::nothing, depth);
    return;
  }
  Token name = take();
  if (at(TokenKind::open) && name.kind == TokenKind::word) return block(out, name, depth);
  if (join_block_name(name)) {
    while (!at(TokenKind::open)) take();
    return block(out, name, depth);
  }
  parameter(out, name, depth);
}

/// FreeBSD takes `web.* {` for an error, since its lexer makes two words of it and the grammar wants one; the
/// manual page doesn't know that. Words without quotes that touch and stand before a '{' are taken for a
/// name.
bool Parser::join_block_name(Token& name) const {
  std::string text = name.text;
  Span at = name.at;
  size_t ahead = 0;
  for (; peek(ahead).kind == TokenKind::word && peek(ahead).touching && peek(ahead).bare; ++ahead) {
    text += peek(ahead).text;
    at = cover(at, peek(ahead).at);
  }
  if (ahead == 0 || !name.bare || peek(ahead).kind != TokenKind::open) return false;
  name.text = std::move(text);
  name.at = at;
  return true;
}

void Parser::block(std::vector<Item>& out, const Token& name, int depth) {
  const Token open = take();
  if (!reader_.enter_block()) return too_deep();
  JailDecl jail{.name = {name.text, name.at}, .items = items(depth + 1, &open), .at = {}};
  reader_.leave_block();
  if (at(TokenKind::close)) take();
  jail.at = cover(name.at, previous().at);
  out.push_back({std::move(jail)});
}

/// Behind a '{' too many: skips to its '}' without recursion.
void Parser::too_deep() {
  const Token& open = previous();
  reader_.report({open.at, fmt::format("{} line {}: {{: syntax error", name_, open.line),
                  fmt::format("blocks are nested more than {} deep", max_block_depth)});
  for (int level = 1; level > 0 && !at(TokenKind::end);) {
    TokenKind kind = take().kind;
    level += kind == TokenKind::open ? 1 : kind == TokenKind::close ? -1 : 0;
  }
}

void Parser::parameter(std::vector<Item>& out, const Token& name, int depth) {
  ParamDecl param{.name = {name.text, name.at}, .variable = name.kind == TokenKind::variable};
  param.at = name.at;
  Behind behind = Behind::name;
  if (at(TokenKind::equals) || at(TokenKind::append)) {
    param.assign = take().kind == TokenKind::equals ? Assign::set : Assign::append;
    if (!values(param, depth)) return;
    behind = Behind::value;
  } else if (at_string() && !peek().touching) {
    param.assign = Assign::plain;
    if (!values(param, depth)) return;
    behind = Behind::value;
  }
  if (!at(TokenKind::semicolon)) {
    bool goes_on = semicolon_missing(behind);
    unexpected(behind, depth, &param);
    if (goes_on) out.push_back({std::move(param)});
    return;
  }
  end_of_statement(out, std::move(param));
}

/// Value { ',' value }. False after an error, which is dealt with.
bool Parser::values(ParamDecl& param, int depth) {
  for (;;) {
    if (!at_string()) {
      unexpected(Behind::operator_, depth, &param);
      return false;
    }
    param.values.push_back(value());
    param.at = cover(param.at, param.values.back().at);
    if (!at(TokenKind::comma)) return true;
    take();
  }
}

Value Parser::value() {
  Value value;
  value.at = peek().at;
  do {
    const Token& token = take();
    value.at = cover(value.at, token.at);
    bool variable = token.kind == TokenKind::variable;
    if (!variable && token.text.empty()) continue;
    if (!variable && !value.pieces.empty() && !value.pieces.back().variable) {
      value.pieces.back().text += token.text;
      value.pieces.back().at = cover(value.pieces.back().at, token.at);
    } else {
      value.pieces.push_back({variable, token.text, token.at});
    }
  } while (at_string() && peek().touching);
  return value;
}

void Parser::end_of_statement(std::vector<Item>& out, ParamDecl param) {
  const Token& semicolon = take();
  param.at = cover(param.at, semicolon.at);
  if (param.assign != Assign::plain || param.variable || param.name.value != ".include")
    out.push_back({std::move(param)});
  else
    out.push_back({include(param)});
}

IncludeDecl Parser::include(const ParamDecl& param) {
  IncludeDecl out{.patterns = param.values, .files = {}, .at = param.at};
  for (const Value& pattern : param.values) {
    const Piece* variable = nullptr;
    for (const Piece& piece : pattern.pieces)
      if (piece.variable && !variable) variable = &piece;
    if (variable)
      reader_.report(
          {variable->at,
           fmt::format("{} line {}: variables not permitted in '.include' filename", name_, previous().line),
           "variables get their values only after all files are read"});
    else
      reader_.include(pattern.pieces.empty() ? "" : pattern.pieces.front().text, pattern.at, out);
  }
  return out;
}

/// Comments that stand right before the next token; those before earlier ones were inside a statement.
void Parser::comments(std::vector<Item>& out) {
  for (; next_comment_ < comments_.size() && comments_[next_comment_].before <= next_; ++next_comment_) {
    if (comments_[next_comment_].before != next_) continue;
    Comment comment = comments_[next_comment_].comment;
    const Comment* before = out.empty() ? nullptr : std::get_if<Comment>(&out.back().what);
    // Behind a comment to the end of the line (an empty statement stood between) it would become a part of it.
    bool joins = before && !(before->trailing && before->text.starts_with("/*"));
    comment.trailing = comment.trailing && !out.empty() && !joins;
    bool gap = has_gap_before(comment.at.begin);
    out.push_back({std::move(comment), gap});
  }
}

/// Whether the statement is complete but for its ';', so that nothing needs to be skipped.
bool Parser::semicolon_missing(Behind behind) const {
  if (behind != Behind::name && behind != Behind::value) return false;
  if (at(TokenKind::close) || at(TokenKind::end)) return true;
  return at_string() && !peek().touching &&
         raw({0, previous().at.end, peek().at.begin}).find('\n') != std::string::npos;
}

std::string Parser::hint(Behind behind) const {
  if (at(TokenKind::stray)) return "this character needs quotes";
  switch (behind) {
    case Behind::nothing:
      if (at(TokenKind::close)) return "no block is open here";
      return "a name is missing before this";
    case Behind::name:
      if (at(TokenKind::open)) return "a block is named by a word, not by a variable";
      if (at(TokenKind::comma)) return "a ',' stands between values only";
      return "a name is a single word: if it has special characters, put all of it in quotes";
    case Behind::operator_:
      return "a value is missing before this; an empty one is written \"\"";
    case Behind::value:
      if (at(TokenKind::open)) return "the name of a block is a single word; one with blanks needs quotes";
      if (at(TokenKind::equals) || at(TokenKind::append)) return "a value that contains this needs quotes";
      return "a value with blanks needs quotes; a ',' stands between values, a ';' behind the last";
  }
  return {};
}

/// Where and why, for the token that is next.
Diag Parser::explain(Behind behind, const ParamDecl* param) const {
  Span here = peek().at;
  auto gap = [](Span before) { return Span{before.file, before.end, before.end}; };
  if (semicolon_missing(behind)) return {gap(previous().at), {}, "a ';' is missing here"};
  // `persist NEWLINE path = ...` reads as a parameter persist with the value path.
  bool merged = param && behind == Behind::value && param->assign == Assign::plain &&
                param->values.size() == 1 &&
                (at(TokenKind::equals) || at(TokenKind::append) || at(TokenKind::open)) &&
                raw({0, param->name.at.end, param->values[0].at.begin}).find('\n') != std::string::npos;
  if (merged) return {gap(param->name.at), {}, "a ';' is missing here"};
  return {here, {}, hint(behind)};
}

void Parser::unexpected(Behind behind, int depth, const ParamDecl* param) {
  const Token& token = peek();
  if (!muted_ && !token.broken) {
    Diag diag = explain(behind, param);
    diag.what = token.kind == TokenKind::end
                    ? fmt::format("{}: unexpected EOF", name_)
                    : fmt::format("{} line {}: {}: syntax error", name_, token.line, raw(token.at));
    reader_.report(std::move(diag));
  }
  end_reported_ |= token.kind == TokenKind::end;
  if (!semicolon_missing(behind)) recover(depth);
}

/// Skips the rest of the statement. A block in it is read for its own errors.
void Parser::recover(int depth) {
  while (!at(TokenKind::end)) {
    if (at(TokenKind::close)) {
      if (depth == 0) take();
      return;
    }
    const Token token = take();
    if (token.kind == TokenKind::semicolon) return;
    if (token.kind != TokenKind::open) continue;
    if (!reader_.enter_block()) return too_deep();
    items(depth + 1, &token);
    reader_.leave_block();
    if (at(TokenKind::close)) take();
    return;
  }
}

}  // namespace

std::vector<Item> parse_file(Reader& reader, uint32_t file) { return Parser(reader, file).run(); }

}  // namespace cellblock::conf
