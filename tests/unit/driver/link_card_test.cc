// SPDX-License-Identifier: Apache-2.0
// The client of a link, against servers that break the protocol; right ones are in link_cards.cc.
#include "holdfast/link_card.h"

#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "unit/driver/served_soft_card.h"
#include "unit/sim/link/socket_bench.h"
#include "unit/sim/link/wire_bench.h"

namespace holdfast {
namespace {

using namespace holdfast::test;
using vfio_user::Command;

/// Answers each message of one client as the test says; hangs up where it says nothing.
class BadServer {
 public:
  using Answer = std::function<Bytes(const vfio_user::Header&)>;

  explicit BadServer(Answer answer) : answer_(std::move(answer)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path_, address.sun_path);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    EXPECT_EQ(::listen(listener_.get(), 1), 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~BadServer() {
    thread_.join();
    unlink(path_.c_str());
  }
  const std::string& path() const { return path_; }

 private:
  void serve() {
    const OwnedFd client(::accept(listener_.get(), nullptr, nullptr));
    for (;;) {
      const Bytes raw = receive_bytes(client, sizeof(vfio_user::Header));
      const auto header = vfio_user::exactly<vfio_user::Header>(raw);
      if (!header) return;
      receive_bytes(client, header->size - sizeof *header);
      const Bytes reply = answer_(*header);
      if (reply.empty() || !send_bytes(client, reply)) return;
    }
  }

  std::string path_ = fresh_socket_path();
  OwnedFd listener_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  Answer answer_;
  std::thread thread_;
};

Bytes reply_to(const vfio_user::Header& header, const Bytes& payload) {
  Bytes bytes = message(header.command, payload, vfio_user::kTypeReply);
  std::memcpy(bytes.data(), &header.id, sizeof header.id);
  return bytes;
}

/// A card as it should be; tests change one answer of it.
Bytes right_answer(const vfio_user::Header& header) {
  switch (header.command) {
    case Command::kVersion:
      return reply_to(header, version_payload("{}"));
    case Command::kDeviceGetInfo:
      return reply_to(header, bytes_of(vfio_user::DeviceInfo{16, 3, 9, 5}));
    case Command::kDeviceGetRegionInfo:
      return reply_to(header, bytes_of(vfio_user::RegionInfo{32, 3, 0, 0, csr::kBar0Bytes, 0}));
    case Command::kDeviceGetIrqInfo:
      return reply_to(header, bytes_of(vfio_user::IrqInfo{16, 1, 2, 3}));
    default:
      return reply_to(header, {});
  }
}

/// What make() says of a server whose answer to `command` is `wrong`.
ErrorCode error_with(Command command, const std::function<Bytes(const vfio_user::Header&)>& wrong) {
  const BadServer server([&](const vfio_user::Header& header) {
    return header.command == command ? wrong(header) : right_answer(header);
  });
  const auto card = LinkCard::make(server.path());
  EXPECT_FALSE(card);
  return card ? ErrorCode::kFull : card.error().code;
}

std::function<Bytes(const vfio_user::Header&)> payload(const Bytes& bytes) {
  return [bytes](const vfio_user::Header& header) { return reply_to(header, bytes); };
}

TEST(LinkCard, TakesARightServer) {
  const BadServer server(right_answer);
  const auto card = LinkCard::make(server.path());
  ASSERT_TRUE(card) << card.error().text();
  auto& link = static_cast<LinkCard&>(**card);
  EXPECT_GE(link.irq_fd(2), 0);
  EXPECT_EQ(link.irq_fd(3), -1);
  EXPECT_FALSE(link.wait_irq(3, std::chrono::seconds(1000)));
}

TEST(LinkCard, PathsThatCannotBe) {
  EXPECT_EQ(LinkCard::make("").error().code, ErrorCode::kBadFormat);
  EXPECT_EQ(LinkCard::make(std::string(108, 'x')).error().code, ErrorCode::kBadFormat);
  EXPECT_EQ(LinkCard::make(fresh_socket_path()).error().code, ErrorCode::kNotFound);
}

TEST(LinkCard, RefusesOtherVersions) {
  const auto with = [](std::uint16_t major, std::uint16_t minor) {
    return error_with(Command::kVersion, payload(version_payload({}, major, minor)));
  };
  EXPECT_EQ(with(1, 0), ErrorCode::kUnsupported);
  EXPECT_EQ(with(0, 1), ErrorCode::kUnsupported);
  EXPECT_EQ(error_with(Command::kVersion, payload(Bytes(3))), ErrorCode::kTruncated);
}

TEST(LinkCard, RefusesWhatIsNoCard) {
  using namespace vfio_user;
  EXPECT_EQ(error_with(Command::kDeviceGetInfo, payload(bytes_of(DeviceInfo{16, 2, 9, 5}))),
            ErrorCode::kUnsupported)
      << "no reset";
  EXPECT_EQ(error_with(Command::kDeviceGetInfo, payload(bytes_of(DeviceInfo{16, 3, 9, 2}))),
            ErrorCode::kUnsupported)
      << "no MSI-X";
  EXPECT_EQ(error_with(Command::kDeviceGetRegionInfo,
                       payload(bytes_of(RegionInfo{32, 3, 0, 0, 0x10000, 0}))),
            ErrorCode::kUnsupported)
      << "another BAR";
  EXPECT_EQ(error_with(Command::kDeviceGetIrqInfo, payload(bytes_of(IrqInfo{16, 1, 2, 0}))),
            ErrorCode::kUnsupported);
  EXPECT_EQ(error_with(Command::kDeviceGetIrqInfo, payload(bytes_of(IrqInfo{16, 1, 2, 4000}))),
            ErrorCode::kUnsupported)
      << "as many eventfds as a server likes";
}

TEST(LinkCard, RefusesRepliesThatAreNone) {
  const auto changed = [](auto change) {
    return error_with(Command::kDeviceGetInfo, [change](const vfio_user::Header& asked) {
      Bytes bytes = right_answer(asked);
      auto header = vfio_user::front<vfio_user::Header>(bytes).value();
      change(header);
      std::memcpy(bytes.data(), &header, sizeof header);
      return bytes;
    });
  };
  using Header = vfio_user::Header;
  EXPECT_EQ(changed([](Header& h) { ++h.id; }), ErrorCode::kBadFormat);
  EXPECT_EQ(changed([](Header& h) { h.command = Command::kDmaMap; }), ErrorCode::kBadFormat);
  EXPECT_EQ(changed([](Header& h) { h.flags = 0; }), ErrorCode::kBadFormat) << "a command";
  EXPECT_EQ(changed([](Header& h) { h.size = 15; }), ErrorCode::kBadFormat);
  EXPECT_EQ(changed([](Header& h) { h.size = 0xFFFFFFFF; }), ErrorCode::kBadFormat);
  EXPECT_EQ(changed([](Header& h) { h.size = 24; }), ErrorCode::kTruncated);
  EXPECT_EQ(changed([](Header& h) { h.flags |= vfio_user::kError; }), ErrorCode::kRefused);
}

TEST(LinkCard, AServerThatHangsUp) {
  const auto nothing = [](const vfio_user::Header&) { return Bytes(); };
  EXPECT_EQ(error_with(Command::kVersion, nothing), ErrorCode::kInUse);
  EXPECT_EQ(error_with(Command::kDeviceSetIrqs, nothing), ErrorCode::kIo);
}

TEST(LinkCard, ACardThatIsGoneReadsAsOnes) {
  auto server = ServerThread::start().value();
  const auto io = LinkCard::make(server->path()).value();
  EXPECT_EQ(io->read_csr(csr::kIdentityMagic), 0x484F4C44u);
  const DmaRegion region = io->map_dma(100).value();
  server.reset();
  EXPECT_EQ(io->read_csr(csr::kIdentityMagic), ~0u);
  EXPECT_FALSE(static_cast<LinkCard&>(*io).is_connected());
  io->write_csr(csr::kIdentityScratch, 1);
  io->reset();
  EXPECT_EQ(io->map_dma(100).error().code, ErrorCode::kIo);
  EXPECT_FALSE(io->wait_irq(0, std::chrono::hours(1))) << "there is nobody to wait for";
  region.bytes[99] = 1;  // memory stays as long as the card object
}

TEST(LinkCard, MemoryIsAlignedZeroedAndApart) {
  const auto server = ServerThread::start().value();
  const auto io = LinkCard::make(server->path()).value();
  const DmaRegion a = io->map_dma(100).value(), b = io->map_dma(5000).value();
  EXPECT_EQ(a.bytes.size(), 100u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(b.bytes.data()) % 4096, 0u);
  EXPECT_EQ(to_number(b.iova) % 4096, 0u);
  EXPECT_GT(to_number(b.iova), to_number(a.iova) + 4096);
  EXPECT_TRUE(std::ranges::all_of(b.bytes, [](std::uint8_t byte) { return byte == 0; }));
  EXPECT_FALSE(io->map_dma(0));
}

TEST(LinkCard, AServerTakesSoManyMappingsAndNoMore) {
  const auto server = ServerThread::start().value();
  const auto io = LinkCard::make(server->path()).value();
  for (std::size_t i = 0; i < link::DmaMaps::kMaxMaps; ++i) ASSERT_TRUE(io->map_dma(1)) << i;
  EXPECT_EQ(io->map_dma(1).error().code, ErrorCode::kIo);
  EXPECT_EQ(io->read_csr(csr::kIdentityMagic), 0x484F4C44u) << "all else goes on";
}

}  // namespace
}  // namespace holdfast
