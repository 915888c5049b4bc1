// SPDX-License-Identifier: Apache-2.0
#include "request_rules.h"

#include <fmt/format.h>

namespace holdfast::sim {

namespace {

bool is_contiguous_up_to_top(std::uint8_t enables) {  // 1111 1110 1100 1000
  return enables == 0xF || enables == 0xE || enables == 0xC || enables == 0x8;
}
bool is_contiguous_from_bottom(std::uint8_t enables) {  // 0001 0011 0111 1111
  return enables != 0 && (enables & (enables + 1)) == 0;
}
bool is_one_run(std::uint8_t enables) {
  const unsigned lowest = enables & (~unsigned{enables} + 1);
  return enables != 0 && (enables & (enables + lowest)) == 0;
}

std::uint32_t enabled_mask(std::uint8_t enables) {
  std::uint32_t mask = 0;
  for (unsigned i = 0; i < 4; ++i) {
    if ((enables >> i & 1) != 0) mask |= 0xFFu << 8 * i;
  }
  return mask;
}

}  // namespace

bool RequestRules::check_read(const TlpHeader& hdr) {
  if (!check_request(hdr, "DMA read", false)) return false;
  const MemoryRequest request = parse_memory_request(hdr);
  expect(4 * request.dwords <= config_.max_read_request_bytes(),
         fmt::format("DMA read of {} bytes, the limit is {}", 4 * request.dwords,
                     config_.max_read_request_bytes()));
  expect(config_.extended_tags || request.tag < 32,
         fmt::format("DMA read with tag {}, only 5 bits are allowed", request.tag));
  if (tags_[request.tag]) {
    on_violation_(fmt::format("DMA read with tag {}, which is in use", request.tag));
    return false;
  }
  return true;
}

bool RequestRules::check_write(const Tlp& tlp) {
  if (!check_request(tlp.hdr, "DMA write", true)) return false;
  const MemoryRequest request = parse_memory_request(tlp.hdr);
  expect(4 * request.dwords <= config_.max_payload_bytes(),
         fmt::format("DMA write of {} bytes, the limit is {}", 4 * request.dwords,
                     config_.max_payload_bytes()));
  expect(request.first_be != 0, "DMA write without an enabled byte");
  if (tlp.payload.size() != request.dwords) return false;  // the assembler has said so
  check_disabled_bytes(tlp, request);
  return true;
}

bool RequestRules::check_request(const TlpHeader& hdr, const char* what, bool is_write) {
  if (!is_memory_request(hdr) || has_payload(hdr) != is_write) {
    on_violation_(fmt::format("{} with fmt and type 0x{:02x}", what, hdr[0] >> 24));
    return false;
  }
  check_header(hdr, what);
  const MemoryRequest request = parse_memory_request(hdr);
  expect(request.address % kPageBytes + 4 * request.dwords <= kPageBytes,
         fmt::format("{} of {} bytes at 0x{:x} crosses 4 KiB", what, 4 * request.dwords,
                     request.address));
  check_enables(request, what);
  return true;
}

void RequestRules::check_header(const TlpHeader& hdr, const std::string& what) {
  // Traffic class, attributes, hints, digest, poison and address type are 0.
  expect((hdr[0] & 0x00FF'FC00) == 0, fmt::format("{} with header DW 0 0x{:08x}", what, hdr[0]));
  expect(hdr[1] >> 16 == config_.completer_id,
         fmt::format("{} with requester ID 0x{:04x}", what, hdr[1] >> 16));
  const bool is_64 = has_four_dwords(hdr);
  expect(((is_64 ? hdr[3] : hdr[2]) & 3) == 0, what + " with address bits 1:0 not 0");
  expect(!is_64 || hdr[2] != 0, what + " below 4 GiB with four header DWs");
  expect(is_64 || hdr[3] == 0, what + " with three header DWs and something in the fourth");
}

void RequestRules::check_enables(const MemoryRequest& request, const std::string& what) {
  // PCIe 3.0, 2.2.5. Zero-length reads are legal; runs with holes are legal only up to 2 DWs, and
  // this card has no use for them.
  const bool is_legal =
      request.dwords == 1
          ? request.last_be == 0 &&
                (is_one_run(request.first_be) || (!request.is_write && request.first_be == 0))
          : is_contiguous_up_to_top(request.first_be) && is_contiguous_from_bottom(request.last_be);
  expect(is_legal, fmt::format("{} of {} DWs with byte enables first {:04b} last {:04b}", what,
                               request.dwords, request.first_be, request.last_be));
}

void RequestRules::check_disabled_bytes(const Tlp& tlp, const MemoryRequest& request) {
  const bool first_clean = (tlp.payload.front() & ~enabled_mask(request.first_be)) == 0;
  const bool last_clean =
      request.dwords == 1 || (tlp.payload.back() & ~enabled_mask(request.last_be)) == 0;
  expect(first_clean && last_clean,
         fmt::format("DMA write at 0x{:x}: a byte that is not enabled is not 0", request.address));
}

}  // namespace holdfast::sim
