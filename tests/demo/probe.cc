// SPDX-License-Identifier: Apache-2.0
// holdfast-probe: numbered datagrams at a steady pace. Each end sends and listens; each direction
// is judged at its receiver. Talks with the script that started it by lines: says "ready", reads
// the time of CLOCK_MONOTONIC at which to begin, goes on until its input ends, and then tells
//     sent COUNT FIRST_NS INTERVAL_NS REFUSED     REFUSED: sends that the kernel did not take
//     r NUMBER SENT_NS ARRIVED_NS                 each datagram that came, stamped by the kernel
//     event AT_NS WHAT                            with --events, see route_events.h
#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstring>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "real_time.h"
#include "route_events.h"

namespace {

using holdfast::demo::KernelStamps;
using holdfast::demo::now_ns;
using holdfast::demo::RouteEvents;

constexpr std::uint16_t kPort = 4242;
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::size_t kHeaderBytes = 28;  // IPv4 and UDP
constexpr int kPriority = 20;             // above the daemons under test

struct Options {
  std::string own, peer;
  double rate = 0;
  std::size_t size = 64;
  int linger_ms = 1000;
  bool has_events = false;
};

/// Begins with "Hold": what begins otherwise is taken for RTP by Wireshark's guesses.
struct Content {
  std::uint32_t magic = 0x646c6f48, number = 0;
  std::int64_t sent_ns = 0;
};

struct Arrival {
  Content content;
  std::int64_t at_ns = 0;
};

class Probe {
 public:
  explicit Probe(const Options& options)
      : options_(options),
        interval_ns_(options.rate > 0 ? static_cast<std::int64_t>(kSecond / options.rate) : 0),
        datagram_(std::max(options.size - kHeaderBytes, sizeof(Content))) {
    arrivals_.reserve(1 << 18);
  }

  /// The reason, where something cannot be done.
  std::optional<std::string> prepare();
  void run(std::int64_t start_ns);
  void tell() const;

 private:
  void send_due(std::int64_t now);
  void receive();
  /// Until something comes or is due.
  void wait(std::int64_t until_ns);
  bool is_sending() const { return interval_ns_ > 0 && end_ns_ == 0; }
  std::int64_t due_ns() const {
    return start_ns_ + interval_ns_ * static_cast<std::int64_t>(sent_);
  }

  Options options_;
  int socket_ = -1;
  sockaddr_in peer_{};
  RouteEvents routes_;
  KernelStamps stamps_;
  std::int64_t start_ns_ = 0, interval_ns_, end_ns_ = 0;
  std::uint32_t sent_ = 0, refused_ = 0;
  std::vector<char> datagram_;
  std::vector<Arrival> arrivals_;
};

std::optional<std::string> Probe::prepare() {
  sockaddr_in own{};
  own.sin_family = peer_.sin_family = AF_INET;
  own.sin_port = peer_.sin_port = htons(kPort);
  if (inet_pton(AF_INET, options_.own.c_str(), &own.sin_addr) != 1 ||
      inet_pton(AF_INET, options_.peer.c_str(), &peer_.sin_addr) != 1)
    return "--own and --peer want IPv4 addresses";
  socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int space = 4 << 20;
  setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &space, sizeof space);
  if (bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0)
    return fmt::format("cannot bind {}: {}", options_.own, std::strerror(errno));
  if (options_.has_events && !routes_.open()) return "no rtnetlink";
  KernelStamps::ask_for(socket_);
  holdfast::demo::take_priority(kPriority);
  return std::nullopt;
}

void Probe::send_due(std::int64_t now) {
  while (is_sending() && due_ns() <= now) {
    const Content content{.number = sent_++, .sent_ns = now_ns()};
    std::memcpy(datagram_.data(), &content, sizeof content);
    if (sendto(socket_, datagram_.data(), datagram_.size(), 0,
               reinterpret_cast<const sockaddr*>(&peer_), sizeof peer_) < 0)
      ++refused_;
  }
}

void Probe::receive() {
  stamps_.compare_clocks();
  for (;;) {
    std::array<char, 2048> space;
    std::array<char, 64> control;
    iovec part{space.data(), space.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = recvmsg(socket_, &message, 0);
    if (got < 0) return;
    Arrival arrival{{}, stamps_.stamp_ns(message)};
    if (static_cast<std::size_t>(got) < sizeof arrival.content) continue;
    std::memcpy(&arrival.content, space.data(), sizeof arrival.content);
    if (arrival.content.magic == Content{}.magic) arrivals_.push_back(arrival);
  }
}

void Probe::wait(std::int64_t until_ns) {
  std::array<pollfd, 3> watched{{{socket_, POLLIN, 0},
                                 {end_ns_ == 0 ? STDIN_FILENO : -1, POLLIN, 0},
                                 {routes_.fd(), POLLIN, 0}}};
  const std::int64_t left = std::max<std::int64_t>(until_ns - now_ns(), 0);
  const timespec time{left / kSecond, left % kSecond};
  ppoll(watched.data(), watched.size(), &time, nullptr);
  if (watched[0].revents) receive();
  if (watched[2].revents) routes_.read();
  if (watched[1].revents) end_ns_ = now_ns() + options_.linger_ms * (kSecond / 1000);
}

void Probe::run(std::int64_t start_ns) {
  start_ns_ = start_ns;
  for (;;) {
    const std::int64_t now = now_ns();
    send_due(now);
    if (end_ns_ != 0 && now >= end_ns_) return;
    wait(end_ns_ != 0 ? end_ns_ : is_sending() ? due_ns() : now + kSecond);
  }
}

void Probe::tell() const {
  std::string text = fmt::format("sent {} {} {} {}\n", sent_, start_ns_, interval_ns_, refused_);
  for (const auto& [content, at_ns] : arrivals_)
    fmt::format_to(std::back_inserter(text), "r {} {} {}\n", content.number, content.sent_ns,
                   at_ns);
  for (const auto& event : routes_.events())
    fmt::format_to(std::back_inserter(text), "event {} {}\n", event.at_ns, event.what);
  std::cout << text << std::flush;
}

int parse(int argc, char** argv, Options& options) {
  CLI::App app{"Numbered datagrams at a steady pace, for ./dev demo and ./dev bench handover.",
               "holdfast-probe"};
  app.add_option("--own", options.own, "address to send from and to listen on")->required();
  app.add_option("--peer", options.peer, "address of the other probe")->required();
  app.add_option("--rate", options.rate, "datagrams a second; 0: only listens");
  app.add_option("--size", options.size, "bytes of the IPv4 packet")->check(CLI::Range(44, 1500));
  app.add_option("--linger", options.linger_ms, "ms to listen after the last was sent");
  app.add_flag("--events", options.has_events, "tells changes of addresses and default routes");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "error: {}; see holdfast-probe --help\n", error.what());
    return 2;
  }
  return -1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (const int code = parse(argc, argv, options); code >= 0) return code;
  Probe probe(options);
  if (const auto reason = probe.prepare()) {
    fmt::print(stderr, "error: {}\n", *reason);
    return 2;
  }
  std::cout << "ready" << std::endl;
  // Byte by byte: what follows on this pipe is its end, for which poll() waits.
  std::string line;
  for (char byte = 0; read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n';) line += byte;
  if (line.empty()) return 2;
  probe.run(std::stoll(line));
  probe.tell();
}
