// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "pcap/capture.h"

struct pcap;         // of libpcap
struct pcap_dumper;  // of libpcap

namespace holdfast::pcap {

/// Writes a pcap file with stamps of nanoseconds.
class CaptureWriter {
 public:
  /// Replaces the file if there is one. Errors: kIo.
  static Result<CaptureWriter> create(const std::string& path, LinkType link_type);

  /// `packet` begins with the header that the link type wants. Errors: kIo, after which the file
  /// is not complete.
  Status write(const Timestamp& time, std::span<const std::uint8_t> packet);
  /// Brings everything into the file. Errors: kIo.
  Status finish();

 private:
  struct Close {
    void operator()(::pcap* handle) const;
    void operator()(::pcap_dumper* dumper) const;
  };

  CaptureWriter(std::string path, std::unique_ptr<::pcap, Close> handle,
                std::unique_ptr<::pcap_dumper, Close> dumper);
  Status check() const;

  std::string path_;
  std::unique_ptr<::pcap, Close> handle_;
  std::unique_ptr<::pcap_dumper, Close> dumper_;
};

}  // namespace holdfast::pcap
