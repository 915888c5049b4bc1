// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace holdfast::sim {

/// Configuration that the hard core hands to the card (cfg_* of card_core).
struct PcieConfig {
  std::uint8_t max_payload = 1;         ///< 128 << n bytes
  std::uint8_t max_read_request = 2;    ///< 128 << n bytes
  std::uint16_t completer_id = 0x0100;  ///< bus 1, device 0, function 0
  bool bus_master_enable = true;
  bool msix_enable = true;
  bool msix_mask = false;
  bool rcb_128 = false;         ///< Read completion boundary: 128 bytes, else 64.
  bool extended_tags = true;    ///< 8-bit tags, else 5-bit.
  bool function_reset = false;  ///< cfg_flr_i

  unsigned max_payload_bytes() const { return 128u << max_payload; }
  unsigned max_read_request_bytes() const { return 128u << max_read_request; }
  unsigned rcb_bytes() const { return rcb_128 ? 128 : 64; }
  bool operator==(const PcieConfig&) const = default;
};

/// What may go wrong with a DMA read.
enum class Fault : std::uint8_t {
  kNone,
  kUnsupported,   ///< Completion with status UR.
  kAbort,         ///< Status CA; where the request needs several completions, after good ones.
  kPoisoned,      ///< The data come poisoned.
  kNoCompletion,  ///< Nothing comes.
  kTimeoutCode,   ///< The hard core says that the time is up (error 15).
  kMismatch,      ///< The hard core says that the completion does not match (error 3).
  kLate,          ///< Good completions, `late_cycles` after the request.
};
inline constexpr std::size_t kNumFaults = 8;

/// How completions are cut. Every cut is at a multiple of the read completion boundary (PCIe 3.0,
/// 2.3.1.1).
enum class Split : std::uint8_t {
  kWhole,     ///< As few as the largest payload allows.
  kBoundary,  ///< At every boundary.
  kRandom,    ///< At random boundaries.
};

/// How the link and the host behind it behave. The default has no latency, no limit and no fault.
struct LinkConfig {
  std::uint64_t seed = 1;
  std::uint32_t read_latency_cycles = 0;  ///< From the request to its first completion, at least.
  std::uint32_t latency_jitter_cycles = 0;
  /// Probability that completions of another read overtake, each time one is sent.
  std::uint8_t reorder_percent = 0;
  Split split = Split::kWhole;

  /// Probability of an idle cycle towards the card, or of a cycle without ready.
  std::uint8_t rx_request_idle_percent = 0;
  std::uint8_t rx_completion_idle_percent = 0;
  std::uint8_t tx_completion_stall_percent = 0;
  std::uint8_t tx_read_stall_percent = 0;
  std::uint8_t tx_write_stall_percent = 0;

  /// Probability of each fault, per DMA read; index by Fault.
  std::array<std::uint8_t, kNumFaults> fault_percent{};
  std::uint32_t late_cycles = 9000;
  /// The hard core tells the error of a completion with its last beat, else with each.
  bool error_on_last_beat = false;
  /// False: an access to unmapped memory is answered UR (or its data vanish) and is no violation.
  bool unmapped_is_violation = true;
};

}  // namespace holdfast::sim
