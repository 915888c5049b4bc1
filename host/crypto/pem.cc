// SPDX-License-Identifier: Apache-2.0
#include "crypto/pem.h"

#include <openssl/pem.h>

#include <climits>
#include <string>

#include "crypto/openssl_ptr.h"

namespace holdfast::openssl {
namespace {

/// One object of a PEM file, wiped at its end: it may be a key.
struct PemObject {
  PemObject() = default;
  PemObject(const PemObject&) = delete;
  PemObject& operator=(const PemObject&) = delete;
  ~PemObject() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, static_cast<std::size_t>(size));
  }
  bool read(BIO* bio) { return PEM_read_bio(bio, &name, &header, &data, &size) == 1; }

  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
};

tl::unexpected<Error> bad(std::string_view what, std::string_view rest) {
  return fail(ErrorCode::kBadFormat, "", std::string(what) + " " + std::string(rest));
}

}  // namespace

bool looks_like_der(ByteView data) {
  constexpr std::uint8_t kSequence = 0x30;
  return !data.empty() && data[0] == kSequence;
}

Result<Bytes> der_of(ByteView data, std::string_view label, std::string_view old_label,
                     std::string_view what) {
  const ErrorsForgotten forgotten;
  if (looks_like_der(data)) return Bytes(data.begin(), data.end());
  if (data.empty() || data.size() > INT_MAX) return bad(what, "is empty or far too long");
  const BioPtr bio(BIO_new_mem_buf(data.data(), static_cast<int>(data.size())));
  HOLDFAST_CHECK(bio != nullptr);
  Bytes found;
  while (true) {
    PemObject object;
    if (!object.read(bio.get())) break;
    if (object.name != label && object.name != old_label) continue;
    if (!found.empty()) return bad(what, "is not alone in its file");
    if (object.header[0] != '\0' || object.size <= 0) return bad(what, "is encrypted or empty");
    found.assign(object.data, object.data + object.size);
  }
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
    return bad(what, "is in PEM that is damaged");
  }
  if (found.empty()) return bad(what, "is neither DER nor PEM");
  return found;
}

}  // namespace holdfast::openssl
