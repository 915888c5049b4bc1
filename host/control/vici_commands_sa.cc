// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <utility>

#include "control/vici_commands.h"
#include "control/vici_sections.h"

/// Commands about security associations.
namespace holdfast::control {
namespace {

constexpr std::int64_t kMaxTimeoutMs = std::int64_t{86'400'000} * 365;

/// The number at `key`, or `otherwise` if it is absent. Errors: kBadValue.
template <typename T>
Result<T> number(const Section& request, std::string_view key, T otherwise) {
  const std::string* text = request.value(key);
  if (text == nullptr) return otherwise;
  T parsed{};
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, parsed);
  if (error != std::errc{} || stop != end)
    return fail(ErrorCode::kBadValue, "", "invalid value for: " + std::string(key));
  return parsed;
}

Result<ike::SaFilter> read_filter(const Section& request) {
  const auto ike_id = number<std::uint32_t>(request, "ike-id", 0);
  if (!ike_id) return tl::unexpected(ike_id.error());
  const auto child_id = number<std::uint32_t>(request, "child-id", 0);
  if (!child_id) return tl::unexpected(child_id.error());
  return ike::SaFilter{request.value_or("ike", ""), request.value_or("child", ""), *ike_id,
                       *child_id};
}

bool is_empty(const ike::SaFilter& filter) {
  return filter.ike.empty() && filter.child.empty() && filter.ike_id == 0 && filter.child_id == 0;
}

/// What initiate brings up, in the words of its answers.
std::string subject_of(const std::string& child, const std::string& ike) {
  return child.empty() ? "IKE_SA '" + ike + "'" : "CHILD_SA '" + child + "'";
}

Section initiate_answer(const Status& status, const std::string& child, const std::string& ike) {
  if (status) return success();
  if (status.error().code == ErrorCode::kNotFound)
    return failure((child.empty() ? "IKE_SA config '" + ike : "CHILD_SA config '" + child) +
                   "' not found");
  return failure("establishing " + subject_of(child, ike) + " failed: " + status.error().text());
}

/// The connection that a command is about, for its lines of the log.
std::string connection_of(const Daemon& daemon, const std::string& child, const std::string& ike) {
  if (!ike.empty()) return ike;
  for (const auto& [name, config] : daemon.connections())
    if (config->child(child) != nullptr) return name;
  return "";
}

std::string connection_of(const Daemon& daemon, const ike::SaFilter& filter) {
  if (!filter.ike.empty() || !filter.child.empty())
    return connection_of(daemon, filter.child, filter.ike);
  const auto sas = daemon.list(filter);
  return sas.empty() ? "" : sas.front().name;
}

Section matched_answer(unsigned matches, const char* sentence) {
  Section answer;
  answer.add("success", matches > 0 ? "yes" : "no");
  answer.add("matches", std::to_string(matches));
  if (matches == 0) answer.add("errmsg", sentence);
  return answer;
}

}  // namespace

ViciCommands::Answer ViciCommands::initiate(ClientId client, const Section& request) {
  const std::string child = request.value_or("child", ""), ike = request.value_or("ike", "");
  if (child.empty() && ike.empty()) return failure("missing configuration name");
  const auto timeout = number<std::int64_t>(request, "timeout", 0);
  if (!timeout || *timeout > kMaxTimeoutMs) return failure("invalid value for: timeout");
  const auto level = number<int>(request, "loglevel", 1);
  if (!level) return failure(level.error().text());
  const std::uint64_t serial = ++last_serial_;
  pending_.insert_or_assign(client, Pending{serial, std::make_unique<Timer>(timers_)});
  events_.follow(client, *level, connection_of(daemon_, child, ike));
  daemon_.initiate(child, ike, [=, this, alive = std::weak_ptr(alive_)](const Status& status) {
    if (!alive.expired()) finish(client, serial, initiate_answer(status, child, ike));
  });
  const auto waiting = pending_.find(client);
  if (waiting == pending_.end() || waiting->second.serial != serial) return std::nullopt;
  if (*timeout < 0) {
    finish(client, serial, success());
  } else if (*timeout > 0) {
    const std::string late =
        subject_of(child, ike) + " not established after " + std::to_string(*timeout) + "ms";
    waiting->second.timer->start(std::chrono::milliseconds(*timeout),
                                 [=, this] { finish(client, serial, failure(late)); });
  }
  return std::nullopt;
}

void ViciCommands::finish(ClientId client, std::uint64_t serial, const Section& answer) {
  const auto found = pending_.find(client);
  if (found == pending_.end() || found->second.serial != serial) return;
  // The timer may be what calls: it must not end before this does.
  const Pending ended = std::move(found->second);
  pending_.erase(found);
  events_.unfollow(client);
  outlet_.respond(client, answer);
}

ViciCommands::Answer ViciCommands::terminate(ClientId client, const Section& request) {
  const auto filter = read_filter(request);
  if (!filter) return failure(filter.error().text());
  if (is_empty(*filter)) return failure("missing terminate selector");
  const auto level = number<int>(request, "loglevel", 1);
  if (!level) return failure(level.error().text());
  events_.follow(client, *level, connection_of(daemon_, *filter));
  // IKEv1 has no answer to a Delete (RFC 2408, 3.15): it is over when it has left, so that `force`
  // and `timeout` have nothing to say.
  const ike::Manager::Matched matched = daemon_.terminate(*filter);
  events_.unfollow(client);
  Section answer;
  answer.add("success", matched.matches > 0 ? "yes" : "no");
  answer.add("matches", std::to_string(matched.matches));
  answer.add("terminated", std::to_string(matched.terminated));
  if (matched.matches == 0) answer.add("errmsg", "no matching SAs to terminate found");
  return answer;
}

ViciCommands::Answer ViciCommands::rekey(ClientId, const Section& request) {
  const auto filter = read_filter(request);
  if (!filter) return failure(filter.error().text());
  if (is_empty(*filter)) return failure("missing rekey selector");
  return matched_answer(daemon_.rekey(*filter), "no matching SAs to rekey found");
}

ViciCommands::Answer ViciCommands::redirect(ClientId, const Section&) {
  // RFC 5685 is for IKEv2 alone.
  return matched_answer(0, "no matching SAs to redirect found");
}

ViciCommands::Answer ViciCommands::list_sas(ClientId client, const Section& request) {
  const auto filter = read_filter(request);
  if (!filter) return Section{};
  // `child` and `child-id` choose among the children that are shown, not among the ISAKMP SAs.
  for (const ike::IkeSnapshot& sa : daemon_.list({filter->ike, "", filter->ike_id, 0}))
    outlet_.raise_to(client, "list-sa", list_sa_message(sa, *filter));
  return Section{};
}

}  // namespace holdfast::control
