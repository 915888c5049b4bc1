// SPDX-License-Identifier: Apache-2.0
#include "tlp_stream.h"

#include <algorithm>
#include <bit>

namespace holdfast::sim {

void StreamStats::count(const TlpBeat& beat, std::uint64_t cycle) {
  if (beats++ == 0) first_cycle = cycle;
  last_cycle = cycle;
  tlps += beat.eop;
  bytes += 4u * static_cast<unsigned>(std::popcount(beat.strb));
}

void TlpPlayer::beat(TlpBeat& out) const {
  const Tlp& tlp = queue_.front();
  const std::size_t left = tlp.payload.size() - sent_dwords_;
  const std::size_t count = std::min<std::size_t>(left, beat_dwords_);
  out.hdr = tlp.hdr;
  for (std::size_t i = 0; i < kMaxBeatDwords; ++i) {
    out.data[i] = i < count ? tlp.payload[sent_dwords_ + i] : 0;
  }
  out.strb = static_cast<std::uint8_t>((1u << count) - 1);
  out.sop = sent_dwords_ == 0;
  out.eop = count == left;
  out.error = tlp.error;
}

bool TlpPlayer::advance() {
  sent_dwords_ += beat_dwords_;
  if (sent_dwords_ < queue_.front().payload.size()) return false;
  sent_dwords_ = 0;
  queue_.pop();
  return true;
}

void TlpPlayer::clear() {
  queue_.clear();
  sent_dwords_ = 0;
}

std::optional<std::string> TlpAssembler::check(const TlpBeat& beat) const {
  if (beat.sop == in_tlp_) {
    return name_ + (in_tlp_ ? ": sop inside a TLP" : ": a TLP begins without sop");
  }
  if (in_tlp_ && beat.hdr != tlp_.hdr) return name_ + ": hdr changed inside a TLP";
  return check_strobes(beat);
}

std::optional<std::string> TlpAssembler::check_strobes(const TlpBeat& beat) const {
  const auto full = static_cast<std::uint8_t>((1u << beat_dwords_) - 1);
  if ((beat.strb & (beat.strb + 1)) != 0) return name_ + ": strb is not contiguous from bit 0";
  const bool carries_data = has_payload(beat.hdr);
  if (!carries_data && (beat.strb != 0 || !beat.eop)) {
    return name_ + ": a TLP without payload is not one beat with strb 0";
  }
  if (carries_data && (beat.strb == 0 || (!beat.eop && beat.strb != full))) {
    return name_ + ": strb is not full before the last beat, or empty";
  }
  for (unsigned i = 0; i < kMaxBeatDwords; ++i) {
    if ((beat.strb >> i & 1) == 0 && beat.data[i] != 0)
      return name_ + ": data beyond strb is not 0";
  }
  if (!beat.eop || !carries_data) return std::nullopt;
  const std::size_t dwords =
      (beat.sop ? 0 : tlp_.payload.size()) + static_cast<unsigned>(std::popcount(beat.strb));
  if (dwords == length_dwords(beat.hdr)) return std::nullopt;
  return name_ + ": " + std::to_string(dwords) + " DWs of payload, the length field says " +
         std::to_string(length_dwords(beat.hdr));
}

bool TlpAssembler::append(const TlpBeat& beat) {
  if (beat.sop) {
    tlp_.hdr = beat.hdr;
    tlp_.payload.clear();
  }
  for (unsigned i = 0; i < beat_dwords_; ++i) {
    if ((beat.strb >> i & 1) != 0) tlp_.payload.push_back(beat.data[i]);
  }
  tlp_.error = beat.error;
  in_tlp_ = !beat.eop;
  return beat.eop;
}

}  // namespace holdfast::sim
