// SPDX-License-Identifier: Apache-2.0
#include "tlp.h"

#include <bit>

namespace holdfast::sim {

namespace {

constexpr std::uint32_t kPoisonBit = 1u << 14;

std::uint32_t first_dword(TlpType type, unsigned dwords, bool poisoned) {
  return std::uint32_t{static_cast<std::uint8_t>(type)} << 24 | (poisoned ? kPoisonBit : 0) |
         (dwords & 0x3FF);
}

unsigned lowest_bit(std::uint8_t enables) {
  return enables == 0 ? 0 : static_cast<unsigned>(std::countr_zero(enables));
}
unsigned highest_bit(std::uint8_t enables) {
  return enables == 0 ? 0 : static_cast<unsigned>(std::bit_width(enables)) - 1;
}

}  // namespace

std::uint64_t MemoryRequest::first_byte() const { return address + lowest_bit(first_be); }

unsigned MemoryRequest::byte_count() const {
  const unsigned last = dwords == 1 ? highest_bit(first_be) : highest_bit(last_be);
  return 4 * (dwords - 1) + last + 1 - lowest_bit(first_be);
}

TlpHeader pack(const MemoryRequest& request) {
  const bool is_64 = request.address >> 32 != 0;
  const TlpType type = request.is_write ? (is_64 ? TlpType::kMemWrite64 : TlpType::kMemWrite32)
                                        : (is_64 ? TlpType::kMemRead64 : TlpType::kMemRead32);
  TlpHeader hdr{};
  hdr[0] = first_dword(type, request.dwords, request.poisoned);
  hdr[1] = std::uint32_t{request.requester_id} << 16 | std::uint32_t{request.tag} << 8 |
           std::uint32_t{request.last_be} << 4 | request.first_be;
  const auto low = static_cast<std::uint32_t>(request.address);
  if (is_64) {
    hdr[2] = static_cast<std::uint32_t>(request.address >> 32);
    hdr[3] = low;
  } else {
    hdr[2] = low;
  }
  return hdr;
}

bool is_memory_request(const TlpHeader& hdr) {
  switch (type_of(hdr)) {
    case TlpType::kMemRead32:
    case TlpType::kMemRead64:
    case TlpType::kMemWrite32:
    case TlpType::kMemWrite64:
      return true;
    default:
      return false;
  }
}

MemoryRequest parse_memory_request(const TlpHeader& hdr) {
  MemoryRequest request;
  request.is_write = has_payload(hdr);
  request.dwords = length_dwords(hdr);
  request.requester_id = static_cast<std::uint16_t>(hdr[1] >> 16);
  request.tag = static_cast<std::uint8_t>(hdr[1] >> 8);
  request.last_be = static_cast<std::uint8_t>(hdr[1] >> 4 & 0xF);
  request.first_be = static_cast<std::uint8_t>(hdr[1] & 0xF);
  request.address = has_four_dwords(hdr)
                        ? std::uint64_t{hdr[2]} << 32 | (hdr[3] & ~std::uint32_t{3})
                        : hdr[2] & ~std::uint32_t{3};
  request.poisoned = is_poisoned(hdr);
  return request;
}

TlpHeader pack(const CompletionHeader& completion) {
  TlpHeader hdr{};
  hdr[0] = first_dword(completion.has_data ? TlpType::kCplData : TlpType::kCpl, completion.dwords,
                       completion.poisoned);
  hdr[1] = std::uint32_t{completion.completer_id} << 16 |
           std::uint32_t{static_cast<std::uint8_t>(completion.status)} << 13 |
           (completion.byte_count & 0xFFF);
  hdr[2] = std::uint32_t{completion.requester_id} << 16 | std::uint32_t{completion.tag} << 8 |
           (completion.lower_address & 0x7Fu);
  return hdr;
}

CompletionHeader parse_completion(const TlpHeader& hdr) {
  CompletionHeader completion;
  completion.has_data = has_payload(hdr);
  completion.dwords = completion.has_data ? length_dwords(hdr) : 0;
  completion.completer_id = static_cast<std::uint16_t>(hdr[1] >> 16);
  completion.status = static_cast<CompletionStatus>(hdr[1] >> 13 & 7);
  completion.byte_count = (hdr[1] & 0xFFF) == 0 ? 4096 : hdr[1] & 0xFFF;
  completion.requester_id = static_cast<std::uint16_t>(hdr[2] >> 16);
  completion.tag = static_cast<std::uint8_t>(hdr[2] >> 8);
  completion.lower_address = static_cast<std::uint8_t>(hdr[2] & 0x7F);
  completion.poisoned = is_poisoned(hdr);
  return completion;
}

MemoryRequest make_request(bool is_write, std::uint64_t address, unsigned bytes) {
  MemoryRequest request;
  request.is_write = is_write;
  request.address = address & ~std::uint64_t{3};
  const auto lead = static_cast<unsigned>(address & 3);
  const unsigned end = lead + bytes;  // first byte after the last one, from `request.address`
  request.dwords = (end + 3) / 4;
  const auto from_lead = static_cast<std::uint8_t>(0xF << lead & 0xF);
  const auto to_end = static_cast<std::uint8_t>(0xF >> (4 * request.dwords - end));
  request.first_be =
      request.dwords == 1 ? static_cast<std::uint8_t>(from_lead & to_end) : from_lead;
  request.last_be = request.dwords == 1 ? std::uint8_t{0} : to_end;
  return request;
}

}  // namespace holdfast::sim
