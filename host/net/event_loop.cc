// SPDX-License-Identifier: Apache-2.0
#include "net/event_loop.h"

#define ASIO_STANDALONE
#include <algorithm>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <map>
#include <utility>

#include "base/result.h"

namespace holdfast::net {
namespace {

constexpr Duration kLongestTimer = std::chrono::hours(24 * 365 * 100);

TimePoint deadline_of(TimerId id) { return TimePoint(Duration(static_cast<std::int64_t>(id))); }

}  // namespace

/// Timers stand in a map of our own, by deadline, behind one alarm. The id of a timer is its
/// deadline in nanoseconds, a little later if that one is taken: so equal deadlines expire in the
/// order of their starts, and ten thousand timers need no second table.
struct EventLoop::Native {
  struct Watch {
    Watch(asio::io_context& context, std::function<void()> callback)
        : descriptor(context), readable(std::move(callback)) {}
    asio::posix::stream_descriptor descriptor;
    std::function<void()> readable;
    bool is_on = true;
  };
  struct Signal {
    Signal(asio::io_context& context, std::function<void()> function)
        : set(context), callback(std::move(function)) {}
    asio::signal_set set;
    std::function<void()> callback;
  };

  ~Native() {
    for (auto& [fd, watch] : watches) end(*watch);
  }

  void arm_alarm();
  void expire_timers();
  void wait(const std::shared_ptr<Watch>& watch);
  void wait(Signal& signal);
  /// The descriptor stays open: it is not ours.
  static void end(Watch& watch) {
    watch.is_on = false;
    watch.descriptor.release();
  }

  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  asio::steady_timer alarm{context};
  TimePoint alarm_at = TimePoint::max();
  std::map<TimerId, std::function<void()>> timers;
  TimerId last_expired{};
  std::map<int, std::shared_ptr<Watch>> watches;
  std::map<int, std::unique_ptr<Signal>> signals;
};

/// An alarm that rings too early, because its timer was cancelled, is cheaper than setting it anew.
void EventLoop::Native::arm_alarm() {
  if (timers.empty() || deadline_of(timers.begin()->first) >= alarm_at) return;
  alarm_at = deadline_of(timers.begin()->first);
  alarm.expires_at(alarm_at);
  alarm.async_wait([this](const asio::error_code& error) {
    if (error) return;  // set anew
    alarm_at = TimePoint::max();
    expire_timers();
    arm_alarm();
  });
}

void EventLoop::Native::expire_timers() {
  const TimePoint now = asio::steady_timer::clock_type::now();
  while (!timers.empty() && deadline_of(timers.begin()->first) <= now && !context.stopped()) {
    const auto timer = timers.extract(timers.begin());
    last_expired = timer.key();
    timer.mapped()();
  }
}

void EventLoop::Native::wait(const std::shared_ptr<Watch>& watch) {
  watch->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                               [this, watch](const asio::error_code& error) {
                                 if (error || !watch->is_on) return;
                                 watch->readable();
                                 if (watch->is_on) wait(watch);
                               });
}

void EventLoop::Native::wait(Signal& signal) {
  signal.set.async_wait([this, &signal](const asio::error_code& error, int) {
    if (error) return;
    wait(signal);
    const auto callback = signal.callback;  // it may set another one
    callback();
  });
}

EventLoop::EventLoop() : native_(std::make_unique<Native>()) {}
EventLoop::~EventLoop() = default;

TimePoint EventLoop::now() const { return std::chrono::steady_clock::now(); }

TimerId EventLoop::start(Duration after, std::function<void()> expired) {
  const TimePoint deadline = now() + std::clamp(after, Duration::zero(), kLongestTimer);
  // Never one that expired: its owner may still cancel it.
  auto number = std::max(static_cast<std::uint64_t>(deadline.time_since_epoch().count()),
                         static_cast<std::uint64_t>(native_->last_expired) + 1);
  auto& timers = native_->timers;
  auto at = timers.lower_bound(TimerId{number});
  for (; at != timers.end() && at->first == TimerId{number}; ++at) ++number;
  timers.emplace_hint(at, TimerId{number}, std::move(expired));
  native_->arm_alarm();
  return TimerId{number};
}

void EventLoop::cancel(TimerId id) {
  const auto timer = native_->timers.extract(id);  // ends here, when nothing looks at the map
}

void EventLoop::watch(int fd, std::function<void()> readable) {
  HOLDFAST_CHECK(!native_->watches.contains(fd));
  auto watch = std::make_shared<Native::Watch>(native_->context, std::move(readable));
  asio::error_code error;
  watch->descriptor.assign(fd, error);
  HOLDFAST_CHECK(!error);  // not open, or a regular file
  native_->watches.emplace(fd, watch);
  native_->wait(watch);
}

void EventLoop::unwatch(int fd) {
  const auto found = native_->watches.find(fd);
  if (found == native_->watches.end()) return;
  Native::end(*found->second);
  native_->watches.erase(found);
}

void EventLoop::on_signal(int signal, std::function<void()> callback) {
  auto& entry = native_->signals[signal];
  if (entry != nullptr) {
    entry->callback = std::move(callback);
    return;
  }
  entry = std::make_unique<Native::Signal>(native_->context, std::move(callback));
  asio::error_code error;
  entry->set.add(signal, error);
  HOLDFAST_CHECK(!error);  // no signal, or one that cannot be caught
  native_->wait(*entry);
}

void EventLoop::post(std::function<void()> work) { asio::post(native_->context, std::move(work)); }

void EventLoop::run() {
  native_->context.run();
  native_->context.restart();
}

void EventLoop::stop() { native_->context.stop(); }

}  // namespace holdfast::net
