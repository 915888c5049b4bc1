// SPDX-License-Identifier: Apache-2.0
// Children of an ISAKMP SA: from when they are wanted to their end.
#include <algorithm>
#include <cstdio>

#include "ike/ike_sa.h"
#include "ike/quick_mode.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

void also_tell(Manager::Done& first, Manager::Done second) {
  if (!second) return;
  first = [first = std::move(first), second = std::move(second)](const Status& status) {
    if (first) first(status);
    second(status);
  };
}

}  // namespace

Result<std::shared_ptr<Path>> IkeSa::path() {
  if (path_) return path_;
  const Encap encap = has_nat() ? Encap::kUdp : Encap::kNone;
  Binding binding{facts.own, facts.peer, encap};
  if (encap == Encap::kNone) binding.own.port = binding.peer.port = 0;
  const auto id = context_.outside.offload.add_path(binding);
  if (!id) return tl::unexpected(id.error());
  path_ = std::make_shared<Path>(context_.outside.offload, *id, binding);
  // The first child while the peer's new endpoint is not proven: nothing goes there on credit.
  if (updates_ && updates_->other_end.is_provisional())
    if (const Status status = path_->rebind(binding, 0); !status) {
      path_.reset();
      return tl::unexpected(status.error());
    }
  return path_;
}

bool IkeSa::is_bringing_up(const std::string& child) const {
  return std::any_of(waiting_.begin(), waiting_.end(),
                     [&](const Waiting& waiting) { return waiting.child == child; }) ||
         std::any_of(exchanges_.begin(), exchanges_.end(),
                     [&](const auto& exchange) { return exchange.second->child_name() == child; });
}

void IkeSa::add_child(const std::string& name, Manager::Done done, std::uint32_t rekeys) {
  if (rekeys == 0 && is_bringing_up(name)) {  // once is enough; both hear of it
    for (Waiting& waiting : waiting_)
      if (waiting.child == name) return also_tell(waiting.done, std::move(done));
    for (const auto& [id, exchange] : exchanges_)
      if (auto* quick = dynamic_cast<QuickModeInitiator*>(exchange.get());
          quick && quick->child_name() == name && !quick->is_done())
        return also_tell(quick->done(), std::move(done));
  }
  waiting_.push_back({name, rekeys, std::move(done)});
  if (is_established() && !is_configuring_) start_waiting();
}

void IkeSa::start_waiting() {
  for (Waiting& waiting : std::exchange(waiting_, {})) start_quick_mode(std::move(waiting));
}

void IkeSa::start_quick_mode(Waiting waiting) {
  const std::uint32_t id = fresh_message_id();
  auto quick = std::make_unique<QuickModeInitiator>(*this, id, waiting.child, waiting.rekeys,
                                                    std::move(waiting.done));
  QuickModeInitiator& started = *quick;
  exchanges_[id] = std::move(quick);
  if (const Status status = started.start(); !status) {
    started.abandon(status.error().text());
    finish_exchange(id);
  }
}

ChildSa* IkeSa::find_child(std::uint32_t unique_id) {
  for (const auto& child : children_)
    if (child->unique_id() == unique_id) return child.get();
  return nullptr;
}

ChildSa& IkeSa::adopt(std::unique_ptr<ChildSa> child) {
  children_.push_back(std::move(child));
  return *children_.back();
}

void IkeSa::on_child_up(ChildSa& child, std::uint32_t rekeys) {
  child.start();
  const auto& agreed = child.agreement();
  char spis[40];
  std::snprintf(spis, sizeof spis, "%08x_i %08x_o", to_number(agreed.spi_in),
                to_number(agreed.spi_out));
  log(1, "child " + agreed.name + " up with SPIs " + spis + ", " + agreed.local.text() +
             " === " + agreed.remote.text() + ", " + agreed.proposal.text());
  // Whoever asked for it, older pairs with the same selectors have had their time.
  ChildSa* old = nullptr;
  for (const auto& other : children_) {
    if (other.get() == &child || other->state() != ChildState::kInstalled ||
        other->reqid() != child.reqid() || other->agreement().local != agreed.local ||
        other->agreement().remote != agreed.remote)
      continue;
    if (rekeys == 0 || other->unique_id() == rekeys) old = other.get();
  }
  if (!old && rekeys) old = find_child(rekeys);
  if (!old) {
    for (Observer* observer : context_.observers)
      observer->on_child_updown(snapshot_without_children(), child.snapshot(), true);
    return;
  }
  old->set_state(ChildState::kRekeyed);
  for (Observer* observer : context_.observers)
    observer->on_child_rekey(snapshot_without_children(), old->snapshot(), child.snapshot());
  if (rekeys == 0) return;
  // Who rekeyed takes the old pair away, when what is under way has come.
  const std::uint32_t old_id = old->unique_id();
  context_.outside.timers.start(std::chrono::seconds(2), [weak = weak_from_this(), old_id] {
    const auto self = weak.lock();
    if (!self || self->is_dead_) return;
    if (ChildSa* gone = self->find_child(old_id)) self->delete_child(*gone);
  });
}

void IkeSa::rekey_child(ChildSa& child, RekeyCause cause) {
  // Both ends rekeyed at once: the younger pair stays, the older one needs no successor. But what
  // an operator wants to be rekeyed is.
  if (cause == RekeyCause::kLifetime && has_newer_sibling(child)) return delete_child(child);
  if (!is_established() || parking_ || is_bringing_up(child.agreement().name))
    return child.retry_rekey();
  log(1, "rekeying child " + child.agreement().name);
  const std::uint32_t id = child.unique_id();
  const auto done = [&context = context_, id](const Status& status) {
    if (status) return;
    for (const auto& [cookie, sa] : context.sas)  // another may have adopted it
      if (ChildSa* old = sa->find_child(id)) return old->retry_rekey();
  };
  add_child(child.agreement().name, done, id);
}

void IkeSa::expire_child(ChildSa& child) {
  log(1, "child " + child.agreement().name + " expired");
  const bool was_used = child.state() == ChildState::kInstalled && !has_newer_sibling(child);
  const std::string name = child.agreement().name;
  const StartAction action = child.config().close_action;
  delete_child(child);
  if (was_used && action == StartAction::kStart) add_child(name, nullptr);
}

void IkeSa::delete_child(ChildSa& child) {
  WireWriter spi;
  spi.u32(to_number(child.agreement().spi_in));
  send_informational(PayloadType::kDelete, write_delete({Protocol::kEsp, {spi.take()}}));
  remove_child(child, child.state() == ChildState::kInstalled);
}

void IkeSa::remove_child(ChildSa& child, bool is_reported) {
  const auto found = std::find_if(children_.begin(), children_.end(),
                                  [&](const auto& other) { return other.get() == &child; });
  if (found == children_.end()) return;
  child.set_state(ChildState::kDeleting);
  const ChildSnapshot last = child.snapshot();
  if (is_reported)
    for (Observer* observer : context_.observers)
      observer->on_child_updown(snapshot_without_children(), last, false);
  children_.erase(found);
}

}  // namespace holdfast::ike
