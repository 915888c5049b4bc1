// SPDX-License-Identifier: Apache-2.0
// With daemon_socket, receive_batch and send_batch, which are parts of it.
#include "net/sockets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "base/wire.h"
#include "net/descriptor.h"
#include "net/socket_address.h"
#include "support/namespace.h"

namespace holdfast::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

IpAddress ip(const std::string& text) { return *IpAddress::parse(text); }

/// Bytes of an ESP packet: SPI, sequence number, `size` more.
Bytes esp_packet(std::uint32_t spi, std::size_t size = 20) {
  WireWriter writer;
  writer.u32(spi);
  writer.u32(1);
  for (std::size_t i = 0; i < size; ++i) writer.u8(static_cast<std::uint8_t>(i));
  return writer.take();
}

/// A plain UDP socket: a peer that we see to the byte.
class Peer {
 public:
  Peer(const std::string& address, std::uint16_t port)
      : fd_(::socket(family_of(ip(address)), SOCK_DGRAM, 0)), endpoint_{ip(address), port} {
    const auto own = to_socket_address(endpoint_);
    EXPECT_EQ(::bind(fd_.get(), own.get(), own.size), 0) << address;
    const int on = 1;
    ::setsockopt(fd_.get(), IPPROTO_IP, IP_RECVTOS, &on, sizeof on);
  }

  const Endpoint& endpoint() const { return endpoint_; }
  void set_tos(int tos) { ::setsockopt(fd_.get(), IPPROTO_IP, IP_TOS, &tos, sizeof tos); }

  void send(const std::string& address, std::uint16_t port, ByteView bytes) {
    const auto to = to_socket_address({ip(address), port});
    EXPECT_EQ(::sendto(fd_.get(), bytes.data(), bytes.size(), 0, to.get(), to.size),
              static_cast<ssize_t>(bytes.size()));
  }

  struct Datagram {
    Endpoint from;
    Bytes bytes;
  };
  /// Waits for one.
  Datagram receive() {
    Bytes buffer(65'536);
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const ssize_t count = ::recvfrom(fd_.get(), buffer.data(), buffer.size(), 0,
                                     reinterpret_cast<sockaddr*>(&from), &size);
    EXPECT_GE(count, 0);
    buffer.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return {to_endpoint(from), buffer};
  }

 private:
  Descriptor fd_;
  Endpoint endpoint_;
};

/// What Sockets handed over, copied.
struct Isakmp {
  Endpoint own, peer;
  Bytes message;
};
struct Esp {
  WirePacket packet;
  Bytes bytes;
};

class SocketsTest : public test::NamespaceTest {
 protected:
  std::unique_ptr<Sockets> open(const Sockets::Config& config = {}) {
    auto sockets = Sockets::open(loop_, config);
    EXPECT_TRUE(sockets) << sockets.error().text();
    if (!sockets) return nullptr;
    (*sockets)->set_handlers(
        [this](const Endpoint& own, const Endpoint& peer, ByteView message) {
          isakmp_.push_back({own, peer, Bytes(message.begin(), message.end())});
          stop_if_done();
        },
        [this](const WirePacket& packet) {
          esp_.push_back({packet, Bytes(packet.esp.begin(), packet.esp.end())});
          stop_if_done();
        },
        [this](const IpAddress& peer, unsigned mtu) {
          mtus_.push_back(peer.text() + " " + std::to_string(mtu));
          stop_if_done();
        });
    return std::move(*sockets);
  }

  /// Lets the loop run until so many of each have come.
  void run_until(std::size_t isakmp, std::size_t esp, std::size_t mtus = 0) {
    wanted_ = {isakmp, esp, mtus};
    loop_.post([this] { stop_if_done(); });
    loop_.run();
  }

  /// Lets leave what was sent.
  void flush() { run_until(0, 0); }

  void stop_if_done() {
    if (isakmp_.size() >= wanted_[0] && esp_.size() >= wanted_[1] && mtus_.size() >= wanted_[2])
      loop_.stop();
  }

