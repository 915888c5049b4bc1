// SPDX-License-Identifier: Apache-2.0
// The one section that measures time: processor time of this process, so that other programs on
// the machine do not count.
#include <fmt/format.h>
#include <openssl/evp.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <functional>

#include "bench_progress.h"
#include "bench_ring_load.h"
#include "bench_sections.h"
#include "model/soft_card.h"

namespace holdfast::bench {
namespace {

constexpr double kWantedKhz = 50;

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// ---------------------------------------------------------------- the simulated clock

void bench_clock(const Context& context) {
  Report& report = context.report;
  report.begin({"speed",
                "simulated clock of card_core, 128 bits, both directions busy, one core, with root "
                "complex, driver and packets",
                "kHz"});
  Progress progress("speed");
  double done = 0;
  for (const std::size_t size : kSizes) {
    RingLoad load(RingSetup{{Suite::kAes256gcm16, Encap::kNone, context.seed}, 0});
    RingPlan plan;
    plan.inner_bytes = size;
    const std::uint64_t cycle = load.io().cycle();
    const double begin = processor_seconds();
    load.run(plan, report);
    const double khz =
        static_cast<double>(load.io().cycle() - cycle) / (processor_seconds() - begin) / 1'000;
    report.add({fmt::format("{}-byte packets", size), {khz}, Wanted::at_least(kWantedKhz)});
    progress.update(++done / 3);
  }
}

/// Once the card sleeps, neither polls nor waits for an interrupt advance its clock.
void bench_idle(const Context& context) {
  constexpr double kCalls = 1'000'000;
  Report& report = context.report;
  report.begin({"speed.idle", "a card with open rings and nothing to do, a million calls", ""});
  RingLoad load(RingSetup{{Suite::kAes128gcm16, Encap::kNone, context.seed}, 0});
  sim::VerilatedCard& io = load.io();
  while (!io.is_asleep()) io.poll();
  const auto measure = [&](const char* what, const std::function<void()>& call) {
    const std::uint64_t cycle = io.cycle();
    const double begin = processor_seconds();
    for (int i = 0; i < static_cast<int>(kCalls); ++i) call();
    const double seconds = processor_seconds() - begin;
    report.add({fmt::format("{}: cycles simulated", what),
                {static_cast<double>(io.cycle() - cycle)},
                Wanted::exactly(0)});
    report.add({fmt::format("{}: processor time of a call, ns", what), {seconds * 1e9 / kCalls}});
  };
  measure("poll", [&io] { io.poll(); });
  measure("wait_irq", [&io] { io.wait_irq(0, std::chrono::seconds(1)); });
}

// ---------------------------------------------------------------- the model beside OpenSSL

constexpr std::size_t kNumModelPackets = 20'000;

/// AES-GCM of OpenSSL alone, as fast as it goes: one context with its key set once.
class PlainGcm {
 public:
  PlainGcm() : context_(EVP_CIPHER_CTX_new()) {
    const std::array<std::uint8_t, 16> key{1};
    HOLDFAST_CHECK(EVP_EncryptInit_ex(context_, EVP_aes_128_gcm(), nullptr, key.data(), nullptr) ==
                   1);
  }
  ~PlainGcm() { EVP_CIPHER_CTX_free(context_); }
  PlainGcm(const PlainGcm&) = delete;
  PlainGcm& operator=(const PlainGcm&) = delete;

  void seal(std::uint64_t number, std::span<std::uint8_t> data) {
    std::array<std::uint8_t, 12> nonce{};
    std::memcpy(nonce.data(), &number, sizeof number);
    std::array<std::uint8_t, 16> icv;
    int size = 0;
    EVP_EncryptInit_ex(context_, nullptr, nullptr, nullptr, nonce.data());
    EVP_EncryptUpdate(context_, nullptr, &size, nonce.data(), 8);
    EVP_EncryptUpdate(context_, data.data(), &size, data.data(), static_cast<int>(data.size()));
    EVP_EncryptFinal_ex(context_, data.data() + size, &size);
    HOLDFAST_CHECK(EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_GET_TAG, 16, icv.data()) == 1);
  }

