// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "isakmp/payloads.h"

namespace holdfast::isakmp {
namespace {

using Hash = std::array<std::uint8_t, 16>;

/// Two digits a byte; what is left is 0.
consteval Hash hash(std::string_view digits) {
  Hash bytes{};
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const char c = digits[i];
    const int value = c <= '9' ? c - '0' : c - 'a' + 10;
    bytes.at(i / 2) = static_cast<std::uint8_t>(bytes.at(i / 2) << 4 | value);
  }
  return bytes;
}

/// A Vendor ID that is known: so many bytes of a hash, then up to `num_free` bytes of any value.
struct Known {
  Vendor vendor;
  std::string_view name;
  Hash hash;
  std::size_t num_fixed = 16;
  std::size_t num_free = 0;
};

// First half of SHA-256 over "Holdfast IPADDRESS_UPDATE"; version, flags, two zero bytes follow.
constexpr Hash kHoldfastHash = hash("bd66e13b95e412fd31857e3baf2c15e6");
constexpr Hash kNatTHash = hash("4a131c81070358455c5728f20e95452f");
constexpr Hash kDpdHash = hash("afcad71368a1f1c96b8696fc77570100");
constexpr Hash kFragmentationHash = hash("4048b7d56ebce88525e7de7f00d6c2d3");
constexpr Hash kXauthHash = hash("09002689dfd6b712");
constexpr std::size_t kXauthBytes = 8;
// Bit of the four bytes that may follow kFragmentationHash: not only in Aggressive Mode.
constexpr std::uint32_t kFragmentsInMainMode = 0x80000000;

// Where no source is given, the bytes are the MD5 of the name.
constexpr Known kKnown[] = {
    {Vendor::kNatT, "RFC 3947", kNatTHash},
    // RFC 3706, 5.1: 14 bytes, then major and minor version.
    {Vendor::kDpd, "DPD (RFC 3706)", kDpdHash, 14, 2},
    // The first half of MD5 over "draft-ietf-ipsra-isakmp-xauth-06.txt".
    {Vendor::kXauth, "XAuth", kXauthHash, kXauthBytes},
    // The first 14 bytes of MD5 over "CISCO-UNITY", then major and minor version.
    {Vendor::kUnity, "Cisco Unity", hash("12f5f28c457168a9702d9fe274cc"), 14, 2},
    // The first 14 bytes of MD5 over "ALTIGA GATEWAY", then major and minor version.
    {Vendor::kOther, "Cisco VPN 3000", hash("1f07f70eaa6514d3b0fa96542a50"), 14, 2},
    {Vendor::kStrongswan, "strongSwan", hash("882fe56d6fd20dbc2251613b2ebe5beb")},
    {Vendor::kOther, "draft-ietf-ipsec-nat-t-ike-00", hash("4485152d18b6bbcd0be8a8469579ddcc")},
    {Vendor::kOther, "draft-ietf-ipsec-nat-t-ike-01", hash("16f6ca16e4a4066d83821a0f0aeaa862")},
    {Vendor::kOther, "draft-ietf-ipsec-nat-t-ike-02", hash("cd60464335df21f87cfdb2fc68b6a448")},
    // Some daemons hashed the line's end too.
    {Vendor::kOther, "draft-ietf-ipsec-nat-t-ike-02\\n", hash("90cb80913ebb696e086381b5ec427b1f")},
    {Vendor::kOther, "draft-ietf-ipsec-nat-t-ike-03", hash("7d9419a65310ca6f2c179d9215529d56")},
    {Vendor::kOther, "KAME/racoon", hash("7003cbc1097dbe9c2600ba6983bc8b35")},
    // A version of four bytes follows: Windows.
    {Vendor::kOther, "MS NT5 ISAKMPOAKLEY", hash("1e2b516905991c7d7c96fcbfb587e461"), 16, 4},
    {Vendor::kOther, "MS-Negotiation Discovery Capable", hash("fb1de3cdf341b7ea16b7e5be0855f120")},
    {Vendor::kOther, "IKE CGA version 1", hash("e3a5966a76379fe707228231e5ce8652")},
    {Vendor::kOther, "Vid-Initial-Contact", hash("26244d38eddb61b3172a36e3d0cfb819")},
    {Vendor::kOther, "GSSAPI", hash("621b04bb09882ac1e15935fefa24aeee")},
};

bool begins_with(ByteView body, const Hash& hash, std::size_t size) {
  return body.size() >= size && std::equal(hash.begin(), hash.begin() + size, body.begin());
}

bool is_known_as(ByteView body, const Known& known) {
  return begins_with(body, known.hash, known.num_fixed) &&
         body.size() <= known.num_fixed + known.num_free;
}

KnownVendor fragmentation(ByteView body) {
  WireReader capabilities(body.subspan(kFragmentationHash.size()));
  const bool is_enough =
      capabilities.left() == 0 || (capabilities.u32() & kFragmentsInMainMode) != 0;
  if (is_enough && capabilities.is_done()) return {Vendor::kFragmentation, "FRAGMENTATION"};
  return {Vendor::kOther, "FRAGMENTATION, not in Main Mode"};
}

}  // namespace

KnownVendor recognise_vendor(ByteView body) {
  if (parse_holdfast_vendor(body)) return {Vendor::kHoldfast, "Holdfast"};
  if (begins_with(body, kFragmentationHash, kFragmentationHash.size())) return fragmentation(body);
  const auto known = std::ranges::find_if(
      kKnown, [body](const Known& candidate) { return is_known_as(body, candidate); });
  if (known == std::end(kKnown)) return {Vendor::kUnknown, "unknown"};
  return {known->vendor, known->name};
}

Bytes vendor_id(Vendor vendor) {
  WireWriter writer;
  switch (vendor) {
    case Vendor::kHoldfast:
      writer.append(kHoldfastHash);
      writer.u8(HoldfastVendor{}.version);
      writer.u8(HoldfastVendor{}.flags);
      writer.u16(0);
      return writer.take();
    case Vendor::kNatT:
      writer.append(kNatTHash);
      return writer.take();
    case Vendor::kDpd:
      writer.append(kDpdHash);
      return writer.take();
    case Vendor::kFragmentation:
      writer.append(kFragmentationHash);
      writer.u32(kFragmentsInMainMode);
      return writer.take();
    case Vendor::kXauth:
      writer.append(ByteView(kXauthHash).first(kXauthBytes));
      return writer.take();
    case Vendor::kUnknown:
    case Vendor::kUnity:
    case Vendor::kStrongswan:
    case Vendor::kOther:
      break;
  }
  HOLDFAST_CHECK(!"a vendor whose ID we do not send");
  return {};
}

std::optional<HoldfastVendor> parse_holdfast_vendor(ByteView body) {
  if (!begins_with(body, kHoldfastHash, kHoldfastHash.size())) return std::nullopt;
  WireReader reader(body.subspan(kHoldfastHash.size()));
  const HoldfastVendor vendor{reader.u8(), reader.u8()};
  reader.u16();
  if (!reader.is_done() || vendor.version == 0) return std::nullopt;
  return vendor;
}

}  // namespace holdfast::isakmp
