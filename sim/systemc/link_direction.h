// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <systemc>

#include "verilated/tlp.h"

namespace holdfast::sim {

/// The three kinds of TLPs that have credits of their own (PCIe 3.0, 2.6.1).
enum class TlpKind : std::uint8_t { kPosted, kNonPosted, kCompletion };
inline constexpr std::size_t kNumTlpKinds = 3;
TlpKind kind_of(const TlpHeader& hdr);

/// Credits that a receiver gives at the beginning: one header a TLP, one data credit for 16 bytes
/// of payload (PCIe 3.0, 2.6.1). 0 is infinite, as in InitFC. There must be data credits for the
/// largest TLP of the kind.
struct Credits {
  unsigned headers = 0;
  unsigned data = 0;
};
/// Of TLPs of one kind.
struct CreditNeed {
  unsigned headers = 0;
  unsigned data = 0;
};
CreditNeed credits_of(const Tlp& tlp);

/// How one direction of a link behaves.
struct DirectionConfig {
  /// 4 ns: one lane of 2.5 GT/s; 0.5 ns: four lanes of 5 GT/s.
  sc_core::sc_time time_per_byte{0.5, sc_core::SC_NS};
  /// From the last byte sent to the TLP at the receiver; credits take as long on their way back.
  sc_core::sc_time latency{200, sc_core::SC_NS};
  /// Framing, sequence number and LCRC (PCIe 3.0, 3.2 and 4.2).
  unsigned overhead_bytes = 8;
  std::array<Credits, kNumTlpKinds> credits{{{32, 256}, {32, 0}, {0, 0}}};
  /// TLPs of one kind that the sender holds; beyond it may_send() is false.
  unsigned sender_depth = 4;
};

/// One direction of a PCIe link: sender's queues, wire with a bandwidth and a latency, credits.
///
/// TLPs of one kind stay in order. A TLP that has to wait for credits is passed as PCIe 3.0, 2.4.1
/// allows: posted ones may pass all others, completions may pass non-posted ones, and nothing
/// passes a posted one.
class LinkDirection : public sc_core::sc_module {
 public:
  using Deliver = std::function<void(TlpKind, Tlp&&)>;

  /// `deliver` is called, in the simulation's time, with each TLP that arrives. The receiver calls
  /// release() when it has room again.
  LinkDirection(const sc_core::sc_module_name& name, const DirectionConfig& config,
                Deliver deliver);

  // ---- sender
  bool may_send(TlpKind kind) const { return queue(kind).size() < config_.sender_depth; }
  /// Not unless may_send().
  void send(Tlp tlp);
  /// Notified when a TLP has left a queue.
  const sc_core::sc_event& sent_event() const { return sent_event_; }

  // ---- receiver
  /// The TLP that `need` was taken for has left the receiver's buffer.
  void release(TlpKind kind, CreditNeed need);

  // ---- what happened
  struct Stats {
    std::uint64_t tlps = 0;
    std::uint64_t payload_bytes = 0;
    std::uint64_t wire_bytes = 0;        ///< Headers and overhead included.
    sc_core::sc_time busy_time;          ///< In which bytes were sent.
    std::uint64_t waits_for_credit = 0;  ///< How often something was ready and had no credit.
    std::array<std::int64_t, kNumTlpKinds> fewest_header_credits{}, fewest_data_credits{};
  };
  const Stats& stats() const { return stats_; }
  /// Nothing is queued or on the wire.
  bool idle() const;

 private:
  struct Waiting {
    Tlp tlp;
    std::uint64_t order;
  };
  struct Arriving {
    Tlp tlp;
    TlpKind kind;
    sc_core::sc_time when;
  };
  struct Returning {
    TlpKind kind;
    CreditNeed need;
    sc_core::sc_time when;
  };
  /// Credits left; signed, so that a mistake is seen and not wrapped.
  struct Account {
    std::int64_t headers, data;
    bool headers_infinite, data_infinite;
  };

  static std::size_t index_of(TlpKind kind) { return static_cast<std::size_t>(kind); }
  std::deque<Waiting>& queue(TlpKind kind) { return queues_[index_of(kind)]; }
  const std::deque<Waiting>& queue(TlpKind kind) const { return queues_[index_of(kind)]; }
  void run_sender();
  void run_arrivals();
  void run_returns();
  std::optional<TlpKind> choose();
  bool has_credit(TlpKind kind, CreditNeed need) const;
  void take_credit(TlpKind kind, CreditNeed need);
  bool is_behind_posted(const Waiting& waiting) const;

  DirectionConfig config_;
  Deliver deliver_;
  std::array<std::deque<Waiting>, kNumTlpKinds> queues_;
  std::array<Account, kNumTlpKinds> accounts_;
  std::deque<Arriving> arriving_;
  std::deque<Returning> returning_;
  std::uint64_t next_order_ = 0;
  sc_core::sc_event work_event_, sent_event_, arrival_event_, return_event_;
  Stats stats_;
};

}  // namespace holdfast::sim
