// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "holdfast/owned_fd.h"
#include "holdfast/vfio_user.h"

namespace holdfast::link {

/// The client's eventfds, one a MSI-X vector.
class IrqFds {
 public:
  explicit IrqFds(unsigned num_vectors) : fds_(num_vectors) {}

  unsigned num_vectors() const { return static_cast<unsigned>(fds_.size()); }
  bool is_assigned(unsigned vector) const { return fds_[vector].is_open(); }
  /// DEVICE_SET_IRQS: 0, or the errno of the reply. `data` is what follows the structure.
  int set(const vfio_user::IrqSet& wanted, ByteView data, std::vector<OwnedFd> fds);
  /// A message of `vector`; lost if nobody asked for it.
  void signal(unsigned vector);
  void clear();

 private:
  int check(const vfio_user::IrqSet& wanted) const;
  int assign(const vfio_user::IrqSet& wanted, std::vector<OwnedFd> fds);

  std::vector<OwnedFd> fds_;
};

}  // namespace holdfast::link
