// SPDX-License-Identifier: Apache-2.0
// The soft card behind a socket: a server in a thread of its own for each card of the suite.
#include "holdfast/link_card.h"
#include "unit/driver/card_suite.h"
#include "unit/driver/served_soft_card.h"

namespace holdfast::test {
namespace {

using std::chrono::nanoseconds;

/// A link card that brings its server along. The suite thinks in the card's time, and over a link
/// time is real: the card's clock stands still but for the waits, and where an interrupt must come
/// it is waited for until it does. Where none may come the suite asks for some microseconds.
class PatientCard final : public CardIo {
 public:
  PatientCard(std::unique_ptr<ServerThread> server, std::unique_ptr<CardIo> io)
      : server_(std::move(server)), io_(std::move(io)) {
    server_->let_clock_run(false);
  }

  std::uint32_t read_csr(CsrOffset offset) override { return io_->read_csr(offset); }
  void write_csr(CsrOffset offset, std::uint32_t value) override { io_->write_csr(offset, value); }
  Result<DmaRegion> map_dma(std::size_t bytes) override { return io_->map_dma(bytes); }
  bool wait_irq(unsigned vector, nanoseconds timeout) override {
    constexpr nanoseconds kShort = std::chrono::microseconds(10);
    if (timeout <= kShort) return io_->wait_irq(vector, timeout);
    server_->let_clock_run(true);
    io_->read_csr(csr::kIdentityMagic);  // wakes it
    const bool has_come = io_->wait_irq(vector, std::chrono::seconds(60));
    server_->let_clock_run(false);
    return has_come;
  }
  void poll() override { io_->poll(); }
  void reset() override { io_->reset(); }
  bool owns_msix_table() const override { return io_->owns_msix_table(); }
  MsixMessage msix_message(unsigned vector) const override { return io_->msix_message(vector); }

 private:
  std::unique_ptr<ServerThread> server_;
  std::unique_ptr<CardIo> io_;  // ends before its server
};

/// "link:sas=16" is a soft card with these options.
Result<std::unique_ptr<CardIo>> make_served(std::string_view options) {
  auto server = ServerThread::start(options);
  if (!server) return tl::unexpected(server.error());
  auto io = LinkCard::make((*server)->path());
  if (!io) return tl::unexpected(io.error());
  return std::make_unique<PatientCard>(std::move(*server), std::move(*io));
}

}  // namespace

std::vector<std::string> suite_cards() { return {"link:", "link:sas=1024,paths=16,window=256"}; }
void register_suite_cards() { register_card_io("link", make_served); }

}  // namespace holdfast::test
