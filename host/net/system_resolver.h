// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "net/event_loop.h"
#include "net/resolver.h"

namespace holdfast::net {

/// Names as this machine looks them up (hosts, DNS, and what else nsswitch.conf says), in threads
/// of their own: a name server that is silent holds nobody up, not even the end of the program.
class SystemResolver : public Resolver {
 public:
  /// `loop` must outlive this.
  explicit SystemResolver(EventLoop& loop);
  ~SystemResolver() override;
  void resolve(const std::string& name, Done done) override;

  struct Shared;

 private:
  std::shared_ptr<Shared> shared_;
};

}  // namespace holdfast::net
