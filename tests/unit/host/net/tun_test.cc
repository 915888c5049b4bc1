// SPDX-License-Identifier: Apache-2.0
#include "net/tun.h"

#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "net/descriptor.h"
#include "net/socket_address.h"
#include "support/namespace.h"

namespace holdfast::net {
namespace {

class TunTest : public test::NamespaceTest {
 protected:
  static constexpr std::uint16_t kPort = 7000;

  static std::unique_ptr<Tun> open(const std::string& name = "hf0") {
    auto tun = Tun::open(name, 1400);
    EXPECT_TRUE(tun) << tun.error().text();
    return tun ? std::move(*tun) : nullptr;
  }

  static int mtu_of(const Tun& tun) {
    const Descriptor fd(::socket(AF_INET, SOCK_DGRAM, 0));
    ifreq request{};
    std::memcpy(request.ifr_name, tun.name().data(), tun.name().size());
    EXPECT_EQ(::ioctl(fd.get(), SIOCGIFMTU, &request), 0);
    return request.ifr_mtu;
  }

  /// The next IPv4 packet that the kernel routes into `tun`.
  static Bytes next_ipv4(Tun& tun) {
    Bytes buffer(2000);
    while (true) {
      pollfd wait{.fd = tun.fd(), .events = POLLIN, .revents = 0};
      EXPECT_EQ(::poll(&wait, 1, -1), 1);
      const auto size = tun.read(buffer);
      if (size && buffer[0] >> 4 == 4) return {buffer.begin(), buffer.begin() + long(*size)};
    }
  }

