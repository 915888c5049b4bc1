// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>

#include "isakmp/payloads.h"

namespace holdfast::isakmp {

/// Puts the fragments of one peer's message together. Bounded: one message at a time, at most 255
/// fragments and 64 KiB; a new identifier ends the old one.
class FragmentBuffer {
 public:
  static constexpr std::size_t kMaxBytes = 64 * 1024;

  /// The whole message once all fragments are there, in whatever order they came; it is forgotten
  /// then, so that its fragments may come again, as a retransmission. A fragment that is there
  /// already is ignored. `fragment` is as parse_fragment() gives it. Errors: kBadFormat (two last
  /// ones, a number beyond the last, one number with different data), kFull; the message is
  /// forgotten then.
  Result<std::optional<Bytes>> add(const Fragment& fragment);
  std::size_t bytes() const { return bytes_; }

 private:
  Status check(const Fragment& fragment) const;
  Bytes join();
  void forget();

  std::uint16_t id_ = 0;
  std::map<std::uint8_t, Bytes> parts_;
  std::uint8_t last_ = 0;  // 0: not known yet
  std::size_t bytes_ = 0;
};

}  // namespace holdfast::isakmp
