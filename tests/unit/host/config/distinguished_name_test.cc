// SPDX-License-Identifier: Apache-2.0
// Names in text and DER: distinguished_name, dn_types, der.
#include "config/distinguished_name.h"

#include <gtest/gtest.h>

#include "base/hex.h"
#include "config/der.h"

namespace holdfast {
namespace {

// Subject of a certificate made by OpenSSL 3.0.19: openssl req -x509 -subj
// "/C=CH/O=Lab, Inc./OU=Ops/CN=gw.lab/emailAddress=a@lab", cut out of its DER.
constexpr const char* kOpensslDn =
    "3056310b300906035504061302434831123010060355040a0c094c61622c20496e632e310c300a060355040b0c034f"
    "7073310f300d06035504030c0667772e6c61623114301206092a864886f70d010901160561406c6162";

DistinguishedName text_dn(std::string_view text) {
  auto name = parse_dn_text(text);
  EXPECT_TRUE(name) << text << ": " << name.error().text();
  return name ? *name : DistinguishedName{};
}

TEST(DistinguishedName, ReadsWhatOpensslWrites) {
  const Bytes der = *parse_hex(kOpensslDn);
  const auto name = parse_dn_der(der);
  ASSERT_TRUE(name) << name.error().text();
  EXPECT_EQ(name->size(), 5u);
  EXPECT_EQ(dn_text(*name), "C=CH, O=Lab\\, Inc., OU=Ops, CN=gw.lab, E=a@lab");
  EXPECT_EQ(write_dn_der(*name), der);
}

TEST(DistinguishedName, WritesDer) {
  EXPECT_EQ(hex(write_dn_der(text_dn("C=CH, O=x, CN=y"))),
            "3025310b3009060355040613024348310a3008060355040a130178310a30080603550403130179");
}

TEST(DistinguishedName, FitsTheSameValueInAnotherStringType) {
  const auto openssl = *parse_dn_der(*parse_hex(kOpensslDn));
  EXPECT_TRUE(dn_fits(text_dn("C=CH, O=\"Lab, Inc.\", OU=Ops, CN=gw.lab, E=a@lab"), openssl));
  EXPECT_TRUE(
      dn_fits(text_dn("c=ch, o=lab\\, inc., ou=OPS, cn=GW.lab, emailAddress=a@lab"), openssl));
  EXPECT_TRUE(dn_fits(text_dn("/C=CH/O=Lab, Inc./OU=Ops/CN=gw.lab/E=a@lab"), openssl));
  EXPECT_FALSE(dn_fits(text_dn("C=CH, O=\"Lab, Inc.\", OU=Ops, CN=gw.la, E=a@lab"), openssl));
}

TEST(DistinguishedName, WildcardFitsOnePart) {
  const auto name = text_dn("C=CH, O=Lab, CN=gw");
  EXPECT_TRUE(dn_fits(text_dn("C=CH, O=*, CN=gw"), name));
  EXPECT_TRUE(dn_fits(text_dn("C=*, O=*, CN=*"), name));
  EXPECT_FALSE(dn_fits(text_dn("C=CH, O=L*, CN=gw"), name));
  EXPECT_FALSE(dn_fits(text_dn("C=CH, CN=*"), name));
  EXPECT_FALSE(dn_fits(text_dn("C=CH, O=*, CN=gw, OU=*"), name));
  EXPECT_FALSE(dn_fits(text_dn("C=CH, OU=*, CN=gw"), name));
  EXPECT_FALSE(dn_fits(name, text_dn("C=CH, O=*, CN=gw")));
  // Parts in another order are another name.
  EXPECT_FALSE(dn_fits(text_dn("O=Lab, C=CH, CN=gw"), name));
}

TEST(DistinguishedName, ShorterOneDoesNotFit) {
  EXPECT_FALSE(dn_fits(text_dn("C=CH, O=Lab, CN=gw"), text_dn("C=CH, O=Lab")));
  EXPECT_FALSE(dn_fits(text_dn("C=CH"), DistinguishedName{}));
}

TEST(DistinguishedName, EveryCutOfDerIsAnError) {
  const Bytes der = *parse_hex(kOpensslDn);
  for (std::size_t size = 0; size < der.size(); ++size)
    EXPECT_FALSE(parse_dn_der(ByteView(der).first(size))) << size;
  // The same with the outer length made right, so that the cut is inside.
  for (std::size_t size = 3; size < der.size(); ++size) {
    Bytes cut(der.begin(), der.begin() + static_cast<std::ptrdiff_t>(size));
    cut[1] = static_cast<std::uint8_t>(size - 2);
    const bool is_between_parts = size == 15 || size == 35 || size == 49 || size == 66;
    EXPECT_EQ(parse_dn_der(cut).has_value(), is_between_parts) << size;
  }
}

TEST(DistinguishedName, RefusesBrokenDer) {
  for (const char* bytes :
       {"", "30", "3001", "3080", "308000", "31020500", "30023000", "3002310000", "30023100",
        "3004310230 00", "3000ff", "30810d310b3009060355040613024348", "3085000000000d",
        "300d310b3009060355040613034348", "300c310a300806035504061302 43",
        "300d310b300906038504861302"
        "4348",
        "300f310d300b06035504061302434805"
        "00"}) {
    std::string digits = bytes;
    std::erase(digits, ' ');
    EXPECT_FALSE(parse_dn_der(*parse_hex(digits))) << bytes;
  }
  EXPECT_TRUE(parse_dn_der(*parse_hex("3000")));
}

TEST(DistinguishedName, SetOfTwoIsShownAndCompared) {
  const Bytes der = *parse_hex("30153113300806035504031301613007060355040b1300");
  const auto name = parse_dn_der(der);
  ASSERT_TRUE(name) << name.error().text();
  EXPECT_EQ(dn_text(*name), "CN=a + OU=");
  EXPECT_TRUE((*name)[1].is_same_set);
  EXPECT_EQ(write_dn_der(*name), der);
  EXPECT_FALSE(dn_fits(text_dn("CN=a, OU=*"), *name));
}

TEST(DistinguishedName, ReadsTypesByNameAndNumber) {
  EXPECT_EQ(
      dn_text(text_dn("2.5.4.3=x, UID=u, DC=lab, 1.2.840.113549.1.9.1=a@b, 1.3.6.1.4.1.311=z")),
      "CN=x, UID=u, DC=lab, E=a@b, 1.3.6.1.4.1.311=z");
  EXPECT_EQ(text_dn("2.999.3=x")[0].oid, (Bytes{0x88, 0x37, 0x03}));  // X.690, 8.19.5
  EXPECT_EQ(text_dn("DC=lab")[0].string_tag, der::kIa5String);
  EXPECT_EQ(text_dn("CN=M\xC3\xBC")[0].string_tag, der::kUtf8String);
  EXPECT_EQ(text_dn("CN=a'b")[0].string_tag, der::kPrintableString);
}

TEST(DistinguishedName, RefusesText) {
  for (const char* text : {"", "x", "CN", "CN=a, b", "XY=a", "CN=", "CN=a,,O=b", "3.1=a", "2=a",
                           "1.40.1=a", "2.5.x=a"})
    EXPECT_FALSE(parse_dn_text(text)) << text;
  EXPECT_FALSE(parse_dn_text("CN=" + std::string(1025, 'x')));
}

TEST(DistinguishedName, KeepsLongValuesThroughDer) {
  for (const std::size_t size : {1u, 100u, 127u, 128u, 255u, 256u, 1024u}) {
    const auto name = text_dn("CN=" + std::string(size, 'x') + ", O=y");
    const auto again = parse_dn_der(write_dn_der(name));
    ASSERT_TRUE(again) << size;
    EXPECT_TRUE(dn_fits(name, *again)) << size;
    EXPECT_EQ((*again)[0].value.size(), size);
  }
}

TEST(DistinguishedName, TextReadsBackAsTheSameName) {
  for (const char* text : {"C=CH, O=\"a, b\", CN=x", "CN=\" x \"", "CN=a\\\\b", "CN=\\\"q\\\""}) {
    const auto name = text_dn(text);
    EXPECT_EQ(write_dn_der(text_dn(dn_text(name))), write_dn_der(name)) << dn_text(name);
  }
}

}  // namespace
}  // namespace holdfast
