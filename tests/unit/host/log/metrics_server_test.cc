// SPDX-License-Identifier: Apache-2.0
#include "log/metrics_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>

namespace holdfast::log {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class MetricsServerTest : public testing::Test {
 protected:
  /// In the abstract namespace of UNIX sockets, which leaves no file.
  MetricsServerTest() {
    address_.sun_family = AF_UNIX;
    const std::string name = "holdfast_metrics_test_" + std::to_string(::getpid());
    name.copy(address_.sun_path + 1, name.size());
    OwnedFd listener(socket());
    EXPECT_EQ(::bind(listener.get(), generic(), sizeof address_), 0);
    EXPECT_EQ(::listen(listener.get(), 64), 0);
    server_ = std::move(*MetricsServer::create(std::move(listener), [this] {
      ++num_collected_;
      return text_;
    }));
  }

  static int socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0); }
  const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&address_); }

  OwnedFd connect() {
    OwnedFd fd(socket());
    EXPECT_EQ(::connect(fd.get(), generic(), sizeof address_), 0);
    work();
    return fd;
  }
  /// As an event loop would.
  void work() {
    pollfd ready{server_->fd(), POLLIN, 0};
    for (int i = 0; i < 1000 && ::poll(&ready, 1, 0) == 1; ++i) server_->step();
  }
  void send(const OwnedFd& fd, std::string_view text) {
    EXPECT_EQ(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
    work();
  }
  /// All until the server closes; "(open)" at the end if it does not.
  std::string receive(const OwnedFd& fd) {
    std::string all;
    std::array<char, 65536> chunk;
    while (true) {
      work();
      const ssize_t size = ::recv(fd.get(), chunk.data(), chunk.size(), 0);
      if (size == 0) return all;
      if (size < 0) return all + "(open)";
      all.append(chunk.data(), static_cast<std::size_t>(size));
    }
  }
  std::string ask(std::string_view request) {
    const OwnedFd fd = connect();
    send(fd, request);
    return receive(fd);
  }

  sockaddr_un address_{};
  std::string text_ = "holdfast_info 1\n";
  int num_collected_ = 0;
  std::unique_ptr<MetricsServer> server_;
};

TEST_F(MetricsServerTest, AnswersGetMetrics) {
  EXPECT_EQ(ask("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
            "Content-Length: 16\r\nConnection: close\r\n\r\nholdfast_info 1\n");
  EXPECT_THAT(ask("GET /metrics?x=1 HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(server_->num_clients(), 0u);
}

TEST_F(MetricsServerTest, RefusesEverythingElse) {
  EXPECT_THAT(ask("POST /metrics HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(ask("GET / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(ask("GET /metricsx HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(ask("GET\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(ask("\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(ask(std::string("GET /metrics\0 HTTP/1.1\r\n\r\n", 26)), StartsWith("HTTP/1.1 404 "));
  EXPECT_EQ(num_collected_, 0);
}

TEST_F(MetricsServerTest, TakesARequestByteByByte) {
  const OwnedFd fd = connect();
  for (const char c : std::string("GET /metrics HTTP/1.1\r\n\r")) send(fd, {&c, 1});
  EXPECT_EQ(num_collected_, 0);
  send(fd, "\n");
  EXPECT_THAT(receive(fd), HasSubstr("holdfast_info 1\n"));
  EXPECT_EQ(num_collected_, 1);
}

TEST_F(MetricsServerTest, EndsARequestWithoutEnd) {
  const OwnedFd fd = connect();
  send(fd, std::string(MetricsServer::kMaxRequestBytes, 'a'));
  EXPECT_EQ(server_->num_clients(), 1u);
  send(fd, "a");
  EXPECT_EQ(server_->num_clients(), 0u);
  EXPECT_EQ(num_collected_, 0);
}

TEST_F(MetricsServerTest, SilentClientsKeepNobodyOut) {
  std::vector<OwnedFd> silent;
  for (std::size_t i = 0; i < 3 * MetricsServer::kMaxClients; ++i) {
    silent.push_back(connect());
    EXPECT_LE(server_->num_clients(), MetricsServer::kMaxClients);
  }
  EXPECT_THAT(ask("GET /metrics HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(MetricsServerTest, AnswersPieceByPieceToASlowReader) {
  text_ = std::string(std::size_t{4} << 20, 'x');
  const OwnedFd fd = connect();
  send(fd, "GET /metrics HTTP/1.1\r\n\r\n");
  EXPECT_EQ(server_->num_clients(), 1u) << "more than a socket holds";
  const std::string answer = receive(fd);
  EXPECT_THAT(answer.substr(answer.size() - text_.size()), testing::Eq(text_));
  EXPECT_EQ(num_collected_, 1);
}

TEST_F(MetricsServerTest, ForgetsAClientThatGoesAway) {
  text_ = std::string(std::size_t{4} << 20, 'x');
  {
    const OwnedFd asking = connect(), silent = connect();
    send(asking, "GET /metrics HTTP/1.1\r\n\r\n");
  }
  work();
  EXPECT_EQ(server_->num_clients(), 0u);
}

}  // namespace
}  // namespace holdfast::log
