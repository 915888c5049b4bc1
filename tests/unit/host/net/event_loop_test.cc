// SPDX-License-Identifier: Apache-2.0
#include "net/event_loop.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <vector>

namespace holdfast::net {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::ElementsAre;

/// A pipe whose read end is watched.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe2(ends_.data(), O_NONBLOCK | O_CLOEXEC), 0); }
  ~Pipe() {
    for (int end : ends_) ::close(end);
  }
  int fd() const { return ends_[0]; }
  void put(std::size_t bytes) {
    const std::string text(bytes, 'x');
    EXPECT_EQ(::write(ends_[1], text.data(), bytes), static_cast<ssize_t>(bytes));
  }
  void take_one() {
    char byte;
    EXPECT_EQ(::read(ends_[0], &byte, 1), 1);
  }
  bool is_open() const { return ::fcntl(ends_[0], F_GETFD) >= 0; }

 private:
  std::array<int, 2> ends_{};
};

class EventLoopTest : public ::testing::Test {
 protected:
  std::function<void()> note(int number) {
    return [this, number] { order_.push_back(number); };
  }
  std::function<void()> note_and_stop(int number) {
    return [this, number] {
      order_.push_back(number);
      loop_.stop();
    };
  }

  EventLoop loop_;
  std::vector<int> order_;
};

TEST_F(EventLoopTest, TimersExpireByDeadline) {
  loop_.start(milliseconds(6), note_and_stop(3));
  loop_.start(milliseconds(2), note(1));
  loop_.start(milliseconds(4), note(2));
  loop_.run();
  EXPECT_THAT(order_, ElementsAre(1, 2, 3));
}

TEST_F(EventLoopTest, TimersThatAreDueExpireInTheOrderOfTheirStarts) {
  std::vector<int> expected;
  for (int i = 0; i < 100; ++i) {
    loop_.start(Duration::zero(), note(i));
    expected.push_back(i);
  }
  loop_.start(milliseconds(1), [this] { loop_.stop(); });
  loop_.run();
  EXPECT_EQ(order_, expected);
}

TEST_F(EventLoopTest, TimerExpiresNotBeforeItsDeadline) {
  const TimePoint deadline = loop_.now() + milliseconds(3);
  TimePoint expired;
  loop_.start(milliseconds(3), [&] {
    expired = loop_.now();
    loop_.stop();
  });
  loop_.run();
  EXPECT_GE(expired, deadline);
}

TEST_F(EventLoopTest, TimeBelowZeroIsSoonAndForeverIsPossible) {
  loop_.start(Duration::max(), note(9));
  loop_.start(Duration::min(), note_and_stop(1));
  loop_.run();
  EXPECT_THAT(order_, ElementsAre(1));
}

TEST_F(EventLoopTest, TimerIsNeverCalledFromWithinStart) {
  bool is_in_start = true;
  loop_.start(Duration::zero(), [&] {
    EXPECT_FALSE(is_in_start);
    loop_.stop();
  });
  is_in_start = false;
  loop_.run();
}

TEST_F(EventLoopTest, CancelledTimerNeverExpires) {
  const TimerId first = loop_.start(milliseconds(1), note(1));
  loop_.start(milliseconds(3), note_and_stop(2));
  loop_.cancel(first);
  loop_.cancel(first);        // no error
  loop_.cancel(TimerId{77});  // no error
  loop_.run();
  EXPECT_THAT(order_, ElementsAre(2));
}

TEST_F(EventLoopTest, TimerCancelsAnotherThatIsDueAlready) {
  TimerId second{};
  loop_.start(Duration::zero(), [&] { loop_.cancel(second); });
  second = loop_.start(Duration::zero(), note(2));
  loop_.start(milliseconds(1), note_and_stop(3));
  loop_.run();
  EXPECT_THAT(order_, ElementsAre(3));
}

TEST_F(EventLoopTest, TimerStartsTheNextOne) {
  loop_.start(Duration::zero(), [this] {
    order_.push_back(1);
    loop_.start(Duration::zero(), note_and_stop(2));
  });
  loop_.run();
  EXPECT_THAT(order_, ElementsAre(1, 2));
}

TEST_F(EventLoopTest, EarlierTimerOvertakesTheAlarm) {
  loop_.start(hours(1), note(9));
  loop_.post([this] { loop_.start(Duration::zero(), note_and_stop(1)); });
  loop_.run();
  EXPECT_THAT(order_, ElementsAre(1));
}

TEST_F(EventLoopTest, TimerObjectEndsWithItsOwner) {
  {
    Timer timer(loop_);
    timer.start(Duration::zero(), note(1));
  }
  Timer other(loop_);
  other.start(hours(1), note(2));
  other.start(milliseconds(1), note_and_stop(3));  // anew
  loop_.run();
  EXPECT_THAT(order_, ElementsAre(3));
  EXPECT_FALSE(other.is_running());
}

