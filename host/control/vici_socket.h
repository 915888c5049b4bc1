// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::control {

inline constexpr std::string_view kDefaultViciPath = "/var/run/charon.vici";

/// The path of "unix:///path" or "/path". Errors: kBadFormat.
Result<std::string> parse_vici_uri(std::string_view uri);

/// A UNIX stream socket that listens, with mode 0770, and takes its file along when it ends. Access
/// to the file is the only authentication of its clients.
class ViciSocket {
 public:
  /// The file of a daemon that was killed is replaced. Errors: kInUse (a daemon answers there, or
  /// the file is no socket), kBadValue (path too long), kIo.
  static Result<ViciSocket> listen(const std::string& path);
  ViciSocket(ViciSocket&& other) noexcept;
  ViciSocket& operator=(ViciSocket&&) = delete;
  ~ViciSocket();

  int fd() const { return fd_; }
  /// A client's descriptor, which does not block; -1 if none waits.
  int accept();

 private:
  ViciSocket(int fd, std::string path);
  int fd_;
  std::string path_;
  unsigned long long device_ = 0, inode_ = 0;  // of the file that this one made
};

/// Connects as a client; the descriptor blocks. Errors: kNotFound (no socket there, or nobody
/// answers), kRefused (no permission), kBadValue, kIo.
Result<int> connect_vici(const std::string& path);

}  // namespace holdfast::control
