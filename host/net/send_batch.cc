// SPDX-License-Identifier: Apache-2.0
#include "net/send_batch.h"

#include <netinet/udp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace holdfast::net {
namespace {

/// Of one message: what fits behind an IPv4 header and a UDP header.
constexpr std::size_t kMaxMessageBytes = 65'507;
/// Packets that leave one by one after the kernel refused some that were joined.
constexpr std::size_t kAloneAfterRefusal = 1024;

/// EINVAL: the own address is gone, unless it is about the many packets of one message.
bool is_no_way(int error, bool is_joined) {
  return error == ENETUNREACH || error == EHOSTUNREACH || error == ENETDOWN ||
         error == EADDRNOTAVAIL || (error == EINVAL && !is_joined);
}

}  // namespace

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
  static_assert(CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int)) +
                    CMSG_SPACE(sizeof(std::uint16_t)) <=
                sizeof control_);
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
  if (!is_unspecified(own)) {
    HOLDFAST_CHECK(own.is_ipv6 == is_ipv6);
    if (is_ipv6)
      add(header, IPPROTO_IPV6, IPV6_PKTINFO, in6_pktinfo{to_in6_addr(own), 0});
    else
      add(header, IPPROTO_IP, IP_PKTINFO, in_pktinfo{0, to_in_addr(own), {}});
  }
  plain_bytes_ = header.msg_controllen;
}

void SendHeader::add_segments(msghdr& header, std::size_t bytes) {
  add(header, IPPROTO_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(bytes));
}

void SendHeader::take_segments(msghdr& header) { header.msg_controllen = plain_bytes_; }

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

SendBatch::SendBatch() : slots_(std::make_unique<Slot[]>(kMaxPackets)) {}

void SendBatch::add(const IpAddress& own, const Endpoint& peer, std::uint8_t tos, ByteView packet,
                    bool is_lent) {
  HOLDFAST_CHECK(!is_full());
  Slot& slot = slots_[count_];
  slot.own = own;
  slot.peer = peer;
  slot.tos = tos;
  if (!is_lent) {
    slot.copy.assign(packet.begin(), packet.end());
    packet = slot.copy;
  }
  vectors_[count_++] = {const_cast<std::uint8_t*>(packet.data()), packet.size()};
}

void SendBatch::add(const IpAddress& own, const Endpoint& peer, ByteView first, ByteView second) {
  HOLDFAST_CHECK(!is_full());
  Slot& slot = slots_[count_];
  slot.own = own;
  slot.peer = peer;
  slot.tos = 0;
  slot.copy.assign(first.begin(), first.end());
  slot.copy.insert(slot.copy.end(), second.begin(), second.end());
  vectors_[count_++] = {slot.copy.data(), slot.copy.size()};
}

/// Packets from `first` on that can be one message: all of one size, but the last may be shorter.
std::size_t SendBatch::run_length(std::size_t first) const {
  const Slot& head = slots_[first];
  const std::size_t size = vectors_[first].iov_len;
  std::size_t bytes = size, at = first + 1;
  for (; at < count_ && vectors_[at - 1].iov_len == size; ++at) {
    const Slot& next = slots_[at];
    bytes += vectors_[at].iov_len;
    if (vectors_[at].iov_len > size || bytes > kMaxMessageBytes || next.tos != head.tos ||
        next.peer != head.peer || next.own != head.own)
      break;
  }
  return at - first;
}

void SendBatch::make_messages(bool can_join) {
  num_messages_ = 0;
  for (std::size_t first = 0; first < count_;) {
    const std::size_t length = can_join ? run_length(first) : 1;
    msghdr& header = headers_[num_messages_].msg_hdr;
    header = {};
    header.msg_iov = &vectors_[first];
    header.msg_iovlen = length;
    Slot& slot = slots_[first];
    slot.header.fill(header, slot.own, slot.peer, slot.tos);
    if (length > 1) slot.header.add_segments(header, vectors_[first].iov_len);
    messages_[num_messages_++] = {first, length};
    first += length;
  }
}

std::size_t SendBatch::send_singly(const DaemonSocket& socket, const Message& message) {
  num_alone_ = kAloneAfterRefusal;
  Slot& slot = slots_[message.first];
  msghdr header = headers_[static_cast<std::size_t>(&message - messages_.data())].msg_hdr;
  slot.header.take_segments(header);
  header.msg_iovlen = 1;
  std::size_t sent = 0;
  for (std::size_t i = 0; i < message.count; ++i) {
    header.msg_iov = &vectors_[message.first + i];
    sent += ::sendmsg(socket.fd(), &header, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
  }
  return sent;
}

SendBatch::Sent SendBatch::flush(DaemonSocket& socket, bool is_isakmp) {
  const bool is_udp = socket.kind() != SocketKind::kRawEsp;
  make_messages(is_udp && !is_isakmp && num_alone_ == 0);
  if (!is_isakmp) num_alone_ -= std::min(num_alone_, count_);
  if (is_udp) {
    SendMode mode = socket.mode();
    mode.has_checksum = is_isakmp || num_messages_ < count_;
    socket.set_mode(mode);
  }
  Sent sent;
  std::size_t next = 0;
  bool is_second_try = false;  // see send_datagram()
  while (next < num_messages_) {
    const int taken =
        ::sendmmsg(socket.fd(), headers_.data() + next, static_cast<unsigned>(num_messages_ - next),
                   MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken > 0) {
      for (const std::size_t end = next + static_cast<std::size_t>(taken); next < end; ++next)
        sent.packets += messages_[next].count;
      is_second_try = false;
    } else if (errno == EAGAIN || errno == ENOBUFS) {
      break;
    } else if (!std::exchange(is_second_try, true)) {
      continue;
    } else {
      sent.has_no_way |= is_no_way(errno, messages_[next].count > 1);
      if (messages_[next].count > 1) sent.packets += send_singly(socket, messages_[next]);
      ++next;
      is_second_try = false;
    }
  }
  sent.errors = count_ - sent.packets;
  count_ = 0;
  return sent;
}

}  // namespace holdfast::net
