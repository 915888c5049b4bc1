// SPDX-License-Identifier: Apache-2.0
#include "link/pci_config.h"

#include <gtest/gtest.h>

namespace holdfast::link {
namespace {

std::uint32_t get(const PciConfig& config, std::size_t offset, std::size_t size) {
  std::array<std::uint8_t, 4> bytes{};
  config.read(offset, std::span(bytes).first(size));
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

void put(PciConfig& config, std::size_t offset, std::uint32_t value) {
  const std::array<std::uint8_t, 4> bytes{
      static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8),
      static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 24)};
  config.write(offset, bytes);
}

TEST(PciConfig, IsATypeZeroFunctionWithOneBar) {
  PciConfig config(8);
  EXPECT_EQ(get(config, 0x00, 2), PciConfig::kVendor);
  EXPECT_EQ(get(config, 0x02, 2), PciConfig::kDevice);
  EXPECT_EQ(get(config, 0x0E, 1), 0u);
  put(config, 0x10, ~0u);  // how a BAR is sized
  EXPECT_EQ(get(config, 0x10, 4), 0xFFFE'0000u);
  put(config, 0x10, 0xFEB2'0000);
  EXPECT_EQ(get(config, 0x10, 4), 0xFEB2'0000u);
  for (std::size_t bar = 0x14; bar <= 0x24; bar += 4) {
    put(config, bar, ~0u);
    EXPECT_EQ(get(config, bar, 4), 0u) << bar;
  }
  put(config, 0x30, ~0u);
  EXPECT_EQ(get(config, 0x30, 4), 0u) << "no ROM";
}

TEST(PciConfig, TheListOfCapabilitiesLeadsToMsix) {
  PciConfig config(8);
  EXPECT_EQ(get(config, 0x06, 2) & 0x10, 0x10u);
  const std::size_t msix = get(config, 0x34, 1);
  EXPECT_EQ(get(config, msix, 1), 0x11u);
  EXPECT_EQ(get(config, msix + 1, 1), 0u) << "the last one";
  EXPECT_EQ(get(config, msix + 2, 2), 7u) << "vectors less one";
  EXPECT_EQ(get(config, msix + 4, 4), 0x10000u);
  EXPECT_EQ(get(config, msix + 8, 4), 0x18000u);
}

TEST(PciConfig, KeepsOnlyWhatMayBeWritten) {
  PciConfig config(8);
  std::array<std::uint8_t, PciConfig::kBytes> ones{}, content{};
  ones.fill(0xFF);
  config.write(0, ones);
  config.read(0, content);
  EXPECT_EQ(content[0], 0x34);
  EXPECT_EQ(get(config, 0x04, 2), 0x0406u);
  EXPECT_EQ(get(config, 0x40 + 2, 2), 0xC007u);
  EXPECT_EQ(get(config, 0x3D, 1), 0u) << "no INTx pin";
  EXPECT_EQ(content[255], 0);
  config.reset();
  EXPECT_EQ(get(config, 0x04, 2), 0u);
  EXPECT_EQ(get(config, 0x10, 4), 0u);
}

}  // namespace
}  // namespace holdfast::link