  EventLoop loop_;
  std::vector<Isakmp> isakmp_;
  std::vector<Esp> esp_;
  std::vector<std::string> mtus_;
  std::array<std::size_t, 3> wanted_{};
};

/// The same over both families; addresses of this machine.
class SocketsOverBothTest : public SocketsTest, public ::testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    SocketsTest::SetUp();
    if (HasFatalFailure()) return;
    // The kernel makes the route of a new IPv6 address a little later.
    if (GetParam())
      shell(
          "ip address add fd00::2/128 dev lo nodad\n"
          "until ip -6 route show table local | grep -q fd00::2; do :; done");
  }
  std::string own() const { return GetParam() ? "fd00::2" : "127.0.0.2"; }
  std::string peer() const { return GetParam() ? "::1" : "127.0.0.1"; }
};

INSTANTIATE_TEST_SUITE_P(Families, SocketsOverBothTest, ::testing::Bool(),
                         [](const auto& family) { return family.param ? "Ipv6" : "Ipv4"; });

TEST_P(SocketsOverBothTest, MessageOnPort500ArrivesAsItIs) {
  const auto sockets = open();
  Peer other(peer(), 7000);
  other.send(own(), 500, Bytes{0, 0, 0, 0, 5});
  run_until(1, 0);
  EXPECT_EQ(isakmp_[0].own, (Endpoint{ip(own()), 500}));
  EXPECT_EQ(isakmp_[0].peer, other.endpoint());
  EXPECT_THAT(isakmp_[0].message, ElementsAre(0, 0, 0, 0, 5));
  EXPECT_EQ(sockets->counters().datagrams_in, 1u);
}

TEST_P(SocketsOverBothTest, MessageOnPort4500LosesItsMarker) {
  const auto sockets = open();
  Peer other(peer(), 7000);
  other.send(own(), 4500, Bytes{0, 0, 0, 0, 5, 6});
  run_until(1, 0);
  EXPECT_EQ(isakmp_[0].own, (Endpoint{ip(own()), 4500}));
  EXPECT_EQ(isakmp_[0].peer, other.endpoint());
  EXPECT_THAT(isakmp_[0].message, ElementsAre(5, 6));
}

TEST_P(SocketsOverBothTest, EspOnPort4500IsToldFromIsakmp) {
  const auto sockets = open();
  Peer other(peer(), 7000);
  other.send(own(), 4500, esp_packet(0x01020304));
  other.send(own(), 4500, esp_packet(0x00000001));  // a marker but for the last bit
  run_until(0, 2);
  EXPECT_EQ(esp_[0].bytes, esp_packet(0x01020304));
  EXPECT_EQ(esp_[0].packet.encap, Encap::kUdp);
  EXPECT_EQ(esp_[0].packet.own, (Endpoint{ip(own()), 4500}));
  EXPECT_EQ(esp_[0].packet.peer, other.endpoint());
  EXPECT_EQ(esp_[1].bytes, esp_packet(0x00000001));
  EXPECT_EQ(sockets->counters().esp_in, 2u);
}

TEST_P(SocketsOverBothTest, MessageLeavesWithAMarkerFromPort4500Only) {
  const auto sockets = open();
  Peer other(peer(), 7000);
  const Bytes message{9, 8, 7};
  sockets->send({ip(own()), 4500}, other.endpoint(), message);
  flush();
  const auto marked = other.receive();
  EXPECT_THAT(marked.bytes, ElementsAre(0, 0, 0, 0, 9, 8, 7));
  EXPECT_EQ(marked.from, (Endpoint{ip(own()), 4500}));
  sockets->send({ip(own()), 500}, other.endpoint(), message);
  flush();
  const auto plain = other.receive();
  EXPECT_EQ(plain.bytes, message);
  EXPECT_EQ(plain.from, (Endpoint{ip(own()), 500}));
  EXPECT_EQ(sockets->counters().datagrams_out, 2u);
}

