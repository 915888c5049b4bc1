// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/result.h"

namespace holdfast {

/// Looks names up.
class Resolver {
 public:
  virtual ~Resolver() = default;
  /// At least one address, in the order of preference. Errors: kNotFound, with the reason.
  using Answer = Result<std::vector<IpAddress>>;
  using Done = std::function<void(const Answer&)>;
  /// `done` is called once, later, from the loop; never if the resolver ends before.
  virtual void resolve(const std::string& name, Done done) = 0;
};

}  // namespace holdfast