TEST_F(EventLoopTest, PostedWorkRunsInOrderFromTheLoop) {
  loop_.post([this] {
    order_.push_back(1);
    loop_.post(note_and_stop(3));
    order_.push_back(2);  // not from within post()
  });
  EXPECT_THAT(order_, ElementsAre());
  loop_.run();
  EXPECT_THAT(order_, ElementsAre(1, 2, 3));
}

TEST_F(EventLoopTest, WatchCallsAsLongAsThereIsSomethingToRead) {
  Pipe pipe;
  pipe.put(3);
  loop_.watch(pipe.fd(), [&] {
    pipe.take_one();
    order_.push_back(1);
    if (order_.size() == 3) loop_.stop();
  });
  loop_.run();
  EXPECT_THAT(order_, ElementsAre(1, 1, 1));
}

TEST_F(EventLoopTest, WatchEndsFromWithinItsCallback) {
  Pipe pipe;
  pipe.put(1);  // stays there
  loop_.watch(pipe.fd(), [&] {
    order_.push_back(1);
    loop_.unwatch(pipe.fd());
    loop_.start(milliseconds(1), note_and_stop(2));
  });
  loop_.run();
  EXPECT_THAT(order_, ElementsAre(1, 2));
  EXPECT_TRUE(pipe.is_open());
}

TEST_F(EventLoopTest, WatchThatEndedIsNotCalledThoughItsEventHasCome) {
  Pipe one, two;
  one.put(1);
  two.put(1);
  const auto end_the_other = [&](int other) {
    return [this, other] {
      order_.push_back(1);
      loop_.unwatch(other);
      loop_.start(milliseconds(1), [this] { loop_.stop(); });
    };
  };
  // Both are readable in the same round; whichever comes first ends the other.
  loop_.watch(one.fd(), [&] { one.take_one(), end_the_other(two.fd())(); });
  loop_.watch(two.fd(), [&] { two.take_one(), end_the_other(one.fd())(); });
  loop_.run();
  EXPECT_THAT(order_, ElementsAre(1));
}

TEST_F(EventLoopTest, DescriptorCanBeWatchedAgain) {
  Pipe pipe;
  pipe.put(1);
  loop_.watch(pipe.fd(), note(1));
  loop_.unwatch(pipe.fd());
  loop_.unwatch(pipe.fd());  // no error
  loop_.watch(pipe.fd(), note_and_stop(2));
  loop_.run();
  EXPECT_THAT(order_, ElementsAre(2));
}

TEST_F(EventLoopTest, LoopThatEndsLeavesDescriptorsOpen) {
  Pipe pipe;
  {
    EventLoop loop;
    loop.watch(pipe.fd(), [] {});
    loop.post([&] { loop.stop(); });
    loop.run();
  }
  EXPECT_TRUE(pipe.is_open());
}

TEST_F(EventLoopTest, DescriptorIsWatchedOnce) {
  Pipe pipe;
  loop_.watch(pipe.fd(), [] {});
  EXPECT_DEATH(loop_.watch(pipe.fd(), [] {}), "");
}

TEST_F(EventLoopTest, SignalCallsBackEachTime) {
  loop_.on_signal(SIGUSR1, [this] {
    order_.push_back(1);
    if (order_.size() == 2) loop_.stop();
    std::raise(SIGUSR1);
  });
  loop_.post([] { std::raise(SIGUSR1); });
  loop_.run();
  EXPECT_THAT(order_, ElementsAre(1, 1));
}

TEST_F(EventLoopTest, LastCallbackOfASignalCounts) {
  loop_.on_signal(SIGUSR1, note(1));
  loop_.on_signal(SIGUSR2, note_and_stop(3));
  loop_.on_signal(SIGUSR1, [this] {
    order_.push_back(2);
    std::raise(SIGUSR2);
  });
  std::raise(SIGUSR1);  // before the loop runs
  loop_.run();
  EXPECT_THAT(order_, ElementsAre(2, 3));
}

TEST_F(EventLoopTest, StopKeepsTheRestForTheNextRun) {
  loop_.post([this] { loop_.stop(); });
  loop_.post(note_and_stop(1));
  loop_.run();
  EXPECT_THAT(order_, ElementsAre());
  loop_.run();
  EXPECT_THAT(order_, ElementsAre(1));
}

TEST_F(EventLoopTest, StopHoldsTimersThatAreDue) {
  loop_.start(Duration::zero(), note_and_stop(1));
  loop_.start(Duration::zero(), note_and_stop(2));
  loop_.run();
  EXPECT_THAT(order_, ElementsAre(1));
  loop_.run();
  EXPECT_THAT(order_, ElementsAre(1, 2));
}

}  // namespace
}  // namespace holdfast::net