TEST_P(SocketsOverBothTest, KernelChoosesTheOwnAddressIfNoneIsGiven) {
  const auto sockets = open();
  Peer other(peer(), 7000);
  sockets->send({IpAddress{.is_ipv6 = GetParam(), .bytes = {}}, 500}, other.endpoint(), Bytes{1});
  flush();
  EXPECT_EQ(other.receive().from, (Endpoint{ip(peer()), 500}));
}

TEST_P(SocketsOverBothTest, KeepaliveIsOneByte) {
  const auto sockets = open();
  Peer other(peer(), 7000);
  sockets->send_keepalive({ip(own()), 4500}, other.endpoint());
  EXPECT_THAT(other.receive().bytes, ElementsAre(0xFF));
}

TEST_P(SocketsOverBothTest, KeepalivesAndRuntsAreCountedAndGoNoFurther) {
  const auto sockets = open();
  Peer other(peer(), 7000);
  for (const Bytes& bytes :
       {Bytes{0xFF}, Bytes{}, Bytes{0xFE}, Bytes{0, 0, 0}, Bytes{0, 0, 0, 0}, Bytes(7, 1)})
    other.send(own(), 4500, bytes);
  other.send(own(), 4500, Bytes{0, 0, 0, 0, 1});  // after them
  run_until(1, 0);
  EXPECT_EQ(sockets->counters().keepalives_in, 1u);
  EXPECT_EQ(sockets->counters().runts, 5u);
  EXPECT_EQ(sockets->counters().datagrams_in, 1u);
  EXPECT_TRUE(esp_.empty());
}

TEST_P(SocketsOverBothTest, EspTravelsRawWithItsTrafficClass) {
  const auto sockets = open();
  const Bytes bytes = esp_packet(0x11223344);
  sockets->send_esp({.own = {ip(own()), 0}, .peer = {ip(peer()), 0}, .tos = 0xB9, .esp = bytes});
  run_until(0, 1);
  EXPECT_EQ(esp_[0].bytes, bytes);
  EXPECT_EQ(esp_[0].packet.encap, Encap::kNone);
  EXPECT_EQ(esp_[0].packet.own, (Endpoint{ip(peer()), 0}));
  EXPECT_EQ(esp_[0].packet.peer, (Endpoint{ip(own()), 0}));
  EXPECT_EQ(esp_[0].packet.tos, 0xB9);
  EXPECT_EQ(sockets->counters().esp_out, 1u);
}

TEST_P(SocketsOverBothTest, EspTravelsInUdpWithItsTrafficClass) {
  const auto sockets = open();
  const Bytes bytes = esp_packet(0x11223344);
  sockets->send_esp({.own = {ip(own()), 4500},
                     .peer = {ip(peer()), 4500},
                     .encap = Encap::kUdp,
                     .tos = 0xB9,
                     .esp = bytes});
  run_until(0, 1);
  EXPECT_EQ(esp_[0].bytes, bytes);
  EXPECT_EQ(esp_[0].packet.encap, Encap::kUdp);
  EXPECT_EQ(esp_[0].packet.peer, (Endpoint{ip(own()), 4500}));
  EXPECT_EQ(esp_[0].packet.tos, 0xB9);
}

TEST_P(SocketsOverBothTest, ManyPacketsKeepTheirOrder) {
  const auto sockets = open();
  for (std::uint32_t spi = 1; spi <= 200; ++spi) {
    const Bytes bytes = esp_packet(spi);  // copied: it ends before it is sent
    sockets->send_esp({.own = {ip(own()), 4500},
                       .peer = {ip(peer()), 4500},
                       .encap = Encap::kUdp,
                       .dont_fragment = spi % 50 == 0,
                       .esp = bytes});
  }
  run_until(0, 200);
  for (std::uint32_t spi = 1; spi <= 200; ++spi) EXPECT_EQ(esp_[spi - 1].bytes, esp_packet(spi));
  EXPECT_EQ(sockets->counters().esp_out, 200u);
  EXPECT_EQ(sockets->counters().send_errors, 0u);
}

