// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/replay_card.h"
#include "base/result.h"

namespace holdfast::app {

/// The same capture through a second card, to compare with.
///
/// It runs in a process of its own, because the driver never installs an outbound key twice in one
/// (its IVs would repeat, RFC 4106, 3.1). Start it before the first card is opened: only what this
/// process has then is copied.
class ReplayShadow {
 public:
  /// Errors: kIo. What goes wrong with the card itself comes from the calls below.
  static Result<std::unique_ptr<ReplayShadow>> start(const std::string& card_name,
                                                     const std::string& capture_path,
                                                     const std::vector<ReplaySa>& sas);
  ReplayShadow(const ReplayShadow&) = delete;
  ReplayShadow& operator=(const ReplayShadow&) = delete;
  /// Ends the process.
  ~ReplayShadow();

  /// Once, first: waits until the second card is open and has the SAs. Errors: those of the second
  /// card; kIo.
  Status wait_open();
  /// The verdict on the next packet that a card sees. Errors: those of the second card; kIo.
  Result<Verdict> next();
  /// Once, last: waits for the end of the second replay. Errors: those of the second card; kIo,
  /// also if it has verdicts that next() was not asked for.
  Status finish();

 private:
  struct Message;
  ReplayShadow(std::FILE* pipe, pid_t child) : pipe_(pipe), child_(child) {}
  Result<Message> read();

  std::FILE* pipe_;
  pid_t child_;
};

/// What is different, or nothing. Whether a repeated packet meets the early or the late replay
/// check, and so whether its ICV is looked at before, depends on timing: that is no difference.
std::optional<std::string> difference(const Verdict& here, const Verdict& there);

}  // namespace holdfast::app
