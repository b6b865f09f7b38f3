// SPDX-License-Identifier: MIT
#include "files/signal_inbox.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

namespace screenalytics {
namespace {

TEST(SignalInbox, GivesWhatWasSentAndByWhom) {
  const SignalInbox inbox({SIGUSR1, SIGTERM});
  EXPECT_FALSE(inbox.next());
  ::kill(::getpid(), SIGUSR1);
  pollfd waiting{inbox.descriptor(), POLLIN, 0};
  EXPECT_EQ(::poll(&waiting, 1, 1000), 1);
  const auto signal = inbox.next();
  ASSERT_TRUE(signal);
  EXPECT_EQ(signal->number, SIGUSR1);
  EXPECT_EQ(signal->sender, ::getpid());
  EXPECT_FALSE(signal->from_kernel);
  EXPECT_FALSE(inbox.next());
}

TEST(SignalInbox, LeavesIgnoredSignalsIgnored) {
  const auto before = std::signal(SIGHUP, SIG_IGN);
  {
    const SignalInbox inbox({SIGHUP});
    ::kill(::getpid(), SIGHUP);
    EXPECT_FALSE(inbox.next());
  }
  std::signal(SIGHUP, before);
}

TEST(SignalInbox, PutsTheMaskBack) {
  sigset_t now;
  {
    const SignalInbox inbox({SIGUSR2});
  }
  pthread_sigmask(SIG_BLOCK, nullptr, &now);
  EXPECT_EQ(sigismember(&now, SIGUSR2), 0);
}

}  // namespace
}  // namespace screenalytics
