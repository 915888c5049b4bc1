// SPDX-License-Identifier: Apache-2.0
#include "control/vici_server.h"

#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "base/hex.h"
#include "base/wire.h"
#include "unit/host/control/vici_text.h"

namespace holdfast::control {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string temporary_folder() {
  std::string name = std::filesystem::temp_directory_path() / "holdfast-vici-XXXXXX";
  return ::mkdtemp(name.data());
}

/// Knows "echo" (answers at once), "wait" (answers when told), and the events "tick" and "own".
class Handler : public ViciHandler {
 public:
  explicit Handler(ViciOutlet& outlet) : outlet_(outlet) {}
  bool has_command(std::string_view name) const override {
    return name == "echo" || name == "wait" || name == "large";
  }
  bool has_event(std::string_view name) const override { return name == "tick" || name == "own"; }
  void handle(ClientId client, std::string_view command, ByteView body) override {
    if (command == "wait") {
      waiting.push_back(client);
      return;
    }
    Section answer;
    if (command == "echo")
      answer = *decode_message(body);
    else
      for (int i = 0; i < 20; ++i) answer.add("value", std::string(kMaxValueBytes, 'v'));
    outlet_.raise_to(client, "own", answer);
    outlet_.respond(client, answer);
  }
  void on_closed(ClientId client) override { closed.push_back(client); }

  std::vector<ClientId> waiting, closed;

 private:
  ViciOutlet& outlet_;
};

/// A client that sends bytes as it likes, and does not block.
class Client {
 public:
  explicit Client(const std::string& path) : fd_(*connect_vici(path)) {}
  ~Client() { close(); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void end_sending() { ::shutdown(fd_, SHUT_WR); }
  bool send(ByteView bytes) {
    return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
           static_cast<ssize_t>(bytes.size());
  }
  void send(PacketType type, std::string_view name, const Section& message = {}) {
    ASSERT_TRUE(send(*write_packet(type, name, *encode_message(message))));
  }
  void echo(const std::string& text) {
    Section message;
    message.add("t", text);
    send(PacketType::kRequest, "echo", message);
  }
  /// Whole packets that have come, in short: "1 t=a" is a response, "7 tick t=a" an event.
  std::vector<std::string> packets() {
    std::array<std::uint8_t, 65536> chunk;
    for (ssize_t size; (size = ::recv(fd_, chunk.data(), chunk.size(), MSG_DONTWAIT)) > 0;)
      input_.insert(input_.end(), chunk.begin(), chunk.begin() + size);
    std::vector<std::string> texts;
    for (;;) {
      WireReader reader(input_);
      const ByteView bytes = reader.take(reader.u32());
      if (!reader.ok()) return texts;
      const auto packet = parse_packet(bytes);
      const auto message = decode_message(packet->body);
      std::string text = std::to_string(static_cast<int>(packet->type));
      if (!packet->name.empty()) text += " " + std::string(packet->name);
      if (!message->order.empty()) text += " " + text_of(*message);
      texts.push_back(text);
      input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(4 + bytes.size()));
    }
  }
  bool is_closed() {
    pollfd state{fd_, POLLIN, 0};
    return ::poll(&state, 1, 0) == 1 && (state.revents & POLLHUP) != 0;
  }

 private:
  int fd_;
  Bytes input_;
};

class ViciServerTest : public testing::Test {
 protected:
  void SetUp() override {
    ViciServer::Limits limits;
    limits.max_clients = 3;
    auto opened = ViciServer::open(path_, limits);
    ASSERT_TRUE(opened) << opened.error().text();
    server_ = std::move(*opened);
    handler_ = std::make_unique<Handler>(*server_);
    server_->serve(*handler_);
  }
  void TearDown() override {
    server_.reset();
    EXPECT_FALSE(std::filesystem::exists(path_));
    std::filesystem::remove_all(folder_);
  }
  /// Until there is nothing to do.
  void run() {
    pollfd state{server_->fd(), POLLIN, 0};
    while (::poll(&state, 1, 0) > 0) server_->step();
  }
  std::vector<std::string> after(Client& client) {
    run();
    return client.packets();
  }

