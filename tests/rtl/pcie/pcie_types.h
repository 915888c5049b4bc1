// SPDX-License-Identifier: Apache-2.0
// The packed structs of pcie_pkg that go between the modules of the room, as C++ values.
#pragma once

#include <cstdint>

#include "support/bits.h"
#include "support/tlp.h"

namespace holdfast::test {

/// pcie_pkg::request_t, 80 bits.
struct RequestFields {
  bool is_read = false, is_locked = false;
  unsigned tc = 0, attr = 0;
  std::uint16_t requester_id = 0;
  std::uint8_t tag = 0;
  unsigned dw_address = 0, length_dw = 0, first_be = 0, last_be = 0, byte_count = 0, first_byte = 0;

  bool operator==(const RequestFields&) const = default;
};

template <typename Port>
RequestFields get_request(const Port& port) {
  const auto field = [&](unsigned lsb, unsigned width) {
    return static_cast<unsigned>(get_bits(port, lsb, width));
  };
  RequestFields request;
  request.is_read = field(79, 1) != 0;
  request.is_locked = field(78, 1) != 0;
  request.tc = field(75, 3);
  request.attr = field(73, 2);
  request.requester_id = static_cast<std::uint16_t>(field(57, 16));
  request.tag = static_cast<std::uint8_t>(field(49, 8));
  request.dw_address = field(34, 15);
  request.length_dw = field(23, 11);
  request.first_be = field(19, 4);
  request.last_be = field(15, 4);
  request.byte_count = field(2, 13);
  request.first_byte = field(0, 2);
  return request;
}

template <typename Port>
void put_request(Port& port, const RequestFields& request) {
  set_bits(port, 79, 1, request.is_read);
  set_bits(port, 78, 1, request.is_locked);
  set_bits(port, 75, 3, request.tc);
  set_bits(port, 73, 2, request.attr);
  set_bits(port, 57, 16, request.requester_id);
  set_bits(port, 49, 8, request.tag);
  set_bits(port, 34, 15, request.dw_address);
  set_bits(port, 23, 11, request.length_dw);
  set_bits(port, 19, 4, request.first_be);
  set_bits(port, 15, 4, request.last_be);
  set_bits(port, 2, 13, request.byte_count);
  set_bits(port, 0, 2, request.first_byte);
}

/// What the card must make of a memory request to BAR0: first and last enabled byte looked for one
/// by one (PCIe 3.0, 2.2.9).
inline RequestFields fields_of(const Tlp& tlp) {
  RequestFields request;
  const auto kind = tlp.kind();
  request.is_read = !has_data(kind);
  request.is_locked = kind == TlpKind::kMemReadLocked32 || kind == TlpKind::kMemReadLocked64;
  request.tc = (tlp.header[0] >> 20) & 7;
  request.attr = (tlp.header[0] >> 12) & 3;
  request.requester_id = tlp.requester_id();
  request.tag = tlp.tag();
  request.dw_address = static_cast<unsigned>(tlp.address() / 4 % 0x8000);
  request.length_dw = tlp.length_dw();
  request.first_be = tlp.first_be();
  request.last_be = tlp.last_be();
  unsigned first = ~0u, last = 0;
  for (unsigned byte = 0; byte < 4 * request.length_dw; ++byte) {
    const unsigned enables = byte < 4                            ? request.first_be
                             : byte / 4 + 1 == request.length_dw ? request.last_be
                                                                 : 0xF;
    if (!((enables >> (byte % 4)) & 1)) continue;
    if (first == ~0u) first = byte;
    last = byte;
  }
  const bool is_empty = first == ~0u;
  request.first_byte = is_empty ? 0 : first;
  request.byte_count = is_empty ? 1 : last - first + 1;
  return request;
}

/// pcie_pkg::completion_t, 57 bits.
struct CompletionFields {
  bool has_data = false, is_locked = false;
  unsigned tc = 0, attr = 0;
  std::uint16_t requester_id = 0;
  std::uint8_t tag = 0;
  unsigned length_dw = 0, byte_count = 0, lower_address = 0;

  bool operator==(const CompletionFields&) const = default;
};

inline CompletionFields get_completion(std::uint64_t port) {
  const auto field = [&](unsigned lsb, unsigned width) {
    return static_cast<unsigned>(port >> lsb) & ((1u << width) - 1);
  };
  CompletionFields completion;
  completion.has_data = field(56, 1) != 0;
  completion.is_locked = field(55, 1) != 0;
  completion.tc = field(52, 3);
  completion.attr = field(50, 2);
  completion.requester_id = static_cast<std::uint16_t>(field(34, 16));
  completion.tag = static_cast<std::uint8_t>(field(26, 8));
  completion.length_dw = field(20, 6);
  completion.byte_count = field(7, 13);
  completion.lower_address = field(0, 7);
  return completion;
}

inline std::uint64_t put_completion(const CompletionFields& completion) {
  std::uint64_t port = 0;
  set_bits(port, 56, 1, completion.has_data);
  set_bits(port, 55, 1, completion.is_locked);
  set_bits(port, 52, 3, completion.tc);
  set_bits(port, 50, 2, completion.attr);
  set_bits(port, 34, 16, completion.requester_id);
  set_bits(port, 26, 8, completion.tag);
  set_bits(port, 20, 6, completion.length_dw);
  set_bits(port, 7, 13, completion.byte_count);
  set_bits(port, 0, 7, completion.lower_address);
  return port;
}

}  // namespace holdfast::test
