// SPDX-License-Identifier: Apache-2.0
// A host that reads and writes registers of any card top through its TLP ports.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "support/sim.h"
#include "support/tlp.h"

namespace holdfast::test {

/// Owns the two register streams of `Sim<Model>`: one access at a time, advancing the simulation
/// until it is done. Throws when the card does not answer or answers against the rules.
template <typename Model>
class TlpHost {
 public:
  static constexpr unsigned kDwsPerBeat = sizeof(Model::rx_req_tlp_data_i) / 4;

  explicit TlpHost(Sim<Model>& sim, unsigned source_pause = 0, unsigned sink_pause = 0,
                   std::uint64_t seed = 1)
      : sim_(sim),
        source_(request_pins(sim.top()), kDwsPerBeat, source_pause, seed),
        sink_(completion_pins(sim.top()), kDwsPerBeat, sink_pause, seed + 1) {
    sim_.add_agent(
        [this] {
          source_.drive();
          sink_.drive();
        },
        [this] {
          source_.sample();
          sink_.sample();
        });
  }

  /// Cycles that an answer may take.
  std::uint64_t limit_cycles = 20'000;

  std::uint32_t read32(std::uint32_t offset, unsigned byte_enable = 0xF) {
    Request request;
    request.address = offset;
    request.first_be = byte_enable;
    return read(request).at(0);
  }
  /// Returns when the card has taken the write and, since reads do not pass writes, done it.
  void write32(std::uint32_t offset, std::uint32_t value, unsigned byte_enable = 0xF) {
    post(mem_write(offset, {value}, byte_enable));
    Request flush;  // zero-length read (PCIe 3.0, 2.2.5)
    flush.first_be = 0;
    read(flush);
  }
  /// Low half first. For counters take a snapshot before.
  std::uint64_t read64(std::uint32_t offset) {
    const std::uint64_t low = read32(offset);
    return low | (std::uint64_t{read32(offset + 4)} << 32);
  }

  /// Any memory read; the tag is ours.
  std::vector<std::uint32_t> read(Request request) {
    request.tag = ++tag_;
    const Tlp tlp = make_tlp(request);
    ReadAssembler assembler(tlp);
    source_.send(tlp);
    while (!assembler.is_done()) {
      check(sim_.run_until([this] { return !sink_.tlps.empty(); }, limit_cycles), "no completion");
      const std::string wrong = assembler.add(parse_completion(sink_.tlps.front()));
      check(wrong.empty(), wrong);
      sink_.tlps.pop_front();
    }
    check(assembler.status() == 0, "status " + std::to_string(assembler.status()));
    check(sink_.error.empty(), sink_.error);
    return assembler.data();
  }
  /// Offers a TLP and returns when it was taken.
  void post(const Tlp& tlp) {
    source_.send(tlp);
    check(sim_.run_until([this] { return source_.idle(); }, limit_cycles), "request is not taken");
  }
  TlpSource& source() { return source_; }
  TlpSink& sink() { return sink_; }

 private:
  static void check(bool holds, const std::string& what) {
    if (!holds) throw std::runtime_error("TlpHost: " + what);
  }

  Sim<Model>& sim_;
  TlpSource source_;
  TlpSink sink_;
  std::uint8_t tag_ = 0;
};

}  // namespace holdfast::test
