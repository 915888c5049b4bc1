// SPDX-License-Identifier: Apache-2.0
#include "support/state.h"

#include <cstdlib>
#include <new>

namespace {

/// `size` bytes of 0.
void* zeroed(std::size_t size, std::size_t alignment) {
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
  if (memory == nullptr) std::abort();
  return std::memset(memory, 0, rounded);
}

}  // namespace

// Every object of the program begins as zeros: between the members of a model there is else what
// was in this memory before, such as the secrets of an earlier test.
void* operator new(std::size_t size) { return zeroed(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return zeroed(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace holdfast::test {

void need_zeroed_objects() {}

}  // namespace holdfast::test
