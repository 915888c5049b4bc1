// SPDX-License-Identifier: Apache-2.0
// What a client's messages do, and which are refused.
#include "link/link_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "unit/driver/served_soft_card.h"
#include "unit/sim/link/wire_bench.h"

namespace holdfast::link {
namespace {

using namespace holdfast::test;
using vfio_user::Command;

class LinkDeviceTest : public ::testing::Test {
 protected:
  using Fds = std::vector<OwnedFd>;

  LinkDeviceTest() { EXPECT_EQ(error_of(Command::kVersion, version_payload()), 0); }

  LinkDevice::Answer send(const Bytes& bytes, Fds fds = {}) {
    return device_.handle(bytes, std::move(fds));
  }
  vfio_user::Header header_of(const LinkDevice::Answer& answer) {
    return vfio_user::front<vfio_user::Header>(answer.reply).value();
  }
  /// The errno of the reply; it must be a right reply in all else.
  int error_of(Command command, ByteView payload, Fds fds = {}) {
    const LinkDevice::Answer answer = send(message(command, payload), std::move(fds));
    const vfio_user::Header header = header_of(answer);
    EXPECT_EQ(header.id, kId);
    EXPECT_EQ(header.command, command);
    EXPECT_EQ(header.size, answer.reply.size());
    EXPECT_EQ(header.flags & vfio_user::kTypeMask, vfio_user::kTypeReply);
    EXPECT_EQ((header.flags & vfio_user::kError) != 0, header.error != 0);
    EXPECT_TRUE(header.error == 0 || answer.reply.size() == sizeof header);
    reply_.assign(answer.reply.begin() + sizeof header, answer.reply.end());
    return static_cast<int>(header.error);
  }
  template <typename T>
  int error_of(Command command, const T& payload,
               Fds fds = {}) requires(!std::is_convertible_v<T, ByteView>) {
    return error_of(command, bytes_of(payload), std::move(fds));
  }
  int read(std::uint32_t region, std::uint64_t offset, std::uint32_t count) {
    return error_of(Command::kRegionRead, vfio_user::RegionAccess{offset, region, count});
  }
  int write(std::uint32_t region, std::uint64_t offset, const Bytes& data) {
    const auto count = static_cast<std::uint32_t>(data.size());
    Bytes payload = bytes_of(vfio_user::RegionAccess{offset, region, count});
    payload.insert(payload.end(), data.begin(), data.end());
    return error_of(Command::kRegionWrite, payload);
  }
  int write_csr(CsrOffset offset, std::uint32_t value) {
    return write(vfio_user::kBar0Region, static_cast<std::uint32_t>(offset), bytes_of(value));
  }
  std::uint32_t read_csr(CsrOffset offset) {
    EXPECT_EQ(read(vfio_user::kBar0Region, static_cast<std::uint32_t>(offset), 4), 0);
    return vfio_user::exactly<std::uint32_t>(ByteView(reply_).subspan(16)).value();
  }