 private:
  EVP_CIPHER_CTX* context_;
};

/// Seconds of `kNumModelPackets` packets, as are the next two.
double time_of_openssl(std::size_t bytes) {
  PlainGcm gcm;
  Packet data((bytes + 2 + 3) / 4 * 4);
  const double begin = processor_seconds();
  for (std::size_t i = 0; i < kNumModelPackets; ++i) gcm.seal(i, data);
  return processor_seconds() - begin;
}

double time_of_model(std::uint64_t seed, std::size_t bytes) {
  Tunnel tunnel({Suite::kAes128gcm16, Encap::kNone, seed});
  const Packet inner = tunnel.inner_packet(bytes);
  const double begin = processor_seconds();
  for (std::size_t i = 0; i < kNumModelPackets; ++i) tunnel.seal(inner);
  return processor_seconds() - begin;
}

/// Through driver and rings, 64 descriptors a doorbell.
double time_of_soft_card(std::uint64_t seed, std::size_t bytes, Report& report) {
  constexpr std::size_t kBatch = 64, kBufferBytes = 2'048;
  Tunnel tunnel({Suite::kAes128gcm16, Encap::kNone, seed});
  model::SoftCard io({256, 64, 1024});
  const auto card = Card::open(io);
  HOLDFAST_CHECK(card.has_value() && tunnel.install(**card).has_value());
  (*card)->enable(true);
  const auto buffers = (*card)->map_dma(kBatch * kBufferBytes);
  HOLDFAST_CHECK(buffers.has_value());
  const auto queue = (*card)->open_queue(0, {}, *buffers);
  HOLDFAST_CHECK(queue.has_value());
  const Packet inner = tunnel.inner_packet(bytes);
  std::array<Descriptor, kBatch> descriptors{};
  std::array<Completion, kBatch> completions;
  std::size_t num_passed = 0;
  const double begin = processor_seconds();
  for (std::size_t done = 0; done < kNumModelPackets; done += kBatch) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      std::ranges::copy(inner, buffers->bytes.subspan(i * kBufferBytes).begin());
      descriptors[i].buffer_iova = to_number(buffers->iova) + i * kBufferBytes;
      descriptors[i].length = static_cast<std::uint16_t>(bytes);
      descriptors[i].sa_index = to_number(kOutboundRow);
      descriptors[i].flags = kDescriptorOutbound;
    }
    HOLDFAST_CHECK((*queue)->submit(descriptors).has_value());
    const std::size_t count = (*queue)->poll(completions);
    num_passed += static_cast<std::size_t>(
        std::count_if(completions.begin(), completions.begin() + static_cast<std::ptrdiff_t>(count),
                      [](const Completion& completion) { return completion.reason == 0; }));
  }
  const double seconds = processor_seconds() - begin;
  if (num_passed < kNumModelPackets) report.problem("the soft card dropped packets");
  return seconds;
}

/// The least of several rounds each: other programs can only make them longer.
void bench_model(const Context& context) {
  constexpr int kRounds = 7;
  context.report.begin({"speed.model",
                        "processor time of outbound packets, plain OpenSSL AES-128-GCM of the same "
                        "bytes being 1",
                        "ratio",
                        {"model", "soft card"},
                        1,
                        false});
  Progress progress("speed of the model");
  for (const std::size_t size : kSizes) {
    double plain = 1e9, model = 1e9, soft = 1e9;
    for (int round = 0; round < kRounds; ++round) {
      plain = std::min(plain, time_of_openssl(size));
      model = std::min(model, time_of_model(context.seed, size));
      soft = std::min(soft, time_of_soft_card(context.seed, size, context.report));
      progress.update(static_cast<double>(round) / kRounds);
    }
    context.report.add({fmt::format("{}-byte packets", size), {model / plain, soft / plain}});
  }
}

}  // namespace

void bench_speed(const Context& context) {
  bench_clock(context);
  bench_idle(context);
  bench_model(context);
}

}  // namespace holdfast::bench
