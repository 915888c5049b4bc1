// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast {

/// Cuts the text of a swanctl.conf into tokens. What a character means depends on where it stands,
/// so the parser asks for a token, for the rest of a value, or for the pattern of an include.
class Scanner {
 public:
  enum class Kind { kName, kOpen, kClose, kEquals, kColon, kComma, kNewline, kEnd };
  struct Token {
    Kind kind = Kind::kEnd;
    std::string text;   ///< Of a name.
    std::string place;  ///< "file:line"
    bool has_blank_behind = false;
  };

  Scanner(std::string_view text, const std::string& file);

  /// The next token; blanks and comments are passed over, a comment ends with a newline.
  /// With `is_path` a name may have dots. Errors: kBadFormat.
  Result<Token> next(bool is_path = false);
  /// The same without newlines.
  Result<Token> next_in_line(bool is_path);
  /// What follows "=", to the end of the line, a comment or "}". Empty: nothing follows.
  /// Errors: kBadFormat (a quote that stays open).
  Result<std::optional<std::string>> value();
  /// What follows "include", quoted or not. Errors: kBadFormat (nothing follows).
  Result<std::string> pattern();
  std::string place() const;
  tl::unexpected<Error> syntax_error(const std::string& place, const std::string& what) const;

 private:
  bool is_end() const { return at_ == text_.size(); }
  char peek() const { return text_[at_]; }
  void skip_blanks();
  void skip_comment();
  Result<std::string> quoted();
  /// A backslash and what follows it inside quotes.
  void escape(std::string& out);
  std::string word(std::string_view ends);

  std::string_view text_;
  std::string file_;
  std::size_t at_ = 0, line_ = 1;
};

}  // namespace holdfast
