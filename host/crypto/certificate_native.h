// SPDX-License-Identifier: Apache-2.0
// Private to the room.
#pragma once

#include "crypto/certificate.h"
#include "crypto/openssl_ptr.h"
#include "crypto/signature_key.h"

namespace holdfast {

struct Certificate::Native {
  openssl::X509Ptr x509;
  openssl::GeneralNamesPtr names;  ///< subjectAltName; nullptr if there is none.
  openssl::KeyTraits traits;
};

namespace openssl {

/// "C=CH, O=Lab, CN=gw.lab"; what could hide something in a log is escaped.
std::string dn_text(const X509_NAME* name);

}  // namespace openssl
}  // namespace holdfast
