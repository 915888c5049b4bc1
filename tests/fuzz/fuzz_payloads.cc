// SPDX-License-Identifier: Apache-2.0
// The parser of each payload; the first byte says which.
#include "fuzz.h"
#include "isakmp/payloads.h"

namespace holdfast::isakmp {
namespace {

void check_fragment(ByteView body) {
  const auto fragment = parse_fragment(body);
  if (!fragment) return;
  const Bytes written = write_fragment(*fragment);
  const auto again = parse_fragment(written);
  fuzz::require(again && again->id == fragment->id && again->number == fragment->number &&
                again->is_last == fragment->is_last &&
                Bytes(again->data.begin(), again->data.end()) ==
                    Bytes(fragment->data.begin(), fragment->data.end()));
}

void check_vendor(ByteView body) {
  const KnownVendor known = recognise_vendor(body);
  fuzz::require(!known.name.empty());
  fuzz::require((known.vendor == Vendor::kHoldfast) == parse_holdfast_vendor(body).has_value());
}

void check(unsigned parser, ByteView body) {
  switch (parser) {
    case 0:
      return fuzz::round_trip(parse_sa, write_sa, body);
    case 1:
      return fuzz::round_trip(parse_notification, write_notification, body);
    case 2:
      return fuzz::round_trip(parse_delete, write_delete, body);
    case 3:
      return fuzz::round_trip(parse_identification, write_identification, body);
    case 4:
      return fuzz::round_trip(parse_certificate, write_certificate, body);
    case 5:
      return fuzz::round_trip(parse_config_payload, write_config_payload, body);
    case 6:
      return check_fragment(body);
    default:
      return check_vendor(body);
  }
}

}  // namespace
}  // namespace holdfast::isakmp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) holdfast::isakmp::check(data[0] % 8u, {data + 1, size - 1});
  return 0;
}
