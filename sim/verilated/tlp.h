// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

/// PCIe transaction-layer packets and the beats that carry them at the card's TLP ports
/// (PCIe 3.0, 2.2; rtl/pcie/pcie_pkg.sv).
namespace holdfast::sim {

/// Header as on the wire: element 0 is the first DW, its first byte in bits 31:24. Headers of three
/// DWs leave the last one 0.
using TlpHeader = std::array<std::uint32_t, 4>;

inline constexpr unsigned kMaxBeatDwords = 4;
inline constexpr std::uint64_t kPageBytes = 4096;

/// One beat of a TLP stream: payload DW 0 of the beat in data[0], its first byte in bits 7:0.
struct TlpBeat {
  TlpHeader hdr{};
  std::array<std::uint32_t, kMaxBeatDwords> data{};
  std::uint8_t strb = 0;  ///< Bit n: data[n] is there.
  bool sop = false;
  bool eop = false;
  std::uint8_t error = 0;  ///< rx_cpl only, see CompletionError.

  bool operator==(const TlpBeat&) const = default;
};

/// One whole TLP. `payload` is as in TlpBeat.
struct Tlp {
  TlpHeader hdr{};
  std::vector<std::uint32_t> payload;
  std::uint8_t error = 0;   ///< rx_cpl only.
  std::uint8_t bar_id = 0;  ///< rx_req only.
};

/// fmt and type, the first header byte (PCIe 3.0, table 2-3).
enum class TlpType : std::uint8_t {
  kMemRead32 = 0x00,
  kMemRead64 = 0x20,
  kMemWrite32 = 0x40,
  kMemWrite64 = 0x60,
  kCpl = 0x0A,
  kCplData = 0x4A,
};
inline TlpType type_of(const TlpHeader& hdr) { return static_cast<TlpType>(hdr[0] >> 24); }
/// True if fmt says that a payload follows (PCIe 3.0, table 2-2).
inline bool has_payload(const TlpHeader& hdr) { return (hdr[0] >> 30 & 1) != 0; }
inline bool has_four_dwords(const TlpHeader& hdr) { return (hdr[0] >> 29 & 1) != 0; }
/// Length field, in DWs: 1 to 1024 (PCIe 3.0, table 2-4).
inline unsigned length_dwords(const TlpHeader& hdr) {
  const unsigned field = hdr[0] & 0x3FF;
  return field == 0 ? 1024 : field;
}
inline bool is_poisoned(const TlpHeader& hdr) { return (hdr[0] >> 14 & 1) != 0; }

/// Memory request (PCIe 3.0, 2.2.7).
///
///      31:24      23:16          15:8             7:0
///   0  fmt type   TC attr2 TH    TD EP attr AT    length      length spans 9:0
///   1  requester ID              tag              last BE, first BE
///   2  address 63:32 (4 DWs) or address 31:2, 00 (3 DWs)
///   3  address 31:2, 00 (4 DWs)
struct MemoryRequest {
  bool is_write = false;
  std::uint64_t address = 0;  ///< Multiple of 4.
  unsigned dwords = 1;        ///< 1 to 1024
  std::uint8_t first_be = 0xF;
  std::uint8_t last_be = 0;  ///< 0 if dwords is 1.
  std::uint16_t requester_id = 0;
  std::uint8_t tag = 0;
  bool poisoned = false;

  /// First enabled byte, and the number of bytes from it to the last enabled one (PCIe 3.0, table
  /// 2-38 and 2-39); a zero-length read counts one byte, as its completion does.
  std::uint64_t first_byte() const;
  unsigned byte_count() const;
};
/// Chooses three header DWs for addresses below 4 GiB, four above (PCIe 3.0, 2.2.4.1).
TlpHeader pack(const MemoryRequest& request);
/// The header must be of a memory read or write.
MemoryRequest parse_memory_request(const TlpHeader& hdr);
bool is_memory_request(const TlpHeader& hdr);

/// PCIe 3.0, table 2-29.
enum class CompletionStatus : std::uint8_t { kSuccess = 0, kUnsupported = 1, kAbort = 4 };

/// rx_cpl_tlp_error: what the hard core says about a completion.
enum class CompletionError : std::uint8_t {
  kNone = 0,
  kPoisoned = 1,
  kBadStatus = 2,
  kMismatch = 3,
  kTimeout = 15,
};

/// Completion (PCIe 3.0, 2.2.9).
///
///      31:24      23:16          15:8                 7:0
///   0  fmt type   TC attr2       TD EP attr AT        length
///   1  completer ID              status BCM count     byte count   status 15:13, count 11:0
///   2  requester ID              tag                  lower address 6:0
struct CompletionHeader {
  bool has_data = false;
  unsigned dwords = 0;  ///< Of this completion; 0 without data.
  std::uint16_t completer_id = 0;
  CompletionStatus status = CompletionStatus::kSuccess;
  unsigned byte_count = 4;  ///< Bytes still to come, this completion included: 1 to 4096.
  std::uint16_t requester_id = 0;
  std::uint8_t tag = 0;
  std::uint8_t lower_address = 0;  ///< 7 bits, of the first byte in this completion.
  bool poisoned = false;
};
TlpHeader pack(const CompletionHeader& completion);
CompletionHeader parse_completion(const TlpHeader& hdr);

/// Byte enables of a transfer of `bytes` bytes from `address`; the request starts at the DW that
/// holds `address`. `bytes` must be at least 1.
MemoryRequest make_request(bool is_write, std::uint64_t address, unsigned bytes);

}  // namespace holdfast::sim
