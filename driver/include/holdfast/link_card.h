// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "holdfast/card_io.h"
#include "holdfast/owned_fd.h"
#include "holdfast/vfio_user.h"

namespace holdfast {

/// A card in another process, reached by the vfio-user protocol over a UNIX socket.
///
/// Register accesses are messages and wait for their answer. DMA memory is shared with the server
/// (a memfd), so packets do not cross the socket. Interrupts are eventfds; unlike those of a card
/// in this process their time is real time, and poll() only gives the processor away.
///
/// A server that is gone looks like a card that fell off its bus: reads give all ones, writes are
/// lost, map_dma() fails.
///
/// The server writes address and data of the MSI-X table itself and ignores what is written there;
/// masks are the driver's.
class LinkCard : public CardIo {
 public:
  /// For register_card_io("link", LinkCard::make): connects to the socket at `path`.
  /// Errors: kBadFormat, kNotFound, kInUse (another client has the card), kUnsupported (not a card,
  /// or another protocol), kTimeout, kIo.
  static Result<std::unique_ptr<CardIo>> make(std::string_view path);
  LinkCard(const LinkCard&) = delete;
  LinkCard& operator=(const LinkCard&) = delete;
  ~LinkCard() override;

  std::uint32_t read_csr(CsrOffset offset) override;
  void write_csr(CsrOffset offset, std::uint32_t value) override;
  Result<DmaRegion> map_dma(std::size_t bytes) override;
  bool wait_irq(unsigned vector, std::chrono::nanoseconds timeout) override;
  void poll() override;
  void reset() override;
  bool owns_msix_table() const override { return true; }
  MsixMessage msix_message(unsigned) const override { return {0, 0}; }

  bool is_connected() const { return socket_.is_open(); }
  /// Readable while a message of `vector` waits; for an event loop. -1: no such vector.
  int irq_fd(unsigned vector) const {
    return vector < irq_fds_.size() ? irq_fds_[vector].get() : -1;
  }

 private:
  static constexpr std::uint64_t kFirstIova = 0x1'0000'0000;  // beyond 32 bits, on purpose

  LinkCard(OwnedFd socket, std::string path) : socket_(std::move(socket)), path_(std::move(path)) {}
  Status negotiate();
  Status check_device();
  Status check_bar0();
  Status set_up_irqs();

  /// Sends a command and waits for its reply, whose payload it returns. Errors: kRefused (the
  /// server says why); after all others the connection is closed.
  Result<Bytes> exchange(vfio_user::Command command, ByteView payload,
                         std::span<const int> fds = {});
  Status send(const Bytes& message, std::span<const int> fds);
  Result<Bytes> receive_reply(vfio_user::Command command);
  Status receive(std::span<std::uint8_t> bytes);
  /// exchange() of structures: the reply begins with one like the command's.
  template <typename T>
  Result<T> ask(vfio_user::Command command, const T& question);
  std::string place() const { return "link:" + path_; }
  tl::unexpected<Error> hang_up(ErrorCode code, std::string sentence);

  OwnedFd socket_;
  std::string path_;
  std::uint16_t last_id_ = 0;
  std::vector<OwnedFd> irq_fds_;
  std::vector<std::span<std::uint8_t>> mappings_;
  std::uint64_t next_iova_ = kFirstIova;
};

template <typename T>
Result<T> LinkCard::ask(vfio_user::Command command, const T& question) {
  Bytes payload;
  vfio_user::append(payload, question);
  const auto reply = exchange(command, payload);
  if (!reply) return tl::unexpected(reply.error());
  const auto answer = vfio_user::front<T>(*reply);
  if (!answer) return hang_up(ErrorCode::kTruncated, "an answer of the server is too short");
  return *answer;
}

}  // namespace holdfast
