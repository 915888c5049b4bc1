// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "host_memory.h"
#include "host_requests.h"
#include "interrupts.h"
#include "link_config.h"
#include "read_completer.h"
#include "request_rules.h"
#include "tlp.h"
#include "tlp_stream.h"
#include "violations.h"

namespace holdfast::sim {

/// What the root complex puts on the card's input pins in one cycle.
struct CardInputs {
  TlpBeat rx_req, rx_cpl;
  bool rx_req_valid = false, rx_cpl_valid = false;
  std::uint8_t rx_req_bar_id = 0;
  bool tx_cpl_ready = false, tx_rd_req_ready = false, tx_wr_req_ready = false;
};

/// What the card's outputs show in the same cycle, after they settled. Beats matter while valid;
/// `tx_rd_req` has no data.
struct CardOutputs {
  bool rx_req_ready = false, rx_cpl_ready = false;
  TlpBeat tx_cpl, tx_rd_req, tx_wr_req;
  bool tx_cpl_valid = false, tx_rd_req_valid = false, tx_wr_req_valid = false;
};

/// The five TLP streams of a card.
enum class TlpStream : std::uint8_t { kRxRequest, kTxCompletion, kTxRead, kRxCompletion, kTxWrite };
inline constexpr std::size_t kNumTlpStreams = 5;
const char* name_of(TlpStream stream);

/// A PCIe root complex, its link and the host's memory, at the card's TLP ports (PCIe 3.0, 2).
///
/// It knows no Verilated class: each cycle the caller puts drive() on the pins, lets the card
/// settle, hands its outputs to sample(), and clocks the card. Requests that break a rule are
/// recorded in violations(). Nothing is allocated per beat once queues have grown.
///
/// Host accesses are queued (write, start_read) and happen as the clock runs.
class RootComplex {
 public:
  static constexpr std::uint64_t kBar0 = 0xE000'0000;
  static constexpr std::uint64_t kHighBar0 = 0x40'0000'0000;

  /// `data_width_bits` is 64 or 128. DMA goes to `memory`, which must outlive this.
  RootComplex(unsigned data_width_bits, DmaTarget& memory, const LinkConfig& link = {},
              const PcieConfig& pins = {});
  RootComplex(const RootComplex&) = delete;
  RootComplex& operator=(const RootComplex&) = delete;

  // ---- each cycle
  const CardInputs& drive();
  void sample(const CardOutputs& outputs);
  std::uint64_t cycle() const { return cycle_; }

  /// Configuration pins of the card; changes act from the next cycle on.
  PcieConfig& pins() { return pins_; }
  const PcieConfig& pins() const { return pins_; }
  LinkConfig& link() { return link_; }

  // ---- the host's requests; they reach the card in this order
  /// BAR0 lies above 4 GiB if set, so that requests have four header DWs.
  bool use_high_bar = false;
  void write(std::uint32_t offset, std::span<const std::uint32_t> dwords,
             std::uint8_t first_be = 0xF, std::uint8_t last_be = 0xF);
  void write(std::uint32_t offset, std::uint32_t value) { write(offset, std::span(&value, 1)); }
  /// Returns the tag that is_done() and finish() of reads() take.
  std::uint8_t start_read(std::uint32_t offset, unsigned dwords = 1, std::uint8_t first_be = 0xF,
                          std::uint8_t last_be = 0xF);
  HostRequests& reads() { return reads_; }
  /// Any request TLP, also one that no card supports. With `expects_completion` its tag must be 32
  /// or more, and what is answered is found in take_raw_completions().
  void send_raw(const Tlp& request, bool expects_completion);
  std::vector<Tlp> take_raw_completions() { return std::move(raw_completions_); }
  /// A completion that no read of the card asked for.
  void send_stray_completion(const Tlp& completion) { rx_cpl_.push() = completion; }
  /// All host requests have been taken by the card.
  bool requests_sent() const { return rx_req_.empty(); }

  /// MSI-X messages of the card.
  Interrupts& interrupts() { return interrupts_; }

  // ---- DMA
  ReadCompleter& completer() { return completer_; }

  // ---- what happened
  Violations& violations() { return violations_; }
  const StreamStats& stats(TlpStream stream) const { return stats_[index_of(stream)]; }
  void clear_stats() { stats_ = {}; }
  /// Nothing is offered, queued or waited for.
  bool idle() const;
  /// No TLP of the card is offered or begun.
  bool requests_rest() const;
  /// Last cycle in which a beat was offered on any stream.
  std::uint64_t last_activity_cycle() const { return last_activity_; }
  /// Last cycle in which a DMA read was lost (Fault::kNoCompletion); 0: never.
  std::uint64_t last_lost_read_cycle() const { return last_lost_read_; }

  /// Forgets everything in flight, as a function reset does. Statistics, violations, and memory
  /// stay.
  void on_card_reset();

 private:
  static constexpr std::size_t index_of(TlpStream stream) {
    return static_cast<std::size_t>(stream);
  }
  /// One stream from the card: what was offered and not taken, to see that it stays.
  struct Offer {
    TlpBeat beat;
    bool stalled = false;
  };

  bool chance(unsigned percent) { return percent != 0 && random_() % 100 < percent; }
  bool any_stalled() const;
  void drive_requests();
  void drive_completions();
  void sample_requests(const CardOutputs& outputs);
  void sample_completions(const CardOutputs& outputs);
  bool take_offer(TlpStream stream, const TlpBeat& beat, bool valid, bool ready);
  void on_first_offer(TlpStream stream, const TlpBeat& beat);
  void on_tx_read(const TlpHeader& hdr);
  void on_tx_write(const Tlp& tlp);
  void on_tx_completion(const Tlp& tlp);

  void violation(const std::string& text) { violations_.record(cycle_, text); }

  PcieConfig pins_;
  LinkConfig link_;
  DmaTarget& memory_;
  Violations violations_;
  RequestRules rules_;
  HostRequests reads_;
  ReadCompleter completer_;
  std::mt19937_64 random_;

  CardInputs inputs_;
  TlpPlayer rx_req_, rx_cpl_;
  std::array<TlpAssembler, kNumTlpStreams> assemblers_;  // those of the tx streams are used
  std::array<Offer, kNumTlpStreams> offers_;
  std::array<StreamStats, kNumTlpStreams> stats_;

  std::uint64_t cycle_ = 0, last_activity_ = 0, last_lost_read_ = 0;
  std::uint64_t bus_master_off_cycles_ = 0;
  // The tag that becomes free when the completion that is being sent has arrived; -1: none.
  int finishing_tag_ = -1;
  // Order of completions after writes: counts of write TLPs when each read of the host was taken.
  std::uint64_t writes_offered_ = 0, writes_accepted_ = 0;
  std::array<std::uint64_t, 256> writes_before_read_{};
  std::vector<std::uint8_t> raw_tags_;
  std::vector<Tlp> raw_completions_;
  Interrupts interrupts_;
};

}  // namespace holdfast::sim
