// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "holdfast/buffer_pool.h"
#include "holdfast/card.h"
#include "net/clock.h"
#include "offload/card_offload.h"
#include "offload/mover_counters.h"
#include "offload/mover_ports.h"
#include "offload/path_mtus.h"
#include "offload/trap_queue.h"

namespace holdfast::offload {

/// Joins a plain port, the sockets and one queue of the card (RFC 4301, 5).
///
/// Outbound: a plain packet is read into a DMA buffer, its policy is looked up, the card makes ESP
/// of it in place, and what the card wrote goes to the sockets without its outer header. Inbound:
/// ESP is copied behind an outer header into a buffer; the card finds its SA by the SPI; protocol
/// and ports of the inner packet are checked here (RFC 4301, 5.2).
///
/// Packets that are too long for their path (RFC 4301, 8.2):
/// - DF set, and IPv6: dropped, and the sender is told what fits (RFC 1191, RFC 8201); but IPv6 is
///   never told less than 1,280, so packets up to that leave in outer fragments.
/// - DF clear: fragmented before ESP, so that no outer fragment has to be reassembled; under an SA
///   with protocol or ports in its selector after ESP, by the kernel, because later fragments
///   would not pass the peer's selector (RFC 4301, 7).
/// - An SA that clears the outer DF (DfMode::kClear): after ESP, whatever the inner DF.
///
/// Each packet in is one packet out or one drop; see adds_up(). It works when it is called: the
/// owner of the loop calls poll() when it is woken, and again while busy(), because simulated cards
/// move through calls only. Ports must not call back. The observer of `offload` is called
/// (on_acquire) at the end of on_plain_readable() and poll(), where it may do everything.
class PacketMover : private CardFlow {
 public:
  struct Ports {
    PlainPort& plain;
    WirePort& wire;
    ClearPort* clear = nullptr;  ///< Without it what policies let pass is dropped.
    /// Called when there is something for poll() that came outside of it: post poll() to the loop.
    std::function<void()> wake = nullptr;
  };
  struct Config {
    unsigned queue = 0;
    unsigned queue_log2 = 8;  ///< 2^n packets at a time.
    unsigned link_mtu = 1500;
    Duration trap_patience = std::chrono::seconds(30);
  };

  /// Opens the queue and enables the card. All that is referred to must outlive it.
  /// Errors: the card's.
  static Result<std::unique_ptr<PacketMover>> create(Card& card, CardOffload& offload,
                                                     const Ports& ports, const Clock& clock,
                                                     const Config& config);
  PacketMover(const PacketMover&) = delete;
  PacketMover& operator=(const PacketMover&) = delete;
  ~PacketMover() override;

  /// Takes what the plain port has, up to a batch.
  void on_plain_readable();
  /// One ESP packet; poll() gives it to the card, together with others.
  void on_wire_packet(const net::WirePacket& packet);
  void poll();
  /// Packets are in the card or on their way to it: call poll() again.
  bool busy() const { return num_in_card() > 0 || may_retry() || ports_.plain.has_more(); }
  /// ICMP said that outer packets to `peer` may have at most `mtu` bytes. Forgotten when a path to
  /// or from `peer` is bound anew, and after a while.
  void set_path_mtu(const IpAddress& peer, unsigned mtu);

  const MoverCounters& counters() const { return counters_; }
  /// Packets that wait for an SA; those that waited too long are given up by the next call.
  std::size_t num_held() const { return traps_.size(); }
  /// In, and what was cut into fragments = out + drops + held, whenever not busy().
  bool adds_up() const;
  /// The card stopped; it must be reset and everything made anew.
  bool is_stopped() const { return is_stopped_; }

 private:
  /// RFC 1812, 4.3.2.8; RFC 4443, 2.4 (f).
  static constexpr unsigned kIcmpPerSecond = 100;

  struct Slot {
    Buffer buffer;
    Direction direction = Direction::kInbound;
    bool may_fragment = false;   // outside, whatever its outer DF
    Encap encap = Encap::kNone;  // inbound: how it came, to and from where
    Endpoint own{}, peer{};
  };
  /// largest_inner_bytes of a row, as long as nothing changed.
  struct Limit {
    std::uint64_t stamp = 0;
    std::size_t bytes = 0;
  };

  PacketMover(Card& card, CardOffload& offload, const Ports& ports, const Clock& clock,
              const Config& config, BufferPool pool);

  // CardFlow
  std::uint64_t num_submitted() const override { return head_; }
  std::uint64_t num_completed() const override { return tail_; }
  void drain() override;
  void on_policies_changed() override;
  void on_way_changed(const IpAddress& peer) override;

  void drop(MoverDrop reason, std::uint64_t count = 1) {
    counters_.drops[static_cast<std::size_t>(reason)] += count;
  }

  // packet_mover.cc: the queue
  std::size_t num_in_card() const { return static_cast<std::size_t>(head_ - tail_); }
  bool has_space() const { return num_in_card() < slots_.size() && pool_.num_free() > 0; }
  void stage(const Slot& slot, std::size_t bytes, std::uint16_t sa_index, std::uint16_t flags);
  void flush();
  void read_plain();
  void flush_plain();
  /// True if there were completions.
  bool take_completions();
  bool may_retry() const {
    return traps_.size() > 0 && retried_version_ != offload_.spd().version();
  }
  void wake() const {
    if (ports_.wake) ports_.wake();
  }
  void look_whether_it_stopped();
  void stop();
  void tell_acquires();

  // packet_mover_outbound.cc
  /// Ends `buffer`, or passes it to the card.
  void send_plain(const Buffer& buffer, ByteView packet);
  void protect(const Buffer& buffer, const Flow& flow, SaIndex sa);
  /// The packet is longer than `limit`, which is what fits.
  void protect_too_long(const Buffer& buffer, const Flow& flow, SaIndex sa, std::size_t limit);
  void send_fragments(const Buffer& buffer, const Flow& flow, SaIndex sa, std::size_t limit);
  void tell_too_big(const Buffer& buffer, const Flow& flow, std::size_t limit);
  void hold(ByteView packet, std::uint32_t policy_id);
  void retry_held();
  std::size_t inner_limit(SaIndex sa);
  bool may_send_icmp();

  // packet_mover_completed.cc
  void complete(const Slot& slot, const Completion& completion);
  void complete_outbound(const Slot& slot, ByteView outer);
  void complete_inbound(ByteView inner, SaIndex sa);
  void send_batch();

  Card& card_;
  CardOffload& offload_;
  Ports ports_;
  const Clock& clock_;
  BufferPool pool_;
  std::unique_ptr<Queue> queue_;
  std::vector<Slot> slots_;  // by free-running number of the descriptor
  std::uint64_t head_ = 0, tail_ = 0;
  std::vector<Descriptor> staged_;      // the last of [tail_, head_)
  std::vector<net::WirePacket> batch_;  // to be sent, in batch_buffers_
  std::vector<Buffer> batch_buffers_;
  PathMtus mtus_;
  std::uint64_t mtu_version_ = 1;
  std::vector<Limit> limits_;  // by SaIndex
  TrapQueue traps_;
  std::uint64_t retried_version_ = 0;  // of the Spd
  std::vector<std::uint32_t> acquires_;
  TimePoint now_;  // of the call that runs
  TimePoint icmp_since_;
  unsigned icmp_left_ = kIcmpPerSecond;
  unsigned idle_polls_ = 0;
  bool is_stopped_ = false;
  MoverCounters counters_;
};

}  // namespace holdfast::offload
