// SPDX-License-Identifier: Apache-2.0
#include "control/vici_client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/wire.h"
#include "control/vici_socket.h"

namespace holdfast::control {

Result<std::unique_ptr<ViciClient>> ViciClient::connect(const std::string& path) {
  const auto fd = connect_vici(path);
  if (!fd) return tl::unexpected(fd.error());
  return std::unique_ptr<ViciClient>(new ViciClient(*fd));
}

ViciClient::~ViciClient() { ::close(fd_); }

Status ViciClient::send(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail(ErrorCode::kIo, "", std::string("send: ") + std::strerror(errno));
    bytes = bytes.subspan(static_cast<std::size_t>(size));
  }
  return {};
}

Status ViciClient::receive(std::size_t size, Bytes& bytes) {
  bytes.resize(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::recv(fd_, bytes.data() + done, size - done, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::kIo, "", std::string("receive: ") + std::strerror(errno));
    if (got == 0) return fail(ErrorCode::kIo, "", "the daemon closed the connection");
    done += static_cast<std::size_t>(got);
  }
  return {};
}

Result<Packet> ViciClient::next_packet() {
  Bytes length;
  if (const Status got = receive(kLengthBytes, length); !got) return tl::unexpected(got.error());
  const std::uint32_t size = WireReader(length).u32();
  if (size > kMaxPacketBytes)
    return fail(ErrorCode::kBadFormat, "", "the daemon's packet is too long");
  if (const Status got = receive(size, packet_); !got) return tl::unexpected(got.error());
  return parse_packet(packet_);
}

Result<Packet> ViciClient::answer(const OnEvent& on_event) {
  for (;;) {
    auto packet = next_packet();
    if (!packet || packet->type != PacketType::kEvent) return packet;
    const auto message = decode_message(packet->body);
    if (!message) return tl::unexpected(message.error());
    if (on_event) on_event(std::string(packet->name), *message);
  }
}

Result<Section> ViciClient::request(std::string_view command, const Section& message,
                                    const OnEvent& on_event) {
  const auto body = encode_message(message);
  if (!body) return tl::unexpected(body.error());
  const auto packet = write_packet(PacketType::kRequest, command, *body);
  if (!packet) return tl::unexpected(packet.error());
  if (const Status sent = send(*packet); !sent) return tl::unexpected(sent.error());
  const auto reply = answer(on_event);
  if (!reply) return tl::unexpected(reply.error());
  if (reply->type != PacketType::kResponse)
    return fail(ErrorCode::kUnsupported, "",
                "the daemon does not know the command '" + std::string(command) + "'");
  return decode_message(reply->body);
}

Status ViciClient::listen(std::string_view event) {
  const auto packet = write_packet(PacketType::kRegister, event, {});
  if (!packet) return tl::unexpected(packet.error());
  if (const Status sent = send(*packet); !sent) return sent;
  const auto reply = answer({});
  if (!reply) return tl::unexpected(reply.error());
  if (reply->type == PacketType::kConfirm) return {};
  return fail(ErrorCode::kUnsupported, "",
              "the daemon does not know the event '" + std::string(event) + "'");
}

Status ViciClient::next_event(const OnEvent& on_event) {
  const auto packet = next_packet();
  if (!packet) return tl::unexpected(packet.error());
  if (packet->type != PacketType::kEvent) return {};
  const auto message = decode_message(packet->body);
  if (!message) return tl::unexpected(message.error());
  on_event(std::string(packet->name), *message);
  return {};
}

Result<std::vector<Section>> list(ViciClient& client, std::string_view command,
                                  std::string_view event) {
  if (const Status ok = client.listen(event); !ok) return tl::unexpected(ok.error());
  std::vector<Section> messages;
  const auto done =
      client.request(command, {}, [&](const std::string& name, const Section& message) {
        if (name == event) messages.push_back(message);
      });
  if (!done) return tl::unexpected(done.error());
  return messages;
}

}  // namespace holdfast::control
