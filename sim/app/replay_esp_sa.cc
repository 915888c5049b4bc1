// SPDX-License-Identifier: Apache-2.0
#include "app/replay_esp_sa.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "app/text_file.h"
#include "base/hex.h"

namespace holdfast::app {
namespace {

constexpr std::string_view kGcm16 = "AES-GCM with 16 octet ICV [RFC4106]";
constexpr std::size_t kFields = 8, kFieldsWithEsn = 10;

/// Splits `"a","b"`. Inside quotes \xHH is a byte and \" a quote (Wireshark's uat files).
Result<std::vector<std::string>> split(std::string_view line, const std::string& place) {
  const auto bad = [&place](std::string sentence) {
    return fail(ErrorCode::kBadFormat, place, std::move(sentence));
  };
  std::vector<std::string> fields;
  std::size_t i = 0;
  while (true) {
    while (i < line.size() && line[i] == ' ') ++i;
    if (i == line.size() || line[i] != '"')
      return bad(fmt::format("field {} does not begin with a quote", fields.size() + 1));
    std::string field;
    for (++i; i < line.size() && line[i] != '"'; ++i) {
      if (line[i] != '\\') {
        field.push_back(line[i]);
        continue;
      }
      if (line.size() - i >= 4 && line[i + 1] == 'x') {
        const auto byte = parse_hex(line.substr(i + 2, 2));
        if (!byte) return bad(fmt::format("field {} has a bad escape", fields.size() + 1));
        field.push_back(static_cast<char>(byte->front()));
        i += 3;
      } else if (i + 1 < line.size()) {
        field.push_back(line[++i]);
      }
    }
    if (i == line.size())
      return bad(fmt::format("field {} has no closing quote", fields.size() + 1));
    ++i;
    fields.push_back(std::move(field));
    while (i < line.size() && line[i] == ' ') ++i;
    if (i == line.size()) return fields;
    if (line[i++] != ',') return bad(fmt::format("no comma follows field {}", fields.size()));
  }
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
    base = 16;
  }
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "*", or prefixes and wildcards that Wireshark knows, are any address: the card finds SAs by SPI.
Result<IpAddress> parse_address(const std::string& text, bool is_ipv6, const std::string& place) {
  IpAddress any;
  any.is_ipv6 = is_ipv6;
  if (text.find_first_of("*?/") != std::string::npos || text.empty()) return any;
  auto address = IpAddress::parse(text);
  if (!address) return fail(ErrorCode::kBadFormat, place, address.error().sentence);
  if (address->is_ipv6 != is_ipv6)
    return fail(ErrorCode::kBadValue, place,
                fmt::format("'{}' is not of the entry's protocol", text));
  return *address;
}

std::optional<Suite> suite_of_key(std::size_t bytes) {
  for (const Suite suite : {Suite::kAes128gcm16, Suite::kAes192gcm16, Suite::kAes256gcm16})
    if (bytes == key_bytes_of(suite) + 4) return suite;
  return std::nullopt;
}

/// Fields 9 and 10 of newer versions: "32-bit" or "64-bit", and the high half of the first number.
Status set_esn(SaConfig& config, const std::vector<std::string>& fields, const std::string& place) {
  if (fields.size() < kFieldsWithEsn || fields[8] != "64-bit") return {};
  const auto high = parse_number(fields[9]);
  if (!high) return fail(ErrorCode::kBadFormat, place, "the tenth field is not a number");
  config.has_esn = true;
  config.first_sequence = (std::uint64_t{*high} << 32) + 1;
  return {};
}

Result<ReplaySa> parse_entry(const std::vector<std::string>& fields, std::uint32_t spi,
                             const std::string& place) {
  ReplaySa sa;
  sa.place = place;
  sa.config.direction = Direction::kInbound;
  sa.config.spi = Spi{spi};
  const bool is_ipv6 = fields[0] == "IPv6";
  if (!is_ipv6 && fields[0] != "IPv4")
    return fail(ErrorCode::kBadValue, place,
                fmt::format("protocol '{}' is neither IPv4 nor IPv6", fields[0]));
  const auto source = parse_address(fields[1], is_ipv6, place);
  if (!source) return tl::unexpected(source.error());
  const auto destination = parse_address(fields[2], is_ipv6, place);
  if (!destination) return tl::unexpected(destination.error());
  sa.binding.peer.address = *source;
  sa.binding.own.address = *destination;
  sa.config.selector = {any_address(is_ipv6), any_address(is_ipv6)};
  if (spi < 256)
    return fail(ErrorCode::kBadValue, place, "SPIs 0 to 255 are reserved (RFC 4303, 2.1)");
  auto key = parse_hex(fields[5]);
  if (!key) return fail(ErrorCode::kBadFormat, place, "the key: " + key.error().sentence);
  const auto suite = suite_of_key(key->size());
  if (!suite)
    return fail(ErrorCode::kBadValue, place,
                fmt::format("the key has {} bytes; AES-GCM wants 20, 28 or 36, the last 4 of them "
                            "salt",
                            key->size()));
  sa.config.suite = *suite;
  const Status status = set_key(sa.config, *key);
  secure_wipe(*key);
  if (!status) return fail(status.error().code, place, status.error().sentence);
  if (Status esn = set_esn(sa.config, fields, place); !esn) return tl::unexpected(esn.error());
  return sa;
}

Status parse_line(std::string_view line, const std::string& place, EspSaTable& table) {
  const auto fields = split(line, place);
  if (!fields) return tl::unexpected(fields.error());
  if (fields->size() != kFields && fields->size() != kFieldsWithEsn)
    return fail(ErrorCode::kBadFormat, place,
                fmt::format("has {} fields; an esp_sa entry has 8 or 10", fields->size()));
  const auto& encryption = (*fields)[4];
  if (encryption != kGcm16) {
    table.skipped.push_back(fmt::format("{}: skipped, because this card has no '{}', only '{}'",
                                        place, encryption, kGcm16));
    return {};
  }
  if ((*fields)[3].find_first_of("*?") != std::string::npos) {
    table.skipped.push_back(
        fmt::format("{}: skipped, because the card wants one SPI, not '{}'", place, (*fields)[3]));
    return {};
  }
  const auto spi = parse_number((*fields)[3]);
  if (!spi)
    return fail(ErrorCode::kBadFormat, place, fmt::format("'{}' is not an SPI", (*fields)[3]));
  auto sa = parse_entry(*fields, *spi, place);
  if (!sa) return tl::unexpected(sa.error());
  table.sas.push_back(std::move(*sa));
  return {};
}

std::string address_or_any(const IpAddress& address) {
  return address.bytes == IpAddress{}.bytes ? "*" : address.text();
}

}  // namespace

Result<EspSaTable> parse_esp_sa(const std::string& text, const std::string& path) {
  EspSaTable table;
  std::size_t begin = 0;
  for (int number = 1; begin < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line(text.data() + begin, end - begin);
    begin = end + 1;
    while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    if (Status status = parse_line(line, fmt::format("{}:{}", path, number), table); !status)
      return tl::unexpected(status.error());
  }
  if (table.sas.empty())
    return fail(ErrorCode::kUnsupported, path,
                table.skipped.empty()
                    ? "has no entry"
                    : "has no entry that this card can use; " + table.skipped.front());
  if (Status status = check_together(table.sas); !status) return tl::unexpected(status.error());
  return table;
}

Result<EspSaTable> read_esp_sa(const std::string& path) {
  auto text = read_text_file(path);
  if (!text) return tl::unexpected(text.error());
  auto table = parse_esp_sa(*text, path);
  secure_wipe({reinterpret_cast<std::uint8_t*>(text->data()), text->size()});
  return table;
}

std::string format_esp_sa(const std::vector<ReplaySa>& sas) {
  std::string text = "# Keys of ESP SAs, for Wireshark. Whoever reads this reads the traffic.\n";
  for (const ReplaySa& sa : sas) {
    const bool is_outbound = sa.config.direction == Direction::kOutbound;
    const IpAddress& source = (is_outbound ? sa.binding.own : sa.binding.peer).address;
    const IpAddress& destination = (is_outbound ? sa.binding.peer : sa.binding.own).address;
    text += fmt::format("\"{}\",\"{}\",\"{}\",\"0x{:08x}\",\"{}\",\"0x{}{}\",\"NULL\",\"\"\n",
                        source.is_ipv6 ? "IPv6" : "IPv4", address_or_any(source),
                        address_or_any(destination), to_number(sa.config.spi), kGcm16,
                        hex(sa.config.key.view()), hex(sa.config.salt.view()));
  }
  return text;
}

}  // namespace holdfast::app
