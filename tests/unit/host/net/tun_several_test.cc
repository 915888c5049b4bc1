// SPDX-License-Identifier: Apache-2.0
// tun.h: packets that the kernel gives and takes many at a time.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <thread>

#include "net/descriptor.h"
#include "net/socket_address.h"
#include "net/tun.h"
#include "support/namespace.h"
#include "unit/host/net/flow_packets.h"

namespace holdfast::net {
namespace {

using test::flow_of;
using test::Packet;

/// The kernel is 10.2.0.1 and 2001:db8::2, where packets of flow_packet() go to.
class TunSeveralTest : public test::NamespaceTest {
 protected:
  void SetUp() override {
    NamespaceTest::SetUp();
    shell("echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");  // no router solicitations
    auto tun = Tun::open("hf0", 1400);
    ASSERT_TRUE(tun) << tun.error().text();
    tun_ = std::move(*tun);
    shell("ip address add 10.2.0.1/32 dev hf0\nip route add 10.1.0.0/24 dev hf0");
  }
  static SocketAddress at(const char* address, std::uint16_t port) {
    return to_socket_address({*IpAddress::parse(address), port});
  }
  static Descriptor udp_socket() {
    Descriptor fd(::socket(AF_INET, SOCK_DGRAM, 0));
    const auto own = at("10.2.0.1", 53);
    EXPECT_EQ(::bind(fd.get(), own.get(), own.size), 0);
    return fd;
  }
  /// What the kernel says that it took from the TUN, in packets.
  static std::size_t num_taken() {
    return std::stoul(output_of("awk '$1 == \"hf0:\" { print $3 }' /proc/net/dev"));
  }

  std::unique_ptr<Tun> tun_;
  std::atomic<bool> is_done_ = false;
};

TEST_F(TunSeveralTest, DatagramsThatLeaveTogetherAreRead) {
  const Descriptor fd = udp_socket();
  const int size = 1000;
  ASSERT_EQ(::setsockopt(fd.get(), IPPROTO_UDP, UDP_SEGMENT, &size, sizeof size), 0);
  Bytes sent(10'300);
  for (std::size_t i = 0; i < sent.size(); ++i)
    sent[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  const auto peer = at("10.1.0.1", 4000);
  ASSERT_EQ(::sendto(fd.get(), sent.data(), sent.size(), 0, peer.get(), peer.size),
            static_cast<ssize_t>(sent.size()));
  Bytes got;
  for (unsigned i = 0; i < 11; ++i) {
    EXPECT_EQ(tun_->has_more(), i != 0);
    Packet packet(9000);
    const auto bytes = tun_->read(packet);
    ASSERT_TRUE(bytes);
    packet.resize(*bytes);
    EXPECT_EQ(packet.size(), 28u + (i == 10 ? 300 : 1000));
    // The addresses are those of flow_packet(), the other way round: the sum is the same.
    EXPECT_TRUE(test::are_checksums_right(packet)) << i;
    got.insert(got.end(), packet.begin() + 28, packet.end());
  }
  EXPECT_FALSE(tun_->has_more());
  EXPECT_EQ(got, sent);
  Packet packet(9000);
  EXPECT_EQ(tun_->read(packet), std::nullopt);
}

TEST_F(TunSeveralTest, DatagramsThatAreWrittenTogetherArrive) {
  const Descriptor fd = udp_socket();
  const auto packets = flow_of({.is_tcp = false, .has_df = true}, 30, 123);
  for (const Packet& packet : packets) ASSERT_TRUE(tun_->write(packet));
  EXPECT_EQ(tun_->flush(), 0u);
  EXPECT_EQ(num_taken(), 1u);
  for (const Packet& packet : packets) {
    Bytes buffer(2000);
    const ssize_t size = ::recv(fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    ASSERT_EQ(size, static_cast<ssize_t>(packet.size() - 28));
    EXPECT_TRUE(std::equal(packet.begin() + 28, packet.end(), buffer.begin()));
  }
}

TEST_F(TunSeveralTest, AWrongChecksumIsTheKernelsToFind) {
  const Descriptor fd = udp_socket();
  auto packets = flow_of({.is_tcp = false, .has_df = true}, 3, 1000);
  packets[1].back() ^= 1;
  for (const Packet& packet : packets) ASSERT_TRUE(tun_->write(packet));
  EXPECT_EQ(tun_->flush(), 0u);
  Bytes buffer(2000);
  for (const std::size_t whole : {0u, 2u}) {
    ASSERT_EQ(::recv(fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT), 1000);
    EXPECT_TRUE(std::equal(packets[whole].begin() + 28, packets[whole].end(), buffer.begin()));
  }
  EXPECT_LT(::recv(fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT), 0);
}

/// An interface that is down takes nothing: that comes out when they leave.
TEST_F(TunSeveralTest, WhatIsRefusedLaterIsCounted) {
  const auto packets = flow_of({.is_tcp = false, .has_df = true}, 3, 1000);
  for (const Packet& packet : packets) ASSERT_TRUE(tun_->write(packet));
  shell("ip link set hf0 down");
  EXPECT_EQ(tun_->flush(), 3u);
  EXPECT_EQ(tun_->flush(), 0u);
}

/// The kernel speaks TCP with itself, as 10.2.0.1 with 10.1.0.1: what it sends into the TUN comes
/// back with the addresses exchanged, which changes no checksum.
TEST_F(TunSeveralTest, TcpGoesThroughBothWays) {
  const Descriptor listener(::socket(AF_INET, SOCK_STREAM, 0));
  const auto own = at("10.2.0.1", 80);
  ASSERT_EQ(::bind(listener.get(), own.get(), own.size), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  constexpr std::size_t kBytes = 4 << 20;
  Bytes sent(kBytes), got;
  for (std::size_t i = 0; i < kBytes; ++i) sent[i] = static_cast<std::uint8_t>(i * 31 + i / 999);
  std::thread client([&] {
    const Descriptor fd(::socket(AF_INET, SOCK_STREAM, 0));
    const auto peer = at("10.1.0.1", 80);
    EXPECT_EQ(::connect(fd.get(), peer.get(), peer.size), 0);
    EXPECT_EQ(::send(fd.get(), sent.data(), sent.size(), 0), static_cast<ssize_t>(kBytes));
  });
  std::thread server([&] {
    const Descriptor fd(::accept(listener.get(), nullptr, nullptr));
    Bytes buffer(1 << 16);
    while (const ssize_t size = ::recv(fd.get(), buffer.data(), buffer.size(), 0)) {
      if (size < 0) break;
      got.insert(got.end(), buffer.begin(), buffer.begin() + size);
    }
    ::shutdown(fd.get(), SHUT_RDWR);
    is_done_ = true;
  });
  std::size_t num_read = 0, num_together = 0;
  while (!is_done_) {
    pollfd wait{.fd = tun_->fd(), .events = POLLIN, .revents = 0};
    ::poll(&wait, 1, 10);
    Packet packet(9000);
    while (const auto size = tun_->read(packet)) {
      ASSERT_LE(*size, 1400u);
      ++num_read;
      num_together += tun_->has_more();
      std::swap_ranges(packet.begin() + 12, packet.begin() + 16, packet.begin() + 16);
      ASSERT_TRUE(tun_->write(ByteView(packet).first(*size)));
    }
    EXPECT_EQ(tun_->flush(), 0u);
  }
  client.join();
  server.join();
  EXPECT_EQ(got, sent);
  EXPECT_GT(num_together, num_read / 2);
  EXPECT_LT(num_taken(), num_read / 2);
}

}  // namespace
}  // namespace holdfast::net
