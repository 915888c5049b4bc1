// SPDX-License-Identifier: Apache-2.0
#include "link/link_device.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string_view>

namespace holdfast::link {
namespace {

using std::chrono::nanoseconds;
using vfio_user::Command;

/// So many messages of one vector are passed on at once; the others wait for the next time.
constexpr unsigned kMaxMessagesAtOnce = 64;

unsigned num_vectors_of(ServedCard& card) {
  const std::uint32_t widths = card.io().read_csr(csr::kIdentityCapWidths);
  const unsigned count = csr::kIdentityCapWidthsNumVectors.get(widths);
  HOLDFAST_CHECK(count > 0);
  return count;
}

bool fits(std::uint64_t offset, std::uint64_t count, std::uint64_t size) {
  return offset <= size && count <= size - offset;
}

std::uint64_t region_bytes(std::uint32_t index) {
  if (index == vfio_user::kBar0Region) return csr::kBar0Bytes;
  return index == vfio_user::kConfigRegion ? PciConfig::kBytes : 0;
}

/// What we can do, of what the client proposed by name. Our limits do not depend on its values, so
/// its JSON is not read further.
std::string capabilities_for(std::string_view proposed) {
  const std::array<std::pair<std::string_view, std::uint64_t>, 3> ours{{
      {"\"max_msg_fds\"", LinkDevice::kMaxFds},
      {"\"max_data_xfer_size\"", LinkDevice::kMaxTransferBytes},
      {"\"max_dma_maps\"", DmaMaps::kMaxMaps},
  }};
  std::string text;
  for (const auto& [name, value] : ours) {
    if (proposed.find(name) == std::string_view::npos) continue;
    text += (text.empty() ? "" : ",") + std::string(name) + ":" + std::to_string(value);
  }
  return R"({"capabilities":{)" + text + "}}";
}

}  // namespace

LinkDevice::LinkDevice(ServedCard& card)
    : card_(card), maps_(card), irqs_(num_vectors_of(card)), config_(irqs_.num_vectors()) {
  program_all_vectors();
}

// ---------------------------------------------------------------- messages

LinkDevice::Answer LinkDevice::handle(ByteView message, Fds fds) {
  const auto header = vfio_user::front<vfio_user::Header>(message);
  HOLDFAST_CHECK(header && header->size == message.size() && message.size() <= kMaxMessageBytes);
  if ((header->flags & vfio_user::kTypeMask) != vfio_user::kTypeCommand)
    return {{}, "a message is no command"};
  if (!is_negotiated_ && header->command != Command::kVersion)
    return {{}, "the first message is no VERSION"};
  Bytes payload;
  int error = 0;
  if (fds.size() > kMaxFds)
    error = EINVAL;
  else
    error = run(header->command, message.subspan(sizeof *header), std::move(fds), payload);
  forward_interrupts();
  Answer answer;
  if (!is_negotiated_) answer.hang_up = "no version in common";
  if ((header->flags & vfio_user::kNoReply) != 0) return answer;
  if (error != 0) payload.clear();
  vfio_user::Header reply{header->id, header->command, 0, vfio_user::kTypeReply,
                          static_cast<std::uint32_t>(error)};
  reply.size = static_cast<std::uint32_t>(sizeof reply + payload.size());
  if (error != 0) reply.flags |= vfio_user::kError;
  vfio_user::append(answer.reply, reply);
  answer.reply.insert(answer.reply.end(), payload.begin(), payload.end());
  return answer;
}

int LinkDevice::run(Command command, ByteView payload, Fds fds, Bytes& reply) {
  const bool takes_fds = command == Command::kDmaMap || command == Command::kDeviceSetIrqs;
  if (!takes_fds && !fds.empty()) return EINVAL;
  switch (command) {
    case Command::kVersion:
      return negotiate(payload, reply);
    case Command::kDmaMap:
      return map_dma(payload, fds);
    case Command::kDmaUnmap:
      return unmap_dma(payload, reply);
    case Command::kDeviceGetInfo:
      return get_info(payload, reply);
    case Command::kDeviceGetRegionInfo:
      return get_region_info(payload, reply);
    case Command::kDeviceGetIrqInfo:
      return get_irq_info(payload, reply);
    case Command::kDeviceSetIrqs:
      return set_irqs(payload, std::move(fds));
    case Command::kRegionRead:
      return read_region(payload, reply);
    case Command::kRegionWrite:
      return write_region(payload, reply);
    case Command::kDeviceReset:
      return reset(payload);
  }
  return ENOTSUP;
}

int LinkDevice::negotiate(ByteView payload, Bytes& reply) {
  const auto version = vfio_user::front<vfio_user::Version>(payload);
  if (!version || is_negotiated_) return EINVAL;
  const ByteView data = payload.subspan(sizeof *version);
  if (!data.empty() && data.back() != 0) return EINVAL;
  if (version->major != vfio_user::kMajor) return ENOTSUP;
  is_negotiated_ = true;
  const std::string_view proposed(reinterpret_cast<const char*>(data.data()), data.size());
  const std::string ours = capabilities_for(proposed);
  vfio_user::append(
      reply, vfio_user::Version{vfio_user::kMajor, std::min(version->minor, vfio_user::kMinor)});
  reply.insert(reply.end(), ours.c_str(), ours.c_str() + ours.size() + 1);
  return 0;
}

int LinkDevice::get_info(ByteView payload, Bytes& reply) const {
  const auto asked = vfio_user::exactly<vfio_user::DeviceInfo>(payload);
  if (!asked || asked->argsz < sizeof *asked) return EINVAL;
  vfio_user::append(
      reply, vfio_user::DeviceInfo{.argsz = sizeof(vfio_user::DeviceInfo),
                                   .flags = vfio_user::kDeviceIsPci | vfio_user::kDeviceCanReset,
                                   .num_regions = vfio_user::kNumRegions,
                                   .num_irqs = vfio_user::kNumIrqs});
  return 0;
}

int LinkDevice::get_region_info(ByteView payload, Bytes& reply) const {
  const auto asked = vfio_user::exactly<vfio_user::RegionInfo>(payload);
  if (!asked || asked->argsz < sizeof *asked || asked->index >= vfio_user::kNumRegions)
    return EINVAL;
  const std::uint64_t size = region_bytes(asked->index);
  constexpr std::uint32_t kBoth = vfio_user::kRegionReadable | vfio_user::kRegionWritable;
  vfio_user::append(reply, vfio_user::RegionInfo{.argsz = sizeof(vfio_user::RegionInfo),
                                                 .flags = size != 0 ? kBoth : 0,
                                                 .index = asked->index,
                                                 .cap_offset = 0,
                                                 .size = size,
                                                 .offset = 0});
  return 0;
}

int LinkDevice::get_irq_info(ByteView payload, Bytes& reply) const {
  const auto asked = vfio_user::exactly<vfio_user::IrqInfo>(payload);
  if (!asked || asked->argsz < sizeof *asked || asked->index >= vfio_user::kNumIrqs) return EINVAL;
  const bool is_msix = asked->index == vfio_user::kMsixIrq;
  vfio_user::append(reply, vfio_user::IrqInfo{.argsz = sizeof(vfio_user::IrqInfo),
                                              .flags = is_msix ? vfio_user::kIrqEventfd : 0,
                                              .index = asked->index,
                                              .count = is_msix ? irqs_.num_vectors() : 0});
  return 0;
}

// ---------------------------------------------------------------- memory

int LinkDevice::map_dma(ByteView payload, const Fds& fds) {
  const auto wanted = vfio_user::exactly<vfio_user::DmaMap>(payload);
  if (!wanted || fds.size() > 1) return EINVAL;
  return maps_.map(*wanted, fds.empty() ? nullptr : &fds.front());
}

int LinkDevice::unmap_dma(ByteView payload, Bytes& reply) {
  const auto wanted = vfio_user::exactly<vfio_user::DmaUnmap>(payload);
  if (!wanted || wanted->argsz < sizeof *wanted || wanted->flags != 0) return EINVAL;
  if (const int error = maps_.unmap(wanted->address, wanted->size); error != 0) return error;
  vfio_user::append(reply, *wanted);
  return 0;
}

// ---------------------------------------------------------------- regions

int LinkDevice::read_region(ByteView payload, Bytes& reply) {
  const auto access = vfio_user::exactly<vfio_user::RegionAccess>(payload);
  if (!access || access->count > kMaxTransferBytes ||
      !fits(access->offset, access->count, region_bytes(access->region)))
    return EINVAL;
  std::array<std::uint8_t, kMaxTransferBytes> data{};
  const std::span<std::uint8_t> bytes(data.data(), access->count);
  if (access->region == vfio_user::kConfigRegion)
    config_.read(access->offset, bytes);
  else
    read_bar0(access->offset, bytes);
  vfio_user::append(reply, *access);
  reply.insert(reply.end(), bytes.begin(), bytes.end());
  return 0;
}

int LinkDevice::write_region(ByteView payload, Bytes& reply) {
  const auto access = vfio_user::front<vfio_user::RegionAccess>(payload);
  if (!access || access->count > kMaxTransferBytes ||
      payload.size() - sizeof *access != access->count ||
      !fits(access->offset, access->count, region_bytes(access->region)))
    return EINVAL;
  const ByteView data = payload.subspan(sizeof *access);
  if (access->region == vfio_user::kConfigRegion) {
    config_.write(access->offset, data);
  } else {
    // Parts of a register cannot be passed on; the card calls them an error for most registers.
    if ((access->offset | access->count) % sizeof(std::uint32_t) != 0) return EINVAL;
    for (std::size_t at = 0; at < data.size(); at += sizeof(std::uint32_t))
      write_bar0(static_cast<std::uint32_t>(access->offset + at),
                 vfio_user::front<std::uint32_t>(data.subspan(at)).value());
  }
  vfio_user::append(reply, *access);
  return 0;
}

/// Register by register, low first, as the card itself answers.
void LinkDevice::read_bar0(std::uint64_t offset, std::span<std::uint8_t> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const std::size_t skip = (offset + done) % sizeof(std::uint32_t);
    const auto aligned = static_cast<std::uint32_t>(offset + done - skip);
    const std::uint32_t value = card_.io().read_csr(CsrOffset{aligned});
    const std::size_t count = std::min(sizeof value - skip, bytes.size() - done);
    std::memcpy(bytes.data() + done, reinterpret_cast<const std::uint8_t*>(&value) + skip, count);
    done += count;
  }
}

