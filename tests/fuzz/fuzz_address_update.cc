// SPDX-License-Identifier: Apache-2.0
// Data of the four notifications of address updates (docs/protocol/address_update.md): what parses
// is written and parsed again to the same, and stays within its bounds.
#include "fuzz.h"
#include "isakmp/address_update.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  using namespace holdfast::isakmp;
  const ByteView bytes(data, size);
  fuzz::round_trip(parse_address_update, write_address_update, bytes);
  const auto update = parse_address_update(bytes);
  const auto id = request_id_of(bytes);
  fuzz::require(id.has_value() == (size >= 12));
  if (!update) return 0;
  fuzz::require(id == update->request_id);
  fuzz::require(update->spis.size() <= 255 && update->addresses.size() <= 8);
  fuzz::require(!update->challenge || update->challenge->size() == 16);
  fuzz::require(!update->response || update->response->size() == 16);
  if (update->reason) fuzz::require(!name_of(*update->reason).empty());
  return 0;
}
