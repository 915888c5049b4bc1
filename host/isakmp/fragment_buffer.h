// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "isakmp/payloads.h"

namespace holdfast::isakmp {

/// Puts the fragments of one peer's message together. Bounded: one message at a time, at most 255
/// fragments and 64 KiB, or less where the caller says so; a new identifier ends the old one.
class FragmentBuffer {
 public:
  static constexpr std::size_t kMaxBytes = 64 * 1024;
  /// What a fragment takes beside its data, roughly.
  static constexpr std::size_t kOverhead = 64;

  /// The whole message once all fragments are there, in whatever order they came; it is forgotten
  /// then, so that its fragments may come again, as a retransmission. A fragment that is there
  /// already is ignored. `fragment` is as parse_fragment() gives it. Errors: kBadFormat (two last
  /// ones, a number beyond the last, one number with different data), kFull (also: held() would be
  /// above `max_held`); the message is forgotten then.
  Result<std::optional<Bytes>> add(const Fragment& fragment, std::size_t max_held = SIZE_MAX);
  /// Data, and what it takes in memory.
  std::size_t bytes() const { return bytes_; }
  std::size_t held() const { return bytes_ + parts_.size() * kOverhead; }

 private:
  Status check(const Fragment& fragment, std::size_t max_held) const;
  Bytes join();
  void forget();

  std::uint16_t id_ = 0;
  std::map<std::uint8_t, Bytes> parts_;
  std::uint8_t last_ = 0;  // 0: not known yet
  std::size_t bytes_ = 0;
};

}  // namespace holdfast::isakmp
