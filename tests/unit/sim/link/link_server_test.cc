// SPDX-License-Identifier: Apache-2.0
// The server's socket: who is served, and what is left when a client goes.
#include "link/link_server.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <atomic>
#include <csignal>
#include <fstream>

#include "holdfast/card.h"
#include "holdfast/link_card.h"
#include "unit/driver/served_soft_card.h"
#include "unit/sim/link/socket_bench.h"
#include "unit/sim/link/wire_bench.h"
#include "unit/sim/model/esp_bench.h"

namespace holdfast::link {
namespace {

using namespace holdfast::test;
using vfio_user::Command;

std::unique_ptr<ServerThread> start_server() {
  auto server = ServerThread::start();
  EXPECT_TRUE(server) << server.error().text();
  return std::move(*server);
}

/// The header of the next reply; all zeros if the server hung up instead.
vfio_user::Header next_reply(const OwnedFd& socket) {
  const Bytes raw = receive_bytes(socket, sizeof(vfio_user::Header));
  const auto header = vfio_user::exactly<vfio_user::Header>(raw);
  if (!header) return {};
  receive_bytes(socket, header->size - sizeof *header);
  return *header;
}

OwnedFd negotiated(const ServerThread& server) {
  OwnedFd socket = connect_to(server.path());
  EXPECT_TRUE(send_bytes(socket, message(Command::kVersion, version_payload())));
  EXPECT_EQ(next_reply(socket).command, Command::kVersion);
  return socket;
}

bool is_hung_up(const OwnedFd& socket) { return receive_bytes(socket, 1).empty(); }

/// Result of a query of SA `index`, by the registers alone: opening a Card would reset it.
CommandResult query(CardIo& io, std::uint32_t index) {
  while (csr::kControlStatusSwept.get(io.read_csr(csr::kControlStatus)) == 0) continue;
  io.write_csr(csr::kCommandSaIndex, index);
  io.write_csr(csr::kCommandCommand,
               csr::kCommandCommandOp.set(static_cast<std::uint32_t>(CommandOp::kReadSa)));
  std::uint32_t status = 0;
  do status = io.read_csr(csr::kCommandStatus);
  while (csr::kCommandStatusBusy.get(status) != 0);
  return static_cast<CommandResult>(csr::kCommandStatusResult.get(status));
}

/// Opens the card and adds an outbound SA at row 2. In the client that is killed: no gtest there.
bool add_an_sa(CardIo& io) {
  auto card = Card::open(io);
  return card && (*card)->rebind(PathIndex{0}, binding_of(false, false)) &&
         (*card)->add_sa(SaIndex{2}, sa_config(Direction::kOutbound), PathIndex{0}) &&
         query(io, 2) == CommandResult::kOk;
}

TEST(LinkServer, AClientThatIsKilledLeavesNoKeys) {
  auto card = make_served_soft().value();
  auto server = LinkServer::listen(fresh_socket_path(), *card).value();
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const OwnedFd told(ends[0]), tell(ends[1]);
  const pid_t child = fork();  // before there are threads
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto io = LinkCard::make(server->path());
    const char is_right = io && add_an_sa(**io) ? 'y' : 'n';
    (void)!write(tell.get(), &is_right, 1);
    for (;;) pause();
  }
  std::thread thread([&] { server->run(); });
  char is_right = 0;
  EXPECT_EQ(read(told.get(), &is_right, 1), 1);
  EXPECT_EQ(is_right, 'y') << "the SA was there";
  kill(child, SIGKILL);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  {
    auto io = LinkCard::make(server->path());  // the next client finds the card free
    EXPECT_TRUE(io) << io.error().text();
    EXPECT_TRUE(io && query(**io, 2) == CommandResult::kEmpty) << "and the SA gone";
  }
  server->stop();
  thread.join();
}

TEST(LinkServer, OneClientAtATime) {
  const auto server = start_server();
  const OwnedFd first = negotiated(*server);
  const OwnedFd second = connect_to(server->path());
  EXPECT_TRUE(is_hung_up(second));
  const auto third = LinkCard::make(server->path());
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::kInUse) << third.error().text();
  EXPECT_TRUE(send_bytes(first, message(Command::kDeviceReset)));
  EXPECT_EQ(next_reply(first).error, 0u);
}

TEST(LinkServer, ServesTheNextAfterTheLast) {
  const auto server = start_server();
  for (unsigned i = 0; i < 20; ++i) {
    OwnedFd socket = negotiated(*server);
    if (i % 2 == 0) send_bytes(socket, Bytes(3, 1));  // in the middle of a message
    socket.close();
  }
  EXPECT_TRUE(LinkCard::make(server->path()));
}

TEST(LinkServer, SaysWhyAClientWasDropped) {
  const auto card = make_served_soft().value();
  std::vector<std::string> lines;
  auto server = LinkServer::listen(fresh_socket_path(), *card, [&](const std::string& line) {
                  lines.push_back(line);
                }).value();
  std::thread thread([&] { server->run(); });
  {
    const OwnedFd socket = connect_to(server->path());
    EXPECT_TRUE(send_bytes(socket, Bytes(16, 0xFF)));
    EXPECT_TRUE(is_hung_up(socket));
  }
  server->stop();
  thread.join();
  EXPECT_EQ(lines, (std::vector<std::string>{
                       "a client has the card",
                       "a message cannot have 4294967295 bytes; the card was reset"}));
}

