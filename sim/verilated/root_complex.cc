// SPDX-License-Identifier: Apache-2.0
#include "root_complex.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace holdfast::sim {

namespace {

// A request that the card offers for the first time so long after bus mastering went off was not
// on its way.
constexpr std::uint64_t kBusMasterGraceCycles = 2;

}  // namespace

const char* name_of(TlpStream stream) {
  static constexpr std::array<const char*, kNumTlpStreams> kNames{"rx_req", "tx_cpl", "tx_rd_req",
                                                                  "rx_cpl", "tx_wr_req"};
  return kNames[static_cast<std::size_t>(stream)];
}

RootComplex::RootComplex(unsigned data_width_bits, DmaTarget& memory, const LinkConfig& link,
                         const PcieConfig& pins)
    : pins_(pins),
      link_(link),
      memory_(memory),
      rules_(pins_, [this](const std::string& text) { violation(text); }),
      reads_(pins_, [this](const std::string& text) { violation(text); }),
      completer_(pins_, link_, memory),
      random_(link.seed + 1),
      rx_req_(data_width_bits / 32),
      rx_cpl_(data_width_bits / 32),
      assemblers_{TlpAssembler("rx_req", data_width_bits / 32),
                  TlpAssembler("tx_cpl", data_width_bits / 32), TlpAssembler("tx_rd_req", 0),
                  TlpAssembler("rx_cpl", data_width_bits / 32),
                  TlpAssembler("tx_wr_req", data_width_bits / 32)} {
  HOLDFAST_CHECK(data_width_bits == 64 || data_width_bits == 128);
}

// ---------------------------------------------------------------- towards the card

const CardInputs& RootComplex::drive() {
  drive_requests();
  drive_completions();
  inputs_.tx_cpl_ready = !chance(link_.tx_completion_stall_percent);
  inputs_.tx_rd_req_ready = !chance(link_.tx_read_stall_percent);
  inputs_.tx_wr_req_ready = !chance(link_.tx_write_stall_percent);
  bus_master_off_cycles_ = pins_.bus_master_enable ? 0 : bus_master_off_cycles_ + 1;
  return inputs_;
}

void RootComplex::drive_requests() {
  if (inputs_.rx_req_valid) return;  // still offered
  if (rx_req_.empty() || chance(link_.rx_request_idle_percent)) return;
  rx_req_.beat(inputs_.rx_req);
  inputs_.rx_req_bar_id = rx_req_.front().bar_id;
  inputs_.rx_req_valid = true;
}

void RootComplex::drive_completions() {
  if (inputs_.rx_cpl_valid) return;
  if (rx_cpl_.empty()) {
    if (!completer_.has_next(cycle_)) return;
    const auto sent = completer_.next(cycle_, rx_cpl_.push());
    if (sent && sent->is_last) finishing_tag_ = sent->tag;
    if (sent && sent->was_unmapped && link_.unmapped_is_violation) {
      violation(fmt::format("DMA read at 0x{:x}, which is not mapped", sent->address));
    }
  }
  if (chance(link_.rx_completion_idle_percent)) return;
  rx_cpl_.beat(inputs_.rx_cpl);
  if (link_.error_on_last_beat && !inputs_.rx_cpl.eop) inputs_.rx_cpl.error = 0;
  inputs_.rx_cpl_valid = true;
}

// ---------------------------------------------------------------- from the card

void RootComplex::sample(const CardOutputs& outputs) {
  const bool any = inputs_.rx_req_valid || inputs_.rx_cpl_valid || outputs.tx_cpl_valid ||
                   outputs.tx_rd_req_valid || outputs.tx_wr_req_valid;
  if (pins_.function_reset) {  // a completion may be torn, requests may not
    offers_[index_of(TlpStream::kTxCompletion)].stalled = false;
    assemblers_[index_of(TlpStream::kTxCompletion)].clear();
  }
  if (any || any_stalled()) {
    last_activity_ = cycle_;
    sample_requests(outputs);
    sample_completions(outputs);
  }
  ++cycle_;
}

bool RootComplex::any_stalled() const {
  return std::any_of(offers_.begin(), offers_.end(),
                     [](const Offer& offer) { return offer.stalled; });
}

