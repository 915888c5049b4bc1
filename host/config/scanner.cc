// SPDX-License-Identifier: Apache-2.0
#include "config/scanner.h"

namespace holdfast {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kNameEnds = "#{}=:,\" \t\r\n";

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

std::optional<Scanner::Kind> kind_of(char c) {
  switch (c) {
    case '{':
      return Scanner::Kind::kOpen;
    case '}':
      return Scanner::Kind::kClose;
    case '=':
      return Scanner::Kind::kEquals;
    case ':':
      return Scanner::Kind::kColon;
    case ',':
      return Scanner::Kind::kComma;
    case '\n':
      return Scanner::Kind::kNewline;
    default:
      return std::nullopt;
  }
}

}  // namespace

Scanner::Scanner(std::string_view text, const std::string& file) : text_(text), file_(file) {
  // A byte-order mark would become part of the first name and take its section with it.
  if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
}

std::string Scanner::place() const { return file_ + ":" + std::to_string(line_); }

tl::unexpected<Error> Scanner::syntax_error(const std::string& place,
                                            const std::string& what) const {
  return fail(ErrorCode::kBadFormat, place, "syntax error, " + what);
}

void Scanner::skip_blanks() {
  while (!is_end() && is_one_of(peek(), kBlanks)) ++at_;
}

void Scanner::skip_comment() {
  if (is_end() || peek() != '#') return;
  while (!is_end() && peek() != '\n') ++at_;
}

std::string Scanner::word(std::string_view ends) {
  const std::size_t begin = at_;
  while (!is_end() && !is_one_of(peek(), ends)) ++at_;
  return std::string(text_.substr(begin, at_ - begin));
}

Result<Scanner::Token> Scanner::next(bool is_path) {
  skip_blanks();
  skip_comment();
  Token token;
  token.place = place();
  if (is_end()) return token;
  if (peek() == '"') return syntax_error(token.place, "quotes are for values, not for names");
  if (const auto kind = kind_of(peek())) {
    token.kind = *kind;
    if (*kind == Kind::kNewline) ++line_;
    ++at_;
    return token;
  }
  token.kind = Kind::kName;
  token.text = word(kNameEnds);
  token.has_blank_behind = !is_end() && is_one_of(peek(), kBlanks);
  if (token.text.find('\0') != std::string::npos)
    return syntax_error(token.place, "a name holds a zero byte");
  if (!is_path && token.text.find('.') != std::string::npos)
    return syntax_error(token.place, "a dot in the name '" + token.text + "'");
  return token;
}

Result<Scanner::Token> Scanner::next_in_line(bool is_path) {
  auto token = next(is_path);
  while (token && token->kind == Kind::kNewline) token = next(is_path);
  return token;
}

void Scanner::escape(std::string& out) {
  ++at_;
  if (is_end()) return;
  // A backslash before the end of a line takes the line break away, CR included.
  if (text_.substr(at_).starts_with("\r\n")) ++at_;
  const char c = text_[at_++];
  if (c == '\n')
    ++line_;
  else
    out.push_back(c == 'n' ? '\n' : c == 't' ? '\t' : c);
}

Result<std::string> Scanner::quoted() {
  const std::string begin = place();
  std::string out;
  ++at_;
  while (!is_end() && peek() != '"') {
    if (peek() == '\\') {
      escape(out);
      continue;
    }
    if (peek() == '\n') ++line_;
    out.push_back(text_[at_++]);
  }
  if (is_end()) return syntax_error(begin, "a quote is opened and not closed");
  ++at_;
  return out;
}

Result<std::optional<std::string>> Scanner::value() {
  std::optional<std::string> out;
  while (true) {
    skip_blanks();
    if (is_end() || is_one_of(peek(), "#}\n")) return out;
    std::string piece;
    if (peek() == '"') {
      auto text = quoted();
      if (!text) return tl::unexpected(text.error());
      piece = std::move(*text);
    } else {
      piece = word("#}\"\n \t\r");
    }
    // Pieces join with one blank, whatever stood between them.
    if (out)
      *out += " " + piece;
    else
      out = std::move(piece);
  }
}

Result<std::string> Scanner::pattern() {
  skip_blanks();
  if (!is_end() && peek() == '"') return quoted();
  std::string text = word("#}\"\n \t\r");
  if (text.empty()) return syntax_error(place(), "include without a pattern");
  return text;
}

}  // namespace holdfast