TEST(LinkServer, HangsUpOnWhoBreaksTheProtocol) {
  const auto server = start_server();
  const OwnedFd no_version = connect_to(server->path());
  EXPECT_TRUE(send_bytes(no_version, message(Command::kDeviceReset)));
  EXPECT_TRUE(is_hung_up(no_version));
  const OwnedFd other_version = connect_to(server->path());
  EXPECT_TRUE(send_bytes(other_version, message(Command::kVersion, version_payload({}, 7))));
  EXPECT_NE(next_reply(other_version).error, 0u);
  EXPECT_TRUE(is_hung_up(other_version));
  const OwnedFd bad_size = negotiated(*server);
  EXPECT_TRUE(send_bytes(bad_size, Bytes(16, 0xFF)));
  EXPECT_TRUE(is_hung_up(bad_size));
  const OwnedFd many_fds = negotiated(*server);
  const OwnedFd a = event_file();
  EXPECT_TRUE(
      send_bytes(many_fds, message(Command::kDeviceSetIrqs), {&a, &a, &a, &a, &a, &a, &a, &a, &a}));
  EXPECT_TRUE(is_hung_up(many_fds));
  EXPECT_TRUE(LinkCard::make(server->path()));
}

TEST(LinkServer, AnswersCommandsThatWereSentTogether) {
  const auto server = start_server();
  const OwnedFd socket = negotiated(*server);
  Bytes many;
  for (unsigned i = 0; i < 100; ++i) {
    const Bytes one = message(Command::kRegionRead,
                              bytes_of(vfio_user::RegionAccess{0, vfio_user::kBar0Region, 4}));
    many.insert(many.end(), one.begin(), one.end());
  }
  ASSERT_TRUE(send_bytes(socket, many));
  for (unsigned i = 0; i < 100; ++i) ASSERT_EQ(next_reply(socket).size, 16 + 16 + 4u) << i;
}

TEST(LinkServer, AClientThatReadsNothingIsDropped) {
  const auto server = start_server();
  const OwnedFd socket = negotiated(*server);
  const Bytes one = message(Command::kRegionRead,
                            bytes_of(vfio_user::RegionAccess{0, vfio_user::kBar0Region, 256}));
  // Far more replies than any socket buffer holds; the server never waits for room.
  bool is_open = true;
  for (unsigned i = 0; i < 1'000'000 && is_open; ++i) is_open = send_bytes(socket, one);
  EXPECT_FALSE(is_open);
  EXPECT_TRUE(LinkCard::make(server->path()));
}

TEST(LinkServer, TheSocketIsForOwnerAndGroup) {
  const auto server = start_server();
  struct stat file {};
  ASSERT_EQ(stat(server->path().c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0660u);
}

TEST(LinkServer, ReplacesASocketThatWasLeftBehindAndNothingElse) {
  const auto card = make_served_soft().value();
  const std::string path = fresh_socket_path();
  { std::ofstream(path) << "a file"; }
  auto server = LinkServer::listen(path, *card);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::kInUse);
  std::filesystem::remove(path);
  {
    const OwnedFd left_behind(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, address.sun_path);
    ASSERT_EQ(
        ::bind(left_behind.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  server = LinkServer::listen(path, *card);
  ASSERT_TRUE(server) << server.error().text();
  EXPECT_EQ(LinkServer::listen(path, *card).error().code, ErrorCode::kInUse) << "it is served";
  server->reset();
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(LinkServer::listen("", *card).error().code, ErrorCode::kBadFormat);
  EXPECT_EQ(LinkServer::listen(std::string(108, 'x'), *card).error().code, ErrorCode::kBadFormat);
}

/// Counts how often it was asked to run.
class SleepyCard final : public ServedCard {
 public:
  CardIo& io() override { return card_->io(); }
  Status attach_dma(Iova iova, std::span<std::uint8_t> bytes) override {
    return card_->attach_dma(iova, bytes);
  }
  bool detach_dma(Iova iova) override { return card_->detach_dma(iova); }
  void run() override {
    ++num_runs;
    card_->run();
  }
  bool is_asleep() const override { return card_->is_asleep(); }

  std::atomic<unsigned> num_runs = 0;

 private:
  std::unique_ptr<ServedCard> card_ = make_served_soft().value();
};

TEST(LinkServer, ACardThatSleepsIsLeftAlone) {
  SleepyCard card;
  auto server = LinkServer::listen(fresh_socket_path(), card).value();
  while (!card.is_asleep()) card.run();
  std::thread thread([&] { server->run(); });
  {
    const OwnedFd socket = connect_to(server->path());
    EXPECT_TRUE(send_bytes(socket, message(Command::kVersion, version_payload())));
    EXPECT_EQ(next_reply(socket).command, Command::kVersion);
    card.num_runs = 0;  // the server waits for us
    EXPECT_TRUE(send_bytes(
        socket, message(Command::kRegionRead, bytes_of(vfio_user::RegionAccess{0, 0, 4}))));
    EXPECT_EQ(next_reply(socket).command, Command::kRegionRead);
    EXPECT_EQ(card.num_runs, 0u);
  }
  server->stop();
  thread.join();
}

}  // namespace
}  // namespace holdfast::link
