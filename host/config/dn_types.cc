// SPDX-License-Identifier: Apache-2.0
#include "config/dn_types.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "config/der.h"
#include "config/words.h"

namespace holdfast {
namespace {

struct DnType {
  std::string_view name;  ///< The first of several is the one that is printed.
  std::string_view oid;   ///< Content, as in DER.
};

// X.520 (2.5.4.x), RFC 4519 (0.9.2342.19200300.100.1.x) and PKCS #9 (1.2.840.113549.1.9.x).
constexpr std::array kTypes = {
    DnType{"CN", "\x55\x04\x03"},
    DnType{"SN", "\x55\x04\x04"},
    DnType{"S", "\x55\x04\x04"},
    DnType{"serialNumber", "\x55\x04\x05"},
    DnType{"C", "\x55\x04\x06"},
    DnType{"L", "\x55\x04\x07"},
    DnType{"ST", "\x55\x04\x08"},
    DnType{"STREET", "\x55\x04\x09"},
    DnType{"O", "\x55\x04\x0A"},
    DnType{"OU", "\x55\x04\x0B"},
    DnType{"T", "\x55\x04\x0C"},
    DnType{"D", "\x55\x04\x0D"},
    DnType{"postalCode", "\x55\x04\x11"},
    DnType{"N", "\x55\x04\x29"},
    DnType{"G", "\x55\x04\x2A"},
    DnType{"GN", "\x55\x04\x2A"},
    DnType{"I", "\x55\x04\x2B"},
    DnType{"ID", "\x55\x04\x2D"},
    DnType{"dnQualifier", "\x55\x04\x2E"},
    DnType{"UID", "\x09\x92\x26\x89\x93\xF2\x2C\x64\x01\x01"},
    DnType{"DC", "\x09\x92\x26\x89\x93\xF2\x2C\x64\x01\x19"},
    DnType{"E", "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x01"},
    DnType{"Email", "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x01"},
    DnType{"emailAddress", "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x01"},
};

std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// One number of an OBJECT IDENTIFIER, seven bits a byte (X.690, 8.19.2).
void put_arc(Bytes& out, std::uint64_t arc) {
  std::uint8_t digits[10];
  std::size_t count = 0;
  do digits[count++] = arc & 0x7F;
  while ((arc >>= 7) != 0);
  while (count-- > 0) out.push_back(static_cast<std::uint8_t>(digits[count] | (count ? 0x80 : 0)));
}

std::optional<Bytes> parse_oid(std::string_view text) {
  std::vector<std::uint32_t> arcs;
  for (const std::string& part : split(text, '.')) {
    std::uint32_t arc = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), arc);
    if (error != std::errc{} || end != part.data() + part.size()) return std::nullopt;
    arcs.push_back(arc);
  }
  if (arcs.size() < 2 || arcs.size() > 20 || arcs[0] > 2 || (arcs[0] < 2 && arcs[1] > 39))
    return std::nullopt;
  Bytes oid;
  put_arc(oid, std::uint64_t{40} * arcs[0] + arcs[1]);
  for (std::size_t i = 2; i < arcs.size(); ++i) put_arc(oid, arcs[i]);
  return oid;
}

std::string oid_text(ByteView oid) {
  std::string text;
  std::uint64_t arc = 0;
  for (const std::uint8_t byte : oid) {
    arc = arc << 7 | (byte & 0x7F);
    if (byte & 0x80) continue;
    if (text.empty()) {
      const std::uint64_t first = std::min<std::uint64_t>(arc / 40, 2);
      text = std::to_string(first) + "." + std::to_string(arc - 40 * first);
    } else {
      text += "." + std::to_string(arc);
    }
    arc = 0;
  }
  return text;
}

bool is_printable_string(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
  });
}

}  // namespace

std::optional<Bytes> dn_type_oid(std::string_view name) {
  for (const DnType& type : kTypes)
    if (is_same_word(type.name, name)) return Bytes(type.oid.begin(), type.oid.end());
  return parse_oid(name);
}

std::string dn_type_name(ByteView oid) {
  for (const DnType& type : kTypes)
    if (type.oid == as_text(oid)) return std::string(type.name);
  return oid_text(oid);
}

std::uint8_t dn_string_tag(ByteView oid, std::string_view value) {
  const std::string name = dn_type_name(oid);
  const bool is_ascii = std::all_of(value.begin(), value.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (is_ascii && (name == "E" || name == "DC")) return der::kIa5String;
  return is_printable_string(value) ? der::kPrintableString : der::kUtf8String;
}

}  // namespace holdfast
