// SPDX-License-Identifier: Apache-2.0
// A client of the card's server that says anything. The first byte says how: bytes as they come
// from a socket, or messages whose frame is right and whose content is not, with descriptors.
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/wire.h"
#include "fuzz.h"
#include "link/link_device.h"
#include "link/message_reader.h"
#include "model/soft_card.h"

namespace holdfast::link {
namespace {

using Fds = std::vector<OwnedFd>;

const OwnedFd& memory_file() {
  static const OwnedFd file = [] {
    OwnedFd fd(memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    fuzz::require(ftruncate(fd.get(), 1 << 16) == 0);
    fuzz::require(fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK) == 0);
    return fd;
  }();
  return file;
}

/// Up to three descriptors, two bits each: none, memory, an eventfd, the root folder.
Fds make_fds(unsigned kinds) {
  Fds fds;
  for (unsigned i = 0; i < 3; ++i) {
    switch (kinds >> 2 * i & 3) {
      case 1:
        fds.emplace_back(fcntl(memory_file().get(), F_DUPFD_CLOEXEC, 0));
        break;
      case 2:
        fds.emplace_back(eventfd(0, EFD_CLOEXEC));
        break;
      case 3:
        fds.emplace_back(open("/", O_RDONLY | O_CLOEXEC));
        break;
      default:
        break;
    }
  }
  return fds;
}

/// False if the connection ended.
bool handle(LinkDevice& device, ByteView message, Fds fds) {
  const LinkDevice::Answer answer = device.handle(message, std::move(fds));
  if (!answer.reply.empty()) {
    const auto header = vfio_user::front<vfio_user::Header>(answer.reply);
    fuzz::require(header && header->size == answer.reply.size());
    fuzz::require(header->size <= LinkDevice::kMaxMessageBytes);
    fuzz::require((header->flags & vfio_user::kError) == 0 || header->size == sizeof *header);
  }
  return answer.hang_up.empty();
}

void negotiate(LinkDevice& device) {
  Bytes message;
  constexpr std::uint32_t kSize = sizeof(vfio_user::Header) + sizeof(vfio_user::Version);
  vfio_user::append(message, vfio_user::Header{1, vfio_user::Command::kVersion, kSize, 0, 0});
  vfio_user::append(message, vfio_user::Version{0, 0});
  fuzz::require(handle(device, message, {}));
}

/// Descriptors, length, command, flags, payload; again and again.
void run_messages(LinkDevice& device, ServedCard& card, ByteView input) {
  WireReader reader(input);
  while (reader.left() > 0) {
    const unsigned kinds = reader.u8();
    const std::size_t length = std::min<std::size_t>(reader.u8(), reader.left());
    const auto command = static_cast<vfio_user::Command>(reader.u8());
    const std::uint32_t flags = reader.u8();
    const ByteView payload = reader.take(std::min(length, reader.left()));
    Bytes message;
    const auto size = static_cast<std::uint32_t>(sizeof(vfio_user::Header) + payload.size());
    vfio_user::append(message, vfio_user::Header{2, command, size, flags, 0});
    message.insert(message.end(), payload.begin(), payload.end());
    if (!handle(device, message, make_fds(kinds))) return;
    for (unsigned i = 0; i < 4; ++i) card.run();
    device.forward_interrupts();
  }
}

void run_bytes(LinkDevice& device, ByteView input) {
  std::array<int, 2> ends{};
  fuzz::require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  const OwnedFd ours(ends[0]);
  OwnedFd theirs(ends[1]);
  if (!input.empty()) (void)!::send(theirs.get(), input.data(), input.size(), MSG_DONTWAIT);
  theirs.close();
  MessageReader reader(LinkDevice::kMaxMessageBytes, LinkDevice::kMaxFds);
  while (reader.read(ours.get()) == MessageReader::Got::kMessage) {
    MessageReader::Message message = reader.take_message();
    if (!handle(device, message.bytes, std::move(message.fds))) return;
  }
  fuzz::require(!reader.why().empty());
}

void run(unsigned kind, ByteView input) {
  model::Limits limits;
  limits.num_sas = limits.num_paths = 4;
  Served<model::SoftCard> card(std::make_unique<model::SoftCard>(limits));
  LinkDevice device(card);
  if (kind % 4 == 0) return run_bytes(device, input);
  if (kind % 4 != 1) negotiate(device);
  run_messages(device, card, input);
}

}  // namespace
}  // namespace holdfast::link

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) holdfast::link::run(data[0], {data + 1, size - 1});
  return 0;
}
