// SPDX-License-Identifier: Apache-2.0
// libFuzzer's entry point: counts each execution where `./dev fuzz` can read it at any time, and
// calls the target, which is compiled under another name.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int holdfast_fuzz_one_input(const std::uint8_t* data, std::size_t size);

namespace {

std::uint64_t spare;

/// Eight bytes of the file that HOLDFAST_FUZZ_COUNTER names, which has to be there.
std::uint64_t* counter() {
  const char* path = std::getenv("HOLDFAST_FUZZ_COUNTER");
  const int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return &spare;
  void* memory = ftruncate(file, sizeof spare) == 0
                     ? mmap(nullptr, sizeof spare, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
                     : MAP_FAILED;
  close(file);
  return memory == MAP_FAILED ? &spare : static_cast<std::uint64_t*>(memory);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::uint64_t* const executions = counter();
  ++*executions;
  return holdfast_fuzz_one_input(data, size);
}
