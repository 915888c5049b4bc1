// SPDX-License-Identifier: Apache-2.0
// Identities as a peer sends them (first byte: type) and as a configuration spells them; a DN that
// is accepted is written again byte by byte.
#include <algorithm>

#include "config/distinguished_name.h"
#include "config/identity.h"
#include "fuzz.h"

namespace holdfast {
namespace {

bool is_printable(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7E; });
}

void check_wire(const Identity& peer) {
  fuzz::require(is_printable(peer.text()));
  const auto configured = Identity::parse("C=CH, O=*, CN=gw");
  fuzz::require(configured->fits(*configured));
  (void)configured->fits(peer);
  fuzz::require(Identity{}.fits(peer));
  if (peer.type != IdType::kDerAsn1Dn) return;
  const auto name = parse_dn_der(peer.data);
  if (!name) return;
  fuzz::require(write_dn_der(*name) == peer.data);
  fuzz::require(peer.fits(peer));
}

}  // namespace
}  // namespace holdfast

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  if (size == 0) return 0;
  check_wire({static_cast<IdType>(data[0] % 12), Bytes(data + 1, data + size)});
  const auto parsed = Identity::parse({reinterpret_cast<const char*>(data), size});
  if (parsed) check_wire(*parsed);
  if (parsed) fuzz::require(parsed->fits(*parsed));
  return 0;
}
