// SPDX-License-Identifier: Apache-2.0
#include "read_completer.h"

#include <algorithm>
#include <span>

namespace holdfast::sim {

namespace {

constexpr std::uint16_t kRootComplexId = 0;
// Bytes beside those that were asked for: the card must not use them.
constexpr std::uint32_t kNotAskedFor = 0xEEEE'EEEE;

}  // namespace

ReadCompleter::ReadCompleter(const PcieConfig& config, const LinkConfig& link, DmaTarget& memory)
    : config_(config), link_(link), memory_(memory), random_(link.seed) {
  pending_.reserve(256);
}

void ReadCompleter::inject(Fault fault, std::uint64_t nth) {
  injected_.push_back({fault, false, reads_ + nth, 0, 0});
}

void ReadCompleter::inject_at(Fault fault, std::uint64_t begin, std::uint64_t bytes) {
  injected_.push_back({fault, true, 0, begin, bytes});
}

Fault ReadCompleter::choose_fault(const MemoryRequest& request) {
  for (auto it = injected_.begin(); it != injected_.end(); ++it) {
    const bool is_it = it->by_address
                           ? request.address - it->begin < it->bytes  // wraps below begin
                           : it->nth == reads_;
    if (!is_it) continue;
    const Fault fault = it->fault;
    injected_.erase(it);
    return fault;
  }
  for (std::size_t i = 1; i < kNumFaults; ++i) {
    if (chance(link_.fault_percent[i])) return static_cast<Fault>(i);
  }
  return Fault::kNone;
}

bool ReadCompleter::take(const MemoryRequest& request, std::uint64_t now) {
  const Fault fault = choose_fault(request);
  ++reads_;
  faults_ += fault != Fault::kNone;
  if (fault == Fault::kNoCompletion) return false;
  std::uint64_t due = now + (fault == Fault::kLate ? link_.late_cycles : link_.read_latency_cycles);
  if (link_.latency_jitter_cycles != 0) due += random_() % (link_.latency_jitter_cycles + 1);
  pending_.push_back({request, fault, due, request.first_byte(), request.byte_count()});
  return true;
}

bool ReadCompleter::has_next(std::uint64_t now) const {
  return std::any_of(pending_.begin(), pending_.end(),
                     [now](const Pending& read) { return read.due <= now; });
}

// The oldest read that is due; with reordering, now and then any other one that is due. Completions
// of different reads may pass each other, those of one read stay in order (PCIe 3.0, 2.4.1).
std::size_t ReadCompleter::choose_pending(std::uint64_t now) {
  const auto is_due = [now](const Pending& read) { return read.due <= now; };
  const auto oldest = std::find_if(pending_.begin(), pending_.end(), is_due);
  if (oldest == pending_.end() || !chance(link_.reorder_percent)) {
    return static_cast<std::size_t>(oldest - pending_.begin());
  }
  const auto start = static_cast<std::ptrdiff_t>(random_() % pending_.size());
  const auto other = std::find_if(pending_.begin() + start, pending_.end(), is_due);
  return static_cast<std::size_t>((other == pending_.end() ? oldest : other) - pending_.begin());
}

// Bytes of the next completion: the end is the read's own or a multiple of the boundary.
unsigned ReadCompleter::choose_piece(const Pending& read) {
  const unsigned boundary = config_.rcb_bytes();
  const unsigned most = config_.max_payload_bytes();
  const auto into_dword = static_cast<unsigned>(read.next_byte % 4);
  const auto to_boundary = boundary - static_cast<unsigned>(read.next_byte % boundary);
  if (link_.split == Split::kWhole && into_dword + read.bytes_left <= most) return read.bytes_left;
  // The largest piece of at most `most` payload bytes that ends on a boundary.
  const unsigned first_dword_to_boundary = to_boundary + into_dword;
  const unsigned more =
      most > first_dword_to_boundary ? (most - first_dword_to_boundary) / boundary : 0;
  unsigned steps = more;
  if (link_.split == Split::kBoundary) steps = 0;
  if (link_.split == Split::kRandom) steps = static_cast<unsigned>(random_() % (more + 1));
  return std::min(read.bytes_left, to_boundary + steps * boundary);
}

CompletionHeader ReadCompleter::header_of(const Pending& read) const {
  CompletionHeader header;
  header.completer_id = kRootComplexId;
  header.byte_count = read.bytes_left;
  header.requester_id = read.request.requester_id;
  header.tag = read.request.tag;
  header.lower_address = static_cast<std::uint8_t>(read.next_byte & 0x7F);
  return header;
}

void ReadCompleter::build_error(const Pending& read, CompletionStatus status, CompletionError error,
                                Tlp& out) {
  CompletionHeader header = header_of(read);
  header.status = status;
  out.hdr = pack(header);
  out.payload.clear();
  out.error = static_cast<std::uint8_t>(error);
}

bool ReadCompleter::build_data(Pending& read, unsigned bytes, Tlp& out) {
  const auto lead = static_cast<unsigned>(read.next_byte % 4);
  CompletionHeader header = header_of(read);
  header.has_data = true;
  header.dwords = (lead + bytes + 3) / 4;
  header.poisoned = read.fault == Fault::kPoisoned;
  out.hdr = pack(header);
  out.payload.assign(header.dwords, kNotAskedFor);
  out.error = static_cast<std::uint8_t>(CompletionError::kNone);
  if (read.fault == Fault::kPoisoned)
    out.error = static_cast<std::uint8_t>(CompletionError::kPoisoned);
  if (read.fault == Fault::kMismatch)
    out.error = static_cast<std::uint8_t>(CompletionError::kMismatch);
  auto* to = reinterpret_cast<std::uint8_t*>(out.payload.data());
  if (!memory_.read(read.next_byte, std::span(to + lead, bytes))) return false;
  read.next_byte += bytes;
  read.bytes_left -= bytes;
  return true;
}

std::optional<ReadCompleter::Sent> ReadCompleter::next(std::uint64_t now, Tlp& out) {
  const std::size_t index = choose_pending(now);
  if (index == pending_.size()) return std::nullopt;
  Pending& read = pending_[index];
  const std::uint8_t tag = read.request.tag;
  const std::uint64_t address = read.next_byte;
  const auto finish = [&](bool was_unmapped = false) {
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(index));
    return Sent{tag, true, was_unmapped, address};
  };

  if (read.fault == Fault::kTimeoutCode) {
    build_error(read, CompletionStatus::kSuccess, CompletionError::kTimeout, out);
    return finish();
  }
  if (read.fault == Fault::kUnsupported) {
    build_error(read, CompletionStatus::kUnsupported, CompletionError::kBadStatus, out);
    return finish();
  }
  const unsigned piece = choose_piece(read);
  if (read.fault == Fault::kAbort && piece == read.bytes_left) {
    build_error(read, CompletionStatus::kAbort, CompletionError::kBadStatus, out);
    return finish();
  }
  if (!build_data(read, piece, out)) {  // no such memory (PCIe 3.0, 2.3.1)
    build_error(read, CompletionStatus::kUnsupported, CompletionError::kBadStatus, out);
    return finish(true);
  }
  if (read.bytes_left == 0) return finish();
  return Sent{tag, false, false, address};
}

}  // namespace holdfast::sim
