// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target without libFuzzer, so that each build of ours can:
//     fuzz_x --runs N FOLDER    every file of the folder, then N inputs made from them
//     fuzz_x FILE...            these inputs alone, as for a finding
// HOLDFAST_SEED chooses the inputs. What reaches code that none reached before is kept to be
// changed further; GCC's trace-pc says what is reached. A finding prints its input and ends the
// program.
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "coverage.h"
#include "mutator.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// Each sanitizer calls abort(), whose signal is caught here.
extern "C" const char* __asan_default_options() { return "abort_on_error=1"; }
extern "C" const char* __ubsan_default_options() { return "abort_on_error=1:print_stacktrace=1"; }

namespace holdfast::fuzz {
namespace {

// What is running, for the report of a finding.
Input running;
std::uint64_t seed = 1, execution = 0;

// Not what a signal handler may do in general; the program is about to end.
void report_finding(int) {
  std::fprintf(stderr, "\nfuzz: finding with HOLDFAST_SEED=%llu in execution %llu, %zu bytes:\n",
               static_cast<unsigned long long>(seed), static_cast<unsigned long long>(execution),
               running.size());
  for (const std::uint8_t byte : running) std::fprintf(stderr, "%02x", byte);
  std::fprintf(stderr, "\n(xxd -r -p into a file, then give the file as argument)\n");
  std::_Exit(1);
}

void run(const Input& input) {
  running = input;
  ++execution;
  // Memory of just this size, so that a read behind it is seen.
  const std::unique_ptr<std::uint8_t[]> bytes(new std::uint8_t[input.size()]);
  if (!input.empty()) std::memcpy(bytes.get(), input.data(), input.size());
  LLVMFuzzerTestOneInput(bytes.get(), input.size());
}

Input read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "fuzz: cannot read %s\n", path.c_str());
    std::exit(2);
  }
  return Input(std::istreambuf_iterator<char>(file), {});
}

std::vector<Input> read_folder(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry);
  std::sort(paths.begin(), paths.end());
  std::vector<Input> inputs;
  for (const auto& path : paths) inputs.push_back(read_file(path));
  return inputs;
}

int run_many(std::uint64_t num_runs, const std::filesystem::path& folder) {
  std::vector<Input> inputs = read_folder(folder);
  if (inputs.empty()) {
    std::fprintf(stderr, "fuzz: %s has no inputs\n", folder.c_str());
    return 2;
  }
  const std::size_t num_seeds = inputs.size();
  for (const Input& input : inputs) run(input);
  has_reached_more();
  Mutator mutator(seed);
  for (std::uint64_t i = 0; i < num_runs; ++i) {
    Input input = mutator.make(inputs);
    run(input);
    if (has_reached_more()) inputs.push_back(std::move(input));
  }
  std::printf("fuzz: %llu executions, HOLDFAST_SEED=%llu, %zu inputs grown to %zu, %zu edges\n",
              static_cast<unsigned long long>(execution), static_cast<unsigned long long>(seed),
              num_seeds, inputs.size(), num_reached());
  return 0;
}

}  // namespace
}  // namespace holdfast::fuzz

int main(int argc, char** argv) {
  using namespace holdfast::fuzz;
  std::signal(SIGABRT, report_finding);
  if (const char* text = std::getenv("HOLDFAST_SEED")) seed = std::strtoull(text, nullptr, 0);
  if (argc == 4 && std::string(argv[1]) == "--runs")
    return run_many(std::strtoull(argv[2], nullptr, 10), argv[3]);
  if (argc < 2 || argv[1][0] == '-') {
    std::fprintf(stderr, "usage: %s --runs N FOLDER | FILE...\n", argv[0]);
    return 2;
  }
  for (int i = 1; i < argc; ++i) run(read_file(argv[i]));
  std::printf("fuzz: %d inputs, no finding\n", argc - 1);
  return 0;
}
