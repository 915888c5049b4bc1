// SPDX-License-Identifier: Apache-2.0
#include "src/key_guard.h"

#include <algorithm>
#include <array>

namespace holdfast {
namespace {

constexpr std::size_t kMaxKeyBytes = 32;

/// The salt counts, because it is part of the nonce: another salt, other nonces.
SecretBytes join(const SaConfig& config) {
  std::array<std::uint8_t, kMaxKeyBytes + 4> joined{};
  HOLDFAST_CHECK(config.key.size() <= kMaxKeyBytes && config.salt.size() == 4);
  const auto end = std::ranges::copy(config.key.view(), joined.begin()).out;
  std::ranges::copy(config.salt.view(), end);
  SecretBytes secret(std::span<const std::uint8_t>(joined).first(config.key.size() + 4));
  secure_wipe(joined);
  return secret;
}

}  // namespace

bool KeyGuard::Less::operator()(const SecretBytes& a, const SecretBytes& b) const {
  return std::ranges::lexicographical_compare(a.view(), b.view());
}

KeyGuard& KeyGuard::of_process() {
  static KeyGuard guard;
  return guard;
}

bool KeyGuard::knows(const SaConfig& config) const { return seen_.contains(join(config)); }
void KeyGuard::remember(const SaConfig& config) { seen_.insert(join(config)); }
void KeyGuard::forget(const SaConfig& config) { seen_.erase(join(config)); }

}  // namespace holdfast