/// Lent, of one size for the most part, so that the kernel carries many as one.
TEST_P(SocketsOverBothTest, BatchesLeaveAtOnceAndKeepTheirOrder) {
  const auto sockets = open();
  for (const bool has_udp : {false, true}) {
    esp_.clear();
    const std::uint16_t port = has_udp ? 4500 : 0;
    std::vector<Bytes> bytes;
    std::vector<WirePacket> packets;
    for (std::uint32_t spi = 1; spi <= 200; ++spi)
      bytes.push_back(esp_packet(spi, spi % 37 == 0 ? 30 : 1000));
    for (std::size_t i = 0; i < bytes.size(); ++i)
      packets.push_back({.own = {ip(own()), port},
                         .peer = {ip(peer()), port},
                         .encap = has_udp ? Encap::kUdp : Encap::kNone,
                         .tos = static_cast<std::uint8_t>(i < 50 ? 0 : 0xB8),
                         .dont_fragment = i % 90 == 0,
                         .esp = bytes[i]});
    sockets->send_esp(packets);
    const std::uint64_t sent = has_udp ? 400 : 200;
    EXPECT_EQ(sockets->counters().esp_out, sent);
    run_until(0, 200);
    for (std::size_t i = 0; i < 200; ++i) {
      EXPECT_EQ(esp_[i].bytes, bytes[i]);
      EXPECT_EQ(esp_[i].packet.tos, packets[i].tos);
      EXPECT_EQ(esp_[i].packet.peer, packets[i].own);
    }
  }
  EXPECT_EQ(sockets->counters().send_errors, 0u);
}

