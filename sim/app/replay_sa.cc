// SPDX-License-Identifier: Apache-2.0
#include "app/replay_sa.h"

#include <fmt/format.h>

#include <algorithm>

namespace holdfast::app {
namespace {

constexpr std::size_t kSaltBytes = 4;

bool is_same(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  return std::ranges::equal(a, b);
}

}  // namespace

std::string_view spelling_of(Suite suite) {
  switch (suite) {
    case Suite::kAes128gcm16:
      return "aes128gcm16";
    case Suite::kAes192gcm16:
      return "aes192gcm16";
    case Suite::kAes256gcm16:
      return "aes256gcm16";
  }
  return "unknown";
}

std::size_t key_bytes_of(Suite suite) {
  switch (suite) {
    case Suite::kAes128gcm16:
      return 16;
    case Suite::kAes192gcm16:
      return 24;
    case Suite::kAes256gcm16:
      return 32;
  }
  return 0;
}

Status set_key(SaConfig& config, std::span<const std::uint8_t> bytes) {
  const std::size_t key_bytes = key_bytes_of(config.suite);
  if (bytes.size() != key_bytes + kSaltBytes) {
    const bool lacks_salt = bytes.size() == key_bytes;
    return fail(ErrorCode::kBadValue, "",
                fmt::format("{} wants {} bytes, {} of key and {} of salt, and there are {}{}",
                            spelling_of(config.suite), key_bytes + kSaltBytes, key_bytes,
                            kSaltBytes, bytes.size(), lacks_salt ? "; the salt is missing" : ""));
  }
  config.key = SecretBytes(bytes.first(key_bytes));
  config.salt = SecretBytes(bytes.subspan(key_bytes));
  return {};
}

Prefix any_address(bool is_ipv6) {
  Prefix prefix;
  prefix.address.is_ipv6 = is_ipv6;
  return prefix;
}

Status check_together(const std::vector<ReplaySa>& sas) {
  for (std::size_t i = 0; i < sas.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const SaConfig &one = sas[i].config, &other = sas[j].config;
      if (one.direction != other.direction) continue;
      if (one.direction == Direction::kInbound && one.spi == other.spi)
        return fail(ErrorCode::kInUse, sas[i].place,
                    fmt::format("SPI 0x{:08x} is already that of another inbound SA ({})",
                                to_number(one.spi), sas[j].place));
      if (one.direction == Direction::kOutbound && is_same(one.key.view(), other.key.view()) &&
          is_same(one.salt.view(), other.salt.view()))
        return fail(ErrorCode::kInUse, sas[i].place,
                    fmt::format("has the key of another outbound SA ({}), so their IVs would "
                                "repeat (RFC 4106, 3.1)",
                                sas[j].place));
    }
  }
  return {};
}

}  // namespace holdfast::app
