// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "ike/protection.h"
#include "ike/retransmitter.h"

namespace holdfast::ike {

class IkeSa;

/// Payloads of a message that is being made, and their bytes as they will stand in it.
using Parts = std::vector<std::pair<isakmp::PayloadType, Bytes>>;
isakmp::PayloadWriter chain(const Parts& parts);

/// An exchange of phase 2 with a message ID and an IV of its own (RFC 2409, appendix B).
class Exchange {
 public:
  Exchange(IkeSa& sa, isakmp::ExchangeType type, std::uint32_t message_id);
  virtual ~Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  std::uint32_t message_id() const { return message_id_; }
  isakmp::ExchangeType type() const { return type_; }
  /// Decrypts, parses and works on a message. Errors: what is wrong with it; then nothing changed,
  /// and the exchange goes on waiting.
  Status receive(ByteView body);
  bool is_done() const { return is_done_; }
  /// Child of the configuration that it brings up, if it does.
  virtual std::string child_name() const { return {}; }

  Bytes last_digest;  ///< Of the last message received.
  Bytes last_sent;

 protected:
  /// The first payload is HASH; the rest is unchecked.
  virtual Status on_message(const std::vector<isakmp::Payload>& payloads) = 0;
  /// Encrypts HASH and the payloads behind it, keeps the message and sends it; again and again
  /// until something comes if it `is_answered`.
  void send(const Bytes& hash, const Parts& rest, bool is_answered);
  /// There is no answer yet. True if none is needed any more, and the exchange is over.
  virtual bool is_answered_otherwise() { return false; }
  /// Nobody answered.
  virtual void on_gave_up() {}
  void finish();
  /// What follows the HASH payload.
  static ByteView after_hash(const std::vector<isakmp::Payload>& payloads, ByteView plain);
  Status check_hash(const std::vector<isakmp::Payload>& payloads, ByteView expected);

  IkeSa& sa_;
  ByteView plain_;  // of the message that is worked on, without padding

 private:
  isakmp::ExchangeType type_;
  std::uint32_t message_id_;
  Bytes iv_;
  bool is_done_ = false;
  Retransmitter retransmitter_;
};

}  // namespace holdfast::ike
