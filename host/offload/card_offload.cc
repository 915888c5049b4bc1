// SPDX-License-Identifier: Apache-2.0
// SAs and rows; card_offload_path.cc has paths and moves, card_offload_policy.cc the rest.
#include "offload/card_offload.h"

#include <algorithm>
#include <chrono>

namespace holdfast::offload {
namespace {

constexpr unsigned kEventLog2 = 8;

Selector selector_of(const SaRequest& request) {
  if (request.config.direction == Direction::kOutbound)
    return {request.local.prefix, request.remote.prefix};
  return {request.remote.prefix, request.local.prefix};
}

SaRow row_of(SaId id, const SaRequest& request) {
  SaRow row;
  row.id = id;
  row.spi = request.config.spi;
  row.direction = request.config.direction;
  row.path = request.path;
  row.suite = request.config.suite;
  row.df = request.config.df;
  row.local = request.local;
  row.remote = request.remote;
  row.has_upper_layer_selector = request.local.protocol != 0 || request.remote.protocol != 0 ||
                                 request.local.port != 0 || request.remote.port != 0;
  return row;
}

}  // namespace

CardOffload::CardOffload(Card& card, const Clock& clock, AddressPort* addresses)
    : card_(card),
      clock_(clock),
      addresses_(addresses),
      rows_(card.info().num_sas),
      paths_of_rows_(card.info().num_sas),
      ids_of_paths_(card.info().num_paths) {
  for (std::size_t i = card.info().num_sas; i > 0; --i)
    free_rows_.push_back(SaIndex{static_cast<std::uint16_t>(i - 1)});
  for (std::size_t i = card.info().num_paths; i > 0; --i)
    free_paths_.push_back(PathIndex{static_cast<std::uint16_t>(i - 1)});
}

Result<std::unique_ptr<CardOffload>> CardOffload::create(Card& card, const Clock& clock,
                                                         AddressPort* addresses) {
  if (Status status = card.open_events(kEventLog2, std::nullopt); !status)
    return tl::unexpected(status.error());
  return std::unique_ptr<CardOffload>(new CardOffload(card, clock, addresses));
}

bool CardOffload::is_spi_free(Spi spi) const { return !inbound_spis_.contains(to_number(spi)); }

std::unique_ptr<SaRow>& CardOffload::row_at(SaIndex index) { return rows_.at(to_number(index)); }

const SaRow* CardOffload::row(SaIndex index) const {
  const std::size_t at = to_number(index);
  return at < rows_.size() ? rows_[at].get() : nullptr;
}

void CardOffload::note_use(SaIndex index, TimePoint when) {
  if (to_number(index) < rows_.size() && row_at(index)) row_at(index)->last_used = when;
}

void CardOffload::free_cooled() {
  while (!cooling_.empty() &&
         (flow_ == nullptr || cooling_.front().until <= flow_->num_completed())) {
    take_events();  // of the SA that was here
    const SaIndex index = cooling_.front().index;
    cooling_.pop_front();
    row_at(index).reset();
    free_rows_.push_back(index);
  }
}

Result<SaIndex> CardOffload::take_index() {
  free_cooled();
  if (free_rows_.empty() && !cooling_.empty()) {
    flow_->drain();
    free_cooled();
  }
  if (free_rows_.empty())
    return fail(ErrorCode::kFull, "SA table",
                "all " + std::to_string(rows_.size()) + " SAs of the card are in use");
  const SaIndex index = free_rows_.back();
  free_rows_.pop_back();
  return index;
}

void CardOffload::lose(SaIndex index, PathId path) {
  ++num_lost_rows_;
  path_of(path).is_lost = true;
  row_at(index).reset();
}

Result<SaId> CardOffload::add_sa(SaRequest request) {
  SaConfig& config = request.config;
  config.selector = selector_of(request);
  const bool is_inbound = config.direction == Direction::kInbound;
  if (is_inbound && !is_spi_free(config.spi))
    return fail(ErrorCode::kInUse, "SPI " + std::to_string(to_number(config.spi)),
                "another inbound SA has it; choose another");
  Path& path = path_of(request.path);
  const auto index = take_index();
  if (!index) return tl::unexpected(index.error());
  if (Status status = card_.add_sa(*index, config, path.index); !status) {
    if (status.error().code == ErrorCode::kTimeout)
      lose(*index, request.path);  // nobody knows whether the card took it
    else
      free_rows_.push_back(*index);
    return tl::unexpected(status.error());
  }
  const SaId id{++last_sa_};
  row_at(*index) = std::make_unique<SaRow>(row_of(id, request));
  paths_of_rows_[to_number(*index)] = &path;
  sas_.emplace(id, *index);
  ++path.num_sas;
  ++version_;
  if (is_inbound) {
    inbound_spis_.insert(to_number(config.spi));
    return id;
  }
  spd_.add_sa(id, *index, request.local, request.remote);
  tell_flow();
  return id;
}

void CardOffload::remove_sa(SaId sa) {
  const auto found = sas_.find(sa);
  HOLDFAST_CHECK(found != sas_.end());
  const SaIndex index = found->second;
  sas_.erase(found);
  const SaRow& row = *row_at(index);
  if (row.direction == Direction::kOutbound) spd_.remove_sa(sa, row.local, row.remote);
  ++version_;
  if (spd_changed_) spd_changed_();
  --path_of(row.path).num_sas;
  paths_of_rows_[to_number(index)] = nullptr;
  if (!card_.remove_sa(index)) {
    lose(index, row.path);
    return;
  }
  if (row.direction == Direction::kInbound) inbound_spis_.erase(to_number(row.spi));
  take_events();
  cooling_.push_back({index, flow_ == nullptr ? 0 : flow_->num_submitted()});
}

SaUsage CardOffload::query_sa(SaId sa) {
  const auto found = sas_.find(sa);
  HOLDFAST_CHECK(found != sas_.end());
  SaUsage usage;
  if (const auto state = card_.query_sa(found->second)) {
    usage.bytes = state->bytes;
    usage.packets = state->packets;
    usage.sequence = state->sequence;
  }
  if (const auto& used = row_at(found->second)->last_used)
    usage.idle_seconds =
        std::chrono::duration_cast<std::chrono::seconds>(clock_.now() - *used).count();
  return usage;
}

}  // namespace holdfast::offload
