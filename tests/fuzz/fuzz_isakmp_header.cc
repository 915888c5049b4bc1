// SPDX-License-Identifier: Apache-2.0
// A datagram: header and chain of payloads. Both lose nothing, so that the same bytes come again.
#include <algorithm>

#include "fuzz.h"
#include "isakmp/payload.h"

namespace holdfast::isakmp {
namespace {

void check_chain(const Header& header, ByteView datagram) {
  const ByteView rest = datagram.subspan(kHeaderBytes);
  const auto payloads = parse_payloads(header.next_payload, rest, Padding::kRefused);
  const auto padded = parse_payloads(header.next_payload, rest, Padding::kAllowed);
  fuzz::require(padded.has_value() || !payloads.has_value());
  if (!padded) return;
  PayloadWriter writer;
  for (const Payload& payload : *padded) {
    fuzz::require(payload.whole.size() == payload.body.size() + kGenericHeaderBytes);
    fuzz::require(find(*padded, payload.type) != nullptr);
    writer.add(payload.type, payload.body);
  }
  const ByteView written = writer.view();
  fuzz::require(written.size() <= rest.size() &&
                std::equal(written.begin(), written.end(), rest.begin()));
  if (payloads) {
    const Bytes message = write_message(header, writer);
    fuzz::require(std::ranges::equal(message, datagram));
  }
}

}  // namespace
}  // namespace holdfast::isakmp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  const ByteView datagram(data, size);
  const auto header = isakmp::parse_header(datagram);
  if (!header) return 0;
  WireWriter writer;
  write_header(writer, *header);
  fuzz::require(std::ranges::equal(writer.view(), datagram.first(isakmp::kHeaderBytes)));
  isakmp::check_chain(*header, datagram);
  return 0;
}
