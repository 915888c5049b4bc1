// SPDX-License-Identifier: Apache-2.0
#include "config/distinguished_name.h"

#include "config/der.h"
#include "config/dn_types.h"
#include "config/words.h"

namespace holdfast {
namespace {

constexpr std::size_t kMaxAttributes = 32, kMaxValueBytes = 1024;

tl::unexpected<Error> bad_dn(std::string_view text, const std::string& why) {
  return fail(ErrorCode::kBadFormat, "",
              "'" + printable(text) + "' is no distinguished name: " + why);
}

/// Cuts "CN=x" off the front of `rest`, up to `separator` outside of quotes.
std::string take_part(std::string_view& rest, char separator) {
  std::string part;
  bool is_quoted = false;
  std::size_t at = 0;
  for (; at < rest.size(); ++at) {
    if (rest[at] == '\\' && at + 1 < rest.size()) {
      part.push_back(rest[at++]);
    } else if (rest[at] == '"') {
      is_quoted = !is_quoted;
    } else if (rest[at] == separator && !is_quoted) {
      break;
    }
    part.push_back(rest[at]);
  }
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return part;
}

/// The value without its quotes and backslashes.
std::string unescape(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out.push_back(text[i]);
  }
  return out;
}

/// The reverse: quotes where a comma, an equals sign at the ends or a blank would be misread.
std::string escape(std::string_view value) {
  std::string out;
  for (const char c : printable(value)) {
    if (c == ',' || c == '\\' || c == '"') out.push_back('\\');
    out.push_back(c);
  }
  return trimmed(value).size() == value.size() ? out : "\"" + out + "\"";
}

bool is_ascii_family(std::uint8_t tag) {
  return tag == der::kUtf8String || tag == der::kPrintableString || tag == der::kT61String ||
         tag == der::kIa5String;
}

/// One RelativeDistinguishedName: a SET of SEQUENCEs of type and value.
Status read_set(ByteView set, DistinguishedName& name) {
  if (set.empty()) return fail(ErrorCode::kBadFormat, "", "a part of the DN is empty");
  for (bool is_first = true; !set.empty(); is_first = false) {
    der::Element pair, type, value;
    if (!der::take(set, pair))
      return fail(ErrorCode::kTruncated, "", "a part of the DN is cut off");
    if (pair.tag != der::kSequence)
      return fail(ErrorCode::kBadFormat, "", "a part of the DN is no SEQUENCE");
    ByteView inside = pair.content;
    if (!der::take(inside, type) || !der::take(inside, value))
      return fail(ErrorCode::kTruncated, "", "type or value of a part of the DN is cut off");
    if (type.tag != der::kOid || type.content.empty() || (type.content.back() & 0x80) ||
        !inside.empty())
      return fail(ErrorCode::kBadFormat, "", "a part of the DN is not a type and a value");
    if (name.size() == kMaxAttributes)
      return fail(ErrorCode::kBadFormat, "", "the DN has too many parts");
    name.push_back({Bytes(type.content.begin(), type.content.end()), value.tag,
                    std::string(value.content.begin(), value.content.end()), !is_first});
  }
  return {};
}

}  // namespace

Result<DistinguishedName> parse_dn_text(std::string_view text) {
  std::string_view rest = trimmed(text);
  const char separator = rest.starts_with('/') ? '/' : ',';
  if (separator == '/') rest.remove_prefix(1);
  DistinguishedName name;
  while (!rest.empty()) {
    const std::string part = take_part(rest, separator);
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos) return bad_dn(text, "'" + printable(part) + "' has no '='");
    const std::string_view type = trimmed(std::string_view(part).substr(0, equals));
    const auto oid = dn_type_oid(type);
    if (!oid) return bad_dn(text, "'" + printable(type) + "' is not known as a type");
    std::string value = unescape(std::string_view(part).substr(equals + 1));
    if (value.empty()) return bad_dn(text, "'" + printable(type) + "' has no value");
    if (value.size() > kMaxValueBytes || name.size() == kMaxAttributes)
      return bad_dn(text, "it is too long");
    const std::uint8_t tag = dn_string_tag(*oid, value);
    name.push_back({*oid, tag, std::move(value), false});
  }
  if (name.empty()) return bad_dn(text, "it is empty");
  return name;
}

Result<DistinguishedName> parse_dn_der(ByteView bytes) {
  der::Element sequence, set;
  if (!der::take(bytes, sequence))
    return fail(ErrorCode::kTruncated, "", "the DN is shorter than it says");
  if (sequence.tag != der::kSequence || !bytes.empty())
    return fail(ErrorCode::kBadFormat, "", "the DN is not one SEQUENCE");
  DistinguishedName name;
  ByteView sets = sequence.content;
  while (!sets.empty()) {
    if (!der::take(sets, set)) return fail(ErrorCode::kTruncated, "", "the DN is cut off");
    if (set.tag != der::kSet) return fail(ErrorCode::kBadFormat, "", "a part of the DN is no SET");
    if (Status status = read_set(set.content, name); !status) return tl::unexpected(status.error());
  }
  return name;
}

Bytes write_dn_der(const DistinguishedName& name) {
  Bytes sets;
  for (std::size_t i = 0; i < name.size();) {
    Bytes set;
    do {
      Bytes pair;
      der::put(pair, der::kOid, name[i].oid);
      const auto* value = reinterpret_cast<const std::uint8_t*>(name[i].value.data());
      der::put(pair, name[i].string_tag, {value, name[i].value.size()});
      der::put(set, der::kSequence, pair);
    } while (++i < name.size() && name[i].is_same_set);
    der::put(sets, der::kSet, set);
  }
  Bytes out;
  der::put(out, der::kSequence, sets);
  return out;
}

std::string dn_text(const DistinguishedName& name) {
  std::string text;
  for (const DnAttribute& attribute : name) {
    if (!text.empty()) text += attribute.is_same_set ? " + " : ", ";
    text += dn_type_name(attribute.oid) + "=" + escape(attribute.value);
  }
  return text;
}

bool dn_fits(const DistinguishedName& pattern, const DistinguishedName& other) {
  if (pattern.size() != other.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const DnAttribute &wanted = pattern[i], &found = other[i];
    if (wanted.oid != found.oid || wanted.is_same_set != found.is_same_set) return false;
    if (wanted.value == "*") continue;
    // Strings of several bytes a character are compared as they stand.
    const bool is_ascii = is_ascii_family(wanted.string_tag) && is_ascii_family(found.string_tag);
    if (is_ascii ? !is_same_word(wanted.value, found.value)
                 : wanted.string_tag != found.string_tag || wanted.value != found.value)
      return false;
  }
  return true;
}

}  // namespace holdfast
