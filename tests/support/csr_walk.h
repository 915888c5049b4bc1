// SPDX-License-Identifier: Apache-2.0
// The generated walk over every register of the map, for anything that reads and writes them.
#pragma once

#include <cstdint>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::test {

/// One register as card_csr.rdl has it. Masks by access kind; bits in none of them read 0.
struct CsrRow {
  std::string_view name;
  std::uint32_t offset, reset, known;  // `known`: bits whose reset value is stated
  std::uint32_t rw, wo, w1c, ro;
};

inline constexpr CsrRow kCsrRows[] = {
#include "rtl/csr/csr_walk_table.inc"
};

inline const CsrRow& csr_row(std::string_view name) {
  for (const auto& row : kCsrRows)
    if (row.name == name) return row;
  throw std::invalid_argument("no register " + std::string(name));
}
inline std::uint32_t csr_offset(std::string_view name) { return csr_row(name).offset; }

/// A bit that the walk does not write, and why.
struct CsrExclusion {
  std::string_view prefix;  // of the register's name
  std::uint32_t bits;
  std::string_view reason;
};
inline constexpr CsrExclusion kCsrExclusions[] = {
    {"control.control", 0x2, "soft_reset resets the card in the middle of the walk"},
    {"control.error", ~0u, "tested by its own step, which makes errors first"},
    {"control.first_error", ~0u, "follows the error latch"},
    {"command.command", ~0u, "a write starts a command"},
    {"queues[0].control", ~0u, "starts a queue, which reads host memory"},
    {"queues[1].control", ~0u, "starts a queue, which reads host memory"},
    {"queues[2].control", ~0u, "starts a queue, which reads host memory"},
    {"queues[3].control", ~0u, "starts a queue, which reads host memory"},
    {"event_ring.control", ~0u, "starts the event ring, which writes host memory"},
    {"doorbell", ~0u, "tells a queue of descriptors that are not there"},
    {"event_doorbell", ~0u, "tells the event ring of a consumer that is not there"},
};
inline std::uint32_t excluded_bits(std::string_view name) {
  std::uint32_t bits = 0;
  for (const auto& x : kCsrExclusions)
    if (name.starts_with(x.prefix)) bits |= x.bits;
  return bits;
}
/// A write of less than 32 bits is refused and sets the error bit partial_write.
inline bool refuses_partial_writes(std::string_view name) {
  return name.starts_with("command.") || name.starts_with("doorbell[") ||
         name == "event_doorbell" || name.starts_with("msix[");
}

/// Walks the registers of a card that was just reset and is idle. `Bus` has
///   std::uint32_t read32(std::uint32_t offset, unsigned byte_enable)
///   void write32(std::uint32_t offset, std::uint32_t value, unsigned byte_enable)
/// What is written gets its reset value again. Every finding is a line of the result.
template <typename Bus>
class CsrWalk {
 public:
  explicit CsrWalk(Bus& bus, std::uint64_t seed = 1) : bus_(bus), random_(seed) {}

  std::vector<std::string> run() {
    clear_errors();
    for (const auto& row : kCsrRows) check_reset(row);
    for (const auto& row : kCsrRows) {
      check_read_only(row);
      if (row.rw & ~excluded_bits(row.name)) check_writable(row);
      if (row.wo & ~excluded_bits(row.name)) check_write_only(row);
      if (refuses_partial_writes(row.name)) check_partial(row);
    }
    check_latch();
    check_unknown_offsets();
    clear_errors();
    return std::move(findings_);
  }

 private:
  static constexpr std::uint32_t kBarBytes = 0x20000;
  static constexpr std::uint32_t kUnknown = 0xDEADDEAD;

  std::uint32_t read(std::uint32_t offset) { return bus_.read32(offset, 0xF); }
  void write(std::uint32_t offset, std::uint32_t value, unsigned byte_enable = 0xF) {
    bus_.write32(offset, value, byte_enable);
  }
  std::uint32_t errors() { return read(csr_offset("control.error")); }
  void clear_errors() { write(csr_offset("control.error"), ~0u); }

  void expect(std::string_view what, std::uint32_t offset, std::uint32_t got, std::uint32_t want) {
    if (got == want) return;
    std::ostringstream line;
    line << what << " at 0x" << std::hex << offset << ": got 0x" << got << ", expected 0x" << want;
    findings_.push_back(line.str());
  }
  void expect(std::string_view what, const CsrRow& row, std::uint32_t got, std::uint32_t want) {
    expect(std::string(row.name) + ": " + std::string(what), row.offset, got, want);
  }
  static std::uint32_t bytes_mask(unsigned byte_enable) {
    std::uint32_t mask = 0;
    for (unsigned i = 0; i < 4; ++i)
      if ((byte_enable >> i) & 1) mask |= 0xFFu << (8 * i);
    return mask;
  }

