// SPDX-License-Identifier: Apache-2.0
#include "app/replay_shadow.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "app/replay_run.h"
#include "pcap/capture_reader.h"

namespace holdfast::app {
namespace {

/// What the child writes: that its card is open, a verdict for each packet, that it came to its
/// end; or an error, and nothing behind it. `num_bytes` bytes follow.
struct Record {
  enum Kind : std::uint32_t { kVerdict = 1, kError = 2, kOpen = 3, kEnd = 4 };
  std::uint32_t kind;
  std::uint32_t code;  ///< DropReason or ErrorCode
  std::uint32_t sa_index;
  std::uint32_t generation;
  std::uint64_t num_bytes;
};
static_assert(sizeof(Record) == 24);

constexpr std::uint64_t kMaxRecordBytes = 1 << 20;
constexpr const char* kPlace = "the card to compare with";

bool write_record(std::FILE* pipe, Record record, const void* bytes) {
  return std::fwrite(&record, sizeof record, 1, pipe) == 1 &&
         std::fwrite(bytes, 1, record.num_bytes, pipe) == record.num_bytes;
}

Status replay_into(std::FILE* pipe, const std::string& card_name, const std::string& capture_path,
                   const std::vector<ReplaySa>& sas) {
  auto capture = pcap::CaptureReader::open(capture_path);
  if (!capture) return tl::unexpected(capture.error());
  auto card = ReplayCard::open(card_name, sas);
  if (!card) return tl::unexpected(card.error());
  if (!write_record(pipe, {Record::kOpen, 0, 0, 0, 0}, nullptr) || std::fflush(pipe) != 0)
    return fail(ErrorCode::kIo, "", "nobody listens");
  const OnPacket on_packet = [pipe](const pcap::CapturedPacket&, const Route&,
                                    const Verdict* verdict) -> Status {
    if (verdict == nullptr) return {};
    const Record record{Record::kVerdict, static_cast<std::uint32_t>(verdict->reason),
                        verdict->sa_index, verdict->generation, verdict->bytes.size()};
    if (!write_record(pipe, record, verdict->bytes.data()))
      return fail(ErrorCode::kIo, "", "nobody listens");
    return {};
  };
  return run_capture(*capture, sas, **card, on_packet);
}

[[noreturn]] void run_child(int fd, const std::string& card_name, const std::string& capture_path,
                            const std::vector<ReplaySa>& sas) {
  std::signal(SIGPIPE, SIG_IGN);
  std::FILE* pipe = fdopen(fd, "wb");
  HOLDFAST_CHECK(pipe != nullptr);
  const Status status = replay_into(pipe, card_name, capture_path, sas);
  if (!status) {
    const std::string text = status.error().text();
    write_record(
        pipe, {Record::kError, static_cast<std::uint32_t>(status.error().code), 0, 0, text.size()},
        text.data());
  } else {
    write_record(pipe, {Record::kEnd, 0, 0, 0, 0}, nullptr);
  }
  std::fclose(pipe);
  _exit(0);
}

bool is_timing_of_replay(DropReason early, DropReason late) {
  return early == DropReason::kReplayEarly &&
         (late == DropReason::kReplayLate || late == DropReason::kIcv ||
          late == DropReason::kTruncated);
}

}  // namespace

Result<std::unique_ptr<ReplayShadow>> ReplayShadow::start(const std::string& card_name,
                                                          const std::string& capture_path,
                                                          const std::vector<ReplaySa>& sas) {
  int ends[2];
  std::fflush(nullptr);  // else the child writes it again
  if (pipe(ends) != 0) return fail(ErrorCode::kIo, "pipe", std::strerror(errno));
  const pid_t child = fork();
  if (child < 0) return fail(ErrorCode::kIo, "fork", std::strerror(errno));
  if (child == 0) {
    close(ends[0]);
    run_child(ends[1], card_name, capture_path, sas);
  }
  close(ends[1]);
  std::FILE* pipe = fdopen(ends[0], "rb");
  HOLDFAST_CHECK(pipe != nullptr);
  return std::unique_ptr<ReplayShadow>(new ReplayShadow(pipe, child));
}

ReplayShadow::~ReplayShadow() {
  std::fclose(pipe_);  // a child that still writes ends by itself
  while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

struct ReplayShadow::Message {
  Record record;
  std::vector<std::uint8_t> bytes;
};

/// The next message that is no error.
Result<ReplayShadow::Message> ReplayShadow::read() {
  Message message{};
  if (std::fread(&message.record, sizeof message.record, 1, pipe_) != 1 ||
      message.record.num_bytes > kMaxRecordBytes)
    return fail(ErrorCode::kIo, kPlace, "ended before its time");
  message.bytes.resize(message.record.num_bytes);
  if (std::fread(message.bytes.data(), 1, message.bytes.size(), pipe_) != message.bytes.size())
    return fail(ErrorCode::kIo, kPlace, "ended before its time");
  if (message.record.kind == Record::kError)
    return fail(static_cast<ErrorCode>(message.record.code), kPlace,
                std::string(message.bytes.begin(), message.bytes.end()));
  return message;
}

Status ReplayShadow::wait_open() {
  const auto message = read();
  if (!message) return tl::unexpected(message.error());
  HOLDFAST_CHECK(message->record.kind == Record::kOpen);
  return {};
}

Result<Verdict> ReplayShadow::next() {
  auto message = read();
  if (!message) return tl::unexpected(message.error());
  const Record& record = message->record;
  if (record.kind == Record::kEnd)
    return fail(ErrorCode::kIo, kPlace, "has no verdict on a packet that this card took");
  HOLDFAST_CHECK(record.kind == Record::kVerdict);
  return Verdict{static_cast<DropReason>(record.code), static_cast<std::uint16_t>(record.sa_index),
                 record.generation, std::move(message->bytes)};
}

Status ReplayShadow::finish() {
  const auto message = read();
  if (!message) return tl::unexpected(message.error());
  if (message->record.kind != Record::kEnd)
    return fail(ErrorCode::kIo, kPlace, "has verdicts on more packets than this card took");
  return {};
}

std::optional<std::string> difference(const Verdict& here, const Verdict& there) {
  if (is_timing_of_replay(here.reason, there.reason) ||
      is_timing_of_replay(there.reason, here.reason))
    return std::nullopt;
  if (here.reason != there.reason)
    return fmt::format("reason: {} here, {} there", name_of(here.reason), name_of(there.reason));
  if (here.sa_index != there.sa_index)
    return fmt::format("SA index: {} here, {} there", here.sa_index, there.sa_index);
  if (here.generation != there.generation)
    return fmt::format("generation: {} here, {} there", here.generation, there.generation);
  if (here.bytes.size() != there.bytes.size())
    return fmt::format("length: {} bytes here, {} there", here.bytes.size(), there.bytes.size());
  const auto [one, other] = std::ranges::mismatch(here.bytes, there.bytes);
  if (one == here.bytes.end()) return std::nullopt;
  return fmt::format("byte {}: 0x{:02x} here, 0x{:02x} there", one - here.bytes.begin(), *one,
                     *other);
}

}  // namespace holdfast::app