  std::string folder_ = temporary_folder(), path_ = folder_ + "/vici";
  std::unique_ptr<ViciServer> server_;
  std::unique_ptr<Handler> handler_;
};

TEST_F(ViciServerTest, ModeOfTheFile) {
  struct stat state {};
  ASSERT_EQ(::stat(path_.c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 07777, 0770u);
}

TEST_F(ViciServerTest, PipelinedRequestsInOrder) {
  Client client(path_);
  for (const char* text : {"a", "b", "c"}) client.echo(text);
  EXPECT_THAT(after(client), ElementsAre("1 t=a", "1 t=b", "1 t=c"));
}

TEST_F(ViciServerTest, ByteByByte) {
  Client client(path_);
  Section message;
  message.add("t", "slow");
  const Bytes packet = *write_packet(PacketType::kRequest, "echo", *encode_message(message));
  for (std::size_t i = 0; i < packet.size(); ++i) {
    EXPECT_THAT(after(client), IsEmpty()) << "before byte " << i;
    client.send(ByteView(packet).subspan(i, 1));
  }
  EXPECT_THAT(after(client), ElementsAre("1 t=slow"));
}

TEST_F(ViciServerTest, UnknownNames) {
  Client client(path_);
  client.send(PacketType::kRequest, "nope");
  client.send(PacketType::kRequest, "");
  client.send(PacketType::kRegister, "nope");
  client.send(PacketType::kUnregister, "nope");
  client.send(PacketType::kUnregister, "tick");
  client.echo("alive");
  EXPECT_THAT(after(client), ElementsAre("2", "2", "6", "6", "6", "1 t=alive"));
}

TEST_F(ViciServerTest, IgnoresWhatIsNoRequest) {
  Client client(path_);
  client.send(*parse_hex("00000000"));    // nothing at all
  client.send(*parse_hex("0000000101"));  // a response
  client.send(*parse_hex("0000000102"));  // and the other types of a daemon
  client.send(*parse_hex("0000000105"));
  client.send(*parse_hex("0000000106"));
  client.send(*parse_hex("000000020700"));
  client.send(*parse_hex("0000000109"));        // no type
  client.send(*parse_hex("0000000100"));        // name missing
  client.send(*parse_hex("0000000400056563"));  // name longer than the packet
  client.echo("alive");
  EXPECT_THAT(after(client), ElementsAre("1 t=alive"));
}

TEST_F(ViciServerTest, LargestPacket) {
  Client client(path_);
  Bytes packet(kLengthBytes + kMaxPacketBytes, 0);
  const Bytes head = *parse_hex(
      "00080000"
      "0004"
      "6e6f7065");
  std::copy(head.begin(), head.end(), packet.begin());
  for (ByteView left = packet; !left.empty();) {
    const ByteView part = left.first(std::min<std::size_t>(left.size(), 32768));
    ASSERT_TRUE(client.send(part));
    run();
    left = left.subspan(part.size());
  }
  EXPECT_THAT(after(client), ElementsAre("2"));
  client.send(*parse_hex("00080001"));
  run();
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ViciServerTest, RegistrationsCountOnce) {
  Client client(path_), other(path_);
  client.send(PacketType::kRegister, "tick");
  client.send(PacketType::kRegister, "tick");
  EXPECT_THAT(after(client), ElementsAre("5", "5"));
  EXPECT_TRUE(server_->has_listener("tick"));
  EXPECT_FALSE(server_->has_listener("own"));
  Section message;
  message.add("n", "1");
  server_->raise("tick", message);
  EXPECT_THAT(after(client), ElementsAre("7 tick n=1"));
  EXPECT_THAT(other.packets(), IsEmpty());
  client.send(PacketType::kUnregister, "tick");
  EXPECT_THAT(after(client), ElementsAre("5"));
  server_->raise("tick", message);
  EXPECT_THAT(after(client), IsEmpty());
}

TEST_F(ViciServerTest, OwnEventsGoToTheirClientBeforeTheAnswer) {
  Client client(path_), other(path_);
  for (Client* each : {&client, &other}) each->send(PacketType::kRegister, "own");
  run();
  client.packets(), other.packets();
  client.echo("x");
  EXPECT_THAT(after(client), ElementsAre("7 own t=x", "1 t=x"));
  EXPECT_THAT(other.packets(), IsEmpty());
}

TEST_F(ViciServerTest, ABlockingCommandDelaysItsOwnConnectionAlone) {
  Client client(path_), other(path_);
  client.send(PacketType::kRequest, "wait");
  client.echo("later");
  other.echo("now");
  EXPECT_THAT(after(client), IsEmpty());
  EXPECT_THAT(other.packets(), ElementsAre("1 t=now"));
  ASSERT_EQ(handler_->waiting.size(), 1u);
  server_->respond(handler_->waiting.front(), success());
  EXPECT_THAT(after(client), ElementsAre("1 success=yes", "1 t=later"));
}

TEST_F(ViciServerTest, ClosesWhileACommandRuns) {
  Client client(path_);
  client.send(PacketType::kRegister, "tick");
  client.send(PacketType::kRequest, "wait");
  run();
  client.close();
  run();
  EXPECT_THAT(handler_->closed, ElementsAre(handler_->waiting.at(0)));
  EXPECT_FALSE(server_->has_listener("tick"));
  server_->respond(handler_->waiting.front(), success());  // nobody is there
  run();
  EXPECT_EQ(server_->num_clients(), 0u);
}

TEST_F(ViciServerTest, AnswersAClientThatSendsNoMore) {
  Client client(path_);
  client.send(PacketType::kRequest, "wait");
  client.echo("last");
  client.end_sending();
  run();
  server_->respond(handler_->waiting.at(0), success());
  EXPECT_THAT(after(client), ElementsAre("1 success=yes", "1 t=last"));
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ViciServerTest, NumberOfClientsIsBounded) {
  Client one(path_), two(path_), three(path_), four(path_);
  run();
  EXPECT_TRUE(four.is_closed());
  EXPECT_FALSE(three.is_closed());
  EXPECT_EQ(server_->counters().refused_clients, 1u);
  one.close();
  run();
  Client five(path_);
  five.echo("in");
  EXPECT_THAT(after(five), ElementsAre("1 t=in"));
}

TEST_F(ViciServerTest, EventsOfWhoDoesNotReadAreDropped) {
  Client client(path_), reader(path_);
  for (Client* each : {&client, &reader}) each->send(PacketType::kRegister, "tick");
  run();
  Section message;
  message.add("v", std::string(60000, 'v'));
  constexpr std::size_t kEvents = 100;
  std::size_t seen = 0;
  for (std::size_t i = 0; i < kEvents; ++i) {
    server_->raise("tick", message);
    seen += after(reader).size();
  }
  EXPECT_EQ(seen, kEvents + 1);  // and the confirmation
  const std::uint64_t dropped = server_->counters().dropped_events;
  EXPECT_GT(dropped, 0u);
  // It is alive, and what it did get is whole.
  client.echo("still here");
  std::vector<std::string> got;
  for (int i = 0; i < 1000; ++i)
    for (std::string& text : after(client)) got.push_back(std::move(text));
  EXPECT_EQ(got.size(), kEvents - dropped + 2);
  EXPECT_EQ(got.back(), "1 t=still here");
}

TEST_F(ViciServerTest, AnswersTooLargeBecomeAFailure) {
  Client client(path_);
  client.send(PacketType::kRequest, "large");
  EXPECT_THAT(after(client), ElementsAre("1 success=no errmsg=a packet is too long for vici"));
}

TEST_F(ViciServerTest, ALivingDaemonIsRespected) {
  const auto second = ViciServer::open(path_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kInUse);
  Client client(path_);
  client.echo("alive");
  EXPECT_THAT(after(client), ElementsAre("1 t=alive"));
}

TEST(ViciSocket, ReplacesTheFileOfAKilledDaemon) {
  const std::string folder = temporary_folder(), path = folder + "/vici";
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(fd);  // as a kill leaves it: the file stays
  ASSERT_TRUE(std::filesystem::exists(path));
  const auto server = ViciServer::open(path);
  EXPECT_TRUE(server) << server.error().text();
  std::filesystem::remove_all(folder);
}

TEST(ViciSocket, LeavesOtherFilesAlone) {
  const std::string folder = temporary_folder();
  const auto socket = ViciSocket::listen(folder);
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code, ErrorCode::kInUse);
  EXPECT_EQ(ViciSocket::listen(folder + "/" + std::string(200, 'x')).error().code,
            ErrorCode::kBadValue);
  EXPECT_EQ(ViciSocket::listen(folder + "/none/vici").error().code, ErrorCode::kIo);
  std::filesystem::remove_all(folder);
}

TEST(ViciSocket, TheFileOfALaterDaemonStays) {
  const std::string folder = temporary_folder(), path = folder + "/vici";
  {
    const auto first = ViciSocket::listen(path);
    ASSERT_TRUE(first);
    std::filesystem::rename(path, path + ".old");
    const auto second = ViciSocket::listen(path);
    ASSERT_TRUE(second);
    std::filesystem::rename(path, path + ".second");
    std::filesystem::rename(path + ".old", path + ".first");
    std::filesystem::rename(path + ".second", path);
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  // `second` ended first and took its file; `first` no longer has one under its path.
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(std::filesystem::exists(path + ".first"));
  std::filesystem::remove_all(folder);
}

TEST(ViciSocket, Uris) {
  EXPECT_EQ(*parse_vici_uri("unix:///run/x.vici"), "/run/x.vici");
  EXPECT_EQ(*parse_vici_uri("/run/x.vici"), "/run/x.vici");
  EXPECT_FALSE(parse_vici_uri("tcp://127.0.0.1:4502"));
  EXPECT_FALSE(parse_vici_uri("unix://relative"));
  EXPECT_EQ(connect_vici("/nonexistent/vici").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace holdfast::control
