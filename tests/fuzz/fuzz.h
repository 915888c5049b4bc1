// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>

#include "base/bytes.h"

/// What the fuzz targets share. A target parses; what parses must be written and parsed again to
/// the same; a finding aborts.
namespace holdfast::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// What `parse` takes, `write` writes so that `parse` takes it again as the same; what it refuses,
/// it refuses with a sentence.
template <typename Parse, typename Write>
void round_trip(Parse parse, Write write, ByteView bytes) {
  const auto first = parse(bytes);
  if (!first) return require(!first.error().sentence.empty());
  const Bytes written = write(*first);
  const auto second = parse(written);
  require(second.has_value() && *second == *first);
}

}  // namespace holdfast::fuzz
