// SPDX-License-Identifier: Apache-2.0
// Every byte of docs/protocol/address_update_examples.md, made again with the daemon's own code.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "base/hex.h"
#include "ike/main_mode.h"
#include "ike/protection.h"
#include "isakmp/address_update.h"

namespace holdfast::ike {
namespace {

using namespace isakmp;

/// Name -> bytes: lines "NAME  HEX", continued by lines that have only hex.
using Values = std::map<std::string, Bytes>;

struct Example {
  std::string title;
  std::string from, to;
  Bytes notification;  ///< Its fields one after the other.
  Values values;
};

struct Page {
  Values keys;
  std::vector<Example> examples;
};

Bytes bytes_of(const std::string& text) {
  const auto bytes = parse_hex(text);
  EXPECT_TRUE(bytes) << text;
  return bytes.value_or(Bytes{});
}

void append(Bytes& bytes, const Bytes& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

/// A line of a block: of fields if it begins with a position, otherwise of values.
void read_line(const std::string& line, std::string& name, Values& values, Example* example) {
  std::istringstream words(line);
  std::string first, second;
  words >> first >> second;
  if (line.starts_with("            ")) {
    append(values[name], bytes_of(first));
  } else if (line.starts_with(" ")) {
    ASSERT_TRUE(example) << line;
    ASSERT_EQ(std::stoul(first), example->notification.size() + 1) << line;
    append(example->notification, bytes_of(second));
  } else {
    name = line.substr(0, line.find("  "));
    append(values[name], bytes_of(line.substr(line.find_last_of(' ') + 1)));
  }
}

Page read_page() {
  std::ifstream file(HOLDFAST_EXAMPLES);
  Page page;
  std::string line, name;
  bool is_block = false;
  while (std::getline(file, line)) {
    Example* example = page.examples.empty() ? nullptr : &page.examples.back();
    if (line.starts_with("```")) {
      is_block = line != "```";
    } else if (is_block) {
      read_line(line, name, example ? example->values : page.keys, example);
    } else if (line.starts_with("## ") && line[3] >= '0' && line[3] <= '9') {
      page.examples.push_back({line.substr(3), {}, {}, {}, {}});
    } else if (example && line.starts_with("From `")) {
      const std::size_t middle = line.find("` to `"), end = line.rfind('`');
      example->from = line.substr(6, middle - 6);
      example->to = line.substr(middle + 6, end - middle - 6);
    }
  }
  return page;
}

/// "192.0.2.1:500" and "[2001:db8::1]:500".
Endpoint endpoint(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  std::string host = text.substr(0, colon);
  if (host.starts_with("[")) host = host.substr(1, host.size() - 2);
  return {IpAddress::parse(host).value(),
          static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1)))};
}

Cookie cookie(const Bytes& bytes) {
  Cookie cookie{};
  EXPECT_EQ(bytes.size(), cookie.size());
  std::copy_n(bytes.begin(), std::min(bytes.size(), cookie.size()), cookie.begin());
  return cookie;
}

class AddressUpdateExample : public testing::Test {
 protected:
  const Page page_ = read_page();
  const Cookies cookies_ = {cookie(page_.keys.at("CKY-I")), cookie(page_.keys.at("CKY-R"))};
  const Phase1Keys keys_ = derive_phase1(IkeProposal{}, SecretBytes(page_.keys.at("SKEYID")),
                                         page_.keys.at("g^xy"), cookies_);

  /// What the codec reads out of an example's notification payload.
  static Notification notification_of(const Example& example) {
    const auto payloads =
        parse_payloads(PayloadType::kNotification, example.notification, Padding::kRefused);
    EXPECT_TRUE(payloads && payloads->size() == 1) << example.title;
    const auto notification = parse_notification(payloads.value().front().body);
    EXPECT_TRUE(notification) << example.title;
    return notification.value();
  }
  static AddressUpdate update_of(const Example& example) {
    const auto update = parse_address_update(notification_of(example).data);
    EXPECT_TRUE(update) << example.title;
    return update.value();
  }
};

Bytes copy(ByteView view) { return Bytes(view.begin(), view.end()); }

TEST_F(AddressUpdateExample, KeysFollowFromSkeyid) {
  ASSERT_EQ(IkeProposal{}.cipher, CipherAlgorithm::kAesCbc);
  ASSERT_EQ(IkeProposal{}.key_bits, 128);
  ASSERT_EQ(IkeProposal{}.hash, HashAlgorithm::kSha256);
  EXPECT_EQ(copy(keys_.skeyid_d.view()), page_.keys.at("SKEYID_d"));
  EXPECT_EQ(copy(keys_.skeyid_a.view()), page_.keys.at("SKEYID_a"));
  EXPECT_EQ(copy(keys_.cipher_key.view()), page_.keys.at("cipher key"));
  Bytes beginning = page_.keys.at("SKEYID_e");
  beginning.resize(16);
  EXPECT_EQ(beginning, page_.keys.at("cipher key"));
}

