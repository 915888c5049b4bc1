// SPDX-License-Identifier: Apache-2.0
#include "root_complex.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace holdfast::test {

RootComplex::RootComplex(const LinkSetup& setup, TlpSinkPins read_pins, TlpSinkPins write_pins,
                         TlpSourcePins completion_pins, std::uint64_t seed)
    : setup_(setup),
      reads_(std::move(read_pins), 4, setup.read_stall_percent, seed + 1),
      writes_(std::move(write_pins), 4, setup.write_stall_percent, seed + 2),
      completions_(std::move(completion_pins), 4, setup.completion_pause_percent, seed + 3),
      random_(seed) {}

void RootComplex::drive() {
  reads_.drive();
  writes_.drive();
  completions_.drive();
}

void RootComplex::sample() {
  ++cycle_;
  cycles_without_bus_master_ = is_bus_master ? 0 : cycles_without_bus_master_ + 1;
  reads_.sample();
  writes_.sample();
  completions_.sample();
  EXPECT_EQ(reads_.error, "");
  EXPECT_EQ(writes_.error, "");
  for (; !writes_.tlps.empty(); writes_.tlps.pop_front()) take_write(writes_.tlps.front());
  for (; !reads_.tlps.empty(); reads_.tlps.pop_front()) take_read(reads_.tlps.front());
  if (completions_.idle()) answer();
}

namespace {

/// Bytes in front of the first enabled one, and behind the last; also checks that all bytes between
/// are enabled.
std::pair<unsigned, unsigned> disabled_bytes(const Tlp& tlp) {
  const unsigned length = tlp.length_dw(), first = tlp.first_be();
  const unsigned last = length == 1 ? first : tlp.last_be();
  EXPECT_NE(first, 0u);
  if (length == 1) {
    EXPECT_EQ(tlp.last_be(), 0u) << "PCIe 3.0, 2.2.5";
  } else {
    EXPECT_NE(last, 0u);
  }
  const unsigned front = static_cast<unsigned>(std::countr_zero(first));
  const unsigned back = 3 - (31 - static_cast<unsigned>(std::countl_zero(last | 0u)));
  if (length == 1) {
    EXPECT_EQ(first, ((0xFu << front) & (0xFu >> back)) & 0xF);
  } else {
    EXPECT_EQ(first, (0xFu << front) & 0xF);
    EXPECT_EQ(last, 0xFu >> back);
  }
  return {front, back};
}

}  // namespace

void RootComplex::check_request(const Tlp& tlp, unsigned limit_bytes) {
  EXPECT_LE(cycles_without_bus_master_, bus_master_grace_cycles)
      << "a request left without bus mastering";
  EXPECT_EQ(tlp.requester_id(), kCardId);
  EXPECT_EQ(tlp.header[0] & 0x00FFFC00u, 0u) << "traffic class, attributes, digest, poison";
  EXPECT_LE(4 * tlp.length_dw(), limit_bytes);
  EXPECT_LE((tlp.address() & 0xFFF) + 4 * tlp.length_dw(), 4096u) << "crosses 4 KiB";
  if (has_4dw(tlp.kind())) {
    EXPECT_NE(tlp.header[2], 0u) << "long form below 4 GiB";
  } else {
    EXPECT_EQ(tlp.header[3], 0u);
  }
}

void RootComplex::take_read(const Tlp& tlp) {
  EXPECT_TRUE(tlp.kind() == TlpKind::kMemRead32 || tlp.kind() == TlpKind::kMemRead64);
  check_request(tlp, 128u << std::min(setup_.max_read_req, 5u));
  EXPECT_TRUE(tlp.payload.empty());
  EXPECT_LT(tlp.tag(), 32u);
  EXPECT_FALSE(is_tag_used_[tlp.tag()]) << "tag " << unsigned{tlp.tag()} << " is in use";
  const auto [front, back] = disabled_bytes(tlp);
  Open read{tlp, tlp.address() + front, 4 * tlp.length_dw() - front - back, cycle_ + setup_.latency,
            Fault::kNone};
  if (setup_.latency_spread) read.due += random_() % setup_.latency_spread;
  if (on_read) read.fault = on_read(read.address, read.bytes_left);
  if (read.fault == Fault::kLate) read.due += late_cycles;
  ++num_reads_;
  if (read.fault == Fault::kSilent) return;
  if (read.fault != Fault::kLate && read.fault != Fault::kOtherTag) is_tag_used_[tlp.tag()] = true;
  open_.push_back(read);
  most_open_ = std::max(most_open_, open_.size());
}

