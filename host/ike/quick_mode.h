// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "crypto/diffie_hellman.h"
#include "ike/child_sa.h"
#include "ike/exchange.h"
#include "ike/negotiation.h"

namespace holdfast::ike {

/// Quick Mode (RFC 2409, 5.5): one pair of IPsec SAs. What both roles have in common.
class QuickMode : public Exchange {
 public:
  QuickMode(IkeSa& sa, std::uint32_t message_id);
  ~QuickMode() override;

 protected:
  /// The peer's nonce, and its public value where `group` wants one.
  Status take_nonce_and_key(const std::vector<isakmp::Payload>& payloads, DhGroup group);
  /// What the two ends agreed on, of the child with child_name().
  ChildSa::Agreement agreement_of(const Phase2Choice& choice, const TrafficSelector& local,
                                  const TrafficSelector& remote) const;
  /// Makes the child; KEYMAT of both SAs (RFC 2409, 5.5).
  Status make_child(ChildSa::Agreement agreement);
  Status install_inbound();
  Status install_outbound();
  /// The child is the ISAKMP SA's from now on.
  ChildSa& hand_over();
  Bytes key_exchange_value() const;

  Spi spi_in_{};
  bool owns_spi_ = true;
  std::unique_ptr<DiffieHellman> dh_;
  Bytes own_nonce_, peer_nonce_, peer_public_;
  std::unique_ptr<ChildSa> child_;
  SecretBytes keymat_in_, keymat_out_;
};

class QuickModeInitiator : public QuickMode {
 public:
  /// `rekeys`: id of the child that is replaced, 0 if none.
  QuickModeInitiator(IkeSa& sa, std::uint32_t message_id, std::string child, std::uint32_t rekeys,
                     Manager::Done done);
  /// Sends message 1. Errors: kUnsupported (the card can do none of the proposals), kNotFound.
  Status start();
  std::string child_name() const override { return name_; }
  Spi spi() const { return spi_in_; }
  /// Who is told of the outcome.
  Manager::Done& done() { return done_; }
  /// The peer refused it, or the ISAKMP SA ends.
  void abandon(const std::string& reason);

 private:
  Status on_message(const std::vector<isakmp::Payload>& payloads) override;
  void on_gave_up() override;
  /// Says which proposals cannot stand in the offer.
  void log_left_out(const ChildConfig& child) const;
  Result<ChildSa::Agreement> agree(const std::vector<isakmp::Payload>& payloads);

  std::string name_;
  std::uint32_t rekeys_;
  Manager::Done done_;
  std::vector<EspProposal> offered_;
  bool is_udp_offered_ = false;
  TrafficSelector local_, remote_;
};

class QuickModeResponder : public QuickMode {
 public:
  QuickModeResponder(IkeSa& sa, std::uint32_t message_id);
  std::string child_name() const override { return name_; }

 private:
  Status on_message(const std::vector<isakmp::Payload>& payloads) override;
  Status on_message_1(const std::vector<isakmp::Payload>& payloads);
  Status on_message_3(const std::vector<isakmp::Payload>& payloads);
  Status complete();
  bool is_answered_otherwise() override;
  void on_gave_up() override;
  /// Of the peer and of this end.
  Result<std::array<TrafficSelector, 2>> read_selectors(
      const std::vector<isakmp::Payload>& payloads) const;
  /// Child of the configuration that allows what the peer asks for.
  const ChildConfig* choose_child(const TrafficSelector& local, const TrafficSelector& remote);
  Result<Phase2Choice> choose(const isakmp::SaPayload& offer, const ChildConfig& child,
                              const std::vector<isakmp::Payload>& payloads) const;
  Status refuse(isakmp::NotifyType type, Error error);

  std::string name_;
  std::optional<Spi> peer_spi_;
};

/// `dynamic` in the configuration becomes the end's own, or virtual, address.
TrafficSelector resolve(const TrafficSelector& selector, const IkeSa& sa, bool is_local);
/// All that `inner` matches `outer` matches too.
bool contains(const TrafficSelector& outer, const TrafficSelector& inner);

}  // namespace holdfast::ike
