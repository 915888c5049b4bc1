// SPDX-License-Identifier: Apache-2.0
// With keys: a peer that walks Main and Quick Mode up to a state that the input chooses, and then
// says what the input makes of its messages, with a right HASH and rightly encrypted where there
// are keys. Whatever it says: what stands is bounded, and after a Delete of everything nothing is
// left.
//
// Input: state, with bits for role (0x80) and for a peer that knows address updates (0x40), then
// records of operation, message ID, payload, length, and bytes.
#include <gtest/gtest.h>

#include "crypto/cipher.h"
#include "exchange/forger.h"
#include "fuzz.h"
#include "update_talk.h"

namespace holdfast::test {
namespace {

using namespace isakmp;

constexpr unsigned kNumStates = 5;  // before messages 1 (2), 3 (4), 5 (6), established, with child

/// Of a file with one.
ConnectionConfig connection(const std::string& text) {
  return read_connection(parse_config(text, "fuzz.conf").value().sections.at(0)).value();
}

class Walk {
 public:
  Walk(bool is_initiator, bool knows_updates, unsigned state)
      : forger_(world_, is_initiator ? Forger::As::kInitiator : Forger::As::kResponder),
        updates_(world_, forger_),
        knows_updates_(knows_updates),
        due_(is_initiator ? 1 : 2) {
    configure(is_initiator);
    forger_.dh = std::move(kept_key());
    if (!is_initiator) {
      world_.initiator.initiate("net");
      hear(1);
    }
    for (unsigned i = 0; i < state && i < 3; ++i) say_main_mode(parts());
    if (state == 4 && is_established() && is_initiator) forger_.quick(1);
    if (state == 4 && is_established() && !is_initiator) answer_quick();
  }

  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;
  ~Walk() { kept_key() = std::move(forger_.dh); }

  void run(unsigned operation, std::uint32_t id, unsigned index, ByteView bytes) {
    if (due_ <= 6 && operation % 4 != 3)
      return say_main_mode(changed(parts(), operation, index, bytes));
    if (!is_established()) return say_raw_in_clear(id, bytes);
    if (operation & 0x80)
      run_updates(operation, id, index, bytes);
    else
      run_phase2(operation, id, index, bytes);
    updates_.listen();
    updates_.check_victim();
  }

  void run_updates(unsigned operation, std::uint32_t id, unsigned index, ByteView bytes) {
    switch (operation >> 4 & 3) {
      case 0:
        return updates_.disturb(operation, index);
      case 1:
        return updates_.say_dpd_answer(id, index);
      default:
        return updates_.say_update(operation, id, index, bytes);
    }
  }

  void run_phase2(unsigned operation, std::uint32_t id, unsigned index, ByteView bytes) {
    switch (operation % 16 / 4) {
      case 0:
        return say_hashed(ExchangeType::kQuickMode, id,
                          changed(forger_.quick_parts(), operation, index, bytes));
      case 1:
        return say_hashed(
            ExchangeType::kInformational, id,
            changed(index & 1 ? forger_.delete_ike() : forger_.dpd(id), operation, index, bytes));
      case 2:
        return say_hashed(ExchangeType::kTransaction, id,
                          {{PayloadType::kAttributes, Bytes(bytes.begin(), bytes.end())}});
      default:
        return say_plain(index & 1 ? ExchangeType::kQuickMode : ExchangeType::kInformational, id,
                         bytes);
    }
  }

  void check() {
    End& target = forger_.target;
    // Each SA that moves where it is not heard is negotiated anew, once.
    fuzz::require(target.sas().size() <= 6 && target.manager->num_half_open() <= 3);
    fuzz::require(target.offload.sas.size() <= 400);
    world_.advance(std::chrono::minutes(3));
    fuzz::require(target.manager->num_half_open() == 0);
    updates_.check_victim();
    target.manager->terminate({});
    world_.time.run_due();
    fuzz::require(target.sas().empty() && target.offload.sas.empty());
    fuzz::require(target.offload.paths.empty() && target.offload.inner_addresses.empty());
  }

 private:
  /// The target alone; its file is read once for all inputs.
  void configure(bool is_initiator) {
    static const ConnectionConfig kGateway = connection(gateway_conf("pools = p"));
    static const ConnectionConfig kClient = connection(client_conf());
    ike::Manager& manager = *forger_.target.manager;
    manager.load_connection(is_initiator ? kGateway : kClient);
    if (is_initiator) manager.load_pool({"p", Prefix::parse("10.77.0.0/29").value(), {}});
    const Bytes secret(forger_.psk.begin(), forger_.psk.end());
    manager.credentials().add_shared({"psk", SecretBytes(secret), {}});
  }

  /// The peer has the same private value whenever it comes; the target has a fresh one.
  static std::unique_ptr<DiffieHellman>& kept_key() {
    static std::unique_ptr<DiffieHellman> key;
    return key;
  }

  bool is_established() const { return due_ > 6 && !forger_.last_block.empty(); }

  /// Of the message of Main Mode that is due, as they should be.
  ike::Parts parts() {
    ike::Parts all = forger_.parts(due_);
    if (knows_updates_ && due_ <= 2)
      for (const Vendor vendor : {Vendor::kHoldfast, Vendor::kNatT})
        all.emplace_back(PayloadType::kVendorId, vendor_id(vendor));
    return all;
  }