TEST_P(SocketsOverBothTest, LargestPacketsTravelInFragments) {
  const auto sockets = open();
  shell("ip link set lo mtu 1500");
  const Bytes bytes = esp_packet(0x11223344, 60'000);
  for (const Encap encap : {Encap::kNone, Encap::kUdp}) {
    const std::uint16_t port = encap == Encap::kUdp ? 4500 : 0;
    sockets->send_esp(
        {.own = {ip(own()), port}, .peer = {ip(peer()), port}, .encap = encap, .esp = bytes});
  }
  run_until(0, 2);
  EXPECT_EQ(esp_[0].bytes, bytes);
  EXPECT_EQ(esp_[1].bytes, bytes);
}

TEST_P(SocketsOverBothTest, PacketWithDfThatTheLinkDoesNotTakeIsTold) {
  const auto sockets = open();
  shell("ip link set lo mtu 1400");
  for (const Encap encap : {Encap::kNone, Encap::kUdp}) {
    const std::uint16_t port = encap == Encap::kUdp ? 4500 : 0;
    sockets->send_esp({.own = {ip(own()), port},
                       .peer = {ip(peer()), port},
                       .encap = encap,
                       .dont_fragment = true,
                       .esp = esp_packet(1, 1400)});
    mtus_.clear();
    run_until(0, 0, 1);
    EXPECT_EQ(mtus_[0], peer() + " 1400");
  }
  EXPECT_EQ(sockets->counters().send_errors, 2u);
  EXPECT_TRUE(esp_.empty());
}

TEST_P(SocketsOverBothTest, PeerThatIsNotThereCostsOnlyItsOwnPackets) {
  const auto sockets = open();
  Peer other(peer(), 7000);
  for (std::uint8_t i = 0; i < 4; ++i) {
    // Port unreachable comes back at once, and the next send must not suffer for it.
    sockets->send({ip(own()), 500}, {ip(peer()), 7001}, Bytes{1});
    sockets->send({ip(own()), 500}, other.endpoint(), Bytes{i});
    flush();
    EXPECT_THAT(other.receive().bytes, ElementsAre(i));
  }
  EXPECT_EQ(sockets->counters().send_errors, 0u);
  other.send(own(), 500, Bytes{1, 2});  // and receiving neither
  run_until(1, 0);
}

/// Around ESP there is no checksum, around ISAKMP there is; both wait in one batch.
TEST_P(SocketsOverBothTest, MessagesAndPacketsKeepTheirOrder) {
  const auto sockets = open();
  Peer other(peer(), 7000);
  std::vector<Bytes> sent;
  for (std::uint8_t i = 0; i < 200; ++i) {
    if (i % 5 < 2) {
      sockets->send({ip(own()), 4500}, other.endpoint(), Bytes{i});
      sent.push_back({0, 0, 0, 0, i});
    } else {
      sent.push_back(esp_packet(i + 1u));
      sockets->send_esp({.own = {ip(own()), 4500},
                         .peer = other.endpoint(),
                         .encap = Encap::kUdp,
                         .esp = sent.back()});
    }
  }
  flush();
  for (const Bytes& bytes : sent) EXPECT_EQ(other.receive().bytes, bytes);
  EXPECT_EQ(sockets->counters().datagrams_out, 80u);
  EXPECT_EQ(sockets->counters().esp_out, 120u);
}

TEST_F(SocketsTest, RawIpv4SaysWhetherDfIsSet) {
  const auto sockets = open();
  for (const bool df : {true, false})
    sockets->send_esp({.own = {ip("127.0.0.2"), 0},
                       .peer = {ip("127.0.0.1"), 0},
                       .dont_fragment = df,
                       .esp = esp_packet(1)});
  run_until(0, 2);
  EXPECT_TRUE(esp_[0].packet.dont_fragment);
  EXPECT_FALSE(esp_[1].packet.dont_fragment);
}

TEST_F(SocketsTest, UdpAroundEspHasNoChecksumAndIsakmpHasOne) {
  // RFC 3948, 2.1. A raw UDP socket sees IP and UDP headers; the checksum is at 26.
  const Descriptor raw(::socket(AF_INET, SOCK_RAW, IPPROTO_UDP));
  const auto sockets = open();
  const Endpoint own{ip("127.0.0.2"), 4500}, peer{ip("127.0.0.1"), 7000};
  sockets->send_esp({.own = own, .peer = peer, .encap = Encap::kUdp, .esp = esp_packet(1)});
  sockets->send(own, peer, Bytes{1, 2, 3});
  flush();
  std::array<std::uint8_t, 200> esp{}, isakmp{};
  ASSERT_EQ(::recv(raw.get(), esp.data(), esp.size(), 0), 28 + 28);
  ASSERT_EQ(::recv(raw.get(), isakmp.data(), isakmp.size(), 0), 28 + 7);
  EXPECT_EQ(esp[26] << 8 | esp[27], 0);
  EXPECT_NE(isakmp[26] << 8 | isakmp[27], 0);
}

TEST_F(SocketsTest, WaitingPacketsLeaveWhenTheSocketsEnd) {
  auto sockets = open();
  Peer other("127.0.0.1", 7000);
  const Bytes bytes = esp_packet(3);
  sockets->send_esp({.own = {ip("127.0.0.2"), 4500},
                     .peer = other.endpoint(),
                     .encap = Encap::kUdp,
                     .esp = bytes});
  sockets.reset();
  EXPECT_EQ(other.receive().bytes, bytes);
  loop_.post([this] { loop_.stop(); });
  loop_.run();  // what was posted knows that they have ended
}

TEST_F(SocketsTest, LossIsCounted) {
  const auto sockets = open();
  sockets->send({ip("127.0.0.1"), 500}, {ip("192.0.2.1"), 500}, Bytes{1});      // no route
  sockets->send_keepalive({ip("10.99.99.99"), 4500}, {ip("127.0.0.1"), 4500});  // not our address
  sockets->send_esp({.own = {}, .peer = {ip("192.0.2.1"), 0}, .esp = esp_packet(1)});
  run_until(0, 0);
  EXPECT_EQ(sockets->counters().send_errors, 3u);
  EXPECT_EQ(sockets->counters().datagrams_out, 0u);
  EXPECT_EQ(sockets->counters().esp_out, 0u);
}

TEST_F(SocketsTest, TakenPortSaysWhich) {
  Peer other("127.0.0.1", 4500);
  const auto sockets = Sockets::open(loop_, {});
  ASSERT_FALSE(sockets);
  EXPECT_EQ(sockets.error().code, ErrorCode::kInUse);
  EXPECT_THAT(sockets.error().text(), HasSubstr("UDP port 4500, IPv4"));
}

TEST_F(SocketsTest, OtherPortsAndNoRawSocketCanBeAskedFor) {
  Peer other("127.0.0.1", 500);
  const auto sockets = open({.ike_port = 1500, .nat_port = 14'500, .has_raw_esp = false});
  ASSERT_NE(sockets, nullptr);
  sockets->send({ip("127.0.0.1"), 14'500}, other.endpoint(), Bytes{7});
  flush();
  EXPECT_THAT(other.receive().bytes, ElementsAre(0, 0, 0, 0, 7));
  sockets->send_esp({.own = {}, .peer = {ip("127.0.0.1"), 0}, .esp = esp_packet(1)});
  EXPECT_EQ(sockets->counters().send_errors, 1u);
}

TEST_F(SocketsTest, PortThatIsNotOursIsTheCallersFault) {
  const auto sockets = open();
  EXPECT_DEATH(sockets->send({ip("127.0.0.1"), 501}, {ip("127.0.0.1"), 500}, Bytes{1}), "");
}

// No route, and an own address that is not there: told once for many packets, and again later.
TEST_F(SocketsTest, ThatThereIsNoWayIsTold) {
  const auto sockets = open();
  ASSERT_NE(sockets, nullptr);
  std::size_t told = 0;
  sockets->on_no_way([&] { ++told; });
  sockets->send({ip("127.0.0.1"), 500}, {ip("127.0.0.1"), 14'500}, Bytes{7});
  flush();
  flush();
  EXPECT_EQ(told, 0u) << "where nobody listens is no matter of ways";
  for (int packet = 0; packet < 3; ++packet) {
    sockets->send({{}, 500}, {ip("192.0.2.1"), 500}, Bytes{7});
    sockets->send_esp({.own = {}, .peer = {ip("192.0.2.1"), 0}, .esp = esp_packet(1)});
    flush();
    flush();
  }
  EXPECT_EQ(told, 1u);
  EXPECT_EQ(sockets->counters().send_errors, 6u);
}

TEST_F(SocketsTest, ThatTheOwnAddressIsGoneIsTold) {
  const auto sockets = open();
  ASSERT_NE(sockets, nullptr);
  std::size_t told = 0;
  sockets->on_no_way([&] { ++told; });
  sockets->send_esp(
      {.own = {ip("192.0.2.7"), 0}, .peer = {ip("127.0.0.1"), 0}, .esp = esp_packet(1)});
  flush();
  flush();
  EXPECT_EQ(told, 1u);
}

TEST_F(SocketsTest, SourceAddressFollowsTheRoutesOfTheMark) {
  shell(
      "ip link add name d0 type bridge\nip link set d0 up\n"
      "ip address add 10.1.0.1/24 dev d0\nip address add 10.1.0.2/32 dev d0\n"
      "ip route add 10.2.0.0/16 dev d0 src 10.1.0.1\n"
      "ip route add 10.2.0.0/16 dev d0 src 10.1.0.2 table 99\nip rule add fwmark 7 table 99");
  EXPECT_EQ(open()->source_address(ip("10.2.0.9")), ip("10.1.0.1"));
  const auto marked = open({.mark = 7});
  EXPECT_EQ(marked->source_address(ip("10.2.0.9")), ip("10.1.0.2"));
  EXPECT_EQ(marked->source_address(ip("::1")), ip("::1"));
  const auto nowhere = marked->source_address(ip("192.0.2.1"));
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace holdfast::net
