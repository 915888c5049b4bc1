// SPDX-License-Identifier: Apache-2.0
// An authenticated peer that lies: each field of an update (docs/protocol/address_update.md, 6)
// changed, cut short, or with a wrong length; addresses that are not his; SPIs that are not his.
#include <gtest/gtest.h>

#include <algorithm>

#include "exchange/update_world.h"

namespace holdfast::test {
namespace {

using namespace isakmp;
using Accept = AddressUpdateConfig::Accept;
using std::chrono::seconds;

/// One with everything in it that an update may have.
AddressUpdate full(Liar& liar) {
  AddressUpdate update = liar.update();
  update.spis = {liar.forger.spi_at_responder()};
  update.natd_source = Bytes(32, 0x5A);
  update.natd_destination = Bytes(32, 0xA5);
  update.addresses = {ip("203.0.113.9"), ip("2001:db8::9")};
  update.padding = 40;
  return update;
}

TEST(AddressUpdateForged, TheHonestOneMoves) {
  Liar liar;
  liar.say(write_address_update(full(liar)));
  const auto told = liar.forger.all_told();
  ASSERT_EQ(told.size(), 1u);
  ASSERT_TRUE(told[0].content.challenge);
  AddressUpdate confirm = liar.update();
  confirm.response = told[0].content.challenge;
  liar.forger.say(liar.forger.message(NotifyType::kAddressUpdateConfirm, confirm), Liar::there);
  EXPECT_EQ(liar.forger.bound().address, Liar::there.address);
  EXPECT_TRUE(liar.w.responder.offload.credits.empty());
}

TEST(AddressUpdateForged, EachByteOfEachFieldChanged) {
  Liar first;
  const std::size_t size = write_address_update(full(first)).size();
  ASSERT_GT(size, 150u);
  std::size_t num_refused = 0, num_taken = 0;
  for (const Accept accept : {Accept::kYes, Accept::kStrict})
    for (std::size_t at = 0; at < size; ++at)
      for (const unsigned change : {0x01u, 0x80u, 0xFFu}) {
        SCOPED_TRACE("byte " + std::to_string(at) + " changed by " + std::to_string(change));
        Liar liar(accept);
        Bytes data = write_address_update(full(liar));
        data[at] = static_cast<std::uint8_t>(data[at] ^ change);
        liar.say(data);
        num_refused += liar.refusal().has_value();
        num_taken += !liar.w.responder.offload.credits.empty();
        if (accept == Accept::kStrict) {
          EXPECT_EQ(liar.forger.bound(), liar.home);
        }
        liar.expect_home();
        if (testing::Test::HasFailure()) return;
      }
  EXPECT_GT(num_refused, 100u);
  EXPECT_GT(num_taken, 100u);
}

TEST(AddressUpdateForged, CutAfterEachByte) {
  Liar first;
  const std::size_t size = write_address_update(full(first)).size();
  std::size_t num_malformed = 0;
  for (std::size_t cut = 0; cut < size; ++cut) {
    SCOPED_TRACE("cut after byte " + std::to_string(cut));
    Liar liar;
    Bytes data = write_address_update(full(liar));
    data.resize(cut);
    const bool is_well_formed = parse_address_update(data).has_value();
    liar.say(data);
    EXPECT_EQ(liar.forger.bound(), liar.home) << "without SENDER at its end it is nobody's";
    if (is_well_formed || cut < 12) {
      EXPECT_TRUE(liar.forger.answers.empty());
    } else {
      EXPECT_EQ(liar.refusal(), UpdateReason::kMalformed);
      ++num_malformed;
    }
    liar.expect_home();
  }
  EXPECT_GT(num_malformed, size - 40);
}

TEST(AddressUpdateForged, EachCountWrong) {
  for (unsigned count = 2; count < 256; ++count) {
    SCOPED_TRACE(count);
    Liar liar;
    AddressUpdate update = liar.update();
    update.spis = {liar.forger.spi_at_responder()};
    Bytes data = write_address_update(update);
    data[12] = static_cast<std::uint8_t>(count);
    // With up to three more, SENDER is read as SPIs, and the message is nobody's.
    const bool is_malformed = !parse_address_update(data);
    EXPECT_EQ(is_malformed, count > 4);
    liar.say(data);
    EXPECT_EQ(liar.refusal().has_value(), is_malformed);
    if (is_malformed) {
      EXPECT_EQ(liar.refusal(), UpdateReason::kMalformed);
    }
    EXPECT_EQ(liar.forger.bound(), liar.home);
    liar.expect_home();
  }
}

// Lengths of attributes stand at known places: each is wrong in turn.
TEST(AddressUpdateForged, EachLengthWrong) {
  Liar first;
  const Bytes good = write_address_update(full(first));
  std::size_t at = 13 + 4, num_lengths = 0;  // behind one SPI
  while (at < good.size()) {
    const bool is_short = good[at] & 0x80;
    const std::size_t length = is_short ? 0 : std::size_t{good[at + 2]} << 8 | good[at + 3];
    for (const std::size_t wrong : {length - 1, length + 1, length + 4, std::size_t{0xFFFF}}) {
      if (is_short) break;
      SCOPED_TRACE("attribute at " + std::to_string(at) + " says " + std::to_string(wrong));
      Liar liar;
      Bytes data = write_address_update(full(liar));
      data[at + 2] = static_cast<std::uint8_t>(wrong >> 8);
      data[at + 3] = static_cast<std::uint8_t>(wrong);
      liar.say(data);
      EXPECT_FALSE(liar.w.responder.offload.credits.size() > 1);
      if (!parse_address_update(data)) {
        EXPECT_EQ(liar.refusal(), UpdateReason::kMalformed);
        EXPECT_EQ(liar.forger.bound(), liar.home);
        ++num_lengths;
      }
      liar.expect_home();
    }
    at += 4 + length;
  }
  EXPECT_GE(num_lengths, 12u);
}

TEST(AddressUpdateForged, TwiceTheSame) {
  Liar liar;
  AddressUpdate update = liar.update();
  const std::uint32_t spi = liar.forger.spi_at_responder();
  update.spis = {spi, spi};
  liar.say(write_address_update(update));
  EXPECT_EQ(liar.refusal(), UpdateReason::kMalformed);
  Bytes data = write_address_update(liar.update());
  const Bytes sender(data.end() - 12, data.end());
  data.insert(data.end(), sender.begin(), sender.end());
  liar.say(data);
  EXPECT_EQ(liar.refusal(), UpdateReason::kMalformed);
  liar.expect_home();
}

TEST(AddressUpdateForged, WithoutSenderOrWithOurs) {
  Liar liar;
  AddressUpdate update = liar.update();
  update.sender.reset();
  liar.say(write_address_update(update));
  EXPECT_TRUE(liar.forger.answers.empty());
  update.sender = liar.forger.cookies.responder;
  liar.say(write_address_update(update));
  EXPECT_TRUE(liar.forger.answers.empty());
  liar.expect_home();
}

// Beside another payload, in clear, with a wrong HASH: nothing is touched, and it is counted.
TEST(AddressUpdateForged, WrappedWrongly) {
  Liar liar;
  UpdateForger& f = liar.forger;
  const Bytes data = write_address_update(liar.update());
  const auto parts = [&](const Bytes& content) {
    return ike::Parts{
        {PayloadType::kNotification,
         write_notification({Protocol::kIsakmp, {}, NotifyType::kAddressUpdate, content})}};
  };
  ike::Parts two = parts(data);
  two.push_back(f.dpd(1)[0]);
  f.say(f.informational(0x2000'0001, two), Liar::there);
  for (const InFlight& answer : f.answers)
    EXPECT_NE(f.told(answer.bytes), NotifyType::kAddressUpdateAck);
  const auto& counters = liar.w.responder.manager->counters();
  const auto bad_hashes = counters.bad_hash, in_clear = counters.unencrypted;
  f.say(f.hashed(ExchangeType::kInformational, 0x2000'0002, parts(data), Bytes(32, 7)),
        Liar::there);
  EXPECT_TRUE(f.answers.empty());
  EXPECT_EQ(counters.bad_hash, bad_hashes + 1);
  Header head;
  head.initiator_cookie = f.cookies.initiator;
  head.responder_cookie = f.cookies.responder;
  head.exchange = ExchangeType::kInformational;
  head.message_id = 0x2000'0003;
  f.say(write_message(head, ike::chain(parts(data))), Liar::there);
  EXPECT_TRUE(f.answers.empty());
  EXPECT_EQ(counters.unencrypted, in_clear + 1);
  liar.expect_home();
}

}  // namespace
}  // namespace holdfast::test
