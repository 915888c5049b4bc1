// SPDX-License-Identifier: Apache-2.0
// Data attributes (RFC 2408, 3.3): nothing is lost, so that the same bytes come again.
#include <algorithm>

#include "fuzz.h"
#include "isakmp/sa_payload.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  const ByteView bytes(data, size);
  const auto attributes = isakmp::parse_attributes(bytes);
  if (!attributes) return 0;
  for (const isakmp::Attribute& attribute : *attributes) {
    const std::size_t length = attribute.value.size();
    fuzz::require(attribute.number().has_value() == (length >= 1 && length <= 8));
    fuzz::require(find(*attributes, attribute.type)->type == attribute.type);
  }
  WireWriter writer;
  write_attributes(writer, *attributes);
  fuzz::require(std::ranges::equal(writer.view(), bytes));
  return 0;
}
