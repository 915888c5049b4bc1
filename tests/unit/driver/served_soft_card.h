// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "link/link_server.h"
#include "link/served_card.h"
#include "model/soft_card.h"

namespace holdfast::test {

/// A soft card that a server can present.
inline Result<std::unique_ptr<link::ServedCard>> make_served_soft(std::string_view options = {}) {
  return model::SoftCard::make(options).map(
      [](std::unique_ptr<CardIo> io) -> std::unique_ptr<link::ServedCard> {
        std::unique_ptr<model::SoftCard> card(static_cast<model::SoftCard*>(io.release()));
        return std::make_unique<link::Served<model::SoftCard>>(std::move(card));
      });
}

/// A card whose clock runs between accesses only while the test says so, so that its timers do not
/// depend on how fast the test is meanwhile.
class GatedCard final : public link::ServedCard {
 public:
  explicit GatedCard(std::unique_ptr<link::ServedCard> card) : card_(std::move(card)) {}
  CardIo& io() override { return card_->io(); }
  Status attach_dma(Iova iova, std::span<std::uint8_t> bytes) override {
    return card_->attach_dma(iova, bytes);
  }
  bool detach_dma(Iova iova) override { return card_->detach_dma(iova); }
  void run() override { card_->run(); }
  bool is_asleep() const override { return !may_run || card_->is_asleep(); }

  std::atomic<bool> may_run = true;

 private:
  std::unique_ptr<link::ServedCard> card_;
};

/// A path for a socket that no other test has.
inline std::string fresh_socket_path() {
  static std::atomic<unsigned> num_made = 0;
  return (std::filesystem::temp_directory_path() /
          ("holdfast_" + std::to_string(getpid()) + "_" + std::to_string(++num_made)))
      .string();
}

/// A soft card and its server, which runs in a thread until the end of this.
class ServerThread {
 public:
  static Result<std::unique_ptr<ServerThread>> start(std::string_view options = {},
                                                     link::LinkServer::Log log = {}) {
    auto card = make_served_soft(options);
    if (!card) return tl::unexpected(card.error());
    auto gated = std::make_unique<GatedCard>(std::move(*card));
    auto server = link::LinkServer::listen(fresh_socket_path(), *gated, std::move(log));
    if (!server) return tl::unexpected(server.error());
    return std::unique_ptr<ServerThread>(new ServerThread(std::move(gated), std::move(*server)));
  }
  ServerThread(const ServerThread&) = delete;
  ServerThread& operator=(const ServerThread&) = delete;
  ~ServerThread() {
    server_->stop();
    thread_.join();
  }

  const std::string& path() const { return server_->path(); }
  /// The server sees it at the next message.
  void let_clock_run(bool may_run) { card_->may_run = may_run; }

 private:
  ServerThread(std::unique_ptr<GatedCard> card, std::unique_ptr<link::LinkServer> server)
      : card_(std::move(card)), server_(std::move(server)), thread_([this] { server_->run(); }) {}

  std::unique_ptr<GatedCard> card_;
  std::unique_ptr<link::LinkServer> server_;
  std::thread thread_;
};

}  // namespace holdfast::test
