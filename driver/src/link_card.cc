// SPDX-License-Identifier: Apache-2.0
// What the card may be asked, in messages; how messages travel is in link_messages.cc.
#include "holdfast/link_card.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace holdfast {
namespace {

using vfio_user::Command;

constexpr std::size_t kPageBytes = 4096;
constexpr unsigned kMaxVectors = 32;
/// After a silence of this length somebody is told; a server that lives may be silent for
/// `kMaxSilences` of it, while it resets a card that is simulated clock by clock.
constexpr timeval kSilence{.tv_sec = 1, .tv_usec = 0};

std::string system_error() { return std::strerror(errno); }

/// Memory that can be given away: it neither grows nor shrinks, so that nobody who maps it can be
/// hurt by us.
Result<OwnedFd> make_shared_memory(std::size_t bytes, const std::string& place) {
  OwnedFd fd(memfd_create("holdfast-dma", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  if (!fd.is_open() || ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0 ||
      fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0)
    return fail(ErrorCode::kIo, place, "no shared memory for DMA: " + system_error());
  return fd;
}

}  // namespace

// ---------------------------------------------------------------- connecting

Result<std::unique_ptr<CardIo>> LinkCard::make(std::string_view path) {
  const std::string place = "link:" + std::string(path);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return fail(
        ErrorCode::kBadFormat, place,
        "the path of a socket has 1 to " + std::to_string(sizeof address.sun_path - 1) + " bytes");
  std::ranges::copy(path, address.sun_path);
  OwnedFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return fail(ErrorCode::kIo, place, system_error());
  // Before connect(), which waits for room in the backlog of a server that takes nobody.
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO})
    setsockopt(socket.get(), SOL_SOCKET, option, &kSilence, sizeof kSilence);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const bool is_absent = errno == ENOENT || errno == ECONNREFUSED;
    if (errno == EAGAIN) return fail(ErrorCode::kTimeout, place, "the card's server takes nobody");
    return fail(is_absent ? ErrorCode::kNotFound : ErrorCode::kIo, place,
                system_error() + "; is holdfast-card running there?");
  }
  std::unique_ptr<LinkCard> card(new LinkCard(std::move(socket), std::string(path)));
  const Status status = card->negotiate()
                            .and_then([&] { return card->check_device(); })
                            .and_then([&] { return card->check_bar0(); })
                            .and_then([&] { return card->set_up_irqs(); });
  if (!status) return tl::unexpected(status.error());
  return card;
}

Status LinkCard::negotiate() {
  Bytes payload;
  vfio_user::append(payload, vfio_user::Version{vfio_user::kMajor, vfio_user::kMinor});
  constexpr char kCapabilities[] = R"({"capabilities":{"max_msg_fds":1}})";  // and its NUL
  payload.insert(payload.end(), std::begin(kCapabilities), std::end(kCapabilities));
  auto reply = exchange(Command::kVersion, payload);
  if (!reply && reply.error().code == ErrorCode::kIo)
    return fail(ErrorCode::kInUse, place(),
                "the server hung up; it serves one client at a time, and one version of vfio-user");
  if (!reply) return tl::unexpected(reply.error());
  // Its capabilities are limits that we stay far below.
  const auto version = vfio_user::front<vfio_user::Version>(*reply);
  if (!version) return hang_up(ErrorCode::kTruncated, "the server's version is too short");
  if (version->major != vfio_user::kMajor || version->minor > vfio_user::kMinor)
    return hang_up(ErrorCode::kUnsupported, "the server speaks vfio-user " +
                                                std::to_string(version->major) + "." +
                                                std::to_string(version->minor) + ", we speak 0.0");
  return {};
}

Status LinkCard::check_device() {
  const auto info =
      ask(Command::kDeviceGetInfo, vfio_user::DeviceInfo{.argsz = sizeof(vfio_user::DeviceInfo)});
  if (!info) return tl::unexpected(info.error());
  constexpr std::uint32_t kNeeded = vfio_user::kDeviceIsPci | vfio_user::kDeviceCanReset;
  if ((info->flags & kNeeded) != kNeeded || info->num_irqs <= vfio_user::kMsixIrq)
    return hang_up(ErrorCode::kUnsupported,
                   "what is served there is no PCI function with reset and MSI-X");
  return {};
}

Status LinkCard::check_bar0() {
  const auto info = ask(Command::kDeviceGetRegionInfo,
                        vfio_user::RegionInfo{.argsz = sizeof(vfio_user::RegionInfo),
                                              .index = vfio_user::kBar0Region});
  if (!info) return tl::unexpected(info.error());
  constexpr std::uint32_t kNeeded = vfio_user::kRegionReadable | vfio_user::kRegionWritable;
  if ((info->flags & kNeeded) != kNeeded || info->size != csr::kBar0Bytes)
    return hang_up(ErrorCode::kUnsupported, "BAR0 of what is served there is not that of a card");
  return {};
}

