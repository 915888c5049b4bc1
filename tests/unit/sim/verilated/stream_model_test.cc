// SPDX-License-Identifier: Apache-2.0
#include "verilated/stream_model.h"

#include <gtest/gtest.h>

namespace holdfast::sim {
namespace {

/// A port of 64 or 128 bits whose byte n is n + 1 up to `count`, then `beyond`.
template <typename Port>
Port port_of(unsigned count, std::uint8_t beyond = 0) {
  std::array<std::uint8_t, sizeof(Port)> bytes;
  for (unsigned i = 0; i < bytes.size(); ++i)
    bytes[i] = i < count ? static_cast<std::uint8_t>(i + 1) : beyond;
  Port port;
  std::memcpy(&port, bytes.data(), sizeof(Port));
  return port;
}

template <typename Port>
class PacketData : public testing::Test {
 protected:
  static bool is_legal(unsigned keep, bool is_last, const Port& port) {
    PacketBeat beat;
    beat.last = is_last;
    return get_packet_data(port, static_cast<std::uint16_t>(keep), beat);
  }
};
using Ports = testing::Types<QData, VlWide<4>>;
TYPED_TEST_SUITE(PacketData, Ports);

TYPED_TEST(PacketData, KeepIsContiguousAndFullButInTheLastBeat) {
  constexpr unsigned kBytes = sizeof(TypeParam), kFull = (1u << kBytes) - 1;
  for (unsigned keep = 0; keep <= kFull; ++keep) {
    const auto count = static_cast<unsigned>(__builtin_popcount(keep));
    const auto port = port_of<TypeParam>(count);
    const bool is_run = keep == (1u << count) - 1;
    ASSERT_EQ(this->is_legal(keep, true, port), is_run) << keep;
    ASSERT_EQ(this->is_legal(keep, false, port), keep == kFull) << keep;
  }
}

TYPED_TEST(PacketData, BytesBeyondKeepAreZero) {
  for (unsigned count = 0; count < sizeof(TypeParam); ++count) {
    EXPECT_TRUE(this->is_legal((1u << count) - 1, true, port_of<TypeParam>(count)));
    EXPECT_FALSE(this->is_legal((1u << count) - 1, true, port_of<TypeParam>(count, 1)));
    // Only the very last byte.
    auto port = port_of<TypeParam>(count);
    reinterpret_cast<std::uint8_t*>(&port)[sizeof(TypeParam) - 1] = 0x80;
    EXPECT_FALSE(this->is_legal((1u << count) - 1, true, port)) << count;
  }
}

TYPED_TEST(PacketData, BytesGoInAndOutInTheirOrder) {
  PacketBeat in, out;
  for (unsigned i = 0; i < sizeof(TypeParam); ++i) in.bytes[i] = static_cast<std::uint8_t>(7 * i);
  TypeParam port;
  put_packet_data(port, in);
  out.last = true;
  EXPECT_TRUE(
      get_packet_data(port, static_cast<std::uint16_t>((1u << sizeof(TypeParam)) - 1), out));
  EXPECT_EQ(out.count, sizeof(TypeParam));
  EXPECT_EQ(out.bytes, in.bytes);
}

/// One of each width, in reset and out of it, with nothing to do.
TEST(StreamModel, ComesInBothWidthsAndRests) {
  for (const unsigned width : {64u, 128u}) {
    const auto model = make_stream_model(width);
    const PcieConfig config;
    AllPacketInputs packets;
    CardOutputs out;
    AllPacketOutputs packets_out;
    for (unsigned cycle = 0; cycle < 3000; ++cycle) {
      model->set_reset(cycle < 8);
      model->settle({}, config, packets, out, packets_out);
      if (cycle >= 8) {
        EXPECT_FALSE(out.tx_cpl_valid);
        for (const PacketOutputs& each : packets_out) EXPECT_FALSE(each.valid);
      }
      model->clock();
    }
    // Swept: packets would be taken.
    for (const PacketOutputs& each : packets_out) EXPECT_TRUE(each.ready) << width;
  }
}

TEST(StreamModelDeathTest, OtherWidthsStopTheProgram) {
  EXPECT_DEATH(make_stream_model(96), "contract");
}

}  // namespace
}  // namespace holdfast::sim
