// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/connection.h"
#include "ike/exchange.h"
#include "ike/main_mode.h"

namespace holdfast::ike {

struct Context;
class IkeSa;

/// Values of the authentication attribute that a connection can offer or take. Errors: kNotFound
/// (no certificate with a key for our identity).
Result<std::vector<std::uint16_t>> auth_methods(Context& context, const ConnectionConfig& config);

/// Our certificate for a connection: the configured one, or one that names our identity and has its
/// key. Nothing if there is none.
std::optional<Certificate> own_certificate(Context& context, const ConnectionConfig& config);

/// That certificate and the authorities between it and the one at the end of its chain, as far as
/// we have them; the end itself is for the peer to trust. Empty if there is none.
std::vector<Certificate> own_chain(Context& context, const ConnectionConfig& config);

/// Our identity on the connection, for %any the certificate's subject or the own address.
Identity own_identity(Context& context, const ConnectionConfig& config, const IpAddress& own);

/// Secret of a connection before the peer said who it is. nullptr if there is none.
const SecretBytes* secret_for(Context& context, const ConnectionConfig& config, const Endpoint& own,
                              const Endpoint& peer);

/// What a peer sent to prove who it is.
struct Proof {
  Identity identity;
  Bytes hash;  ///< What HASH must be, or what the signature is over.
  const isakmp::Payload* hash_payload = nullptr;
  const isakmp::Payload* signature = nullptr;
  std::vector<Certificate> certificates;
};
/// Errors: kRefused or kBadValue, with the reason.
Status check_proof(Context& context, const ConnectionConfig& config, std::uint16_t auth_method,
                   const Proof& proof);

/// Connections that fit two endpoints, most exact ones first.
std::vector<std::shared_ptr<const ConnectionConfig>> candidates(const Context& context,
                                                                const Endpoint& own,
                                                                const Endpoint& peer);

}  // namespace holdfast::ike
