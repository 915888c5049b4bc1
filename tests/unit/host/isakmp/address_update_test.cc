// SPDX-License-Identifier: Apache-2.0
#include "isakmp/address_update.h"

#include <gtest/gtest.h>

namespace holdfast::isakmp {
namespace {

IpAddress address(const char* text) { return IpAddress::parse(text).value(); }

AddressUpdate full() {
  AddressUpdate update;
  update.old_address = address("192.0.2.1");
  update.new_address = address("2001:db8::7");
  update.request_id = 0x01020304;
  update.spis = {0x1000, 0x2000};
  update.natd_source = Bytes(32, 1);
  update.natd_destination = Bytes(32, 2);
  update.challenge = Bytes(16, 3);
  update.response = Bytes(16, 4);
  update.observed = Endpoint{address("203.0.113.9"), 4500};
  update.reason = UpdateReason::kBusy;
  update.does_old_path_work = true;
  update.highest = 77;
  update.addresses = {address("10.0.0.1"), address("2001:db8::8")};
  update.except = {0x3000};
  update.padding = 40;
  update.sender = Cookie{1, 2, 3, 4, 5, 6, 7, 8};
  return update;
}

TEST(AddressUpdate, ComesBackAsItWasWritten) {
  for (const AddressUpdate& update : {full(), AddressUpdate{}}) {
    const auto read = parse_address_update(write_address_update(update));
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(*read, update);
  }
}

// Bytes 13 to 25 of the notification payload, counted as in RFC 2408, 3.14.
TEST(AddressUpdate, FixedPartStandsWhereTheProtocolPageSays) {
  AddressUpdate update;
  update.old_address = address("192.0.2.1");
  update.new_address = address("198.51.100.2");
  update.request_id = 0x01020304;
  update.spis = {0xA1B2C3D4};
  EXPECT_EQ(write_address_update(update),
            (Bytes{192, 0, 2, 1, 198, 51, 100, 2, 1, 2, 3, 4, 1, 0xA1, 0xB2, 0xC3, 0xD4}));
}

TEST(AddressUpdate, CutAtEveryByte) {
  const Bytes whole = write_address_update(full());
  std::size_t num_read = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const ByteView cut = ByteView(whole).first(size);
    EXPECT_EQ(request_id_of(cut).has_value(), size >= 12) << size;
    // Between two attributes there is nothing wrong with the end.
    num_read += parse_address_update(cut).has_value();
  }
  EXPECT_LE(num_read, 14u);
}

TEST(AddressUpdate, RefusesWhatComesTwiceOrHasAWrongSize) {
  const Bytes base = write_address_update({});
  const auto with = [&](std::initializer_list<std::uint8_t> more) {
    Bytes data = base;
    data.insert(data.end(), more);
    return parse_address_update(data).has_value();
  };
  EXPECT_TRUE(with({0x80, 9, 0, 1}));
  EXPECT_FALSE(with({0x80, 9, 0, 1, 0x80, 9, 0, 1})) << "PATHS twice";
  EXPECT_TRUE(with({0x80, 99, 0, 1, 0x80, 99, 0, 1})) << "unknown ones are skipped";
  EXPECT_FALSE(with({0, 5, 0, 2, 1, 2})) << "CHALLENGE of two bytes";
  EXPECT_FALSE(with({0, 14, 0, 1, 1})) << "SENDER of one byte";
  EXPECT_FALSE(with({0, 7, 0, 3, 1, 2, 3})) << "OBSERVED";
  EXPECT_FALSE(with({0, 11, 0, 3, 5, 1, 2})) << "an address of five bytes";
  EXPECT_FALSE(with({0, 12, 0, 8, 0, 0, 1, 1, 0, 0, 1, 1})) << "an SPI twice in EXCEPT";
  Bytes twice = write_address_update({});
  twice[12] = 2;
  twice.insert(twice.end(), {0, 0, 1, 1, 0, 0, 1, 1});
  EXPECT_FALSE(parse_address_update(twice)) << "an SPI twice";
}

}  // namespace
}  // namespace holdfast::isakmp
