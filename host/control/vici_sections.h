// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "config/connection.h"
#include "control/daemon.h"
#include "ike/events.h"

/// The daemon's objects as sections of vici messages, with the keys, order and spellings that
/// swanctl prints from.
namespace holdfast::control {

/// Keys of an ISAKMP SA, without its children; `state` instead of its own if not empty.
Section ike_section(const ike::IkeSnapshot& sa, std::string_view state = {});
/// Keys of one IPsec SA pair, under `name`.
Section child_section(const ike::ChildSnapshot& child, std::string name,
                      std::string_view state = {});
/// "net-7".
std::string unique_name(const ike::ChildSnapshot& child);
/// An event list-sa: the SA with those of its children that `filter` names.
Section list_sa_message(const ike::IkeSnapshot& sa, const ike::SaFilter& filter);

/// An event list-conn.
Section list_conn_message(const ConnectionConfig& connection);
/// An event list-policy, for a child of `connection`.
Section list_policy_message(const ConnectionConfig& connection, const ChildConfig& child);
/// One pool of get-pools, under its name.
Section pool_section(const ike::Manager::PoolState& pool, bool has_leases);

/// Puts `section` behind what `parent` has, under its own name.
void append_section(Section& parent, Section section);
/// "2 minutes", as people say it.
std::string duration_text(std::chrono::seconds duration);

}  // namespace holdfast::control
