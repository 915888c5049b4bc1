// SPDX-License-Identifier: Apache-2.0
#include "base/secret_bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <type_traits>

namespace holdfast {
namespace {

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);

constexpr std::array<std::uint8_t, 4> kBytes{1, 2, 3, 4};

TEST(SecretBytes, MovesAndIsCopiedOnlyOnRequest) {
  SecretBytes first(kBytes);
  const SecretBytes copy = first.clone();
  const SecretBytes second = std::move(first);
  EXPECT_TRUE(std::ranges::equal(second.view(), kBytes));
  EXPECT_TRUE(std::ranges::equal(copy.view(), kBytes));
}

TEST(SecretBytes, AssignmentReplacesAndWipeEmpties) {
  SecretBytes secret(kBytes);
  secret = SecretBytes(std::span(kBytes).first<2>());
  EXPECT_EQ(secret.size(), 2u);
  secret.wipe();
  EXPECT_EQ(secret.size(), 0u);
}

TEST(SecureWipe, OverwritesEveryByte) {
  std::array<std::uint8_t, 4> bytes = kBytes;
  secure_wipe(std::span(bytes).first(3));
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 4>{0, 0, 0, 4}));
}

}  // namespace
}  // namespace holdfast
