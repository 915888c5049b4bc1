// SPDX-License-Identifier: Apache-2.0
// Fragment bodies one after the other, each behind two bytes of length, into one buffer. A plain
// list of them beside it says what the buffer must give.
#include <algorithm>
#include <vector>

#include "fuzz.h"
#include "isakmp/fragment_buffer.h"

namespace holdfast::isakmp {
namespace {

/// Everything added under one identifier since the buffer last gave or forgot a message.
class Expected {
 public:
  void add(const Fragment& fragment) {
    if (!fragments_.empty() && fragments_.front().id != fragment.id) fragments_.clear();
    fragments_.push_back(fragment);
  }
  void clear() { fragments_.clear(); }

  /// From number 1 to the last one; nothing while one is missing.
  std::optional<Bytes> message() const {
    Bytes message;
    for (unsigned number = 1; number < 256; ++number) {
      const auto found = std::ranges::find(fragments_, number, &Fragment::number);
      if (found == fragments_.end()) return std::nullopt;
      message.insert(message.end(), found->data.begin(), found->data.end());
      if (found->is_last) return message;
    }
    return std::nullopt;
  }

 private:
  std::vector<Fragment> fragments_;
};

void check(WireReader reader) {
  FragmentBuffer buffer;
  Expected expected;
  while (reader.left() > 0) {
    const auto fragment = parse_fragment(reader.take(reader.u16()));
    if (!reader.ok()) return;
    if (!fragment) continue;
    const auto result = buffer.add(*fragment);
    fuzz::require(buffer.bytes() <= FragmentBuffer::kMaxBytes);
    expected.add(*fragment);
    fuzz::require(!result || *result == expected.message());
    if (!result || *result) {
      fuzz::require(buffer.bytes() == 0);
      expected.clear();
    }
  }
}

}  // namespace
}  // namespace holdfast::isakmp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  holdfast::isakmp::check(holdfast::WireReader({data, size}));
  return 0;
}
