// SPDX-License-Identifier: Apache-2.0
#include "net/netlink_requests.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "net/netlink_attributes.h"

namespace holdfast::net {
namespace {

constexpr std::size_t kBufferBytes = 32'768;  // the kernel's largest dump message
constexpr int kMaxDumps = 8;

std::uint16_t attribute_type(int attribute) { return static_cast<std::uint16_t>(attribute); }

/// NLMSG_ERROR: errno, the request's header, and attributes where the kernel has words for it.
NetlinkAnswer read_answer(const nlmsghdr* message) {
  const auto* body = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(message));
  NetlinkAnswer answer{.error = -body->error, .words = {}};
  if (!(message->nlmsg_flags & NLM_F_ACK_TLVS)) return answer;
  std::size_t offset = sizeof(nlmsgerr);
  if (!(message->nlmsg_flags & NLM_F_CAPPED)) offset += mnl_nlmsg_get_payload_len(&body->msg);
  for_each_attribute(message, offset, [&](const nlattr* attribute) {
    if (mnl_attr_get_type(attribute) == NLMSGERR_ATTR_MSG)
      answer.words = mnl_attr_get_str(attribute);
  });
  return answer;
}

}  // namespace

NetlinkMessage::NetlinkMessage(int type, int flags) {
  nlmsghdr* header = mnl_nlmsg_put_header(buffer_);
  header->nlmsg_type = static_cast<std::uint16_t>(type);
  header->nlmsg_flags = static_cast<std::uint16_t>(flags);
}

void* NetlinkMessage::extra_header(std::size_t size) {
  return mnl_nlmsg_put_extra_header(get(), size);
}

void NetlinkMessage::add(int attribute, std::uint32_t value) {
  HOLDFAST_CHECK(mnl_attr_put_u32_check(get(), sizeof buffer_, attribute_type(attribute), value));
}

void NetlinkMessage::add(int attribute, const IpAddress& address) {
  HOLDFAST_CHECK(mnl_attr_put_check(get(), sizeof buffer_, attribute_type(attribute),
                                    address.is_ipv6 ? 16 : 4, address.bytes.data()));
}

void NetlinkMessage::add_u8(int attribute, std::uint8_t value) {
  HOLDFAST_CHECK(mnl_attr_put_u8_check(get(), sizeof buffer_, attribute_type(attribute), value));
}

void CloseNetlink::operator()(mnl_socket* socket) const { mnl_socket_close(socket); }

Result<NetlinkSocket> open_netlink_socket(std::uint32_t groups, int flags) {
  NetlinkSocket socket(mnl_socket_open2(NETLINK_ROUTE, flags | SOCK_CLOEXEC));
  if (socket == nullptr || mnl_socket_bind(socket.get(), groups, MNL_SOCKET_AUTOPID) != 0)
    return fail(ErrorCode::kIo, "rtnetlink",
                "no socket to the kernel: " + std::string(std::strerror(errno)));
  return socket;
}

Result<NetlinkRequests> NetlinkRequests::open() {
  auto socket = open_netlink_socket(0, 0);
  if (!socket) return tl::unexpected(socket.error());
  int on = 1;  // words with errors, and not our request back; a kernel without them answers shorter
  (void)mnl_socket_setsockopt(socket->get(), NETLINK_EXT_ACK, &on, sizeof on);
  (void)mnl_socket_setsockopt(socket->get(), NETLINK_CAP_ACK, &on, sizeof on);
  return NetlinkRequests(std::move(*socket));
}

bool NetlinkRequests::send(NetlinkMessage& message, int flags) {
  nlmsghdr* header = message.get();
  header->nlmsg_flags = static_cast<std::uint16_t>(header->nlmsg_flags | NLM_F_REQUEST | flags);
  header->nlmsg_seq = ++sequence_;
  return mnl_socket_sendto(socket_.get(), header, header->nlmsg_len) >= 0;
}

std::optional<std::size_t> NetlinkRequests::receive(std::vector<char>& buffer) {
  buffer.resize(kBufferBytes);
  ssize_t size;
  do size = mnl_socket_recvfrom(socket_.get(), buffer.data(), buffer.size());
  while (size < 0 && errno == EINTR);
  if (size < 0) return std::nullopt;
  return static_cast<std::size_t>(size);
}

NetlinkAnswer NetlinkRequests::ask(NetlinkMessage& message) {
  if (!send(message, NLM_F_ACK)) return {errno, {}};
  std::vector<char> buffer;
  while (true) {
    const auto size = receive(buffer);
    if (!size) return {errno, {}};
    int left = static_cast<int>(*size);
    for (auto* part = reinterpret_cast<const nlmsghdr*>(buffer.data()); mnl_nlmsg_ok(part, left);
         part = mnl_nlmsg_next(part, &left))
      if (part->nlmsg_seq == sequence_ && part->nlmsg_type == NLMSG_ERROR) return read_answer(part);
  }
}

NetlinkRequests::DumpEnd NetlinkRequests::read_dump(std::vector<Bytes>& messages) {
  std::vector<char> buffer;
  bool is_interrupted = false;
  while (const auto size = receive(buffer)) {
    int left = static_cast<int>(*size);
    for (auto* part = reinterpret_cast<const nlmsghdr*>(buffer.data()); mnl_nlmsg_ok(part, left);
         part = mnl_nlmsg_next(part, &left)) {
      if (part->nlmsg_seq != sequence_) continue;
      if (part->nlmsg_type == NLMSG_ERROR) return DumpEnd::kFailed;
      is_interrupted = is_interrupted || part->nlmsg_flags & NLM_F_DUMP_INTR;
      if (part->nlmsg_type == NLMSG_DONE)
        return is_interrupted ? DumpEnd::kInterrupted : DumpEnd::kDone;
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(part);
      messages.emplace_back(bytes, bytes + part->nlmsg_len);
    }
  }
  return DumpEnd::kFailed;
}

std::optional<std::vector<Bytes>> NetlinkRequests::dump(int type, std::uint8_t family) {
  for (int i = 0; i < kMaxDumps; ++i) {
    NetlinkMessage message(type, 0);
    message.header<rtgenmsg>().rtgen_family = family;
    std::vector<Bytes> messages;
    if (!send(message, NLM_F_DUMP)) return std::nullopt;
    const DumpEnd end = read_dump(messages);
    if (end == DumpEnd::kDone) return messages;
    if (end == DumpEnd::kFailed) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace holdfast::net
