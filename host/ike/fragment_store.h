// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "isakmp/fragment_buffer.h"

namespace holdfast::ike {

struct Context;

/// Fragments that one ISAKMP SA waits for the rest of. A peer that has not shown yet that it gets
/// what is sent to its address may hold little, and all of them together a bounded amount: nothing
/// before message 5 is long. What is refused is counted.
class FragmentStore {
 public:
  static constexpr std::size_t kMaxUnproven = 8 * 1024, kMaxAllUnproven = 1024 * 1024;

  /// `context` must outlive it.
  explicit FragmentStore(Context& context) : context_(context) {}
  FragmentStore(const FragmentStore&) = delete;
  FragmentStore& operator=(const FragmentStore&) = delete;
  ~FragmentStore();

  /// As FragmentBuffer::add().
  Result<std::optional<Bytes>> add(const isakmp::Fragment& fragment, bool is_unproven);

 private:
  Context& context_;
  isakmp::FragmentBuffer buffer_;
  std::size_t counted_ = 0;  // of the context's sum
};

}  // namespace holdfast::ike
