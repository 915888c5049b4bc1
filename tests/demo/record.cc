// SPDX-License-Identifier: Apache-2.0
// holdfast-record: writes what comes into this network namespace, from all its interfaces, into a
// pcap file (LINKTYPE_LINUX_SLL2, with nanoseconds), each packet once. tcpdump does not run as the
// root of a user namespace. Says "ready", goes on until its input ends, and says how many packets
// it wrote, and how many it missed.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

namespace {

constexpr std::size_t kMaxBytes = 65536;

struct FileHeader {
  std::uint32_t magic = 0xA1B23C4D;
  std::uint16_t major = 2, minor = 4;
  std::int32_t zone = 0;
  std::uint32_t precision = 0, max_bytes = kMaxBytes, link_type = 276;
};
struct RecordHeader {
  std::uint32_t seconds = 0, nanoseconds = 0, bytes = 0, original_bytes = 0;
};
/// LINKTYPE_LINUX_SLL2, in network byte order.
struct LinkHeader {
  std::uint16_t ethertype = 0, reserved = 0;
  std::uint32_t interface = 0;
  std::uint16_t hardware = 0;
  std::uint8_t kind = 0, address_bytes = 0;
  std::array<std::uint8_t, 8> address{};
};
static_assert(sizeof(FileHeader) == 24 && sizeof(RecordHeader) == 16 && sizeof(LinkHeader) == 20);

int open_socket() {
  const int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
  const int on = 1, space = 8 << 20;
  setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &space, sizeof space);
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  return fd;
}

timespec stamp_of(msghdr& message) {
  timespec stamp{};
  for (cmsghdr* at = CMSG_FIRSTHDR(&message); at; at = CMSG_NXTHDR(&message, at)) {
    if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_TIMESTAMPNS)
      std::memcpy(&stamp, CMSG_DATA(at), sizeof stamp);
  }
  return stamp;
}

LinkHeader link_header(const sockaddr_ll& from) {
  LinkHeader link{from.sll_protocol,
                  0,
                  htonl(static_cast<std::uint32_t>(from.sll_ifindex)),
                  htons(from.sll_hatype),
                  from.sll_pkttype,
                  from.sll_halen,
                  {}};
  std::memcpy(link.address.data(), from.sll_addr, link.address.size());
  return link;
}

/// Returns false when there is nothing more.
bool take(int fd, std::FILE* file, std::uint64_t& num_written) {
  static std::array<char, kMaxBytes> space;
  std::array<char, 256> control;
  sockaddr_ll from{};
  iovec part{space.data(), space.size()};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t got = recvmsg(fd, &message, 0);
  if (got < 0) return false;
  if (from.sll_protocol != htons(ETH_P_IP) && from.sll_protocol != htons(ETH_P_IPV6)) return true;
  const timespec stamp = stamp_of(message);
  const LinkHeader link = link_header(from);
  const auto bytes = static_cast<std::uint32_t>(static_cast<std::size_t>(got) + sizeof link);
  const RecordHeader record{static_cast<std::uint32_t>(stamp.tv_sec),
                            static_cast<std::uint32_t>(stamp.tv_nsec), bytes, bytes};
  std::fwrite(&record, sizeof record, 1, file);
  std::fwrite(&link, sizeof link, 1, file);
  std::fwrite(space.data(), static_cast<std::size_t>(got), 1, file);
  ++num_written;
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: holdfast-record FILE\n");
    return 2;
  }
  const int fd = open_socket();
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(argv[1], "wbe"),
                                                             &std::fclose);
  if (fd < 0 || !file) {
    fmt::print(stderr, "error: cannot record into {}: {}\n", argv[1], std::strerror(errno));
    return 2;
  }
  const FileHeader header;
  std::fwrite(&header, sizeof header, 1, file.get());
  fmt::print("ready\n");
  std::fflush(stdout);
  std::uint64_t num_written = 0;
  std::array<pollfd, 2> watched{{{fd, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
  do {
    poll(watched.data(), watched.size(), -1);
    while (take(fd, file.get(), num_written)) {
    }
  } while (!watched[1].revents);
  tpacket_stats stats{};
  socklen_t length = sizeof stats;
  getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &length);
  fmt::print("{} {}\n", num_written, stats.tp_drops);
}
