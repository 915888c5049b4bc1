// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "holdfast/owned_fd.h"
#include "holdfast/vfio_user.h"
#include "link/dma_maps.h"
#include "link/irq_fds.h"
#include "link/pci_config.h"
#include "link/served_card.h"

namespace holdfast::link {

/// A card as a PCI function of the vfio-user protocol: what a client's messages do, and their
/// replies. It knows no socket.
///
/// Lengths are checked before meaning, and a command that is refused changes nothing. Interrupts
/// that a command causes are signalled before its reply.
class LinkDevice {
 public:
  /// Largest transfer of one REGION_READ or REGION_WRITE; told to the client.
  static constexpr std::uint32_t kMaxTransferBytes = 256;
  static constexpr std::size_t kMaxMessageBytes = 4096;
  static constexpr std::size_t kMaxFds = 8;

  /// `card` must outlive this.
  explicit LinkDevice(ServedCard& card);
  ~LinkDevice() { disconnect(); }

  /// What to do after a message.
  struct Answer {
    Bytes reply;          ///< Empty: none was asked for.
    std::string hang_up;  ///< Why the connection must end after the reply; empty: it goes on.
  };
  /// `message` is as long as its header says, kMaxMessageBytes at most.
  Answer handle(ByteView message, std::vector<OwnedFd> fds);
  /// Signals what the card's interrupts ask for.
  void forward_interrupts();
  /// The client is gone: the card is reset, its keys are gone, the client's memory and descriptors
  /// are given back. The specification would let the card's state stay.
  void disconnect();

 private:
  using Fds = std::vector<OwnedFd>;
  /// Each returns 0 or an errno, and what follows the reply's header.
  int run(vfio_user::Command command, ByteView payload, Fds fds, Bytes& reply);
  int negotiate(ByteView payload, Bytes& reply);
  int map_dma(ByteView payload, const Fds& fds);
  int unmap_dma(ByteView payload, Bytes& reply);
  int get_info(ByteView payload, Bytes& reply) const;
  int get_region_info(ByteView payload, Bytes& reply) const;
  int get_irq_info(ByteView payload, Bytes& reply) const;
  int set_irqs(ByteView payload, Fds fds);
  int read_region(ByteView payload, Bytes& reply);
  int write_region(ByteView payload, Bytes& reply);
  int reset(ByteView payload);

  void read_bar0(std::uint64_t offset, std::span<std::uint8_t> bytes);
  void write_bar0(std::uint32_t offset, std::uint32_t value);
  void take_interrupts();
  /// Address and data of `count` vectors from `first`; those with an eventfd are unmasked.
  void program_vectors(unsigned first, unsigned count);
  void program_all_vectors() { program_vectors(0, irqs_.num_vectors()); }

  ServedCard& card_;
  bool is_negotiated_ = false;
  DmaMaps maps_;
  IrqFds irqs_;
  PciConfig config_;
};

}  // namespace holdfast::link
