// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <set>

#include "base/secret_bytes.h"
#include "holdfast/sa.h"

namespace holdfast {

/// Remembers every outbound key since the program started. The IV of AES-GCM is the sequence
/// number, so a key that is installed again would repeat IVs (RFC 4106, 3.1).
///
/// It keeps the keys themselves, wiped when the program ends, because the ground floor has no hash
/// that could stand for them.
class KeyGuard {
 public:
  static KeyGuard& of_process();

  bool knows(const SaConfig& config) const;
  void remember(const SaConfig& config);
  /// The card never took it.
  void forget(const SaConfig& config);
  std::size_t size() const { return seen_.size(); }

 private:
  struct Less {
    bool operator()(const SecretBytes& a, const SecretBytes& b) const;
  };
  std::set<SecretBytes, Less> seen_;
};

}  // namespace holdfast
