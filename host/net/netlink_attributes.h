// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libmnl/libmnl.h>

#include <cstddef>

namespace holdfast::net {

/// Calls back for each attribute behind the family's header of `header_bytes`. (libmnl's own loop
/// is a macro that C++ does not take.)
template <typename Callback>
void for_each_attribute(const nlmsghdr* message, std::size_t header_bytes, Callback callback) {
  const char* place = static_cast<const char*>(mnl_nlmsg_get_payload_offset(message, header_bytes));
  const char* end = static_cast<const char*>(mnl_nlmsg_get_payload_tail(message));
  while (place < end) {
    const auto* attribute = reinterpret_cast<const nlattr*>(place);
    if (!mnl_attr_ok(attribute, static_cast<int>(end - place))) return;
    callback(attribute);
    place = reinterpret_cast<const char*>(mnl_attr_next(attribute));
  }
}

}  // namespace holdfast::net
