// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "isakmp/header.h"

namespace holdfast::isakmp {

/// Generic payload header (RFC 2408, 3.2).
inline constexpr std::size_t kGenericHeaderBytes = 4;

/// One payload; the body is what follows its generic header, borrowed from the message.
struct Payload {
  PayloadType type;
  ByteView body;
  /// Generic header and body: HASH payloads go over it (RFC 2409, 5.5).
  ByteView whole;
};

enum class Padding : std::uint8_t { kRefused, kAllowed };

inline constexpr std::size_t kMaxPayloads = 64;

/// The chain that begins with `first`, in its order. Unknown types are kept. A payload of length
/// below 4 or past the end, a reserved byte that is not 0, and bytes behind the last one unless
/// `padding` allows them, are errors. At most `max` payloads. Errors: kTruncated, kBadFormat.
Result<std::vector<Payload>> parse_payloads(PayloadType first, ByteView bytes, Padding padding,
                                            std::size_t max = kMaxPayloads);

/// nullptr if there is none.
const Payload* find(const std::vector<Payload>& payloads, PayloadType type);
std::size_t count(const std::vector<Payload>& payloads, PayloadType type);

/// Writes a chain of payloads; the "next payload" fields follow by themselves.
class PayloadWriter {
 public:
  /// Of any type but kNone, with a body of at most 65,531 bytes.
  void add(PayloadType type, ByteView body);
  /// Type of the first payload, kNone if there is none.
  PayloadType first() const { return first_; }
  ByteView view() const { return writer_.view(); }
  std::size_t size() const { return writer_.size(); }
  /// Offset of the last payload's generic header.
  std::size_t last_offset() const { return last_; }

 private:
  WireWriter writer_;
  PayloadType first_ = PayloadType::kNone;
  std::size_t last_ = 0;
};

/// Header and payloads in clear, with the length and the first payload's type set.
Bytes write_message(Header header, const PayloadWriter& payloads);

}  // namespace holdfast::isakmp