  /// The answer that Main Mode gives; false if there is another one, or none.
  bool hear(unsigned number) {
    if (forger_.answers.empty()) return false;
    const Bytes answer = forger_.answers.front().bytes;
    const auto head = parse_header(answer);
    fuzz::require(head.has_value());
    if (head->exchange != ExchangeType::kMainMode) return false;
    forger_.hear(number, answer);
    return true;
  }

  void say_main_mode(const ike::Parts& parts) {
    const bool is_initiator = forger_.role == Forger::As::kInitiator;
    if (!is_initiator && due_ == 4 && !forger_.keys) forger_.derive_keys();
    const Bytes iv = forger_.iv;
    forger_.say(forger_.main_mode(due_, parts));
    const bool is_heard = !is_initiator && due_ == 6 ? true : hear(due_ + 1);
    // It may have gone to port 4500 (RFC 3947, 4).
    if (!is_initiator && !forger_.answers.empty()) forger_.self.port = forger_.answers[0].to.port;
    if (is_heard)
      due_ += 2;
    else
      forger_.iv = iv;
  }

  void answer_quick() {
    if (forger_.answers.empty()) return;
    const Bytes message = forger_.answers.front().bytes;
    const auto head = parse_header(message);
    if (!head || head->exchange != ExchangeType::kQuickMode) return;
    forger_.hear_quick(message);
    forger_.say(forger_.quick_2(head->message_id, forger_.quick_parts()));
  }

  /// One payload of `parts` becomes other bytes, another type, doubled, or goes.
  static ike::Parts changed(ike::Parts parts, unsigned operation, unsigned index, ByteView bytes) {
    auto& [type, body] = parts[index % parts.size()];
    switch (operation % 4) {
      case 0:
        body.assign(bytes.begin(), bytes.end());
        break;
      case 1:
        for (std::size_t i = 0; i < bytes.size() && !body.empty(); ++i)
          body[(index + i) % body.size()] ^= bytes[i];
        break;
      case 2:
        parts.emplace_back(PayloadType{static_cast<std::uint8_t>(index | 1)},
                           Bytes(bytes.begin(), bytes.end()));
        break;
      default:
        parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(index % parts.size()));
        break;
    }
    return parts;
  }

  Header header(ExchangeType type, std::uint32_t id) const {
    Header head;
    head.initiator_cookie = forger_.cookies.initiator;
    head.responder_cookie = forger_.cookies.responder;
    head.exchange = type;
    head.message_id = id;
    return head;
  }

  void say_hashed(ExchangeType type, std::uint32_t id, const ike::Parts& rest) {
    forger_.say(forger_.hashed(type, id, rest));
  }

  /// HASH over what may be no chain of payloads at all.
  void say_plain(ExchangeType type, std::uint32_t id, ByteView bytes) {
    WireWriter plain;
    const Bytes hash = ike::hash_phase2(*forger_.keys, id, {bytes});
    plain.u8(bytes.empty() ? 0 : bytes[0]);
    plain.u8(0);
    plain.u16(static_cast<std::uint16_t>(4 + hash.size()));
    plain.append(hash);
    plain.append(bytes);
    Bytes padded = plain.take();
    padded.resize((padded.size() + 15) / 16 * 16);
    const Bytes iv = ike::phase2_iv(forger_.proposal, forger_.last_block, id);
    const Bytes body =
        cbc_encrypt(CipherAlgorithm::kAesCbc, forger_.keys->cipher_key.view(), iv, padded);
    say_body(header(type, id), PayloadType::kHash, kFlagEncrypted, body);
  }

  void say_raw_in_clear(std::uint32_t id, ByteView bytes) {
    const PayloadType first{bytes.empty() ? std::uint8_t{0} : bytes[0]};
    say_body(header(id & 1 ? ExchangeType::kMainMode : ExchangeType::kInformational, 0), first, 0,
             bytes.empty() ? bytes : bytes.subspan(1));
  }

  void say_body(Header head, PayloadType first, std::uint8_t flags, ByteView body) {
    head.next_payload = first;
    head.flags = flags;
    head.length = static_cast<std::uint32_t>(kHeaderBytes + body.size());
    WireWriter writer;
    write_header(writer, head);
    writer.append(body);
    forger_.say(writer.view());
  }

  World world_;
  Forger forger_;
  UpdateTalk updates_;
  bool knows_updates_;
  unsigned due_;
};

}  // namespace
}  // namespace holdfast::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  testing::FLAGS_gtest_break_on_failure = true;
  WireReader reader({data, size});
  const std::uint8_t state = reader.u8();
  test::Walk walk(state & 0x80, state & 0x40, state % test::kNumStates);
  for (unsigned i = 0; i < 20 && reader.left() > 0 && reader.ok(); ++i) {
    const std::uint8_t operation = reader.u8(), id = reader.u8(), index = reader.u8();
    const std::size_t length = std::min<std::size_t>(reader.u8(), reader.left());
    walk.run(operation, 1u + id, index, reader.take(length));
  }
  walk.check();
  return 0;
}
