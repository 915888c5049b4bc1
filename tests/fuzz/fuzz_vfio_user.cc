// SPDX-License-Identifier: Apache-2.0
// A client of the card's server that says anything. The first byte says how: bytes as they come
// from a socket, or messages whose frame is right and whose content is not, with descriptors; and
// whether the card is looked at when the client is gone (4 to 7).
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "base/wire.h"
#include "fuzz.h"
#include "link/link_device.h"
#include "link/message_reader.h"
#include "model/soft_card.h"
#include "model/soft_registers.h"

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

const OwnedFd& root_folder() {
  static const OwnedFd folder(open("/", O_RDONLY | O_CLOEXEC));
  return folder;
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
        fds.emplace_back(fcntl(root_folder().get(), F_DUPFD_CLOEXEC, 0));
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

/// All registers in order, and the counts as they are now.
std::vector<std::uint32_t> look_at(CardIo& card) {
  static const model::SoftRegisters kMap;
  card.write_csr(csr::kCounterSnapshot, csr::kCounterSnapshotTake.mask());
  std::vector<std::uint32_t> values;
  for (std::uint32_t offset = 0; offset < csr::kBar0Bytes; offset += 4)
    if (kMap.exists(csr::CsrOffset{offset}))
      values.push_back(card.read_csr(csr::CsrOffset{offset}));
  return values;
}

std::unique_ptr<ServedCard> make_card() {
  model::Limits limits;
  limits.num_sas = limits.num_paths = 4;
  return std::make_unique<Served<model::SoftCard>>(std::make_unique<model::SoftCard>(limits));
}

/// A client that says nothing.
void visit(ServedCard& card) { [[maybe_unused]] const LinkDevice device(card); }

/// What a client leaves behind must be what one leaves that never said anything.
void check_left(ServedCard& card) {
  static const auto kUntouched = [] {
    const auto fresh = make_card();
    visit(*fresh);
    return look_at(fresh->io());
  }();
  fuzz::require(look_at(card.io()) == kUntouched);
  visit(card);  // looking counted cycles
}

void talk(LinkDevice& device, ServedCard& card, unsigned kind, ByteView input) {
  if (kind % 4 == 0) return run_bytes(device, input);
  if (kind % 4 != 1) negotiate(device);
  run_messages(device, card, input);
}

/// One card serves all inputs, as that of a server serves all clients: they find it reset.
void run(unsigned kind, ByteView input) {
  static const std::unique_ptr<ServedCard> card = make_card();
  {
    LinkDevice device(*card);
    talk(device, *card, kind, input);
  }
  if (kind / 4 == 1) check_left(*card);
}

}  // namespace
}  // namespace holdfast::link

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) holdfast::link::run(data[0], {data + 1, size - 1});
  return 0;
}