void RootComplex::sample_requests(const CardOutputs& outputs) {
  // Reads and completions of the card are looked at before this cycle's requests of the host, so
  // that a read accepted now counts only writes offered up to now.
  if (take_offer(TlpStream::kTxWrite, outputs.tx_wr_req, outputs.tx_wr_req_valid,
                 inputs_.tx_wr_req_ready)) {
    ++writes_accepted_;
    on_tx_write(assemblers_[index_of(TlpStream::kTxWrite)].tlp());
  }
  if (take_offer(TlpStream::kTxRead, outputs.tx_rd_req, outputs.tx_rd_req_valid,
                 inputs_.tx_rd_req_ready)) {
    on_tx_read(outputs.tx_rd_req.hdr);
  }
  if (!inputs_.rx_req_valid) return;
  StreamStats& stats = stats_[index_of(TlpStream::kRxRequest)];
  if (!outputs.rx_req_ready) {
    ++stats.stalled_cycles;
    return;
  }
  stats.count(inputs_.rx_req, cycle_);
  inputs_.rx_req_valid = false;
  if (inputs_.rx_req.eop && !has_payload(inputs_.rx_req.hdr)) {
    writes_before_read_[inputs_.rx_req.hdr[1] >> 8 & 0xFF] = writes_offered_;
  }
  rx_req_.advance();
}

void RootComplex::sample_completions(const CardOutputs& outputs) {
  if (take_offer(TlpStream::kTxCompletion, outputs.tx_cpl, outputs.tx_cpl_valid,
                 inputs_.tx_cpl_ready)) {
    on_tx_completion(assemblers_[index_of(TlpStream::kTxCompletion)].tlp());
  }
  if (!inputs_.rx_cpl_valid) return;
  StreamStats& stats = stats_[index_of(TlpStream::kRxCompletion)];
  if (!outputs.rx_cpl_ready) {
    ++stats.stalled_cycles;
    return;
  }
  stats.count(inputs_.rx_cpl, cycle_);
  inputs_.rx_cpl_valid = false;
  if (!rx_cpl_.advance() || finishing_tag_ < 0) return;
  rules_.free_tag(static_cast<std::uint8_t>(finishing_tag_));
  finishing_tag_ = -1;
}

// True when the beat ends a TLP and was taken.
bool RootComplex::take_offer(TlpStream stream, const TlpBeat& beat, bool valid, bool ready) {
  Offer& offer = offers_[index_of(stream)];
  if (!valid) {
    if (offer.stalled)
      violation(fmt::format("{}: an offered beat was taken back", name_of(stream)));
    offer.stalled = false;
    return false;
  }
  if (offer.stalled) {
    if (beat != offer.beat)
      violation(fmt::format("{}: a beat changed while stalled", name_of(stream)));
  } else if (beat.sop) {
    on_first_offer(stream, beat);
  }
  offer.stalled = !ready;
  if (!ready) {
    offer.beat = beat;
    ++stats_[index_of(stream)].stalled_cycles;
    return false;
  }
  stats_[index_of(stream)].count(beat, cycle_);
  return assemblers_[index_of(stream)].take(beat,
                                            [this](const std::string& text) { violation(text); });
}

// Rules about when a TLP may leave.
void RootComplex::on_first_offer(TlpStream stream, const TlpBeat& beat) {
  if (stream == TlpStream::kTxWrite) ++writes_offered_;
  if (stream != TlpStream::kTxCompletion) {
    if (bus_master_off_cycles_ > kBusMasterGraceCycles) {
      violation(fmt::format("{}: a request leaves while bus mastering is off", name_of(stream)));
    }
    return;
  }
  const std::uint64_t before = writes_before_read_[beat.hdr[2] >> 8 & 0xFF];
  if (before > writes_accepted_) {
    violation("tx_cpl: a completion passes DMA writes that were offered before its read was taken");
  }
}

void RootComplex::on_tx_read(const TlpHeader& hdr) {
  if (!rules_.check_read(hdr)) return;
  const MemoryRequest request = parse_memory_request(hdr);
  if (!completer_.take(request, cycle_)) {
    last_lost_read_ = cycle_;
    return;
  }
  rules_.take_tag(request.tag);
}

