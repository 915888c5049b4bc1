// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <cstdio>
#include <cstdlib>

#include "base/before_abort.h"

namespace holdfast {

void (*before_abort)() = nullptr;

void contract_broken(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: contract broken: %s\n", file, line, condition);
  if (before_abort != nullptr) before_abort();
  std::abort();
}

}  // namespace holdfast
