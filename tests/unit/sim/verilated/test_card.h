// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "verilated/root_complex.h"

namespace holdfast::sim {

/// A card in some lines of C++: registers behind BAR0, and DMA requests that a test scripts. It
/// obeys the rules; tests break them through what they push.
class TestCard {
 public:
  explicit TestCard(RootComplex& root_complex, unsigned data_width_bits = 128)
      : tx_write(data_width_bits / 32),
        tx_completion(data_width_bits / 32),
        tx_read(data_width_bits / 32),
        root_complex_(root_complex),
        rx_req_("rx_req", data_width_bits / 32),
        rx_cpl_("rx_cpl", data_width_bits / 32) {}

  TlpPlayer tx_write, tx_completion, tx_read;
  std::map<std::uint64_t, std::uint32_t> registers;  ///< by offset
  std::vector<Tlp> completions;                      ///< of DMA reads, in order of arrival
  std::vector<std::string> complaints;               ///< about the root complex
  bool answers = true;
  bool passes_writes = false;  ///< Completions do not wait for the writes before them.
  std::function<void(TlpBeat&)> spoil_write_beat;  ///< May break a beat of tx_wr_req.
  bool rx_req_ready = true, rx_cpl_ready = true;

  void write(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
    MemoryRequest request = make_request(true, address, static_cast<unsigned>(bytes.size()));
    request.requester_id = root_complex_.pins().completer_id;
    Tlp& tlp = tx_write.push();
    tlp.hdr = pack(request);
    tlp.payload.assign(request.dwords, 0);
    std::copy(bytes.begin(), bytes.end(),
              reinterpret_cast<std::uint8_t*>(tlp.payload.data()) + address % 4);
  }
  void read(std::uint64_t address, unsigned bytes, std::uint8_t tag) {
    MemoryRequest request = make_request(false, address, bytes);
    request.requester_id = root_complex_.pins().completer_id;
    request.tag = tag;
    push_read(pack(request));
  }
  void push_read(const TlpHeader& hdr) {
    Tlp& tlp = tx_read.push();
    tlp.hdr = hdr;
    tlp.payload.clear();
  }

  void step(std::uint64_t cycles = 1) {
    for (std::uint64_t i = 0; i < cycles; ++i) one_cycle();
  }
  /// Bytes of all completions with `tag`, in order, as a card would put them together.
  std::vector<std::uint8_t> data_of(std::uint8_t tag) const {
    std::vector<std::uint8_t> bytes;
    for (const Tlp& tlp : completions) {
      const CompletionHeader header = parse_completion(tlp.hdr);
      if (header.tag != tag || !header.has_data) continue;
      const auto* from = reinterpret_cast<const std::uint8_t*>(tlp.payload.data());
      const unsigned lead = header.lower_address % 4;
      const unsigned count = std::min(4 * header.dwords - lead, header.byte_count);
      bytes.insert(bytes.end(), from + lead, from + lead + count);
    }
    return bytes;
  }

 private:
  void one_cycle() {
    const CardInputs& in = root_complex_.drive();
    CardOutputs out;
    out.rx_req_ready = rx_req_ready;
    out.rx_cpl_ready = rx_cpl_ready;
    offer(tx_write, out.tx_wr_req, out.tx_wr_req_valid);
    if (out.tx_wr_req_valid && spoil_write_beat) spoil_write_beat(out.tx_wr_req);
    if (passes_writes || tx_write.empty()) offer(tx_completion, out.tx_cpl, out.tx_cpl_valid);
    offer(tx_read, out.tx_rd_req, out.tx_rd_req_valid);
    const CardInputs taken = in;
    root_complex_.sample(out);
    if (out.tx_wr_req_valid && taken.tx_wr_req_ready) tx_write.advance();
    if (out.tx_cpl_valid && taken.tx_cpl_ready) tx_completion.advance();
    if (out.tx_rd_req_valid && taken.tx_rd_req_ready) tx_read.advance();
    const auto complain = [this](const std::string& text) { complaints.push_back(text); };
    if (taken.rx_req_valid && rx_req_ready && rx_req_.take(taken.rx_req, complain)) on_request();
    if (taken.rx_cpl_valid && rx_cpl_ready && rx_cpl_.take(taken.rx_cpl, complain)) {
      completions.push_back(rx_cpl_.tlp());
    }
  }
  static void offer(const TlpPlayer& player, TlpBeat& beat, bool& valid) {
    valid = !player.empty();
    if (valid) player.beat(beat);
  }

  void on_request() {
    if (!is_memory_request(rx_req_.tlp().hdr)) return;
    const MemoryRequest request = parse_memory_request(rx_req_.tlp().hdr);
    const std::uint64_t offset = request.address % 0x20000;
    if (request.is_write) {
      for (unsigned i = 0; i < request.dwords; ++i) {
        registers[offset + 4 * i] = rx_req_.tlp().payload[i];
      }
      return;
    }
    if (answers) answer(request, offset);
  }
  // One completion for each piece between read completion boundaries.
  void answer(const MemoryRequest& request, std::uint64_t offset) {
    const unsigned boundary = root_complex_.pins().rcb_bytes();
    unsigned done = 0;
    while (done < 4 * request.dwords) {
      const std::uint64_t at = offset + done;
      const unsigned piece = std::min<unsigned>(4 * request.dwords - done,
                                                boundary - static_cast<unsigned>(at % boundary));
      CompletionHeader header;
      header.has_data = true;
      header.dwords = piece / 4;
      header.completer_id = root_complex_.pins().completer_id;
      header.byte_count = request.byte_count() - done;
      header.tag = request.tag;
      header.lower_address = static_cast<std::uint8_t>(
          (done == 0 ? request.first_byte() : request.address + done) & 0x7F);
      Tlp& tlp = tx_completion.push();
      tlp.hdr = pack(header);
      tlp.payload.clear();
      for (unsigned i = 0; i < piece; i += 4) tlp.payload.push_back(registers[at + i]);
      done += piece;
    }
  }

  RootComplex& root_complex_;
  TlpAssembler rx_req_, rx_cpl_;
};

}  // namespace holdfast::sim
