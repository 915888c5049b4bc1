// SPDX-License-Identifier: Apache-2.0
// A peer that holds all keys itself and says whatever a test wants it to say.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/diffie_hellman.h"
#include "exchange/world.h"
#include "ike/exchange.h"
#include "ike/keymat.h"
#include "ike/protection.h"
#include "isakmp/payloads.h"

namespace holdfast::test {

/// One end of Main and Quick Mode, message by message, made of the building blocks of host/ike but
/// of none of its states. As an initiator it stands at 192.0.2.9 and talks to `world.responder`; as
/// a responder it stands where `world.responder` is, and `world.initiator` talks to it. While it
/// lives all that the ends send comes to it and goes nowhere else.
class Forger {
 public:
  enum class As : std::uint8_t { kInitiator, kResponder };
  explicit Forger(World& world, As role = As::kInitiator, std::uint64_t seed = 7);
  Forger(const Forger&) = delete;
  Forger& operator=(const Forger&) = delete;
  ~Forger() { world.on_send = before_; }

  // ------------------------------------------------------------ the wire
  /// Gives a message to the target; what it sends at once stands in `answers` then.
  void say(ByteView message) { say(message, self); }
  void say(ByteView message, const Endpoint& from);
  /// The only answer; the test fails if there is another number of them.
  Bytes answer() const;

  // ------------------------------------------------------------ phase 1
  /// Payloads of messages 1 to 6, as they should be; 5 and 6 need keys.
  ike::Parts parts(unsigned message);
  /// The message of `parts(number)`, or of others; encrypted for 5 and 6, when its IV moves on.
  Bytes main_mode(unsigned number) { return main_mode(number, parts(number)); }
  Bytes main_mode(unsigned number, const ike::Parts& with);
  /// Takes a message of the target into account.
  void hear(unsigned number, ByteView message);
  /// All of Main Mode; false if the target does not go along.
  bool establish();
  void derive_keys();

  // ------------------------------------------------------------ phase 2
  /// HASH(1) and `rest`, encrypted; `hash` instead of the right one.
  Bytes hashed(isakmp::ExchangeType type, std::uint32_t id, const ike::Parts& rest,
               std::optional<Bytes> hash = std::nullopt);
  Bytes informational(std::uint32_t id, const ike::Parts& rest) {
    return hashed(isakmp::ExchangeType::kInformational, id, rest);
  }
  /// Encrypted as the next message of the exchange `id`.
  Bytes encrypted(isakmp::ExchangeType type, std::uint32_t id, const ike::Parts& parts);
  /// SA, nonce, IDci and IDcr of Quick Mode; both ends offer and ask for the same.
  ike::Parts quick_parts(std::uint32_t spi = 0x0abc'def0);
  Bytes quick_1(std::uint32_t id) {
    return hashed(isakmp::ExchangeType::kQuickMode, id, quick_parts());
  }
  /// Message 3, after hear_quick() of message 2.
  Bytes quick_3(std::uint32_t id);
  /// Message 2, after hear_quick() of message 1.
  Bytes quick_2(std::uint32_t id, const ike::Parts& rest);
  void hear_quick(ByteView message);
  /// Both ways at once: true if Quick Mode `id` brought up a child.
  bool quick(std::uint32_t id);

  ike::Parts notify(isakmp::NotifyType type, const Bytes& data = {}) const;
  ike::Parts dpd(std::uint32_t sequence) const;
  ike::Parts delete_ike() const;
  static ike::Parts delete_esp(const std::vector<std::uint32_t>& spis);

  /// A decrypted message.
  struct Opened {
    isakmp::Header header;
    Bytes plain;
    std::vector<isakmp::Payload> payloads;
    const isakmp::Payload* find(isakmp::PayloadType type) const {
      return isakmp::find(payloads, type);
    }
  };
  /// Of phase 2; moves the IV of its exchange on. The test fails if it cannot be read.
  Opened open(ByteView message);
  /// Type of the notification in an answer, in clear or not; nothing if there is none.
  std::optional<isakmp::NotifyType> told(ByteView message);

  World& world;
  End& target;
  Endpoint self;
  As role;
  std::vector<InFlight> answers;
  SeededRandom random;
  std::string psk = "a key that is long enough", name;
  ike::Cookies cookies;
  IkeProposal proposal{CipherAlgorithm::kAesCbc, 128, HashAlgorithm::kSha256, DhGroup::kCurve25519};
  EspProposal esp;
  Bytes sai_body, own_nonce, peer_public, peer_nonce, iv, last_block;
  Bytes quick_nonce, quick_peer_nonce;
  std::unique_ptr<DiffieHellman> dh;
  std::optional<ike::Phase1Keys> keys;

 private:
  isakmp::Header header(isakmp::ExchangeType type, std::uint32_t id) const;
  Bytes& exchange_iv(std::uint32_t id);
  ike::Parts proof();
  std::map<std::uint32_t, Bytes> ivs_;
  std::function<bool(InFlight&)> before_;
};

/// The body of the first payload of a type in `parts`; the test fails if there is none.
Bytes& body_of(ike::Parts& parts, isakmp::PayloadType type);
void erase(ike::Parts& parts, isakmp::PayloadType type);

}  // namespace holdfast::test
