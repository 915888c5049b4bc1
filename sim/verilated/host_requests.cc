// SPDX-License-Identifier: Apache-2.0
#include "host_requests.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/result.h"

namespace holdfast::sim {

namespace {

std::uint8_t following(std::uint8_t tag) {
  return static_cast<std::uint8_t>((tag + 1) % HostRequests::kNumTags);
}

}  // namespace

std::uint8_t HostRequests::start_read(MemoryRequest& request) {
  HOLDFAST_CHECK(!full());
  while (reads_[next_tag_].in_use) next_tag_ = following(next_tag_);
  request.tag = next_tag_;
  request.requester_id = kRequesterId;
  Read& read = reads_[next_tag_];
  read.request = request;
  read.data.clear();
  read.next_byte = request.first_byte();
  read.bytes_left = request.byte_count();
  read.status = CompletionStatus::kSuccess;
  read.in_use = true;
  read.done = false;
  ++in_flight_;
  next_tag_ = following(next_tag_);
  return request.tag;
}

bool HostRequests::take(const Tlp& completion) {
  const TlpType type = type_of(completion.hdr);
  if (type != TlpType::kCpl && type != TlpType::kCplData) {
    on_violation_(fmt::format("completion with fmt and type 0x{:02x}", completion.hdr[0] >> 24));
    return false;
  }
  const CompletionHeader header = parse_completion(completion.hdr);
  if (header.tag >= reads_.size() || !reads_[header.tag].in_use || reads_[header.tag].done) {
    on_violation_(fmt::format("completion with tag {}, which no read waits for", header.tag));
    return false;
  }
  Read& read = reads_[header.tag];
  check(header, completion.hdr, read);
  if (header.status != CompletionStatus::kSuccess || !header.has_data) {
    read.status =
        header.status == CompletionStatus::kSuccess ? CompletionStatus::kAbort : header.status;
    read.done = true;
    return true;
  }
  const auto lead = static_cast<unsigned>(read.next_byte % 4);
  const unsigned bytes = std::min(4 * header.dwords - lead, read.bytes_left);
  check_data(header, read, bytes);
  read.data.insert(read.data.end(), completion.payload.begin(), completion.payload.end());
  read.next_byte += bytes;
  read.bytes_left -= bytes;
  read.done = read.bytes_left == 0;
  return true;
}

void HostRequests::check(const CompletionHeader& header, const TlpHeader& hdr, const Read& read) {
  // Traffic class, attributes, hints, digest, poison and address type are 0, as in the request.
  expect((hdr[0] & 0x00FF'FC00) == 0, fmt::format("completion with header DW 0 0x{:08x}", hdr[0]));
  expect(hdr[3] == 0, "completion with something in the fourth header DW");
  expect(header.completer_id == config_.completer_id,
         fmt::format("completion with completer ID 0x{:04x}", header.completer_id));
  expect(header.requester_id == kRequesterId,
         fmt::format("completion with requester ID 0x{:04x}", header.requester_id));
  expect(header.status != CompletionStatus::kSuccess || header.has_data,
         "good completion of a memory read without data");
  expect(header.status == CompletionStatus::kSuccess || !header.has_data,
         "bad completion with data");
  expect((hdr[1] & 0x1000) == 0, "completion with BCM set");
  if (header.status != CompletionStatus::kSuccess) return;
  expect(header.byte_count == read.bytes_left,
         fmt::format("completion with byte count {}, expected {}", header.byte_count,
                     read.bytes_left));
  expect(header.lower_address == (read.next_byte & 0x7F),
         fmt::format("completion with lower address 0x{:02x}, expected 0x{:02x}",
                     header.lower_address, read.next_byte & 0x7F));
}

void HostRequests::check_data(const CompletionHeader& header, const Read& read, unsigned bytes) {
  expect(4 * header.dwords <= config_.max_payload_bytes(),
         fmt::format("completion of {} bytes, the limit is {}", 4 * header.dwords,
                     config_.max_payload_bytes()));
  const bool is_last = bytes == read.bytes_left;
  const bool ends_on_boundary = (read.next_byte + bytes) % config_.rcb_bytes() == 0;
  expect(is_last || ends_on_boundary,
         fmt::format("completion ends at 0x{:x}, which is no read completion boundary",
                     read.next_byte + bytes));
  const auto lead = static_cast<unsigned>(read.next_byte % 4);
  expect(header.dwords == (lead + bytes + 3) / 4,
         fmt::format("completion of {} DWs, more than was asked for", header.dwords));
}

CompletionStatus HostRequests::finish(std::uint8_t tag, std::vector<std::uint32_t>& data) {
  HOLDFAST_CHECK(is_done(tag));
  Read& read = reads_[tag];
  if (read.status == CompletionStatus::kSuccess) data.swap(read.data);
  read.in_use = false;
  --in_flight_;
  return read.status;
}

void HostRequests::abandon(std::uint8_t tag) {
  if (!reads_[tag].in_use) return;
  reads_[tag].in_use = false;
  --in_flight_;
}

void HostRequests::clear() {
  for (Read& read : reads_) read.in_use = false;
  in_flight_ = 0;
}

}  // namespace holdfast::sim
