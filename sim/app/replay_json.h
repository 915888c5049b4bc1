// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "app/replay_tally.h"
#include "base/result.h"
#include "pcap/capture.h"

namespace holdfast::app {

/// The report for programs: one JSON object, one line a packet, then the summary
/// (docs/holdfast_replay.md). Written as the replay goes, so that it needs no memory.
class JsonReport {
 public:
  /// Errors: kIo.
  static Result<JsonReport> create(const std::string& path);

  void add(const pcap::CapturedPacket& packet, const Route& route, const Verdict* verdict,
           const std::optional<std::string>& difference);
  /// `error`: what ended the replay early. Errors: kIo.
  Status finish(const Summary& summary, const Tally& tally, const std::vector<ReplaySa>& sas,
                const std::optional<Error>& error);

 private:
  using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
  JsonReport(std::string path, File file) : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  File file_;
  bool has_packets_ = false;
};

}  // namespace holdfast::app
