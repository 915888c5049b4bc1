// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "holdfast/owned_fd.h"
#include "ike/key_log.h"

namespace holdfast::log {

/// Session keys as tables of Wireshark 4: `ikev1_decryption_table` and `esp_sa`. A line each, added
/// at the end of the file, which only its owner may read.
class KeyFiles : public ike::KeyLog {
 public:
  /// Empty: no such file. `complain` hears of lines that could not be written.
  struct Paths {
    std::string isakmp, esp;
  };
  using Complain = std::function<void(const Error& error)>;
  /// Errors: kIo; kRefused (not a regular file of our own).
  static Result<std::unique_ptr<KeyFiles>> open(const Paths& paths, Complain complain);

  void on_isakmp_keys(const isakmp::Cookie& initiator, ByteView cipher_key) override;
  void on_esp_keys(const SaConfig& sa, bool is_outer_ipv6) override;

 private:
  struct File {
    std::string path;
    OwnedFd fd;
  };
  static Status open_file(const std::string& path, File& file);
  void append(const File& file, std::string line) const;

  File isakmp_, esp_;
  Complain complain_;
};

}  // namespace holdfast::log
