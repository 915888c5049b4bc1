// SPDX-License-Identifier: Apache-2.0
#include "net/receive_batch.h"

#include <netinet/ip.h>
#include <netinet/udp.h>

#include <cerrno>
#include <cstring>

#include "net/socket_address.h"

namespace holdfast::net {
namespace {

template <typename T>
T control_value(const cmsghdr* control) {
  T value;
  std::memcpy(&value, CMSG_DATA(control), sizeof value);
  return value;
}

void read_control(cmsghdr* control, Arrival& arrival) {
  if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO)
    arrival.own.address = to_ip_address(control_value<in_pktinfo>(control).ipi_addr);
  else if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_TOS)
    arrival.tos = control_value<std::uint8_t>(control);
  else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO)
    arrival.own.address = to_ip_address(control_value<in6_pktinfo>(control).ipi6_addr);
  else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_TCLASS)
    arrival.tos = static_cast<std::uint8_t>(control_value<int>(control));
  else if (control->cmsg_level == IPPROTO_UDP && control->cmsg_type == UDP_GRO)
    arrival.segment_bytes = static_cast<std::size_t>(std::max(0, control_value<int>(control)));
}

/// A raw IPv4 socket gives the header too (RFC 791, 3.1).
bool strip_ipv4_header(Arrival& arrival) {
  if (arrival.bytes.size() < sizeof(iphdr)) return false;
  iphdr header;
  std::memcpy(&header, arrival.bytes.data(), sizeof header);
  const std::size_t header_bytes = header.ihl * 4u;
  if (header_bytes < sizeof header || arrival.bytes.size() < header_bytes) return false;
  arrival.dont_fragment = (ntohs(header.frag_off) & IP_DF) != 0;
  arrival.bytes = arrival.bytes.subspan(header_bytes);
  return true;
}

}  // namespace

ReceiveBatch::ReceiveBatch() : slots_(std::make_unique_for_overwrite<Slot[]>(kMaxPackets)) {
  for (std::size_t i = 0; i < kMaxPackets; ++i) {
    slots_[i].vector = {slots_[i].bytes.data(), kSlotBytes};
    msghdr& header = headers_[i].msg_hdr;
    header.msg_name = &slots_[i].peer;
    header.msg_iov = &slots_[i].vector;
    header.msg_iovlen = 1;
    header.msg_control = slots_[i].control.data();
  }
}

std::size_t ReceiveBatch::receive(const DaemonSocket& socket, std::size_t most) {
  for (mmsghdr& header : std::span(headers_).first(most)) {
    header.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    header.msg_hdr.msg_controllen = kControlBytes;
  }
  const int count =
      ::recvmmsg(socket.fd(), headers_.data(), static_cast<unsigned>(most), MSG_DONTWAIT, nullptr);
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

std::optional<Arrival> ReceiveBatch::arrival(const DaemonSocket& socket, std::size_t index) const {
  // CMSG_NXTHDR wants a header that it could write to.
  msghdr header = headers_[index].msg_hdr;
  Arrival arrival;
  arrival.peer = to_endpoint(slots_[index].peer);
  arrival.bytes = ByteView(slots_[index].bytes).first(headers_[index].msg_len);
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c))
    read_control(c, arrival);
  if (socket.kind() != SocketKind::kRawEsp) {
    arrival.own.port = socket.port();
    return arrival;
  }
  arrival.peer.port = 0;
  if (!socket.is_ipv6() && !strip_ipv4_header(arrival)) return std::nullopt;
  return arrival;
}

}  // namespace holdfast::net
