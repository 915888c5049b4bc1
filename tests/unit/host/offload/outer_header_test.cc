// SPDX-License-Identifier: Apache-2.0
#include "offload/outer_header.h"

#include "unit/host/offload/offload_bench.h"

namespace holdfast::test {
namespace {

net::WirePacket wire_packet(const Binding& from, ByteView esp) {
  net::WirePacket packet;
  packet.own = from.own;
  packet.peer = from.peer;
  packet.encap = from.encap;
  packet.tos = 0xB9;
  packet.esp = esp;
  return packet;
}

TEST(OuterHeader, WrittenForTheCardAndReadAsTheOtherEndSeesIt) {
  const Packet esp(40, 0xE5);
  for (const bool has_udp : {false, true})
    for (const Binding& each : {binding("192.0.2.1", "192.0.2.2", has_udp),
                                binding("2001:db8::1", "2001:db8::2", has_udp)}) {
      const net::WirePacket packet = wire_packet(each, esp);
      Packet bytes(outer_header_bytes(packet) + esp.size());
      const std::size_t header = bytes.size() - esp.size();
      write_outer_header(packet, std::span(bytes).first(header));
      std::ranges::copy(esp, bytes.begin() + static_cast<std::ptrdiff_t>(header));
      ASSERT_TRUE(read_flow(bytes));
      EXPECT_EQ(read_flow(bytes)->total_bytes, bytes.size());
      const auto read = split_outer(bytes);
      ASSERT_TRUE(read);
      EXPECT_EQ(read->own, each.peer);  // it comes from the peer
      EXPECT_EQ(read->peer, each.own);
      EXPECT_EQ(read->encap, each.encap);
      EXPECT_EQ(read->tos, 0xB9);
      EXPECT_TRUE(std::ranges::equal(read->esp, esp));
    }
}

TEST(OuterHeader, ThePeersPortStaysBehindANat) {
  const Packet esp(40);
  Binding mapped = binding("192.0.2.1", "192.0.2.2", true);
  mapped.peer.port = 61234;
  const net::WirePacket packet = wire_packet(mapped, esp);
  Packet bytes(28);
  write_outer_header(packet, bytes);
  EXPECT_EQ(get16(bytes, 20), 61234u);
  EXPECT_EQ(get16(bytes, 22), 4500u);
  EXPECT_EQ(get16(bytes, 24), 48u);
}

TEST(OuterHeader, AnotherPortOfOursIsShownAs4500) {
  Binding moved = binding("192.0.2.1", "192.0.2.2", true);
  moved.own.port = moved.peer.port = 14500;
  const Packet esp(40);
  Packet bytes(28);
  write_outer_header(wire_packet(moved, esp), bytes);
  EXPECT_EQ(get16(bytes, 20), 14500u);
  EXPECT_EQ(get16(bytes, 22), 4500u);
}

TEST(OuterHeader, OtherThingsAreNotTakenApart) {
  const IpAddress a = address("192.0.2.1"), b = address("192.0.2.2");
  EXPECT_FALSE(split_outer(Packet{}));
  EXPECT_FALSE(split_outer(Packet(19, 0x45)));
  EXPECT_FALSE(split_outer(ip_packet(a, b, Packet(40), {.protocol = 6})));
  EXPECT_FALSE(split_outer(ip_packet(a, b, Packet(7), {.protocol = 17})));
  EXPECT_TRUE(split_outer(ip_packet(a, b, Packet(40), {.protocol = 50})));
  EXPECT_TRUE(
      split_outer(ip_packet(a, b, Packet(40), {.protocol = 50, .has_df = true}))->dont_fragment);
}

}  // namespace
}  // namespace holdfast::test
