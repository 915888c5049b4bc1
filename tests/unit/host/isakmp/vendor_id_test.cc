// SPDX-License-Identifier: Apache-2.0
#include <openssl/evp.h>

#include "isakmp/payloads.h"
#include "wire_text.h"

namespace holdfast::isakmp {
namespace {

Bytes digest(const EVP_MD* type, std::string_view text) {
  Bytes bytes(64);
  unsigned size = 0;
  EXPECT_EQ(EVP_Digest(text.data(), text.size(), bytes.data(), &size, type, nullptr), 1);
  bytes.resize(size);
  return bytes;
}

Bytes md5(std::string_view text) { return digest(EVP_md5(), text); }

TEST(VendorId, OursIsTheHashOfItsText) {
  Bytes expected = digest(EVP_sha256(), "Holdfast IPADDRESS_UPDATE");
  expected.resize(16);
  EXPECT_EQ(hex(vendor_id(Vendor::kHoldfast)), hex(expected) + "01010000");
  EXPECT_EQ(hex(expected), "bd66e13b95e412fd31857e3baf2c15e6");
}

TEST(VendorId, ThoseThatWeSend) {
  EXPECT_EQ(hex(vendor_id(Vendor::kNatT)), hex(md5("RFC 3947")));  // RFC 3947, 3.1
  // RFC 3706, 5.1.
  EXPECT_EQ(hex(vendor_id(Vendor::kDpd)), "afcad71368a1f1c96b8696fc77570100");
  EXPECT_EQ(hex(vendor_id(Vendor::kFragmentation)), hex(md5("FRAGMENTATION")) + "80000000");
  EXPECT_EQ(hex(vendor_id(Vendor::kXauth)),
            hex(md5("draft-ietf-ipsra-isakmp-xauth-06.txt")).substr(0, 16));
}

TEST(VendorId, RecognisesWhatWeSend) {
  for (const Vendor vendor :
       {Vendor::kHoldfast, Vendor::kNatT, Vendor::kDpd, Vendor::kFragmentation, Vendor::kXauth})
    EXPECT_EQ(recognise_vendor(vendor_id(vendor)).vendor, vendor);
}

TEST(VendorId, RecognisesNamesByTheirMd5) {
  for (const std::string_view name :
       {"draft-ietf-ipsec-nat-t-ike-00", "draft-ietf-ipsec-nat-t-ike-01",
        "draft-ietf-ipsec-nat-t-ike-02", "draft-ietf-ipsec-nat-t-ike-03", "KAME/racoon",
        "MS NT5 ISAKMPOAKLEY", "MS-Negotiation Discovery Capable", "IKE CGA version 1",
        "Vid-Initial-Contact", "GSSAPI"}) {
    EXPECT_EQ(recognise_vendor(md5(name)).vendor, Vendor::kOther) << name;
    EXPECT_EQ(recognise_vendor(md5(name)).name, name);
  }
  EXPECT_EQ(recognise_vendor(md5("draft-ietf-ipsec-nat-t-ike-02\n")).name,
            "draft-ietf-ipsec-nat-t-ike-02\\n");
  EXPECT_EQ(recognise_vendor(md5("strongSwan")).vendor, Vendor::kStrongswan);
}

TEST(VendorId, RecognisesThoseWithAVersion) {
  EXPECT_EQ(recognise_vendor(wire("12f5f28c457168a9702d9fe274cc0100")).vendor, Vendor::kUnity);
  EXPECT_EQ(recognise_vendor(wire("12f5f28c457168a9702d9fe274cc02d4")).vendor, Vendor::kUnity);
  EXPECT_EQ(recognise_vendor(wire("12f5f28c457168a9702d9fe274cc")).vendor, Vendor::kUnity);
  EXPECT_EQ(recognise_vendor(wire("afcad71368a1f1c96b8696fc77570203")).vendor, Vendor::kDpd);
  EXPECT_EQ(recognise_vendor(joined(md5("MS NT5 ISAKMPOAKLEY"), wire("00000009"))).name,
            "MS NT5 ISAKMPOAKLEY");
  EXPECT_EQ(recognise_vendor(wire("1f07f70eaa6514d3b0fa96542a500300")).name, "Cisco VPN 3000");
}

TEST(VendorId, FragmentationWithAndWithoutCapabilities) {
  const Bytes plain = md5("FRAGMENTATION");
  EXPECT_EQ(recognise_vendor(plain).vendor, Vendor::kFragmentation);
  EXPECT_EQ(recognise_vendor(joined(plain, wire("80000000"))).vendor, Vendor::kFragmentation);
  EXPECT_EQ(recognise_vendor(joined(plain, wire("c0000000"))).vendor, Vendor::kFragmentation);
  EXPECT_EQ(recognise_vendor(joined(plain, wire("40000000"))).vendor, Vendor::kOther);
  for (const char* text : {"80", "8000", "800000", "8000000000"})
    EXPECT_EQ(recognise_vendor(joined(plain, wire(text))).vendor, Vendor::kOther) << text;
}

TEST(VendorId, OthersAreUnknown) {
  EXPECT_EQ(recognise_vendor({}).vendor, Vendor::kUnknown);
  EXPECT_EQ(recognise_vendor({}).name, "unknown");
  EXPECT_EQ(recognise_vendor(Bytes(16, 0)).vendor, Vendor::kUnknown);
  EXPECT_EQ(recognise_vendor(Bytes(60000, 0xbd)).vendor, Vendor::kUnknown);
}

TEST(VendorId, EachCutOrLongerOneIsUnknown) {
  for (const Vendor vendor : {Vendor::kHoldfast, Vendor::kNatT, Vendor::kXauth}) {
    const Bytes whole = vendor_id(vendor);
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_EQ(recognise_vendor(exactly(ByteView(whole).first(size))).vendor, Vendor::kUnknown);
    EXPECT_EQ(recognise_vendor(joined(whole, Bytes{0})).vendor, Vendor::kUnknown);
  }
  EXPECT_EQ(recognise_vendor(wire("afcad71368a1f1c96b8696fc77")).vendor, Vendor::kUnknown);
  EXPECT_EQ(recognise_vendor(wire("afcad71368a1f1c96b8696fc7757010000")).vendor, Vendor::kUnknown);
}

TEST(VendorId, EachOtherBitIsAnotherVendor) {
  const Bytes whole = vendor_id(Vendor::kNatT);
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Bytes other = whole;
    other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ 1u << bit % 8);
    EXPECT_EQ(recognise_vendor(other).vendor, Vendor::kUnknown) << bit;
  }
}

TEST(HoldfastVendor, HasVersionAndFlags) {
  const Bytes ours = vendor_id(Vendor::kHoldfast);
  EXPECT_EQ(parse_holdfast_vendor(ours), (HoldfastVendor{1, HoldfastVendor::kAttributes}));
  Bytes other = ours;
  other[16] = 2, other[17] = 0xfe, other[18] = 0xff, other[19] = 0xff;
  EXPECT_EQ(parse_holdfast_vendor(other), (HoldfastVendor{2, 0xfe}));
  EXPECT_EQ(recognise_vendor(other).vendor, Vendor::kHoldfast);
  other[16] = 0;
  EXPECT_EQ(parse_holdfast_vendor(other), std::nullopt);
  EXPECT_EQ(parse_holdfast_vendor(vendor_id(Vendor::kNatT)), std::nullopt);
}

TEST(VendorIdDeathTest, StopsACallerWhoWantsOneThatWeDoNotSend) {
  for (const Vendor vendor :
       {Vendor::kUnknown, Vendor::kOther, Vendor::kUnity, Vendor::kStrongswan})
    EXPECT_DEATH((void)vendor_id(vendor), "contract");
}

}  // namespace
}  // namespace holdfast::isakmp
