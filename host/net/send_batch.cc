// SPDX-License-Identifier: Apache-2.0
#include "net/send_batch.h"

#include <cerrno>
#include <cstring>

namespace holdfast::net {

template <typename T>
void SendHeader::add(msghdr& header, int level, int type, const T& value) {
  char* place = control_.data() + header.msg_controllen;
  cmsghdr control{};
  control.cmsg_level = level;
  control.cmsg_type = type;
  control.cmsg_len = CMSG_LEN(sizeof value);
  std::memset(place, 0, CMSG_SPACE(sizeof value));
  std::memcpy(place, &control, sizeof control);
  std::memcpy(place + CMSG_LEN(0), &value, sizeof value);
  header.msg_controllen += CMSG_SPACE(sizeof value);
}

void SendHeader::fill(msghdr& header, const IpAddress& own, const Endpoint& peer,
                      std::uint8_t tos) {
  static_assert(CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int)) <= sizeof control_);
  peer_ = to_socket_address(peer);
  header.msg_name = &peer_.storage;
  header.msg_namelen = peer_.size;
  header.msg_control = control_.data();
  header.msg_controllen = 0;
  const bool is_ipv6 = peer.address.is_ipv6;
  if (is_ipv6)
    add(header, IPPROTO_IPV6, IPV6_TCLASS, static_cast<int>(tos));
  else
    add(header, IPPROTO_IP, IP_TOS, static_cast<int>(tos));
  if (is_unspecified(own)) return;
  HOLDFAST_CHECK(own.is_ipv6 == is_ipv6);
  if (is_ipv6)
    add(header, IPPROTO_IPV6, IPV6_PKTINFO, in6_pktinfo{to_in6_addr(own), 0});
  else
    add(header, IPPROTO_IP, IP_PKTINFO, in_pktinfo{0, to_in_addr(own), {}});
}

/// The first failure may be what ICMP said of an earlier packet, and then the second try goes out.
bool send_datagram(const DaemonSocket& socket, const IpAddress& own, const Endpoint& peer,
                   ByteView first, ByteView second) {
  std::array<iovec, 2> parts = {
      iovec{const_cast<std::uint8_t*>(first.data()), first.size()},
      iovec{const_cast<std::uint8_t*>(second.data()), second.size()},
  };
  msghdr header{};
  header.msg_iov = parts.data();
  header.msg_iovlen = parts.size();
  SendHeader where;
  where.fill(header, own, peer, 0);
  for (int round = 0; round < 2; ++round)
    if (::sendmsg(socket.fd(), &header, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return true;
  return false;
}

SendBatch::SendBatch() : slots_(std::make_unique<Slot[]>(kMaxPackets)) {
  for (std::size_t i = 0; i < kMaxPackets; ++i) {
    headers_[i].msg_hdr.msg_iov = &slots_[i].vector;
    headers_[i].msg_hdr.msg_iovlen = 1;
  }
}

void SendBatch::add(const IpAddress& own, const Endpoint& peer, std::uint8_t tos, ByteView packet) {
  HOLDFAST_CHECK(!is_full());
  Slot& slot = slots_[count_];
  slot.bytes.assign(packet.begin(), packet.end());
  slot.vector = {slot.bytes.data(), slot.bytes.size()};
  slot.header.fill(headers_[count_].msg_hdr, own, peer, tos);
  ++count_;
}

SendBatch::Sent SendBatch::flush(const DaemonSocket& socket) {
  Sent sent;
  std::size_t next = 0;
  bool is_second_try = false;  // see send_datagram()
  while (next < count_) {
    const int taken = ::sendmmsg(socket.fd(), headers_.data() + next,
                                 static_cast<unsigned>(count_ - next), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken > 0) {
      next += static_cast<std::size_t>(taken);
      sent.packets += static_cast<std::size_t>(taken);
      is_second_try = false;
    } else if (errno == EAGAIN || errno == ENOBUFS) {
      break;
    } else if (!std::exchange(is_second_try, true)) {
      continue;
    } else {
      ++next;
      is_second_try = false;
    }
  }
  sent.errors = count_ - sent.packets;
  count_ = 0;
  return sent;
}

}  // namespace holdfast::net
