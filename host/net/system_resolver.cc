// SPDX-License-Identifier: Apache-2.0
#include "net/system_resolver.h"

#include <netdb.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace holdfast::net {
namespace {

constexpr unsigned kMaxThreads = 4;

Resolver::Answer look_up(const std::string& name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(name.c_str(), nullptr, &hints, &list);
  if (code != 0) return fail(ErrorCode::kNotFound, name, ::gai_strerror(code));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  std::vector<IpAddress> addresses;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    IpAddress address;
    address.is_ipv6 = entry->ai_family == AF_INET6;
    if (address.is_ipv6)
      std::memcpy(address.bytes.data(),
                  &reinterpret_cast<const sockaddr_in6*>(entry->ai_addr)->sin6_addr, 16);
    else if (entry->ai_family == AF_INET)
      std::memcpy(address.bytes.data(),
                  &reinterpret_cast<const sockaddr_in*>(entry->ai_addr)->sin_addr, 4);
    else
      continue;
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end())
      addresses.push_back(address);
  }
  if (addresses.empty()) return fail(ErrorCode::kNotFound, name, "has no address");
  return addresses;
}

}  // namespace

/// What the threads and the resolver have in common; the threads may live longer.
struct SystemResolver::Shared {
  std::mutex mutex;
  EventLoop* loop = nullptr;  ///< None: the resolver has ended.
  std::deque<std::pair<std::string, Done>> queue;
  unsigned num_threads = 0;

  static void work(const std::shared_ptr<Shared>& shared);
};

void SystemResolver::Shared::work(const std::shared_ptr<Shared>& shared) {
  while (true) {
    std::pair<std::string, Done> job;
    {
      const std::lock_guard lock(shared->mutex);
      if (shared->queue.empty()) {
        --shared->num_threads;
        return;
      }
      job = std::move(shared->queue.front());
      shared->queue.pop_front();
    }
    Answer answer = look_up(job.first);
    const std::lock_guard lock(shared->mutex);
    if (shared->loop == nullptr) continue;
    // Nothing is called once the resolver has ended, even if it was posted before.
    shared->loop->post([shared, done = std::move(job.second), answer = std::move(answer)] {
      if (shared->loop != nullptr) done(answer);
    });
  }
}

SystemResolver::SystemResolver(EventLoop& loop) : shared_(std::make_shared<Shared>()) {
  shared_->loop = &loop;
}

SystemResolver::~SystemResolver() {
  const std::lock_guard lock(shared_->mutex);
  shared_->loop = nullptr;
  shared_->queue.clear();
}

void SystemResolver::resolve(const std::string& name, Done done) {
  const std::lock_guard lock(shared_->mutex);
  shared_->queue.emplace_back(name, std::move(done));
  if (shared_->num_threads == kMaxThreads) return;
  ++shared_->num_threads;
  // Signals are for the loop's thread.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread([shared = shared_] { Shared::work(shared); }).detach();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace holdfast::net
