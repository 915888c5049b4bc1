// SPDX-License-Identifier: Apache-2.0
#include "ike/fragment_store.h"

#include <algorithm>
#include <utility>

#include "ike/context.h"

namespace holdfast::ike {

FragmentStore::~FragmentStore() { context_.unproven_fragment_bytes -= counted_; }

Result<std::optional<Bytes>> FragmentStore::add(const isakmp::Fragment& fragment,
                                                bool is_unproven) {
  std::size_t& sum = context_.unproven_fragment_bytes;
  sum -= std::exchange(counted_, 0);
  const std::size_t left = kMaxAllUnproven - std::min(sum, kMaxAllUnproven);
  auto whole = buffer_.add(fragment, is_unproven ? std::min(kMaxUnproven, left) : SIZE_MAX);
  if (!whole && whole.error().code == ErrorCode::kFull) ++context_.counters.fragments_refused;
  if (is_unproven) counted_ = buffer_.held();
  sum += counted_;
  return whole;
}

}  // namespace holdfast::ike
