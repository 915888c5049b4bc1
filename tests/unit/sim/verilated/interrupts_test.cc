// SPDX-License-Identifier: Apache-2.0
#include "verilated/interrupts.h"

#include <gtest/gtest.h>

#include <cstring>

namespace holdfast::sim {
namespace {

std::array<std::uint8_t, 4> bytes_of(std::uint32_t value) {
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &value, sizeof(value));
  return bytes;
}

TEST(Interrupts, CountMessagesByVector) {
  Interrupts interrupts;
  for (unsigned vector = 0; vector < Interrupts::kNumVectors; ++vector) {
    const CardIo::MsixMessage message = Interrupts::message(vector);
    EXPECT_EQ(interrupts.take_write(message.address, bytes_of(message.data)),
              Interrupts::Taken::kMessage);
    EXPECT_EQ(interrupts.pending_vectors(), 1u << vector);
    EXPECT_TRUE(interrupts.take(vector));
    EXPECT_FALSE(interrupts.take(vector));
  }
}

TEST(Interrupts, TellMessagesFromOtherWrites) {
  Interrupts interrupts;
  const CardIo::MsixMessage message = Interrupts::message(3);
  EXPECT_EQ(interrupts.take_write(0x1000, bytes_of(message.data)), Interrupts::Taken::kNotAMessage);
  EXPECT_EQ(interrupts.take_write(message.address, bytes_of(message.data + 1)),
            Interrupts::Taken::kBadMessage);
  EXPECT_EQ(interrupts.take_write(message.address + 4, bytes_of(message.data)),
            Interrupts::Taken::kBadMessage);
  EXPECT_EQ(interrupts.take_write(message.address, std::array<std::uint8_t, 2>{}),
            Interrupts::Taken::kBadMessage);
  EXPECT_EQ(interrupts.pending_vectors(), 0u);
}

}  // namespace
}  // namespace holdfast::sim
