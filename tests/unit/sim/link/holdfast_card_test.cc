// SPDX-License-Identifier: Apache-2.0
// The program holdfast-card (sim/app/holdfast_card_main.cc), and through it the RTL behind a link.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "holdfast/buffer_pool.h"
#include "holdfast/card.h"
#include "holdfast/link_card.h"
#include "unit/driver/served_soft_card.h"
#include "unit/sim/model/esp_bench.h"

namespace holdfast::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// The program, until the end of this.
class Program {
 public:
  explicit Program(const std::string& card) {
    child_ = fork();
    if (child_ != 0) return;
    execl(HOLDFAST_CARD, HOLDFAST_CARD, "--listen", path_.c_str(), "--card", card.c_str(), nullptr);
    _exit(127);
  }
  ~Program() {
    if (child_ > 0) end(SIGKILL);
    std::filesystem::remove(path_);
  }
  const std::string& path() const { return path_; }
  /// Its exit code, or that of a signal.
  int end(int signal) {
    kill(child_, signal);
    int status = 0;
    waitpid(std::exchange(child_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  /// Connects as soon as it listens; nothing if it ends before that.
  std::unique_ptr<CardIo> connect() {
    for (;;) {
      if (auto io = LinkCard::make(path_)) return std::move(*io);
      int status = 0;
      if (waitpid(child_, &status, WNOHANG) != 0) {
        child_ = -1;
        return nullptr;
      }
      std::this_thread::sleep_for(milliseconds(5));
    }
  }

 private:
  std::string path_ = fresh_socket_path();
  pid_t child_ = -1;
};

/// One packet through an outbound SA; interrupts say when it is done.
void exchange_one_packet(CardIo& io) {
  auto card = Card::open(io);
  ASSERT_TRUE(card) << card.error().text();
  SaConfig out = sa_config(Direction::kOutbound);
  static std::uint32_t num_keys = 0;
  Packet key(16);
  model::store(key, 0, 4, ++num_keys);  // no outbound key twice
  out.key = SecretBytes(key);
  SaConfig in = copy_of(out);
  in.direction = Direction::kInbound;
  model::EspModel peer;
  ASSERT_EQ(peer.write_path(PathIndex{0}, reversed(binding_of(false, false))), CommandResult::kOk);
  ASSERT_EQ(peer.add_sa(SaIndex{3}, copy_of(in), PathIndex{0}), CommandResult::kOk);
  ASSERT_TRUE((*card)->rebind(PathIndex{0}, binding_of(false, false)));
  ASSERT_TRUE((*card)->add_sa(SaIndex{2}, out, PathIndex{0}));
  auto pool = BufferPool::create(**card, 4);
  ASSERT_TRUE(pool) << pool.error().text();
  auto queue = (*card)->open_queue(0, {.vector = 5}, pool->region());
  ASSERT_TRUE(queue) << queue.error().text();
  (*card)->enable(true);
  const Buffer buffer = pool->take().value();
  std::ranges::copy(inner4(200), buffer.bytes.begin());
  const Descriptor descriptor{to_number(buffer.iova), 200, 0, 2, kDescriptorOutbound};
  ASSERT_TRUE((*queue)->submit({&descriptor, 1}));
  ASSERT_TRUE(io.wait_irq(5, seconds(200))) << "the card's clock runs by itself";
  Completion completion{};
  ASSERT_EQ((*queue)->poll({&completion, 1}), 1u) << "it was there before its interrupt";
  EXPECT_EQ(completion.reason, 0);
  const Packet outer(buffer.bytes.begin(), buffer.bytes.begin() + completion.length);
  EXPECT_EQ(peer.process(Direction::kInbound, outer, {}).bytes, inner4(200));
}

TEST(HoldfastCard, ServesTheSoftCard) {
  Program program("soft:sas=9");
  for (unsigned i = 0; i < 2; ++i) {  // one client after another
    const auto io = program.connect();
    ASSERT_TRUE(io);
    exchange_one_packet(*io);
  }
  EXPECT_EQ(program.end(SIGTERM), 0);
  EXPECT_FALSE(std::filesystem::exists(program.path()));
}

TEST(HoldfastCard, ServesTheRtl) {
  for (const char* card : {"verilated:", "verilated:width=64,seed=3"}) {
    Program program(card);
    const auto io = program.connect();
    ASSERT_TRUE(io) << card;
    exchange_one_packet(*io);
    EXPECT_EQ(program.end(SIGINT), 0);
  }
}

TEST(HoldfastCard, TakesTheSocketOverFromOneThatWasKilled) {
  Program program("soft:");
  ASSERT_TRUE(program.connect());
  EXPECT_EQ(program.end(SIGKILL), 128 + SIGKILL);
  ASSERT_TRUE(std::filesystem::exists(program.path()));
  const auto card = make_served_soft().value();
  EXPECT_TRUE(link::LinkServer::listen(program.path(), *card));
}

TEST(HoldfastCard, RefusesCardsThatItDoesNotKnow) {
  for (const char* card : {"", "soft", "hard:", "soft:sas=0", "verilated:width=3"}) {
    Program program(card);
    EXPECT_FALSE(program.connect()) << card;
  }
}

}  // namespace
}  // namespace holdfast::test