  std::unique_ptr<ServedCard> card_ = make_served_soft().value();
  LinkDevice device_{*card_};
  Bytes reply_;
};

// ---------------------------------------------------------------- versions and headers

TEST(LinkDeviceVersion, ComesFirst) {
  const auto card = make_served_soft().value();
  LinkDevice device(*card);
  EXPECT_NE(device.handle(message(Command::kDeviceReset), {}).hang_up, "");
  EXPECT_NE(device.handle(message(Command::kVersion, version_payload({}, 1)), {}).hang_up, "");
  EXPECT_NE(device.handle(message(Command::kVersion, Bytes(3)), {}).hang_up, "");
  EXPECT_EQ(device.handle(message(Command::kVersion, version_payload()), {}).hang_up, "");
  EXPECT_EQ(device.handle(message(Command::kDeviceReset), {}).hang_up, "");
}

TEST(LinkDeviceVersion, CapabilitiesAreASubsetOfThoseProposed) {
  const auto card = make_served_soft().value();
  const auto text_for = [&](std::string_view proposed, std::uint16_t minor) {
    LinkDevice device(*card);
    const auto answer =
        device.handle(message(Command::kVersion, version_payload(proposed, 0, minor)), {});
    const ByteView payload = ByteView(answer.reply).subspan(sizeof(vfio_user::Header));
    EXPECT_EQ(vfio_user::front<vfio_user::Version>(payload)->minor, 0);
    EXPECT_EQ(payload.back(), 0);
    return std::string(reinterpret_cast<const char*>(payload.data()) + 4);
  };
  EXPECT_EQ(text_for("", 0), R"({"capabilities":{}})");
  EXPECT_EQ(text_for(R"({"capabilities":{"max_msg_fds":16,"migration":{"pgsize":4096}}})", 9),
            R"({"capabilities":{"max_msg_fds":8}})");
  EXPECT_EQ(text_for(R"({"capabilities":{"max_data_xfer_size":1,"max_dma_maps":65535}})", 0),
            R"({"capabilities":{"max_data_xfer_size":256,"max_dma_maps":64}})");
}

TEST(LinkDeviceVersion, ATextWithoutItsEndIsRefused) {
  const auto card = make_served_soft().value();
  LinkDevice device(*card);
  Bytes payload = version_payload("{}");
  payload.pop_back();
  EXPECT_NE(device.handle(message(Command::kVersion, payload), {}).hang_up, "");
}

TEST_F(LinkDeviceTest, ASecondVersionIsRefused) {
  EXPECT_EQ(error_of(Command::kVersion, version_payload()), EINVAL);
}

TEST_F(LinkDeviceTest, UnknownCommandsAreRefusedAndNothingEnds) {
  for (const unsigned command : {0u, 6u, 11u, 12u, 14u, 15u, 0xFFFFu})
    EXPECT_EQ(error_of(static_cast<Command>(command), Bytes(40)), ENOTSUP) << command;
  EXPECT_EQ(error_of(Command::kDeviceReset, Bytes{}), 0);
}

TEST_F(LinkDeviceTest, OnlyCommandsAreTaken) {
  for (std::uint32_t type = 1; type < 16; ++type)
    EXPECT_NE(send(message(Command::kDeviceReset, {}, type)).hang_up, "") << type;
}

TEST_F(LinkDeviceTest, NoReplyIsSentWhereNoneIsWanted) {
  const auto offset = static_cast<std::uint32_t>(csr::kIdentityScratch);
  Bytes payload = bytes_of(vfio_user::RegionAccess{offset, vfio_user::kBar0Region, 4});
  vfio_user::append(payload, std::uint32_t{77});
  const auto answer = send(message(Command::kRegionWrite, payload, vfio_user::kNoReply));
  EXPECT_TRUE(answer.reply.empty());
  EXPECT_EQ(answer.hang_up, "");
  EXPECT_EQ(read_csr(csr::kIdentityScratch), 77u);
}

TEST_F(LinkDeviceTest, EveryLengthButTheRightOneIsRefused) {
  const auto right_only = [&](Command command, Bytes payload) {
    ASSERT_EQ(error_of(command, payload), 0) << static_cast<unsigned>(command);
    for (std::size_t size = 0; size < payload.size() + 9; ++size) {
      Bytes wrong = payload;
      wrong.resize(size);
      if (size != payload.size()) {
        ASSERT_EQ(error_of(command, wrong), EINVAL)
            << static_cast<unsigned>(command) << " of " << size;
      }
    }
  };
  right_only(Command::kDeviceGetInfo, bytes_of(vfio_user::DeviceInfo{.argsz = 16}));
  right_only(Command::kDeviceGetRegionInfo, bytes_of(vfio_user::RegionInfo{.argsz = 32}));
  right_only(Command::kDeviceGetIrqInfo, bytes_of(vfio_user::IrqInfo{.argsz = 16}));
  right_only(Command::kRegionRead, bytes_of(vfio_user::RegionAccess{0, 0, 4}));
  Bytes payload = bytes_of(vfio_user::RegionAccess{0x28, 0, 4});
  vfio_user::append(payload, std::uint32_t{1});
  right_only(Command::kRegionWrite, payload);
  right_only(Command::kDeviceSetIrqs, bytes_of(irq_set(vfio_user::kDataNone | 32, 0, 0)));
  right_only(Command::kDeviceReset, {});
}

TEST_F(LinkDeviceTest, DescriptorsThatNobodyAskedForAreRefused) {
  const OwnedFd file = event_file();
  EXPECT_EQ(error_of(Command::kDeviceReset, Bytes{}, copies_of({&file})), EINVAL);
  EXPECT_EQ(
      error_of(Command::kDeviceGetInfo, vfio_user::DeviceInfo{.argsz = 16}, copies_of({&file})),
      EINVAL);
}

// ---------------------------------------------------------------- what it is

TEST_F(LinkDeviceTest, IsAPciFunctionWithResetAndMsix) {
  ASSERT_EQ(error_of(Command::kDeviceGetInfo, vfio_user::DeviceInfo{.argsz = 16}), 0);
  const auto info = vfio_user::exactly<vfio_user::DeviceInfo>(reply_).value();
  EXPECT_EQ(info.flags, vfio_user::kDeviceIsPci | vfio_user::kDeviceCanReset);
  EXPECT_EQ(info.num_regions, 9u);
  EXPECT_EQ(info.num_irqs, 5u);
  EXPECT_EQ(error_of(Command::kDeviceGetInfo, vfio_user::DeviceInfo{.argsz = 15}), EINVAL);
}

TEST_F(LinkDeviceTest, HasTwoRegions) {
  for (std::uint32_t index = 0; index < 9; ++index) {
    ASSERT_EQ(
        error_of(Command::kDeviceGetRegionInfo, vfio_user::RegionInfo{.argsz = 32, .index = index}),
        0);
    const auto info = vfio_user::exactly<vfio_user::RegionInfo>(reply_).value();
    EXPECT_EQ(info.index, index);
    EXPECT_EQ(info.size, index == 0 ? 0x20000u : index == 7 ? 256u : 0u);
    EXPECT_EQ(info.flags, info.size == 0 ? 0u : 3u);
  }
  EXPECT_EQ(error_of(Command::kDeviceGetRegionInfo, vfio_user::RegionInfo{.argsz = 32, .index = 9}),
            EINVAL);
}

TEST_F(LinkDeviceTest, HasMsixVectorsOnly) {
  for (std::uint32_t index = 0; index < 5; ++index) {
    ASSERT_EQ(error_of(Command::kDeviceGetIrqInfo, vfio_user::IrqInfo{.argsz = 16, .index = index}),
              0);
    const auto info = vfio_user::exactly<vfio_user::IrqInfo>(reply_).value();
    EXPECT_EQ(info.count, index == 2 ? 8u : 0u);
    EXPECT_EQ(info.flags, index == 2 ? 1u : 0u);
  }
  EXPECT_EQ(error_of(Command::kDeviceGetIrqInfo, vfio_user::IrqInfo{.argsz = 16, .index = 5}),
            EINVAL);
}

TEST_F(LinkDeviceTest, ConfigurationSpaceIsARegion) {
  ASSERT_EQ(read(vfio_user::kConfigRegion, 0, 256), 0);
  EXPECT_EQ(reply_.size(), 16 + 256u);
  EXPECT_EQ(reply_[16], 0x34);
  EXPECT_EQ(write(vfio_user::kConfigRegion, 0x3C, {9}), 0);
  ASSERT_EQ(read(vfio_user::kConfigRegion, 0x3C, 1), 0);
  EXPECT_EQ(reply_.back(), 9);
  EXPECT_EQ(read(vfio_user::kConfigRegion, 255, 2), EINVAL);
  EXPECT_EQ(write(vfio_user::kConfigRegion, 256, {1}), EINVAL);
}

// ---------------------------------------------------------------- registers

TEST_F(LinkDeviceTest, RegistersAreReadInAnyWidth) {
  EXPECT_EQ(read_csr(csr::kIdentityMagic), 0x484F4C44u);
  ASSERT_EQ(read(vfio_user::kBar0Region, 1, 1), 0);
  EXPECT_EQ(reply_.back(), 0x4C);
  ASSERT_EQ(read(vfio_user::kBar0Region, 2, 4), 0);  // of two registers
  EXPECT_EQ(reply_[16], 0x4F);
  EXPECT_EQ(reply_[17], 0x48);
  ASSERT_EQ(read(vfio_user::kBar0Region, 0, 256), 0);
  EXPECT_EQ(reply_.size(), 16 + 256u);
  EXPECT_EQ(read(vfio_user::kBar0Region, 0, 0), 0);
}

TEST_F(LinkDeviceTest, AccessesBeyondTheirLimitsAreRefused) {
  const std::uint64_t end = csr::kBar0Bytes;
  EXPECT_EQ(read(0, 0, 257), EINVAL);
  EXPECT_EQ(read(0, end - 4, 4), 0);
  EXPECT_EQ(read(0, end - 4, 5), EINVAL);
  EXPECT_EQ(read(0, end + 1, 0), EINVAL);
  EXPECT_EQ(read(0, ~std::uint64_t{0}, 4), EINVAL);
  EXPECT_EQ(read(0, ~std::uint64_t{3}, 4), EINVAL);
  for (const std::uint32_t region : {1u, 6u, 8u, 9u, ~0u}) {
    EXPECT_EQ(read(region, 0, 4), EINVAL) << region;
    EXPECT_EQ(write(region, 0, Bytes(4)), EINVAL) << region;
  }
  EXPECT_EQ(write(0, 0x28, Bytes(260)), EINVAL);
}

TEST_F(LinkDeviceTest, RegistersAreWrittenWhole) {
  EXPECT_EQ(write(0, 0x28, Bytes(2)), EINVAL);
  EXPECT_EQ(write(0, 0x2A, Bytes(4)), EINVAL);
  EXPECT_EQ(write(0, 0x28, {1, 2, 3, 4}), 0);
  EXPECT_EQ(read_csr(csr::kIdentityScratch), 0x04030201u);
  EXPECT_EQ(write(0, 0x24, {9, 9, 9, 9, 5, 6, 7, 8}), 0);  // the clock is read only
  EXPECT_EQ(read_csr(csr::kIdentityScratch), 0x08070605u);
}

// ---------------------------------------------------------------- memory

TEST_F(LinkDeviceTest, MemoryIsMappedAndGivenBack) {
  const OwnedFd file = memory_file(8192);
  EXPECT_EQ(error_of(Command::kDmaMap, dma_map(0x10000, 8192), copies_of({&file})), 0);
  EXPECT_EQ(error_of(Command::kDmaMap, dma_map(0x11000, 4096), copies_of({&file})), EEXIST);
  EXPECT_EQ(error_of(Command::kDmaUnmap, vfio_user::DmaUnmap{24, 0, 0x10000, 4096}), ENOENT);
  EXPECT_EQ(error_of(Command::kDmaUnmap, vfio_user::DmaUnmap{24, 1, 0x10000, 8192}), EINVAL);
  EXPECT_EQ(error_of(Command::kDmaUnmap, vfio_user::DmaUnmap{24, 0, 0x10000, 8192}), 0);
  EXPECT_EQ(vfio_user::exactly<vfio_user::DmaUnmap>(reply_)->address, 0x10000u);
  EXPECT_EQ(error_of(Command::kDmaUnmap, vfio_user::DmaUnmap{24, 0, 0x10000, 8192}), ENOENT);
  EXPECT_EQ(error_of(Command::kDmaUnmap, Bytes(23)), EINVAL);
}

TEST_F(LinkDeviceTest, MemoryNeedsOneDescriptor) {
  const OwnedFd file = memory_file(4096);
  EXPECT_EQ(error_of(Command::kDmaMap, dma_map(0x10000, 4096)), ENOTSUP);
  EXPECT_EQ(error_of(Command::kDmaMap, dma_map(0x10000, 4096), copies_of({&file, &file})), EINVAL);
  EXPECT_EQ(error_of(Command::kDmaMap, Bytes(31), copies_of({&file})), EINVAL);
  EXPECT_EQ(error_of(Command::kDmaMap, Bytes(33), copies_of({&file})), EINVAL);
}

// ---------------------------------------------------------------- interrupts

constexpr std::uint32_t kSetEventfd = vfio_user::kDataEventfd | vfio_user::kActionTrigger;

TEST_F(LinkDeviceTest, AnInterruptOfTheCardIsSignalledBeforeTheReply) {
  const OwnedFd file = memory_file(8192), signals = event_file();
  ASSERT_EQ(error_of(Command::kDmaMap, dma_map(0x10000, 8192), copies_of({&file})), 0);
  ASSERT_EQ(error_of(Command::kDeviceSetIrqs, irq_set(kSetEventfd, 3, 1), copies_of({&signals})),
            0);
  EXPECT_EQ(write_csr(csr::kEventRingBaseLo, 0x10000), 0);
  EXPECT_EQ(write_csr(csr::kEventRingBaseHi, 0), 0);
  EXPECT_EQ(write_csr(csr::kEventRingSize, 4), 0);
  EXPECT_EQ(write_csr(csr::kEventRingIrq,
                      csr::kEventRingIrqEnable.mask() | csr::kEventRingIrqVectorIndex.set(3)),
            0);
  EXPECT_EQ(write_csr(csr::kEventRingControl, csr::kEventRingControlEnable.mask()), 0);
  EXPECT_EQ(take_signals(signals), 0u);
  read(0, csr::kBar0Bytes - 4, 4);  // no such register: an event
  EXPECT_EQ(take_signals(signals), 1u);
}

TEST_F(LinkDeviceTest, AnInterruptThatComesWhileOneLooksIsNotLeft) {
  // Queue 0 with a timer that ends anywhere, also in the middle of a look at all vectors.
  const OwnedFd file = memory_file(4 * 4096), signals = event_file();
  ASSERT_EQ(error_of(Command::kDmaMap, dma_map(0x10000, 4 * 4096), copies_of({&file})), 0);
  ASSERT_EQ(error_of(Command::kDeviceSetIrqs, irq_set(kSetEventfd, 0, 1), copies_of({&signals})),
            0);
  while (csr::kControlStatusSwept.get(read_csr(csr::kControlStatus)) == 0) continue;
  write_csr(csr::kQueuesSqBaseLo(0), 0x10000);
  write_csr(csr::kQueuesCqBaseLo(0), 0x11000);
  write_csr(csr::kQueuesSize(0), csr::kQueuesSizeSqLog2.set(6) | csr::kQueuesSizeCqLog2.set(6));
  write_csr(csr::kQueuesIrq(0), csr::kQueuesIrqEnable.mask());
  write_csr(csr::kQueuesModeration(0),
            csr::kQueuesModerationPackets.set(100) | csr::kQueuesModerationMicroseconds.set(1));
  write_csr(csr::kQueuesControl(0), csr::kQueuesControlEnable.mask());
  for (std::uint32_t packet = 1; packet <= 50; ++packet) {
    write_csr(csr::kDoorbellSqProducer(0), packet);  // of length 0: dropped, and completed
    for (std::uint32_t i = 0; i < packet; ++i) card_->run();
    while (!card_->is_asleep()) {
      card_->run();
      device_.forward_interrupts();
    }
    ASSERT_EQ(take_signals(signals), 1u) << packet;
  }
}

TEST_F(LinkDeviceTest, TheClientMasksAndTheServerSaysWhereMessagesGo) {
  const OwnedFd signals = event_file();
  EXPECT_EQ(read_csr(csr::kMsixControl(1)), 1u) << "without an eventfd a vector is masked";
  ASSERT_EQ(error_of(Command::kDeviceSetIrqs, irq_set(kSetEventfd, 1, 1), copies_of({&signals})),
            0);
  EXPECT_EQ(read_csr(csr::kMsixControl(1)), 0u);
  const std::uint32_t data = read_csr(csr::kMsixData(1));
  const std::uint32_t address = read_csr(csr::kMsixAddressLo(1));
  EXPECT_NE(address, 0u);
  EXPECT_EQ(write_csr(csr::kMsixData(1), data + 1), 0);
  EXPECT_EQ(write_csr(csr::kMsixAddressLo(1), 0), 0);
  EXPECT_EQ(write_csr(csr::kMsixControl(1), 1), 0);
  EXPECT_EQ(read_csr(csr::kMsixData(1)), data);
  EXPECT_EQ(read_csr(csr::kMsixAddressLo(1)), address);
  EXPECT_EQ(read_csr(csr::kMsixControl(1)), 1u);
}

TEST_F(LinkDeviceTest, AResetForgetsRegistersAndKeepsEventfds) {
  const OwnedFd signals = event_file();
  ASSERT_EQ(error_of(Command::kDeviceSetIrqs, irq_set(kSetEventfd, 2, 1), copies_of({&signals})),
            0);
  EXPECT_EQ(write_csr(csr::kIdentityScratch, 5), 0);
  EXPECT_EQ(write(vfio_user::kConfigRegion, 0x3C, {9}), 0);
  EXPECT_EQ(error_of(Command::kDeviceReset, Bytes{}), 0);
  EXPECT_EQ(read_csr(csr::kIdentityScratch), 0u);
  EXPECT_EQ(read_csr(csr::kMsixControl(2)), 0u);
  ASSERT_EQ(read(vfio_user::kConfigRegion, 0x3C, 1), 0);
  EXPECT_EQ(reply_.back(), 0);
  EXPECT_EQ(error_of(Command::kDeviceSetIrqs,
                     irq_set(vfio_user::kDataNone | vfio_user::kActionTrigger, 2, 1)),
            0);
  EXPECT_EQ(take_signals(signals), 1u);
}

TEST_F(LinkDeviceTest, AClientThatIsGoneLeavesNothing) {
  const OwnedFd file = memory_file(4096), signals = event_file();
  ASSERT_EQ(error_of(Command::kDmaMap, dma_map(0x10000, 4096), copies_of({&file})), 0);
  ASSERT_EQ(error_of(Command::kDeviceSetIrqs, irq_set(kSetEventfd, 0, 1), copies_of({&signals})),
            0);
  EXPECT_EQ(write_csr(csr::kIdentityScratch, 5), 0);
  device_.disconnect();
  EXPECT_EQ(card_->io().read_csr(csr::kIdentityScratch), 0u);
  EXPECT_NE(send(message(Command::kDeviceReset)).hang_up, "") << "the next one negotiates";
  ASSERT_EQ(error_of(Command::kVersion, version_payload()), 0);
  EXPECT_EQ(read_csr(csr::kMsixControl(0)), 1u);
  EXPECT_EQ(error_of(Command::kDmaUnmap, vfio_user::DmaUnmap{24, 0, 0x10000, 4096}), ENOENT);
  EXPECT_TRUE(card_->attach_dma(Iova{0x10000}, std::span<std::uint8_t>())) << "nothing is there";
}

}  // namespace
}  // namespace holdfast::link