TEST_F(AddressUpdateExample, EveryByteOfEachMessage) {
  ASSERT_EQ(page_.examples.size(), 7u);
  for (const Example& example : page_.examples) {
    SCOPED_TRACE(example.title);
    Notification notification = notification_of(example);
    notification.data = write_address_update(update_of(example));
    PayloadWriter rest;
    rest.add(PayloadType::kNotification, write_notification(notification));
    EXPECT_EQ(copy(rest.view()), example.notification);

    WireReader reader(example.values.at("message ID"));
    const std::uint32_t id = reader.u32();
    const Bytes hash = hash_phase2(keys_, id, {rest.view()});
    EXPECT_EQ(hash, example.values.at("HASH"));
    Bytes iv = phase2_iv(keys_.proposal, page_.keys.at("last block"), id);
    EXPECT_EQ(iv, example.values.at("IV"));

    PayloadWriter payloads;
    payloads.add(PayloadType::kHash, hash);
    payloads.add(PayloadType::kNotification, write_notification(notification));
    Header header;
    header.initiator_cookie = cookies_.initiator;
    header.responder_cookie = cookies_.responder;
    header.exchange = ExchangeType::kInformational;
    header.message_id = id;
    EXPECT_EQ(seal(header, payloads, keys_, iv), example.values.at("datagram"));

    iv = example.values.at("IV");
    const Bytes& datagram = example.values.at("datagram");
    EXPECT_EQ(unseal(ByteView(datagram).subspan(kHeaderBytes), keys_, iv).value(),
              example.values.at("plain"));
  }
}

TEST_F(AddressUpdateExample, EndpointsAndSendersAreThoseOfThePage) {
  for (const Example& example : page_.examples) {
    SCOPED_TRACE(example.title);
    const AddressUpdate update = update_of(example);
    const NotifyType type = notification_of(example).type;
    const Endpoint from = endpoint(example.from), to = endpoint(example.to);
    const bool is_movers =
        type == NotifyType::kAddressUpdate || type == NotifyType::kAddressUpdateConfirm;
    EXPECT_EQ(update.sender, is_movers ? cookies_.initiator : cookies_.responder);
    if (is_movers) {
      EXPECT_EQ(update.new_address, from.address);
    } else {
      EXPECT_EQ(update.observed, to);
    }
    if (update.natd_source) {
      EXPECT_EQ(*update.natd_source, nat_hash(HashAlgorithm::kSha256, cookies_, from));
      EXPECT_EQ(*update.natd_destination, nat_hash(HashAlgorithm::kSha256, cookies_, to));
    }
  }
}

TEST_F(AddressUpdateExample, EachMessageIsWhatItsTitleSays) {
  ASSERT_EQ(page_.examples.size(), 7u);
  const auto type = [&](std::size_t number) {
    return notification_of(page_.examples[number - 1]).type;
  };
  const auto update = [&](std::size_t number) { return update_of(page_.examples[number - 1]); };
  EXPECT_EQ(type(1), NotifyType::kAddressUpdate);
  EXPECT_FALSE(update(1).does_old_path_work);
  EXPECT_TRUE(update(1).natd_source.has_value());
  EXPECT_EQ(type(2), NotifyType::kAddressUpdateAck);
  ASSERT_TRUE(update(2).challenge.has_value());
  EXPECT_EQ(type(3), NotifyType::kAddressUpdateConfirm);
  EXPECT_EQ(update(3).response, update(2).challenge);
  EXPECT_EQ(type(4), NotifyType::kAddressUpdateAck);
  EXPECT_FALSE(update(4).challenge.has_value());
  EXPECT_EQ(type(5), NotifyType::kAddressUpdateNack);
  EXPECT_EQ(update(5).reason, UpdateReason::kSuperseded);
  EXPECT_EQ(update(5).highest, 5u);
  EXPECT_EQ(type(6), NotifyType::kAddressUpdate);
  EXPECT_TRUE(update(6).new_address.is_ipv6 && update(6).does_old_path_work);
  EXPECT_EQ(update(6).spis.size(), 2u);
  EXPECT_EQ(update(6).addresses.size(), 1u);
  EXPECT_EQ(update(6).padding, 8u);
  EXPECT_EQ(type(7), NotifyType::kAddressUpdateAck);
  EXPECT_EQ(update(7).except.size(), 2u);
  EXPECT_EQ(update(7).reason, UpdateReason::kPolicy);
}

}  // namespace
}  // namespace holdfast::ike
