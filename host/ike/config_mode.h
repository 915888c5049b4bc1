// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ike/address_pool.h"
#include "ike/exchange.h"
#include "isakmp/payloads.h"

namespace holdfast::ike {

/// Mode Config (draft-dukes-ike-mode-cfg-02): a Transaction exchange of two messages, of HASH and
/// attributes. A client asks (pull, REQUEST and REPLY), or a gateway tells (push, SET and ACK).
class ConfigMode : public Exchange {
 public:
  ConfigMode(IkeSa& sa, std::uint32_t message_id);

 protected:
  Result<isakmp::ConfigPayload> read(const std::vector<isakmp::Payload>& payloads);
  void send_config(const isakmp::ConfigPayload& config, bool is_answered);
  /// Addresses for the peer, at most one a family: of those that it asked for or, pushed, of all.
  std::vector<isakmp::Attribute> assign(const std::vector<isakmp::Attribute>& wanted);
  /// Takes inner addresses of this end, as many as it asks for; false if there is none.
  bool take(const std::vector<isakmp::Attribute>& attributes);

 private:
  void lease(AddressPool& pool, const isakmp::Attribute* wish);
};

class ConfigModeInitiator : public ConfigMode {
 public:
  using ConfigMode::ConfigMode;
  void start();

 private:
  Status on_message(const std::vector<isakmp::Payload>& payloads) override;
  void on_gave_up() override;
};

class ConfigModeResponder : public ConfigMode {
 public:
  using ConfigMode::ConfigMode;

 private:
  Status on_message(const std::vector<isakmp::Payload>& payloads) override;
};

}  // namespace holdfast::ike
