// SPDX-License-Identifier: Apache-2.0
#include "isakmp/fragment_buffer.h"

#include <algorithm>
#include <string>
#include <utility>

namespace holdfast::isakmp {

Result<std::optional<Bytes>> FragmentBuffer::add(const Fragment& fragment, std::size_t max_held) {
  HOLDFAST_CHECK(fragment.number > 0 && !fragment.data.empty());
  if (fragment.id != id_) forget();
  id_ = fragment.id;
  const Status status = check(fragment, max_held);
  if (!status) {
    forget();
    return tl::unexpected(status.error());
  }
  if (fragment.is_last) last_ = fragment.number;
  const auto [part, is_new] = parts_.try_emplace(fragment.number);
  if (is_new) {
    part->second.assign(fragment.data.begin(), fragment.data.end());
    bytes_ += fragment.data.size();
  }
  // Numbers are between 1 and the last one, so that many are all of them.
  if (last_ == 0 || parts_.size() < last_) return std::nullopt;
  return join();
}

Status FragmentBuffer::check(const Fragment& fragment, std::size_t max_held) const {
  const std::string place = "fragment " + std::to_string(fragment.number);
  if (last_ != 0 && fragment.number > last_)
    return fail(ErrorCode::kBadFormat, place, "follows the last one");
  if (last_ != 0 && fragment.is_last != (fragment.number == last_))
    return fail(ErrorCode::kBadFormat, place, "contradicts another about which is the last one");
  // None of those that are there was the last one.
  if (last_ == 0 && fragment.is_last && !parts_.empty() &&
      parts_.rbegin()->first >= fragment.number)
    return fail(ErrorCode::kBadFormat, place, "is the last one, and others follow it");
  const auto old = parts_.find(fragment.number);
  if (old != parts_.end() && !std::ranges::equal(old->second, fragment.data))
    return fail(ErrorCode::kBadFormat, place, "came twice with different data");
  if (old == parts_.end() && fragment.data.size() > kMaxBytes - bytes_)
    return fail(ErrorCode::kFull, place,
                "makes the message longer than " + std::to_string(kMaxBytes) + " bytes");
  if (old == parts_.end() && held() + fragment.data.size() + kOverhead > max_held)
    return fail(ErrorCode::kFull, place, "is more than may be kept at this time");
  return {};
}

Bytes FragmentBuffer::join() {
  Bytes message;
  message.reserve(bytes_);
  for (const auto& [number, data] : parts_) message.insert(message.end(), data.begin(), data.end());
  forget();
  return message;
}

void FragmentBuffer::forget() {
  parts_.clear();
  last_ = 0;
  bytes_ = 0;
}

}  // namespace holdfast::isakmp