  static Descriptor udp_socket() {
    Descriptor fd(::socket(AF_INET, SOCK_DGRAM, 0));
    const auto own = to_socket_address({*IpAddress::parse("10.1.0.1"), kPort});
    EXPECT_EQ(::bind(fd.get(), own.get(), own.size), 0);
    return fd;
  }
};

/// A UDP packet from 10.1.0.2 to 10.1.0.1 around `text`, UDP checksum 0 (RFC 791, 3.1; RFC 768).
Bytes udp_packet(std::uint16_t port, const std::string& text) {
  const auto udp_bytes = static_cast<std::uint8_t>(8 + text.size());
  Bytes packet = {0x45,
                  0,
                  0,
                  static_cast<std::uint8_t>(20 + udp_bytes),
                  0,
                  0,
                  0x40,
                  0,
                  64,
                  17,
                  0,
                  0,
                  10,
                  1,
                  0,
                  2,
                  10,
                  1,
                  0,
                  1,
                  static_cast<std::uint8_t>(port >> 8),
                  static_cast<std::uint8_t>(port),
                  static_cast<std::uint8_t>(port >> 8),
                  static_cast<std::uint8_t>(port),
                  0,
                  udp_bytes,
                  0,
                  0};
  unsigned sum = 0;
  for (std::size_t i = 0; i < 20; i += 2) sum += unsigned{packet[i]} << 8 | packet[i + 1];
  sum = (sum & 0xFFFF) + (sum >> 16);
  packet[10] = static_cast<std::uint8_t>(~sum >> 8);
  packet[11] = static_cast<std::uint8_t>(~sum);
  packet.insert(packet.end(), text.begin(), text.end());
  return packet;
}

TEST_F(TunTest, IsUpWithItsMtu) {
  const auto tun = open();
  ASSERT_NE(tun, nullptr);
  EXPECT_EQ(tun->name(), "hf0");
  EXPECT_EQ(tun->index(), static_cast<int>(if_nametoindex("hf0")));
  EXPECT_EQ(mtu_of(*tun), 1400);
  EXPECT_NE(output_of("ip link show dev hf0").find(",UP,"), std::string::npos);
}

TEST_F(TunTest, EndsWithItsObject) {
  open().reset();
  EXPECT_EQ(if_nametoindex("hf0"), 0u);
}

TEST_F(TunTest, GivesPacketsThatAreRoutedIntoIt) {
  const auto tun = open();
  ASSERT_NE(tun, nullptr);
  shell("ip address add 10.1.0.1/24 dev hf0");
  const Descriptor fd = udp_socket();
  const auto peer = to_socket_address({*IpAddress::parse("10.1.0.2"), kPort});
  ASSERT_EQ(::sendto(fd.get(), "hello", 5, 0, peer.get(), peer.size), 5);
  const Bytes packet = next_ipv4(*tun);
  ASSERT_EQ(packet.size(), 33u);
  EXPECT_EQ(std::string(packet.end() - 5, packet.end()), "hello");
}

TEST_F(TunTest, PutsPacketsIntoTheKernel) {
  const auto tun = open();
  ASSERT_NE(tun, nullptr);
  shell("ip address add 10.1.0.1/24 dev hf0");
  const Descriptor fd = udp_socket();
  ASSERT_TRUE(tun->write(udp_packet(kPort, "answer")));
  std::array<char, 64> buffer;
  ASSERT_EQ(::recv(fd.get(), buffer.data(), buffer.size(), 0), 6);
  EXPECT_EQ(std::string(buffer.data(), 6), "answer");
}

TEST_F(TunTest, WriteOfWhatIsNoIpPacketIsRefused) {
  const auto tun = open();
  ASSERT_NE(tun, nullptr);
  EXPECT_FALSE(tun->write(Bytes(40, 0x00)));
}

TEST_F(TunTest, ReadsNothingWhenThereIsNothing) {
  shell("echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");  // no router solicitations
  const auto tun = open();
  ASSERT_NE(tun, nullptr);
  Bytes buffer(2000);
  EXPECT_EQ(tun->read(buffer), std::nullopt);
}

TEST_F(TunTest, MtuChanges) {
  const auto tun = open();
  ASSERT_NE(tun, nullptr);
  EXPECT_TRUE(tun->set_mtu(1280));
  EXPECT_EQ(mtu_of(*tun), 1280);
  const auto status = tun->set_mtu(20);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kRefused);
  EXPECT_NE(status.error().text().find("20"), std::string::npos);
}

TEST_F(TunTest, PersistentOneIsTakenOverAndEnds) {
  shell("ip tuntap add dev hf0 mode tun");
  ASSERT_NE(if_nametoindex("hf0"), 0u);
  open().reset();
  EXPECT_EQ(if_nametoindex("hf0"), 0u);
}

TEST_F(TunTest, ComesBackAfterTheProgramWasKilled) {
  std::array<int, 2> ready;
  ASSERT_EQ(::pipe(ready.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto tun = open();
    if (::write(ready[1], "x", 1) == 1) ::pause();
    ::_exit(1);
  }
  char byte;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  const auto taken = Tun::open("hf0", 1400);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::kInUse);
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_NE(open(), nullptr);
}

TEST_F(TunTest, InterfaceOfAnotherKindIsRefused) {
  shell("ip link add name br0 type bridge");
  const auto tun = Tun::open("br0", 1400);
  ASSERT_FALSE(tun);
  EXPECT_EQ(tun.error().code, ErrorCode::kRefused);
}

TEST_F(TunTest, NameMustFit) {
  for (const char* name : {"", "a-name-of-16-char"}) {
    const auto tun = Tun::open(name, 1400);
    ASSERT_FALSE(tun) << name;
    EXPECT_EQ(tun.error().code, ErrorCode::kBadValue);
  }
}

TEST_F(TunTest, MissingDeviceSaysWhatToDo) {
  ASSERT_EQ(::mount("none", "/dev/net", "tmpfs", 0, nullptr), 0);
  const auto tun = Tun::open("hf0", 1400);
  ASSERT_FALSE(tun);
  EXPECT_EQ(tun.error().code, ErrorCode::kNotFound);
  EXPECT_NE(tun.error().text().find("modprobe tun"), std::string::npos) << tun.error().text();
}

TEST_F(TunTest, DeviceThatMayNotBeOpenedSaysWhatToDo) {
  shell("mount --bind /dev/net /dev/net\nmount -o remount,bind,nodev /dev/net");
  const auto tun = Tun::open("hf0", 1400);
  ASSERT_FALSE(tun);
  EXPECT_EQ(tun.error().code, ErrorCode::kNotFound);
  EXPECT_NE(tun.error().text().find("chmod 666"), std::string::npos) << tun.error().text();
}

}  // namespace
}  // namespace holdfast::net