void LinkDevice::write_bar0(std::uint32_t offset, std::uint32_t value) {
  const CsrOffset target{offset};
  // Where messages go is our affair, whether they go is the client's.
  for (unsigned vector = 0; vector < irqs_.num_vectors(); ++vector)
    if (target >= csr::kMsixAddressLo(vector) && target < csr::kMsixControl(vector)) return;
  card_.io().write_csr(target, value);
}

// ---------------------------------------------------------------- interrupts, reset

int LinkDevice::set_irqs(ByteView payload, Fds fds) {
  const auto wanted = vfio_user::front<vfio_user::IrqSet>(payload);
  if (!wanted || wanted->argsz < payload.size()) return EINVAL;
  const int error = irqs_.set(*wanted, payload.subspan(sizeof *wanted), std::move(fds));
  if (error != 0) return error;
  if (wanted->index != vfio_user::kMsixIrq) return 0;
  if ((wanted->flags & vfio_user::kDataEventfd) != 0)
    program_vectors(wanted->start, wanted->count);
  else if (wanted->count == 0)
    program_all_vectors();
  return 0;
}

void LinkDevice::program_vectors(unsigned first, unsigned count) {
  CardIo& io = card_.io();
  for (unsigned vector = first; vector < first + count; ++vector) {
    const CardIo::MsixMessage message = io.msix_message(vector);
    io.write_csr(csr::kMsixAddressLo(vector), static_cast<std::uint32_t>(message.address));
    io.write_csr(csr::kMsixAddressHi(vector), static_cast<std::uint32_t>(message.address >> 32));
    io.write_csr(csr::kMsixData(vector), message.data);
    io.write_csr(csr::kMsixControl(vector),
                 irqs_.is_assigned(vector) ? 0 : csr::kMsixControlMask.mask());
  }
}

/// Looking lets the clock run too: what it brings after its vector was looked at must not be left
/// when the card falls asleep over it.
void LinkDevice::forward_interrupts() {
  const bool was_asleep = card_.is_asleep();
  take_interrupts();
  if (!was_asleep && card_.is_asleep()) take_interrupts();
}

void LinkDevice::take_interrupts() {
  for (unsigned vector = 0; vector < irqs_.num_vectors(); ++vector)
    for (unsigned i = 0; i < kMaxMessagesAtOnce; ++i) {
      if (!card_.io().wait_irq(vector, nanoseconds(0))) break;
      irqs_.signal(vector);
    }
}

int LinkDevice::reset(ByteView payload) {
  if (!payload.empty()) return EINVAL;
  card_.io().reset();
  config_.reset();
  // The card's own table is empty after a reset (PCIe 3.0, 7.7.2); the eventfds stay.
  program_all_vectors();
  return 0;
}

void LinkDevice::disconnect() {
  irqs_.clear();
  card_.io().reset();
  maps_.clear();
  config_.reset();
  program_all_vectors();
  forward_interrupts();  // to nobody: messages of the time before
  is_negotiated_ = false;
}

}  // namespace holdfast::link