void RootComplex::answer() {
  std::vector<std::list<Open>::iterator> ready;
  for (auto read = open_.begin(); read != open_.end(); ++read) {
    if (read->due > cycle_) continue;
    ready.push_back(read);
    if (!setup_.is_reordered) break;
  }
  if (ready.empty()) return;
  const auto read = ready[random_() % ready.size()];
  if (!answer(*read)) return;
  is_tag_used_[read->request.tag()] = false;
  open_.erase(read);
}

bool RootComplex::answer(Open& read) {
  const unsigned boundary = setup_.rcb ? 128 : 64;
  const unsigned most = 128u << std::min(setup_.max_payload, 5u);
  // Up to the last multiple of the boundary that still fits, or a random one before it.
  const unsigned in_boundary = static_cast<unsigned>(read.address % boundary);
  unsigned bytes = read.bytes_left;
  if (in_boundary + bytes > most) bytes = most - in_boundary;
  if (setup_.is_split && random_() % 2) {
    const unsigned boundaries = (in_boundary + bytes - 1) / boundary;
    if (boundaries > 0)
      bytes = boundary * (1 + static_cast<unsigned>(random_() % boundaries)) - in_boundary;
  }
  const unsigned front = static_cast<unsigned>(read.address % 4);
  std::vector<std::uint32_t> dws((front + bytes + 3) / 4);
  for (auto& dw : dws) dw = static_cast<std::uint32_t>(random_());  // lanes not asked for
  for (unsigned i = 0; i < bytes; ++i) {
    const unsigned lane = front + i;
    dws[lane / 4] &= ~(0xFFu << (8 * (lane % 4)));
    dws[lane / 4] |= std::uint32_t{memory.read(read.address + i)} << (8 * (lane % 4));
  }
  auto lower = static_cast<unsigned>(read.address & 0x7F);
  Tlp tlp = make_completion(read.request, dws, read.bytes_left, lower);
  bool is_last = bytes == read.bytes_left;
  unsigned pin = 0;
  const auto status = [&](unsigned code) {
    tlp = make_completion(read.request, {}, read.bytes_left, lower, code);
    is_last = true;
  };
  switch (read.fault) {
    case Fault::kNone:
    case Fault::kSilent:
    case Fault::kLate:
      break;
    case Fault::kUnsupported:
      status(1);
      break;
    case Fault::kAbort:
      status(4);
      break;
    case Fault::kPoisoned:
      tlp.header[0] |= 1u << 14;
      break;
    case Fault::kPoisonedPin:
      pin = 1;
      break;
    case Fault::kBadStatusPin:
      pin = 2;
      is_last = true;
      break;
    case Fault::kMismatchPin:
      pin = 3 + static_cast<unsigned>(random_() % 13);
      is_last = true;
      break;
    case Fault::kByteCount:
      tlp.header[1] ^= 1u << (random_() % 12);
      is_last = true;
      break;
    case Fault::kLowerAddress:
      tlp.header[2] ^= 1u << (random_() % 7);
      is_last = true;
      break;
    case Fault::kRequester:
      tlp.header[2] ^= 1u << (16 + random_() % 16);
      is_last = true;
      break;
    case Fault::kNoData:
      status(0);
      break;
    case Fault::kShort:
      tlp.payload.pop_back();
      is_last = true;
      break;
    case Fault::kOtherTag:
      tlp.header[2] |= 0xE000u;
      break;
  }
  if (tlp.payload.empty() && read.fault == Fault::kShort) {
    status(0);
  }
  for (auto& beat : completions_.cut(tlp)) {
    beat.func_num = static_cast<std::uint8_t>(pin);  // the bench puts it on rx_cpl_error_i
    completions_.send_raw(beat);
  }
  read.address += bytes;
  read.bytes_left -= bytes;
  return is_last;
}

void RootComplex::take_write(const Tlp& tlp) {
  EXPECT_TRUE(tlp.kind() == TlpKind::kMemWrite32 || tlp.kind() == TlpKind::kMemWrite64);
  check_request(tlp, 128u << std::min(setup_.max_payload, 5u));
  EXPECT_EQ(tlp.payload.size(), tlp.length_dw());
  EXPECT_EQ(tlp.tag(), 0u);
  const auto [front, back] = disabled_bytes(tlp);
  const auto lanes = static_cast<unsigned>(4 * tlp.payload.size());
  Bytes bytes;
  for (unsigned i = 0; i < lanes; ++i) {
    const auto byte = static_cast<std::uint8_t>(tlp.payload[i / 4] >> (8 * (i % 4)));
    const bool is_enabled = i >= front && i < lanes - back;
    if (is_enabled)
      bytes.push_back(byte);
    else {
      EXPECT_EQ(byte, 0u) << "a lane that is not enabled holds data";
    }
  }
  ++num_writes_;
  memory.write(tlp.address() + front, bytes);
  if (on_write) on_write(tlp.address() + front, bytes);
}

}  // namespace holdfast::test
