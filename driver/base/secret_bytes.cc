// SPDX-License-Identifier: Apache-2.0
#include "base/secret_bytes.h"

#include <cstring>

namespace holdfast {

void secure_wipe(std::span<std::uint8_t> bytes) {
  if (!bytes.empty()) explicit_bzero(bytes.data(), bytes.size());
}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_ = std::move(other.bytes_);
  }
  return *this;
}

void SecretBytes::wipe() {
  secure_wipe(bytes_);
  bytes_.clear();
}

}  // namespace holdfast
