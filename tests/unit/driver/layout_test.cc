// SPDX-License-Identifier: Apache-2.0
// Bytes of the structures that host and card share, as rtl/dma/dma_pkg.sv lists them: the first
// byte in memory is the lowest of the packed struct.
#include "holdfast/layout.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>

namespace holdfast {
namespace {

template <typename T>
using Image = std::array<std::uint8_t, sizeof(T)>;

TEST(Layout, Descriptor) {
  const Descriptor d{0x0807060504030201, 0x0A09, 0x0C0B, 0x0E0D, 0x100F};
  const Image<Descriptor> expected{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  EXPECT_EQ(std::bit_cast<Image<Descriptor>>(d), expected);
}

TEST(Layout, Completion) {
  const Completion c{0x0201, 0x0403, 0x0605, 0x0807, 0x0C0B0A09, 0x0E0D, 0x100F};
  const Image<Completion> expected{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  EXPECT_EQ(std::bit_cast<Image<Completion>>(c), expected);
}

TEST(Layout, Event) {
  Event e{};
  e.sa_index = 0x0201;
  e.path_index = 0x0403;
  e.generation = 0x08070605;
  e.sequence = 0x100F0E0D0C0B0A09;
  e.detail = 0x1817161514131211;
  e.own_port = 0x1A19;
  e.peer_port = 0x1C1B;
  e.kind = 0x1D;
  e.address_family = 0x1E;
  e.flags = 0x201F;
  for (std::uint8_t i = 0; i < 16; ++i) {
    e.own_address[i] = static_cast<std::uint8_t>(0x21 + i);
    e.peer_address[i] = static_cast<std::uint8_t>(0x31 + i);
  }
  Image<Event> expected;
  for (std::uint8_t i = 0; i < 64; ++i) expected[i] = static_cast<std::uint8_t>(i + 1);
  EXPECT_EQ(std::bit_cast<Image<Event>>(e), expected);
}

TEST(Layout, FlagsAreTheBitsOfTheRegisterMap) {
  EXPECT_EQ(kDescriptorOutbound, 1);
  EXPECT_EQ(kDescriptorEthernet, 2);
  EXPECT_EQ(kDescriptorChecksumNotValid, 4);
  EXPECT_EQ(kPhase, 1);
  EXPECT_EQ(kNoSa, 0xFFFF);
}

}  // namespace
}  // namespace holdfast
