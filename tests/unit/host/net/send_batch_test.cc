// SPDX-License-Identifier: Apache-2.0
// send_batch.h, and of receive_batch.h what arrives so: datagrams that travel as one.
#include "net/send_batch.h"

#include <gtest/gtest.h>

#include <array>

#include "net/descriptor.h"
#include "net/receive_batch.h"
#include "support/namespace.h"

namespace holdfast::net {
namespace {

IpAddress ip(const std::string& text) { return *IpAddress::parse(text); }

Bytes datagram(std::size_t size, unsigned seed) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(seed + i);
  return bytes;
}

struct SendBatchCase {
  bool is_ipv6;
  const char* own;
  const char* peer;
};

class SendBatchTest : public test::NamespaceTest,
                      public ::testing::WithParamInterface<SendBatchCase> {
 protected:
  static constexpr std::uint16_t kPort = 7000, kOtherPort = 7001;

  void SetUp() override {
    NamespaceTest::SetUp();
    sender_.emplace(open(4500));
    receiver_.emplace(open(kPort));
    other_.emplace(open(kOtherPort));
  }
  DaemonSocket open(std::uint16_t port) {
    return std::move(**DaemonSocket::open(SocketKind::kNat, GetParam().is_ipv6, port, 0));
  }
  IpAddress own() const { return ip(GetParam().own); }
  Endpoint peer(std::uint16_t port = kPort) const { return {ip(GetParam().peer), port}; }

  /// All that waits at `socket`, and in how many pieces the kernel gave it.
  std::vector<Bytes> receive_all(const DaemonSocket& socket) {
    std::vector<Bytes> datagrams;
    num_pieces_ = 0;
    while (const std::size_t count = arrivals_.receive(socket)) {
      for (std::size_t i = 0; i < count; ++i) {
        auto arrival = *arrivals_.arrival(socket, i);
        tos_ = arrival.tos;
        from_ = arrival.peer;
        do {
          const ByteView bytes = arrival.take_segment();
          datagrams.emplace_back(bytes.begin(), bytes.end());
        } while (!arrival.bytes.empty());
        ++num_pieces_;
      }
    }
    return datagrams;
  }
  /// `count` datagrams of `size` to the receiver; all must arrive as they were.
  void send_equal(std::size_t count, std::size_t size) {
    std::vector<Bytes> sent;
    for (unsigned i = 0; i < count; ++i) {
      sent.push_back(datagram(size, i));
      batch_.add(own(), peer(), 0, sent.back());
    }
    EXPECT_EQ(batch_.flush(*sender_).packets, count);
    EXPECT_EQ(receive_all(*receiver_), sent);
  }

  std::optional<DaemonSocket> sender_, receiver_, other_;
  SendBatch batch_;
  ReceiveBatch arrivals_;
  std::size_t num_pieces_ = 0;
  std::uint8_t tos_ = 0;
  Endpoint from_;
};

INSTANTIATE_TEST_SUITE_P(Families, SendBatchTest,
                         ::testing::Values(SendBatchCase{false, "127.0.0.2", "127.0.0.1"},
                                           SendBatchCase{true, "::1", "::1"}),
                         [](const auto& test) { return test.param.is_ipv6 ? "Ipv6" : "Ipv4"; });

TEST_P(SendBatchTest, ThoseOfOneSizeTravelAsOne) {
  std::vector<Bytes> sent;
  for (unsigned i = 0; i < 40; ++i) {
    sent.push_back(datagram(i == 39 ? 10 : 1400, i));
    batch_.add(own(), peer(), 0xB9, sent.back());
  }
  const auto result = batch_.flush(*sender_);
  EXPECT_EQ(result.packets, 40u);
  EXPECT_EQ(result.errors, 0u);
  EXPECT_TRUE(batch_.is_empty());
  EXPECT_EQ(receive_all(*receiver_), sent);
  EXPECT_EQ(num_pieces_, 1u);
  EXPECT_EQ(tos_, 0xB9);
  EXPECT_EQ(from_, (Endpoint{own(), 4500}));
}

TEST_P(SendBatchTest, NoMoreThanADatagramHolds) {
  send_equal(64, 1400);
  EXPECT_EQ(num_pieces_, 2u);  // 46 make 64,400 bytes
  send_equal(64, 100);
  EXPECT_EQ(num_pieces_, 1u);
}

TEST_P(SendBatchTest, OthersStayApartAndKeepTheirOrder) {
  const std::vector<std::size_t> sizes{100, 100, 200, 200, 50, 50, 300, 10, 10, 20};
  std::vector<Bytes> sent;
  for (const std::size_t size : sizes) {
    sent.push_back(datagram(size, static_cast<unsigned>(sent.size())));
    batch_.add(own(), peer(), 0, sent.back());
  }
  EXPECT_EQ(batch_.flush(*sender_).packets, sizes.size());
  EXPECT_EQ(receive_all(*receiver_), sent);
  EXPECT_EQ(num_pieces_, 6u);  // 100 100, 200 200 50, 50, 300 10, 10, 20
}

TEST_P(SendBatchTest, PeersAndTrafficClassesAreToldApart) {
  std::vector<Bytes> first, second;
  for (unsigned i = 0; i < 20; ++i) {
    auto& sent = i / 5 % 2 == 0 ? first : second;
    sent.push_back(datagram(500, i));
    batch_.add(own(), peer(i / 5 % 2 == 0 ? kPort : kOtherPort), i < 15 ? 0 : 8, sent.back());
  }
  EXPECT_EQ(batch_.flush(*sender_).packets, 20u);
  EXPECT_EQ(receive_all(*receiver_), first);
  EXPECT_EQ(num_pieces_, 2u);
  EXPECT_EQ(receive_all(*other_), second);
  EXPECT_EQ(num_pieces_, 2u);
  batch_.add(own(), peer(), 0, Bytes(100));
  batch_.add(own(), peer(), 8, Bytes(100));
  EXPECT_EQ(batch_.flush(*sender_).packets, 2u);
  EXPECT_EQ(receive_all(*receiver_).size(), 2u);
  EXPECT_EQ(num_pieces_, 2u);
}

/// The kernel cuts no message into datagrams that it would have to fragment.
TEST_P(SendBatchTest, ThoseLongerThanTheLinkLeaveAlone) {
  shell("ip link set lo mtu 1300");
  send_equal(10, 1400);
  EXPECT_EQ(num_pieces_, 10u);
  send_equal(10, 1200);  // and so do others for a while
  EXPECT_EQ(num_pieces_, 10u);
  for (unsigned i = 0; i < 16; ++i) send_equal(64, 1200);
  send_equal(10, 1200);
  EXPECT_EQ(num_pieces_, 1u);
}

TEST_P(SendBatchTest, WithDfThoseLongerThanTheLinkAreErrors) {
  shell("ip link set lo mtu 1300");
  sender_->set_mode({.dont_fragment = true, .has_checksum = false});
  for (unsigned i = 0; i < 10; ++i) batch_.add(own(), peer(), 0, datagram(1400, i));
  const auto result = batch_.flush(*sender_);
  EXPECT_EQ(result.packets, 0u);
  EXPECT_EQ(result.errors, 10u);
  EXPECT_TRUE(receive_all(*receiver_).empty());
  send_equal(10, 1200);
}

TEST_P(SendBatchTest, LentBytesAreNotCopied) {
  Bytes bytes = datagram(100, 1);
  batch_.add(own(), peer(), 0, bytes, true);
  bytes = datagram(100, 9);
  const Bytes same = bytes;
  EXPECT_EQ(batch_.flush(*sender_).packets, 1u);
  EXPECT_EQ(receive_all(*receiver_), std::vector<Bytes>{same});
}

/// RFC 3948, 2.1: none where it can be. At 26 behind 20 bytes of IPv4.
TEST_P(SendBatchTest, OnlyThoseThatTravelAsOneHaveAChecksum) {
  if (GetParam().is_ipv6) return;  // always has one
  const Descriptor raw(::socket(AF_INET, SOCK_RAW, IPPROTO_UDP));
  std::array<std::uint8_t, 4000> seen{};
  const auto checksum_seen = [&] {
    EXPECT_GT(::recv(raw.get(), seen.data(), seen.size(), 0), 28);
    return seen[26] << 8 | seen[27];
  };
  send_equal(1, 100);
  EXPECT_EQ(checksum_seen(), 0);
  send_equal(2, 100);
  EXPECT_NE(checksum_seen(), 0);
  send_equal(1, 100);
  while (::recv(raw.get(), seen.data(), seen.size(), MSG_DONTWAIT) > 0) {
  }
  EXPECT_EQ(seen[26] << 8 | seen[27], 0);
}

}  // namespace
}  // namespace holdfast::net
