// SPDX-License-Identifier: Apache-2.0
#include "config/raw_parser.h"

#include <algorithm>
#include <filesystem>

namespace holdfast {
namespace {

using Kind = Scanner::Kind;

constexpr std::size_t kMaxIncludeDepth = 16, kMaxIncludes = 1000;

std::string path_beside(const std::string& file, const std::string& pattern) {
  const std::filesystem::path path = std::filesystem::path(file).parent_path() / pattern;
  return path.lexically_normal().string();
}

}  // namespace

Status RawParser::parse(RawSection& root, std::size_t depth) {
  open_ = {&root};
  outer_depth_ = depth;
  while (true) {
    const auto token = scanner_.next();
    if (!token) return tl::unexpected(token.error());
    if (token->kind == Kind::kEnd) break;
    if (Status status = statement(*token); !status) return status;
  }
  if (open_.size() == 1) return {};
  return scanner_.syntax_error(
      open_places_.back(), "section '" + open_.back()->name + "' is opened here and not closed");
}

Status RawParser::statement(const Scanner::Token& token) {
  if (token.kind == Kind::kNewline) return {};
  if (token.kind == Kind::kClose) {
    if (open_.size() == 1) return scanner_.syntax_error(token.place, "'}' without a section");
    open_.pop_back();
    open_places_.pop_back();
    return {};
  }
  if (token.kind != Kind::kName)
    return scanner_.syntax_error(token.place, "the name of a key or section is expected");
  if (token.text == "include" && token.has_blank_behind) {
    const auto pattern = scanner_.pattern();
    if (!pattern) return tl::unexpected(pattern.error());
    return include(*pattern, token.place);
  }
  auto next = scanner_.next();
  if (next && next->kind == Kind::kEquals) {
    auto value = scanner_.value();
    if (!value) return tl::unexpected(value.error());
    if (*value && (*value)->find('\0') != std::string::npos)
      return scanner_.syntax_error(token.place, "the value holds a zero byte");
    open_.back()->set(token.text, std::move(*value), token.place);
    return {};
  }
  if (next && next->kind == Kind::kColon) return section_with_references(token.text, token.place);
  if (next && next->kind == Kind::kNewline) next = scanner_.next_in_line(false);
  if (next && next->kind == Kind::kOpen) return open_section(token.text, {}, token.place);
  return scanner_.syntax_error(token.place,
                               "'=', ':' or '{' is expected behind '" + token.text + "'");
}

Status RawParser::section_with_references(const std::string& name, const std::string& place) {
  std::vector<RawSection::Reference> references;
  while (true) {
    const auto path = scanner_.next(true);
    if (!path || path->kind != Kind::kName)
      return scanner_.syntax_error(place, "a section's path is expected behind '" + name + " :'");
    references.push_back({path->text, path->place});
    auto next = scanner_.next();
    if (next && next->kind == Kind::kComma) continue;
    if (next && next->kind == Kind::kNewline) next = scanner_.next_in_line(false);
    if (next && next->kind == Kind::kOpen) return open_section(name, std::move(references), place);
    return scanner_.syntax_error(place, "'{' is expected behind what '" + name + "' refers to");
  }
}

Status RawParser::open_section(const std::string& name,
                               std::vector<RawSection::Reference> references,
                               const std::string& place) {
  if (outer_depth_ + open_.size() > kMaxNesting)
    return fail(ErrorCode::kBadValue, place,
                "sections nest deeper than " + std::to_string(kMaxNesting));
  RawSection& section = open_.back()->sub_section(name, place);
  std::move(references.begin(), references.end(), std::back_inserter(section.references));
  open_.push_back(&section);
  open_places_.push_back(place);
  return {};
}

Status RawParser::include(const std::string& pattern, const std::string& place) {
  const auto paths = input_.files.match(path_beside(file_, pattern));
  if (paths.empty() && input_.warnings)
    input_.warnings->push_back(
        {ErrorCode::kNotFound, place, "no files found matching '" + pattern + "'"});
  for (const std::string& path : paths)
    if (Status status = include_file(path, place); !status) return status;
  return {};
}

Status RawParser::include_file(const std::string& path, const std::string& place) {
  auto& open_files = input_.open_files;
  if (std::find(open_files.begin(), open_files.end(), path) != open_files.end()) return {};
  if (open_files.size() >= kMaxIncludeDepth || ++input_.num_includes > kMaxIncludes)
    return fail(ErrorCode::kBadValue, place,
                "more than " + std::to_string(kMaxIncludes) + " includes, or deeper than " +
                    std::to_string(kMaxIncludeDepth));
  const auto text = input_.files.read(path);
  if (!text) return fail(text.error().code, place, text.error().text());
  open_files.push_back(path);
  RawParser inner(*text, path, input_);
  const Status status = inner.parse(*open_.back(), outer_depth_ + open_.size() - 1);
  open_files.pop_back();
  return status;
}

Status parse_raw(std::string_view text, const std::string& place, const FileSource& files,
                 std::vector<Error>* warnings, RawSection& root) {
  RawInput input{files, warnings};
  input.open_files.push_back(std::filesystem::path(place).lexically_normal().string());
  root.place = place;
  return RawParser(text, place, input).parse(root, 0);
}

}  // namespace holdfast
