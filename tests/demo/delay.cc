// SPDX-License-Identifier: Apache-2.0
// holdfast-delay: a wire of a given length between two network namespaces. Its ends are TUN
// interfaces, one in each; what enters one leaves the other that much later, in order. For kernels
// without netem, and without root inside user namespaces.
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstring>
#include <deque>
#include <iostream>
#include <string>
#include <vector>

#include "real_time.h"
#include "route_events.h"

namespace {

using holdfast::demo::now_ns;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr int kPriority = 30;                 // above the probes
constexpr std::size_t kMaxWaiting = 100'000;  // packets; more are dropped, as a router does

struct Waiting {
  std::int64_t due_ns = 0;
  std::vector<char> packet;
};

/// An end of the wire in a namespace: "NAMESPACE:INTERFACE". -1 where it cannot be made.
int open_end(const std::string& where) {
  const std::size_t colon = where.find(':');
  if (colon == std::string::npos) return -1;
  const std::string path = "/run/netns/" + where.substr(0, colon);
  const std::string name = where.substr(colon + 1);
  const int space = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (space < 0 || name.size() >= IFNAMSIZ || setns(space, CLONE_NEWNET) != 0) return -1;
  close(space);
  const int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  std::memcpy(request.ifr_name, name.c_str(), name.size());
  return tun >= 0 && ioctl(tun, TUNSETIFF, &request) == 0 ? tun : -1;
}

class Wire {
 public:
  Wire(int one, int two, std::int64_t delay_ns) : ends_{one, two}, delay_ns_(delay_ns) {}

  [[noreturn]] void run() {
    for (;;) {
      for (std::size_t end : {0u, 1u}) release(end);
      wait();
      for (std::size_t end : {0u, 1u}) take(end);
    }
  }

 private:
  void take(std::size_t end) {
    std::array<char, 65536> space;
    for (;;) {
      const ssize_t got = read(ends_[end], space.data(), space.size());
      if (got <= 0) return;
      std::deque<Waiting>& queue = queues_[1 - end];
      if (queue.size() < kMaxWaiting)
        queue.push_back({now_ns() + delay_ns_, {space.data(), space.data() + got}});
    }
  }

  void release(std::size_t end) {
    std::deque<Waiting>& queue = queues_[end];
    for (; !queue.empty() && queue.front().due_ns <= now_ns(); queue.pop_front()) {
      const auto& packet = queue.front().packet;
      // The other end may be down for a moment: then the packet is lost, as on a wire.
      [[maybe_unused]] const ssize_t put = write(ends_[end], packet.data(), packet.size());
    }
  }

  void wait() {
    std::array<pollfd, 2> watched{{{ends_[0], POLLIN, 0}, {ends_[1], POLLIN, 0}}};
    std::int64_t due = now_ns() + kSecond;
    for (const auto& queue : queues_)
      if (!queue.empty()) due = std::min(due, queue.front().due_ns);
    const std::int64_t left = std::max<std::int64_t>(due - now_ns(), 0);
    const timespec time{left / kSecond, left % kSecond};
    ppoll(watched.data(), watched.size(), &time, nullptr);
  }

  std::array<int, 2> ends_;
  std::int64_t delay_ns_;
  std::array<std::deque<Waiting>, 2> queues_;  // towards ends_[i]
};

}  // namespace

int main(int argc, char** argv) {
  std::string one, two;
  double delay_ms = 0;
  CLI::App app{"A wire of a given length between two network namespaces.", "holdfast-delay"};
  app.add_option("ONE", one, "NAMESPACE:INTERFACE, which it makes")->required();
  app.add_option("TWO", two, "NAMESPACE:INTERFACE, which it makes")->required();
  app.add_option("MS", delay_ms, "one way")->required()->check(CLI::Range(0.0, 10000.0));
  CLI11_PARSE(app, argc, argv);
  const int first = open_end(one), second = open_end(two);
  if (first < 0 || second < 0) {
    fmt::print(stderr, "error: cannot make {} or {}: {}\n", one, two, std::strerror(errno));
    return 2;
  }
  holdfast::demo::take_priority(kPriority);
  std::cout << "ready" << std::endl;
  Wire(first, second, static_cast<std::int64_t>(delay_ms * 1e6)).run();
}
