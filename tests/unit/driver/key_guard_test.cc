// SPDX-License-Identifier: Apache-2.0
#include "src/key_guard.h"

#include <gtest/gtest.h>

#include <array>

namespace holdfast {
namespace {

SaConfig config(std::uint8_t key, std::uint8_t salt, std::size_t key_bytes = 16) {
  std::vector<std::uint8_t> bytes(key_bytes, key);
  const std::array<std::uint8_t, 4> salt_bytes{salt, 2, 3, 4};
  SaConfig made;
  made.key = SecretBytes(bytes);
  made.salt = SecretBytes(salt_bytes);
  return made;
}

TEST(KeyGuard, KnowsWhatItRemembers) {
  KeyGuard guard;
  EXPECT_FALSE(guard.knows(config(1, 1)));
  guard.remember(config(1, 1));
  EXPECT_TRUE(guard.knows(config(1, 1)));
  EXPECT_FALSE(guard.knows(config(2, 1)));
  EXPECT_FALSE(guard.knows(config(1, 2)));      // another salt, other nonces
  EXPECT_FALSE(guard.knows(config(1, 1, 24)));  // a longer key with the same beginning
  guard.remember(config(1, 1));
  EXPECT_EQ(guard.size(), 1u);
}

TEST(KeyGuard, ForgetsOnlyWhatItIsTold) {
  KeyGuard guard;
  guard.remember(config(1, 1, 32));
  guard.remember(config(2, 1, 32));
  guard.forget(config(1, 1, 32));
  EXPECT_FALSE(guard.knows(config(1, 1, 32)));
  EXPECT_TRUE(guard.knows(config(2, 1, 32)));
}

}  // namespace
}  // namespace holdfast