void RootComplex::on_tx_write(const Tlp& tlp) {
  if (!rules_.check_write(tlp)) return;
  const MemoryRequest request = parse_memory_request(tlp.hdr);
  const auto lead = static_cast<unsigned>(request.first_byte() % 4);
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(tlp.payload.data()) + lead,
                        request.byte_count());
  switch (interrupts_.take_write(request.first_byte(), bytes)) {
    case Interrupts::Taken::kMessage:
      if (!pins_.msix_enable || pins_.msix_mask) {
        violation(fmt::format("interrupt message to 0x{:x} while MSI-X is off or masked",
                              request.address));
      }
      return;
    case Interrupts::Taken::kBadMessage:
      violation(
          fmt::format("interrupt message of {} bytes, data 0x{:x}, to 0x{:x} is not that of "
                      "a vector",
                      bytes.size(), tlp.payload[0], request.first_byte()));
      return;
    case Interrupts::Taken::kNotAMessage:
      break;
  }
  if (memory_.write(request.first_byte(), bytes) || !link_.unmapped_is_violation) return;
  violation(fmt::format("DMA write of {} bytes to 0x{:x}, which is not mapped", bytes.size(),
                        request.first_byte()));
}

void RootComplex::on_tx_completion(const Tlp& tlp) {
  const CompletionHeader header = parse_completion(tlp.hdr);
  const auto raw = std::find(raw_tags_.begin(), raw_tags_.end(), header.tag);
  if (raw == raw_tags_.end()) {
    reads_.take(tlp);
    return;
  }
  raw_completions_.push_back(tlp);
  if (header.status != CompletionStatus::kSuccess || 4 * header.dwords >= header.byte_count) {
    raw_tags_.erase(raw);
  }
}

// ---------------------------------------------------------------- the host's requests

void RootComplex::write(std::uint32_t offset, std::span<const std::uint32_t> dwords,
                        std::uint8_t first_be, std::uint8_t last_be) {
  MemoryRequest request;
  request.is_write = true;
  request.address = (use_high_bar ? kHighBar0 : kBar0) + offset;
  request.dwords = static_cast<unsigned>(dwords.size());
  request.first_be = first_be;
  request.last_be = request.dwords == 1 ? std::uint8_t{0} : last_be;
  request.requester_id = HostRequests::kRequesterId;
  Tlp& tlp = rx_req_.push();
  tlp.hdr = pack(request);
  tlp.payload.assign(dwords.begin(), dwords.end());
  tlp.bar_id = 0;
}

std::uint8_t RootComplex::start_read(std::uint32_t offset, unsigned dwords, std::uint8_t first_be,
                                     std::uint8_t last_be) {
  MemoryRequest request;
  request.address = (use_high_bar ? kHighBar0 : kBar0) + offset;
  request.dwords = dwords;
  request.first_be = first_be;
  request.last_be = dwords == 1 ? std::uint8_t{0} : last_be;
  const std::uint8_t tag = reads_.start_read(request);
  Tlp& tlp = rx_req_.push();
  tlp.hdr = pack(request);
  tlp.payload.clear();
  tlp.bar_id = 0;
  return tag;
}

void RootComplex::send_raw(const Tlp& request, bool expects_completion) {
  rx_req_.push() = request;
  if (expects_completion) raw_tags_.push_back(static_cast<std::uint8_t>(request.hdr[1] >> 8));
}

// ---------------------------------------------------------------- state

bool RootComplex::idle() const {
  return requests_rest() && rx_req_.empty() && rx_cpl_.empty() && completer_.empty() &&
         reads_.empty();
}

bool RootComplex::requests_rest() const {
  return !any_stalled() &&
         std::none_of(assemblers_.begin(), assemblers_.end(),
                      [](const TlpAssembler& assembler) { return assembler.in_tlp(); });
}

void RootComplex::on_card_reset() {
  rules_.clear();
  reads_.clear();
  completer_.clear();
  rx_req_.clear();
  rx_cpl_.clear();
  for (TlpAssembler& assembler : assemblers_) assembler.clear();
  offers_ = {};
  inputs_ = {};
  finishing_tag_ = -1;
  writes_offered_ = writes_accepted_ = 0;
  writes_before_read_.fill(0);
  interrupts_.clear();
}

}  // namespace holdfast::sim
