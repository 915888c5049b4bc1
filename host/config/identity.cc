// SPDX-License-Identifier: Apache-2.0
#include "config/identity.h"

#include <algorithm>
#include <array>

#include "base/hex.h"
#include "config/distinguished_name.h"
#include "config/words.h"

namespace holdfast {
namespace {

struct Kind {
  std::string_view prefix;
  IdType type;
};
constexpr std::array kKinds = {
    Kind{"ipv4:", IdType::kIpv4Addr},     Kind{"ipv6:", IdType::kIpv6Addr},
    Kind{"fqdn:", IdType::kFqdn},         Kind{"dns:", IdType::kFqdn},
    Kind{"email:", IdType::kUserFqdn},    Kind{"rfc822:", IdType::kUserFqdn},
    Kind{"userfqdn:", IdType::kUserFqdn}, Kind{"asn1dn:", IdType::kDerAsn1Dn},
    Kind{"dn:", IdType::kDerAsn1Dn},      Kind{"asn1gn:", IdType::kDerAsn1Gn},
    Kind{"keyid:", IdType::kKeyId},
};

tl::unexpected<Error> bad_identity(std::string_view text, const std::string& why) {
  return fail(ErrorCode::kBadFormat, "", "'" + printable(text) + "' is no identity: " + why);
}

std::string_view as_text(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool is_any_word(std::string_view text) {
  constexpr std::array<std::string_view, 6> kWords = {"%any", "%any4",   "%any6",
                                                      "*",    "0.0.0.0", "::"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return is_same_word(word, text); });
}

Result<Identity> of_text(IdType type, std::string_view text, std::string_view whole) {
  if (text.empty()) return bad_identity(whole, "nothing follows");
  if (printable(text) != text) return bad_identity(whole, "it holds unprintable characters");
  return Identity{type, Bytes(text.begin(), text.end())};
}

/// "0a0b", "0a:0b" or "0x0a0b".
Result<Identity> of_hex(IdType type, std::string_view text, std::string_view whole) {
  std::string digits(text);
  std::erase(digits, ':');
  auto bytes = parse_hex(digits);
  if (!bytes) return bad_identity(whole, bytes.error().sentence);
  if (bytes->empty()) return bad_identity(whole, "nothing follows");
  return Identity{type, std::move(*bytes)};
}

Result<Identity> of_dn(std::string_view text) {
  const auto name = parse_dn_text(text);
  if (!name) return tl::unexpected(name.error());
  return Identity{IdType::kDerAsn1Dn, write_dn_der(*name)};
}

Result<Identity> of_prefix(const Kind& kind, std::string_view text, std::string_view whole) {
  if (text.starts_with('#')) return of_hex(kind.type, text.substr(1), whole);
  switch (kind.type) {
    case IdType::kIpv4Addr:
    case IdType::kIpv6Addr: {
      const auto address = IpAddress::parse(text);
      if (!address || address->is_ipv6 != (kind.type == IdType::kIpv6Addr))
        return bad_identity(whole, "no address of that family follows");
      return Identity::of_address(*address);
    }
    case IdType::kDerAsn1Dn:
      return of_dn(text);
    case IdType::kDerAsn1Gn:
      return bad_identity(whole, "a general name is written as asn1gn:# and its DER");
    default:
      return of_text(kind.type, text, whole);
  }
}

/// Address of an ID payload, at `offset` of its data (RFC 2407, 4.6.2).
IpAddress address_at(const Bytes& data, bool is_ipv6, std::size_t offset) {
  IpAddress address;
  address.is_ipv6 = is_ipv6;
  std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(offset), is_ipv6 ? 16 : 4,
              address.bytes.begin());
  return address;
}

bool is_ipv6_type(IdType type) {
  return type == IdType::kIpv6Addr || type == IdType::kIpv6Subnet || type == IdType::kIpv6Range;
}

/// Data of an address, a subnet or a range; hexadecimal where its length is wrong.
std::string addresses_text(IdType type, const Bytes& data) {
  const bool is_ipv6 = is_ipv6_type(type);
  const bool is_single = type == IdType::kIpv4Addr || type == IdType::kIpv6Addr;
  const std::size_t size = is_ipv6 ? 16 : 4;
  if (data.size() != (is_single ? size : 2 * size)) return hex(data);
  const std::string first = address_at(data, is_ipv6, 0).text();
  if (is_single) return first;
  const bool is_subnet = type == IdType::kIpv4Subnet || type == IdType::kIpv6Subnet;
  return first + (is_subnet ? "/" : "-") + address_at(data, is_ipv6, size).text();
}

std::string key_id_text(const Bytes& data) {
  if (!data.empty() && printable(as_text(data)) == as_text(data)) return std::string(as_text(data));
  std::string text;
  for (const std::uint8_t byte : data) {
    if (!text.empty()) text += ":";
    text += hex({&byte, 1});
  }
  return text;
}

/// A name fits in any case; "*.lab" and "*@lab" fit what ends so.
bool name_fits(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with('*')) return is_same_word(pattern, name);
  const std::string_view end = pattern.substr(1);
  return name.size() > end.size() && is_same_word(end, name.substr(name.size() - end.size()));
}

}  // namespace

Result<Identity> Identity::parse(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return bad_identity(text, "it is empty");
  if (is_any_word(text)) return Identity{};
  for (const Kind& kind : kKinds)
    if (text.size() >= kind.prefix.size() &&
        is_same_word(text.substr(0, kind.prefix.size()), kind.prefix))
      return of_prefix(kind, text.substr(kind.prefix.size()), text);
  if (text.starts_with("@#")) return of_hex(IdType::kKeyId, text.substr(2), text);
  if (text.starts_with("@@")) return of_text(IdType::kUserFqdn, text.substr(2), text);
  if (text.starts_with('@')) return of_text(IdType::kFqdn, text.substr(1), text);
  if (text.find('=') != std::string_view::npos) return of_dn(text);
  if (text.find('@') != std::string_view::npos) return of_text(IdType::kUserFqdn, text, text);
  if (const auto address = IpAddress::parse(text)) return of_address(*address);
  if (text.find_first_of(":/ ") != std::string_view::npos)
    return bad_identity(text, "a prefix such as 'keyid:' would say what kind it is");
  return of_text(IdType::kFqdn, text, text);
}

Identity Identity::of_address(const IpAddress& address) {
  return {address.is_ipv6 ? IdType::kIpv6Addr : IdType::kIpv4Addr,
          Bytes(address.bytes.begin(), address.bytes.begin() + (address.is_ipv6 ? 16 : 4))};
}

std::string Identity::text() const {
  switch (type) {
    case IdType::kAny:
      return "%any";
    case IdType::kFqdn:
    case IdType::kUserFqdn:
      return printable(as_text(data));
    case IdType::kDerAsn1Dn: {
      const auto name = parse_dn_der(data);
      return name ? dn_text(*name) : hex(data);
    }
    case IdType::kKeyId:
      return key_id_text(data);
    case IdType::kDerAsn1Gn:
      return hex(data);
    default:
      return addresses_text(type, data);
  }
}

bool Identity::fits(const Identity& other) const {
  if (is_any()) return true;
  if (type != other.type) return false;
  if (type == IdType::kFqdn || type == IdType::kUserFqdn)
    return name_fits(as_text(data), as_text(other.data));
  if (type != IdType::kDerAsn1Dn) return data == other.data;
  const auto wanted = parse_dn_der(data), found = parse_dn_der(other.data);
  return wanted && found && dn_fits(*wanted, *found);
}

}  // namespace holdfast
