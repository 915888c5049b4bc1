// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "Vpcie_request_check_model.h"
#include "support/bits.h"
#include "support/sim.h"
#include "support/tlp.h"

namespace holdfast::test {
namespace {

enum Verdict : unsigned { kIgnore, kBad, kUnsupportedPosted, kUnsupported, kWrite, kRead };

bool is_contiguous_to_top(unsigned be) { return be == 0xF || be == 0xE || be == 0xC || be == 0x8; }
bool is_contiguous_from_0(unsigned be) { return be == 0xF || be == 0x7 || be == 0x3 || be == 0x1; }

/// PCIe 3.0, 2.2.5, written from the byte addresses that are enabled.
bool byte_enables_fit(const Tlp& tlp) {
  const unsigned length = tlp.length_dw(), first = tlp.first_be(), last = tlp.last_be();
  if (length == 1) return last == 0;
  if (first == 0 || last == 0) return false;
  if (length == 2 && tlp.address() % 8 == 0) return true;
  return is_contiguous_to_top(first) && is_contiguous_from_0(last);
}

Verdict expected_verdict(const Tlp& tlp, unsigned payload_dw, bool is_torn, unsigned max_payload) {
  const unsigned code = static_cast<unsigned>(tlp.kind()), type = code & 0x1F;
  const bool data = has_data(tlp.kind());
  const unsigned length = data ? tlp.length_dw() : 0;
  const bool has_digest = (tlp.header[0] >> 15) & 1;
  if (is_torn || (payload_dw != length && !(has_digest && payload_dw == length + 1))) return kBad;
  if (data && length * 4 > (128u << max_payload)) return kBad;
  if (code & 0x80) return kBad;
  const bool is_read = code == 0x00 || code == 0x20 || code == 0x01 || code == 0x21;
  const bool is_write = code == 0x40 || code == 0x60;
  if (is_read || is_write) {
    if (tlp.address() % 4096 + 4 * tlp.length_dw() > 4096 || !byte_enables_fit(tlp)) return kBad;
    const bool is_ours = tlp.bar_id == 0 && tlp.func_num == 0 && type == 0;
    if (is_read) return is_ours ? kRead : kUnsupported;
    if (tlp.is_poisoned()) return kBad;
    return is_ours ? kWrite : kUnsupportedPosted;
  }
  switch (code) {
    case 0x02:
    case 0x42:
    case 0x04:
    case 0x44:
    case 0x05:
    case 0x45:
    case 0x1B:
    case 0x5B:
    case 0x4C:
    case 0x6C:
    case 0x4D:
    case 0x6D:
    case 0x4E:
    case 0x6E:
      return kUnsupported;
    default:
      return (code & 0x20) && (type >> 3) == 2 ? kIgnore : kBad;
  }
}

TEST(PcieRequestCheck, RandomHeadersAgreeWithTheModel) {
  const auto seed = seed_or(3);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Vpcie_request_check_model top;
  unsigned seen[6] = {};
  for (unsigned n = 0; n < 200'000; ++n) {
    Request r;
    const unsigned kind = random() % 4;
    r.kind = static_cast<TlpKind>(kind == 0   ? random() % 256
                                  : kind == 1 ? 0x20 * (random() % 4)
                                  : kind == 2 ? (random() % 4) * 0x20 + random() % 16
                                              : (random() % 2) * 0x40 + 0x20 + random() % 32);
    r.address =
        random() % 2 ? random() & 0xFFFFFFFFFC : 0x1000 * (random() % 99) + 4 * (random() % 9);
    r.length_dw = random() % 3 ? 1 + random() % 4 : 1 + random() % 1024;
    r.first_be = random() % 2 ? 0xF : random() % 16;
    r.last_be = random() % 4 == 0 ? random() % 16 : r.length_dw == 1 ? 0 : 0xF;
    r.is_poisoned = random() % 8 == 0;
    r.has_digest = random() % 4 == 0;
    Tlp tlp = make_tlp(r);
    tlp.bar_id = random() % 8 ? 0 : random() % 8;
    tlp.func_num = random() % 8 ? 0 : static_cast<std::uint8_t>(random());
    const unsigned right = has_data(r.kind) ? r.length_dw : 0;
    const unsigned payload_dw = right + (random() % 8 ? 0u : static_cast<unsigned>(random() % 3));
    const bool is_torn = random() % 32 == 0;
    const auto max_payload = static_cast<unsigned>(random() % 6);

    put_header(top.hdr_i, tlp.header);
    top.bar_id_i = tlp.bar_id;
    top.func_num_i = tlp.func_num;
    top.payload_dw_i = static_cast<std::uint16_t>(payload_dw);
    top.is_torn_i = is_torn;
    top.max_payload_i = static_cast<std::uint8_t>(max_payload);
    top.eval();
    const Verdict expected = expected_verdict(tlp, payload_dw, is_torn, max_payload);
    ASSERT_EQ(top.verdict_o, expected) << std::hex << tlp.header[0] << " " << tlp.header[1] << " "
                                       << tlp.address() << " payload " << payload_dw;
    ++seen[expected];
    if (expected != kRead) continue;
    // Byte count and first byte, from the enabled bytes one by one.
    unsigned first = ~0u, last = 0;
    for (unsigned i = 0; i < 4 * r.length_dw; ++i) {
      const unsigned dw = i / 4;
      const unsigned be = dw == 0 ? r.first_be : dw + 1 == r.length_dw ? r.last_be : 0xF;
      if (!((be >> (i % 4)) & 1)) continue;
      if (first == ~0u) first = i;
      last = i;
    }
    const bool is_empty = first == ~0u;
    // request_t: first_byte in bits 1:0, byte_count above it.
    ASSERT_EQ(get_bits(top.request_o, 0, 2), is_empty ? 0 : first);
    ASSERT_EQ(get_bits(top.request_o, 2, 13), is_empty ? 1 : last - first + 1);
  }
  for (unsigned verdict = 0; verdict < 6; ++verdict) EXPECT_GT(seen[verdict], 500u) << verdict;
}

}  // namespace
}  // namespace holdfast::test
