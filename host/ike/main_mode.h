// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "config/connection.h"
#include "crypto/certificate.h"
#include "crypto/diffie_hellman.h"
#include "ike/exchange.h"
#include "isakmp/payloads.h"

namespace holdfast::ike {

/// Main Mode (RFC 2409, 5; RFC 2408, 4.5) of either role: six messages, each taken only where it is
/// due. The peer is somebody only after message 5 or 6.
class MainMode {
 public:
  /// `proposals` of the configuration; for a responder those of all that could be meant.
  explicit MainMode(IkeSa& sa);

  /// Initiator: sends message 1.
  void start();
  /// Errors: what is wrong with the message; nothing changed then, but for `is_fatal`.
  Status receive(const isakmp::Header& header, ByteView message);
  bool is_duplicate(ByteView digest) const;
  /// A message that came before: the answer to it goes out again.
  bool answer_duplicate(ByteView digest);
  bool is_done() const { return step_ == Step::kDone; }
  Bytes take_last_sent() { return std::move(last_sent_); }
  /// The error of the last receive() ends the SA.
  bool is_fatal() const { return is_fatal_; }
  /// Message that is awaited, for logs: 2 to 6.
  unsigned awaited() const { return static_cast<unsigned>(step_); }

 private:
  friend class Authentication;
  /// By the message that is awaited; a responder begins with message 1.
  enum class Step : std::uint8_t {
    kMessage1 = 1,
    kMessage2,
    kMessage3,
    kMessage4,
    kMessage5,
    kMessage6,
    kDone
  };
  using Payloads = std::vector<isakmp::Payload>;

  Status on_message_1(const Payloads& payloads);
  Status on_message_2(const Payloads& payloads);
  Status on_message_3(const Payloads& payloads);
  Status on_message_4(const Payloads& payloads);
  Status on_message_5(const Payloads& payloads);
  Status on_message_6(const Payloads& payloads);
  Status receive_encrypted(const isakmp::Header& header, ByteView body);

  Parts first_parts(const isakmp::SaPayload& sa) const;
  Result<Parts> key_exchange_parts();
  void note_vendors(const Payloads& payloads);
  Status take_key_exchange(const Payloads& payloads);
  /// Requests may stand in any message (RFC 2409, 5.1).
  Status note_certificate_requests(const Payloads& payloads);
  void note_nat(const Payloads& payloads);
  Status derive_keys();
  void float_ports();
  Status fatal(Error error);
  void send_in_clear(const Parts& parts, bool is_answered);
  void send_encrypted(const Parts& parts, bool is_answered);
  /// Done: what is left only answers repeated messages.
  void finish();
  void gave_up();
  ByteView gxi() const;
  ByteView gxr() const;

  IkeSa& sa_;
  Step step_;
  bool is_fatal_ = false;
  Bytes sai_body_;
  IkeProposal proposal_;
  std::uint16_t auth_method_ = 0;
  Seconds peer_lifetime_{0};
  std::unique_ptr<DiffieHellman> dh_;
  Bytes peer_public_, own_nonce_, peer_nonce_, iv_;
  bool was_cert_requested_ = false;
  Bytes last_digest_, last_sent_;
  Retransmitter retransmitter_;
};

/// NAT-D hash (RFC 3947, 3.2) of one end.
Bytes nat_hash(HashAlgorithm hash, const Cookies& cookies, const Endpoint& endpoint);

}  // namespace holdfast::ike
