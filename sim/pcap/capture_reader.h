// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "pcap/capture.h"

struct pcap;  // of libpcap

namespace holdfast::pcap {

/// Reads pcap and pcapng files, with stamps of micro- or nanoseconds, packet after packet.
///
/// All interfaces of a pcapng file must have one link type and one snapshot length.
class CaptureReader {
 public:
  /// Errors: kNotFound (no such file), kIo, kBadFormat (not a capture), kUnsupported (link type).
  static Result<CaptureReader> open(const std::string& path);

  LinkType link_type() const { return link_type_; }
  /// The next packet, or nothing at the end of the file. After an error the reader is at its end.
  /// Errors: kBadFormat, with the number of the packet.
  Result<std::optional<CapturedPacket>> next();
  /// How much of the file has been read, 0 to 1.
  double progress() const;

 private:
  struct Close {
    void operator()(::pcap* handle) const;
  };

  CaptureReader(std::string path, ::pcap* handle, LinkType link_type, std::uint64_t file_bytes)
      : path_(std::move(path)), handle_(handle), link_type_(link_type), file_bytes_(file_bytes) {}

  std::string path_;
  std::unique_ptr<::pcap, Close> handle_;
  LinkType link_type_;
  std::uint64_t file_bytes_;
  std::uint64_t num_packets_ = 0;
  bool has_ended_ = false;
};

}  // namespace holdfast::pcap
