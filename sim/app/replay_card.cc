// SPDX-License-Identifier: Apache-2.0
#include "app/replay_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace holdfast::app {
namespace {

constexpr unsigned kQueueLog2 = 7;
constexpr std::size_t kNumSlots = std::size_t{1} << kQueueLog2;
// Any packet that a descriptor can say fits, also one that the card will call too long.
constexpr std::size_t kSlotBytes = 65'536;
// Descriptors a doorbell: few enough that the card does not wait, enough that it is kept busy.
constexpr std::size_t kBatch = 16;
// Looks without a completion before the card counts as dead; a simulated one needs many.
constexpr unsigned kMaxIdlePolls = 1'000'000;

Error at(const ReplaySa& sa, const Error& error) { return {error.code, sa.place, error.text()}; }

}  // namespace

Result<std::unique_ptr<ReplayCard>> ReplayCard::open(const std::string& name,
                                                     const std::vector<ReplaySa>& sas) {
  auto io = open_card_io(name);
  if (!io) return tl::unexpected(io.error());
  std::unique_ptr<ReplayCard> replay(new ReplayCard(std::move(*io)));
  auto card = Card::open(*replay->io_);
  if (!card) return tl::unexpected(card.error());
  replay->card_ = std::move(*card);
  if (Status status = replay->install(sas); !status) return tl::unexpected(status.error());
  if (Status status = replay->open_queue(); !status) return tl::unexpected(status.error());
  replay->card_->enable(true);
  return replay;
}

Status ReplayCard::install(const std::vector<ReplaySa>& sas) {
  const CardInfo& info = card_->info();
  if (sas.size() > info.num_sas)
    return fail(
        ErrorCode::kFull, sas[info.num_sas].place,
        fmt::format("there are {} SAs, and this card has room for {}", sas.size(), info.num_sas));
  std::vector<Binding> paths;
  for (std::size_t i = 0; i < sas.size(); ++i) {
    const auto& wanted = sas[i].binding;
    const auto found = std::ranges::find_if(paths, [&wanted](const Binding& path) {
      return path.own == wanted.own && path.peer == wanted.peer && path.encap == wanted.encap;
    });
    const PathIndex path{static_cast<std::uint16_t>(found - paths.begin())};
    if (found == paths.end()) {
      if (paths.size() == info.num_paths)
        return fail(ErrorCode::kFull, sas[i].place,
                    fmt::format("this card has room for {} pairs of addresses", info.num_paths));
      if (const auto written = card_->rebind(path, wanted); !written)
        return tl::unexpected(at(sas[i], written.error()));
      paths.push_back(wanted);
    }
    const SaIndex index{static_cast<std::uint16_t>(i)};
    if (Status status = card_->add_sa(index, sas[i].config, path); !status)
      return tl::unexpected(at(sas[i], status.error()));
  }
  return {};
}

Status ReplayCard::open_queue() {
  const auto memory = card_->map_dma(kNumSlots * kSlotBytes);
  if (!memory) return tl::unexpected(memory.error());
  memory_ = *memory;
  QueueConfig config;
  config.sq_log2 = config.cq_log2 = kQueueLog2;
  auto queue = card_->open_queue(0, config, memory_);
  if (!queue) return tl::unexpected(queue.error());
  queue_ = std::move(*queue);
  for (std::size_t slot = kNumSlots; slot > 0; --slot) free_.push_back(slot - 1);
  return {};
}

Status ReplayCard::submit(const Route& route) {
  HOLDFAST_CHECK(has_space() && route.packet.size() < kSlotBytes);
  const std::size_t slot = free_.back();
  free_.pop_back();
  waiting_.push_back(slot);
  std::ranges::copy(route.packet, memory_.bytes.subspan(slot * kSlotBytes).begin());
  Descriptor descriptor{};
  descriptor.buffer_iova = to_number(memory_.iova) + slot * kSlotBytes;
  descriptor.length = static_cast<std::uint16_t>(route.packet.size());
  descriptor.sa_index = route.sa_index;
  descriptor.flags =
      static_cast<std::uint16_t>((route.way == Way::kOutbound ? kDescriptorOutbound : 0) |
                                 (route.has_ethernet ? kDescriptorEthernet : 0));
  unsent_.push_back(descriptor);
  return unsent_.size() >= kBatch ? flush() : Status{};
}

Status ReplayCard::flush() {
  if (unsent_.empty()) return {};
  if (Status status = queue_->submit(unsent_); !status) return status;
  unsent_.clear();
  return {};
}

Status ReplayCard::poll() {
  std::array<Completion, kBatch> completions;
  const std::size_t count = queue_->poll(completions);
  for (const Completion& completion : std::span(completions).first(count)) {
    const std::size_t slot = waiting_[done_.size()];
    if (completion.length > kSlotBytes)
      return fail(ErrorCode::kIo, "queue 0", "a completion is longer than its buffer");
    const auto bytes = memory_.bytes.subspan(slot * kSlotBytes, completion.length);
    done_.push_back({static_cast<DropReason>(completion.reason),
                     completion.sa_index,
                     completion.generation,
                     {bytes.begin(), bytes.end()}});
  }
  return {};
}

Result<Verdict> ReplayCard::take() {
  HOLDFAST_CHECK(!waiting_.empty());
  for (unsigned polls = 0; done_.empty(); ++polls) {
    if (polls == 0)
      if (Status status = flush(); !status) return tl::unexpected(status.error());
    if (Status status = poll(); !status) return tl::unexpected(status.error());
    if (!done_.empty()) break;
    io_->poll();
    if (polls % 1024 == 1023 && queue_->cause() != QueueCause::kNone) {
      // What it wrote before it stopped is in memory now: the read of the cause pushed it there.
      if (Status status = poll(); !status) return tl::unexpected(status.error());
      if (done_.empty())
        return fail(ErrorCode::kIo, "queue 0",
                    fmt::format("the card stopped: {}", name_of(queue_->cause())));
    }
    if (polls == kMaxIdlePolls)
      return fail(ErrorCode::kTimeout, "queue 0",
                  fmt::format("the card does not answer: {} packets wait", waiting_.size()));
  }
  Verdict verdict = std::move(done_.front());
  done_.pop_front();
  free_.push_back(waiting_.front());
  waiting_.pop_front();
  return verdict;
}

}  // namespace holdfast::app