  void check_reset(const CsrRow& row) {
    const auto value = read(row.offset);
    expect("reset value", row, value & row.known, row.reset & row.known);
    expect("bits that do not exist, or are write-only", row, value & ~(row.rw | row.w1c | row.ro),
           0);
    expect("error latch after the read", row, errors(), 0);
  }

  void check_read_only(const CsrRow& row) {
    if (row.rw || row.wo || row.w1c || !row.ro || (row.ro & excluded_bits(row.name))) return;
    const auto before = read(row.offset);
    if (!refuses_partial_writes(row.name))
      write(row.offset, static_cast<std::uint32_t>(random_()), 5);
    write(row.offset, ~before);
    expect("read-only after a write", row, read(row.offset), before);
    expect("error latch", row, errors(), 0);
  }

  void check_writable(const CsrRow& row) {
    const auto bits = row.rw & ~excluded_bits(row.name);
    const auto fixed = read(row.offset) & ~bits;
    std::uint32_t value = row.reset & bits;
    for (const std::uint32_t next : {~0u, 0u, 0xA5C3F00Fu, 0x5A3C0FF0u}) {
      write(row.offset, next & bits);
      value = next & bits;
      expect("written", row, read(row.offset), value | fixed);
    }
    for (unsigned be = 0; be < 16 && !refuses_partial_writes(row.name); ++be) {
      const auto next = static_cast<std::uint32_t>(random_()) & bits;
      write(row.offset, next, be);
      value = (value & ~bytes_mask(be)) | (next & bytes_mask(be));
      expect("written with byte enables", row, read(row.offset), value | fixed);
    }
    write(row.offset, row.reset & bits);
    expect("reset value again", row, read(row.offset) & row.known, row.reset);
    expect("error latch", row, errors(), 0);
  }

  void check_write_only(const CsrRow& row) {
    write(row.offset, row.wo & ~excluded_bits(row.name));
    expect("write-only reads as", row, read(row.offset) & row.wo, 0);
    write(row.offset, 0);
    expect("error latch", row, errors(), 0);
  }

  void check_partial(const CsrRow& row) {
    clear_errors();
    const auto before = read(row.offset);
    const auto be = static_cast<unsigned>(1 + random_() % 14);
    write(row.offset, ~before, be);
    expect("after a partial write", row, read(row.offset), before);
    expect("error latch after a partial write", row, errors(), 0x2);
    expect("first error", row, read(csr_offset("control.first_error")),
           0x80000000u | (1u << 24) | row.offset);
    clear_errors();
    expect("first error when cleared", row, read(csr_offset("control.first_error")) >> 31, 0);
  }

  /// Write-1-to-clear with the two bits that a host can set by itself.
  void check_latch() {
    const auto& row = csr_row("control.error");
    clear_errors();
    write(csr_offset("msix[0].data"), 1, 0x3);
    read(kBarBytes - 4);
    expect("two errors", row, errors(), 0x3);
    expect("first error stays the first", row, read(csr_offset("control.first_error")),
           0x81000000u | csr_offset("msix[0].data"));
    write(row.offset, 0);
    expect("after writing 0", row, errors(), 0x3);
    write(row.offset, 0x3, 0xE);
    expect("after writing 1 with the byte not enabled", row, errors(), 0x3);
    write(row.offset, 0x1);
    expect("one bit cleared", row, errors(), 0x2);
    write(row.offset, ~0u);
    expect("all cleared", row, errors(), 0);
  }

  void check_unknown_offsets() {
    std::set<std::uint32_t> known, sample{kBarBytes - 4};
    for (const auto& row : kCsrRows) known.insert(row.offset);
    for (const auto& row : kCsrRows) {
      sample.insert(row.offset + 4);
      if (row.offset) sample.insert(row.offset - 4);
    }
    for (unsigned i = 0; i < 300; ++i)
      sample.insert(static_cast<std::uint32_t>(random_() % (kBarBytes / 4)) * 4);
    for (const auto offset : sample) {
      if (offset >= kBarBytes || known.contains(offset)) continue;
      const bool is_write = random_() % 2;
      clear_errors();
      if (is_write)
        write(offset, ~0u, random_() % 2 ? 0xF : 0x1);
      else
        expect("unknown offset", offset, read(offset), kUnknown);
      expect("error latch of an unknown offset", offset, errors(), 0x1);
      expect("first error of an unknown offset", offset, read(csr_offset("control.first_error")),
             0x80000000u | offset);
    }
  }

  Bus& bus_;
  std::mt19937_64 random_;
  std::vector<std::string> findings_;
};

}  // namespace holdfast::test
