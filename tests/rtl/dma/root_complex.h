// SPDX-License-Identifier: Apache-2.0
// Host memory behind the three DMA streams of `dma`: answers reads, takes writes, and checks the
// rules that a host relies on (design: PCIe 3.0, 2.2 to 2.3).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <random>
#include <unordered_map>
#include <vector>

#include "support/stream.h"
#include "support/tlp.h"

namespace holdfast::test {

/// Sparse memory, zero where nothing was written.
class HostMemory {
 public:
  std::uint8_t read(std::uint64_t address) const {
    const auto page = pages_.find(address / kPage);
    return page == pages_.end() ? std::uint8_t{0} : (*page->second)[address % kPage];
  }
  void write(std::uint64_t address, std::uint8_t value) {
    auto& page = pages_[address / kPage];
    if (!page) page = std::make_unique<std::array<std::uint8_t, kPage>>();
    (*page)[address % kPage] = value;
  }
  Bytes read(std::uint64_t address, std::size_t count) const {
    Bytes bytes(count);
    for (std::size_t i = 0; i < count; ++i) bytes[i] = read(address + i);
    return bytes;
  }
  void write(std::uint64_t address, const Bytes& bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) write(address + i, bytes[i]);
  }
  template <typename Layout>
  void put(std::uint64_t address, const Layout& layout) {
    Bytes bytes(sizeof(Layout));
    std::memcpy(bytes.data(), &layout, sizeof(Layout));
    write(address, bytes);
  }
  template <typename Layout>
  Layout get(std::uint64_t address) const {
    const Bytes bytes = read(address, sizeof(Layout));
    Layout layout;
    std::memcpy(&layout, bytes.data(), sizeof(Layout));
    return layout;
  }

 private:
  static constexpr std::uint64_t kPage = 4096;
  std::unordered_map<std::uint64_t, std::unique_ptr<std::array<std::uint8_t, kPage>>> pages_;
};

/// What is wrong with the answer to one read.
enum class Fault {
  kNone,
  kUnsupported,   // status UR
  kAbort,         // status CA
  kPoisoned,      // EP in the header of one piece
  kPoisonedPin,   // rx_cpl_error 1
  kBadStatusPin,  // rx_cpl_error 2, header as if good
  kMismatchPin,   // rx_cpl_error 3 to 15
  kByteCount,
  kLowerAddress,
  kRequester,
  kNoData,    // status success, but no data
  kShort,     // fewer beats than the header says
  kSilent,    // never answered
  kLate,      // answered after the time-out, while the tag rests
  kOtherTag,  // answered to a tag that does not wait; the read itself never is
};

struct LinkSetup {
  unsigned max_payload = 0, max_read_req = 0;  // codes
  unsigned rcb = 0;
  unsigned latency = 0;         // cycles from request to the first completion, at least
  unsigned latency_spread = 0;  // and up to so many more
  bool is_split = false;        // completions end at random completion boundaries
  bool is_reordered = false;    // reads overtake each other
  unsigned read_stall_percent = 0, write_stall_percent = 0, completion_pause_percent = 0;
};

class RootComplex {
 public:
  static constexpr std::uint16_t kCardId = 0x4321;

  RootComplex(const LinkSetup& setup, TlpSinkPins read_pins, TlpSinkPins write_pins,
              TlpSourcePins completion_pins, std::uint64_t seed);

  HostMemory memory;
  /// Chooses the fault of a read; called when it arrives.
  std::function<Fault(std::uint64_t address, unsigned bytes)> on_read;
  /// A write arrived and is in memory.
  std::function<void(std::uint64_t address, const Bytes& bytes)> on_write;
  /// May requests leave? One that was already on its way may, so long after it was switched off.
  bool is_bus_master = true;
  unsigned bus_master_grace_cycles = 0;
  /// Cycles until a late answer.
  unsigned late_cycles = 0;

  void set_stalled(bool reads, bool writes) {
    reads_.is_stalled = reads;
    writes_.is_stalled = writes;
  }
  std::uint64_t num_reads() const { return num_reads_; }
  std::uint64_t num_writes() const { return num_writes_; }
  std::size_t num_open() const { return open_.size(); }
  std::size_t most_open() const { return most_open_; }
  bool idle() const { return open_.empty() && completions_.idle(); }

  void drive();
  void sample();

 private:
  struct Open {
    Tlp request;
    std::uint64_t address;  // of the next byte
    unsigned bytes_left;
    std::uint64_t due;  // cycle
    Fault fault;
  };

  void take_read(const Tlp& tlp);
  void take_write(const Tlp& tlp);
  void answer();
  /// Sends one completion of `read`; true when it was the last one.
  bool answer(Open& read);
  void check_request(const Tlp& tlp, unsigned limit_bytes);

  LinkSetup setup_;
  TlpSink reads_, writes_;
  TlpSource completions_;
  std::mt19937_64 random_;
  std::list<Open> open_;
  std::array<bool, 256> is_tag_used_{};
  unsigned cycles_without_bus_master_ = 0;
  std::uint64_t cycle_ = 0, num_reads_ = 0, num_writes_ = 0;
  std::size_t most_open_ = 0;
};

}  // namespace holdfast::test
