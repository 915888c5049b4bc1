// SPDX-License-Identifier: Apache-2.0
#include "interrupts.h"

#include <cstring>

namespace holdfast::sim {

namespace {

constexpr std::uint64_t kLowMessages = 0xFEE0'0000;
constexpr std::uint64_t kHighMessages = 0x8'FEE0'0000;
constexpr std::uint64_t kMessageStride = 16;
constexpr std::uint32_t kMessageData = 0x4800;

}  // namespace

CardIo::MsixMessage Interrupts::message(unsigned vector) {
  HOLDFAST_CHECK(vector < kNumVectors);
  const std::uint64_t base = vector % 2 == 0 ? kLowMessages : kHighMessages;
  return {base + kMessageStride * vector, kMessageData + vector};
}

Interrupts::Taken Interrupts::take_write(std::uint64_t address,
                                         std::span<const std::uint8_t> bytes) {
  const bool is_low = address - kLowMessages < kMessageStride * kNumVectors;
  const bool is_high = address - kHighMessages < kMessageStride * kNumVectors;
  if (!is_low && !is_high) return Taken::kNotAMessage;
  const auto vector =
      static_cast<unsigned>((address - (is_low ? kLowMessages : kHighMessages)) / kMessageStride);
  const CardIo::MsixMessage expected = message(vector);
  if (address != expected.address || bytes.size() != sizeof(expected.data) ||
      std::memcmp(bytes.data(), &expected.data, sizeof(expected.data)) != 0) {
    return Taken::kBadMessage;
  }
  ++pending_[vector];
  return Taken::kMessage;
}

std::uint32_t Interrupts::pending_vectors() const {
  std::uint32_t bits = 0;
  for (unsigned i = 0; i < kNumVectors; ++i) bits |= (pending_[i] != 0 ? 1u : 0u) << i;
  return bits;
}

bool Interrupts::take(unsigned vector) {
  if (vector >= kNumVectors || pending_[vector] == 0) return false;
  --pending_[vector];
  return true;
}

}  // namespace holdfast::sim
