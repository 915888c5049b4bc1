// SPDX-License-Identifier: Apache-2.0
#include "link/dma_maps.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <map>

#include "holdfast/card_io.h"
#include "unit/driver/fake_io.h"
#include "unit/sim/link/wire_bench.h"

namespace holdfast::link {
namespace {

using namespace holdfast::test;

/// Remembers what it was given.
class RecordingCard final : public ServedCard {
 public:
  CardIo& io() override { return io_; }
  Status attach_dma(Iova iova, std::span<std::uint8_t> bytes) override {
    attached[to_number(iova)] = bytes;
    return {};
  }
  bool detach_dma(Iova iova) override { return attached.erase(to_number(iova)) != 0; }
  void run() override {}
  bool is_asleep() const override { return true; }

  std::map<std::uint64_t, std::span<std::uint8_t>> attached;

 private:
  FakeIo io_;
};

class DmaMapsTest : public ::testing::Test {
 protected:
  int map(const vfio_user::DmaMap& wanted) { return maps_.map(wanted, &file_); }

  RecordingCard card_;
  DmaMaps maps_{card_};
  OwnedFd file_ = memory_file(4 * 4096);
};

TEST_F(DmaMapsTest, TheCardSeesTheMemoryOfTheFile) {
  vfio_user::DmaMap wanted = dma_map(0x20000, 2 * 4096);
  wanted.offset = 4096;
  ASSERT_EQ(map(wanted), 0);
  const char text[] = "seen";
  ASSERT_EQ(pwrite(file_.get(), text, sizeof text, 4096), 5);
  ASSERT_EQ(card_.attached.count(0x20000), 1u);
  EXPECT_EQ(card_.attached[0x20000].size(), 2 * 4096u);
  EXPECT_EQ(card_.attached[0x20000][1], 'e');
  card_.attached[0x20000][0] = 'S';
  char back[5] = {};
  ASSERT_EQ(pread(file_.get(), back, 5, 4096), 5);
  EXPECT_STREQ(back, "Seen");
  EXPECT_EQ(maps_.unmap(0x20000, 2 * 4096), 0);
  EXPECT_TRUE(card_.attached.empty());
}

TEST_F(DmaMapsTest, RefusesWhatIsWrong) {
  const auto changed = [&](auto change) {
    vfio_user::DmaMap wanted = dma_map(0x20000, 4096);
    change(wanted);
    return map(wanted);
  };
  using Map = vfio_user::DmaMap;
  EXPECT_EQ(changed([](Map& m) { m.argsz = 31; }), EINVAL);
  EXPECT_EQ(changed([](Map& m) { m.size = 0; }), EINVAL);
  EXPECT_EQ(changed([](Map& m) { m.size = 4095; }), EINVAL);
  EXPECT_EQ(changed([](Map& m) { m.address = 0x20001; }), EINVAL);
  EXPECT_EQ(changed([](Map& m) { m.offset = 1; }), EINVAL);
  EXPECT_EQ(changed([](Map& m) { m.flags = 0; }), EINVAL);
  EXPECT_EQ(changed([](Map& m) { m.flags |= 4; }), EINVAL);
  EXPECT_EQ(changed([](Map& m) { m.size = 5 * 4096; }), EINVAL) << "beyond the file";
  EXPECT_EQ(changed([](Map& m) { m.offset = 4 * 4096; }), EINVAL);
  EXPECT_EQ(changed([](Map& m) { m.offset = ~std::uint64_t{4095}; }), EINVAL);
  EXPECT_EQ(changed([](Map& m) { m.size = ~std::uint64_t{4095}; }), EINVAL) << "wraps";
  EXPECT_EQ(changed([](Map& m) { m.size = DmaMaps::kMaxBytes + 4096; }), ENOSPC);
  EXPECT_EQ(maps_.size(), 0u);
  EXPECT_EQ(changed([](Map& m) { m.address = ~std::uint64_t{4095}; }), 0) << "the last page";
}

TEST_F(DmaMapsTest, RefusesOverlaps) {
  ASSERT_EQ(map(dma_map(0x20000, 2 * 4096)), 0);
  EXPECT_EQ(map(dma_map(0x20000, 2 * 4096)), EEXIST);
  EXPECT_EQ(map(dma_map(0x1F000, 2 * 4096)), EEXIST);
  EXPECT_EQ(map(dma_map(0x21000, 4096)), EEXIST);
  EXPECT_EQ(map(dma_map(0x22000, 4096)), 0);
  EXPECT_EQ(map(dma_map(0x1F000, 4096)), 0);
}

TEST_F(DmaMapsTest, AFileThatMayShrinkIsRefused) {
  file_ = memory_file(4096, F_SEAL_GROW);
  EXPECT_EQ(map(dma_map(0x20000, 4096)), EPERM);
  std::FILE* plain = std::tmpfile();
  ASSERT_NE(plain, nullptr);
  ASSERT_EQ(ftruncate(fileno(plain), 4096), 0);
  file_ = OwnedFd(dup(fileno(plain)));
  EXPECT_EQ(map(dma_map(0x20000, 4096)), EPERM);
  std::fclose(plain);
  file_ = event_file();
  EXPECT_EQ(map(dma_map(0x20000, 4096)), EINVAL);
}

TEST_F(DmaMapsTest, ReadOnlyMemoryIsNotedAndNotReached) {
  vfio_user::DmaMap rom = dma_map(0x20000, 4096);
  rom.flags = vfio_user::kDmaReadable;
  EXPECT_EQ(maps_.map(rom, nullptr), 0);
  EXPECT_TRUE(card_.attached.empty());
  EXPECT_EQ(map(dma_map(0x20000, 4096)), EEXIST);
  EXPECT_EQ(maps_.unmap(0x20000, 4096), 0);
}

TEST_F(DmaMapsTest, TheirNumberIsLimited) {
  for (std::uint64_t i = 0; i < DmaMaps::kMaxMaps; ++i)
    ASSERT_EQ(map(dma_map(0x20000 + i * 4096, 4096)), 0);
  EXPECT_EQ(map(dma_map(0x10000, 4096)), ENOSPC);
  EXPECT_EQ(maps_.unmap(0x20000, 4096), 0);
  EXPECT_EQ(map(dma_map(0x10000, 4096)), 0);
  maps_.clear();
  EXPECT_TRUE(card_.attached.empty());
  EXPECT_EQ(map(dma_map(0x10000, 4096)), 0);
}

}  // namespace
}  // namespace holdfast::link