Status LinkCard::set_up_irqs() {
  const auto info =
      ask(Command::kDeviceGetIrqInfo,
          vfio_user::IrqInfo{.argsz = sizeof(vfio_user::IrqInfo), .index = vfio_user::kMsixIrq});
  if (!info) return tl::unexpected(info.error());
  if ((info->flags & vfio_user::kIrqEventfd) == 0 || info->count == 0 || info->count > kMaxVectors)
    return hang_up(ErrorCode::kUnsupported, "the card's MSI-X vectors are none, or too many");
  for (std::uint32_t vector = 0; vector < info->count; ++vector) {
    // A semaphore, so that each message is taken once.
    irq_fds_.emplace_back(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE));
    if (!irq_fds_.back().is_open()) return hang_up(ErrorCode::kIo, "eventfd: " + system_error());
    // One a message: how many descriptors a server takes at once is its own affair.
    Bytes payload;
    vfio_user::append(
        payload, vfio_user::IrqSet{.argsz = sizeof(vfio_user::IrqSet),
                                   .flags = vfio_user::kDataEventfd | vfio_user::kActionTrigger,
                                   .index = vfio_user::kMsixIrq,
                                   .start = vector,
                                   .count = 1});
    const int fd = irq_fds_.back().get();
    if (auto reply = exchange(Command::kDeviceSetIrqs, payload, {&fd, 1}); !reply)
      return tl::unexpected(reply.error());
  }
  return {};
}

LinkCard::~LinkCard() {
  socket_.close();  // the server resets the card
  for (const auto bytes : mappings_) munmap(bytes.data(), bytes.size());
}

// ---------------------------------------------------------------- CardIo

std::uint32_t LinkCard::read_csr(CsrOffset offset) {
  constexpr std::uint32_t kGone = ~std::uint32_t{0};
  Bytes payload;
  vfio_user::append(payload, vfio_user::RegionAccess{.offset = static_cast<std::uint32_t>(offset),
                                                     .region = vfio_user::kBar0Region,
                                                     .count = sizeof(std::uint32_t)});
  const auto reply = exchange(Command::kRegionRead, payload);
  if (!reply || reply->size() != sizeof(vfio_user::RegionAccess) + sizeof(std::uint32_t))
    return kGone;
  const ByteView data = ByteView(*reply).subspan(sizeof(vfio_user::RegionAccess));
  return vfio_user::exactly<std::uint32_t>(data).value_or(kGone);
}

void LinkCard::write_csr(CsrOffset offset, std::uint32_t value) {
  Bytes payload;
  vfio_user::append(payload, vfio_user::RegionAccess{.offset = static_cast<std::uint32_t>(offset),
                                                     .region = vfio_user::kBar0Region,
                                                     .count = sizeof value});
  vfio_user::append(payload, value);
  (void)exchange(Command::kRegionWrite, payload);  // nobody hears of a lost write on a bus either
}

Result<DmaRegion> LinkCard::map_dma(std::size_t bytes) {
  if (bytes == 0) return fail(ErrorCode::kIo, place(), "ask for at least one byte of DMA memory");
  const std::size_t rounded = (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
  auto memory = make_shared_memory(rounded, place());
  if (!memory) return tl::unexpected(memory.error());
  void* mapped = mmap(nullptr, rounded, PROT_READ | PROT_WRITE, MAP_SHARED, memory->get(), 0);
  if (mapped == MAP_FAILED) return fail(ErrorCode::kIo, place(), "mmap: " + system_error());
  auto* first = static_cast<std::uint8_t*>(mapped);
  mappings_.emplace_back(first, rounded);
  const std::uint64_t iova = next_iova_;
  next_iova_ += rounded + kPageBytes;  // a page that belongs to nobody, so that a mistake is seen
  Bytes payload;
  vfio_user::append(payload,
                    vfio_user::DmaMap{.argsz = sizeof(vfio_user::DmaMap),
                                      .flags = vfio_user::kDmaReadable | vfio_user::kDmaWritable,
                                      .offset = 0,
                                      .address = iova,
                                      .size = rounded});
  const int fd = memory->get();
  if (auto reply = exchange(Command::kDmaMap, payload, {&fd, 1}); !reply)
    return fail(ErrorCode::kIo, reply.error().place, reply.error().sentence);
  return DmaRegion{{first, bytes}, Iova{iova}};
}

bool LinkCard::wait_irq(unsigned vector, std::chrono::nanoseconds timeout) {
  using Clock = std::chrono::steady_clock;
  if (vector >= irq_fds_.size()) return false;
  const int fd = irq_fds_[vector].get();
  const auto start = Clock::now();
  for (;;) {
    std::uint64_t one = 0;
    if (::read(fd, &one, sizeof one) == sizeof one) return true;
    const auto left = timeout - (Clock::now() - start);
    if (left <= std::chrono::nanoseconds::zero() || !is_connected()) return false;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec limit{.tv_sec = static_cast<time_t>(seconds.count()),
                         .tv_nsec = static_cast<long>((left - seconds).count())};
    pollfd look{.fd = fd, .events = POLLIN, .revents = 0};
    if (ppoll(&look, 1, &limit, nullptr) < 0 && errno != EINTR) return false;
  }
}

void LinkCard::poll() { sched_yield(); }

void LinkCard::reset() {
  if (!exchange(Command::kDeviceReset, {})) return;
  // Messages of the time before.
  for (unsigned vector = 0; vector < irq_fds_.size(); ++vector)
    while (wait_irq(vector, {})) continue;
}

}  // namespace holdfast
