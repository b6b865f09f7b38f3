// SPDX-License-Identifier: MIT
#include "limit/tree_brake.h"

#include "budget/cpu_mask.h"
#include "limit/process_look.h"
#include "limit/test_commands.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;

/// A child that spins; killed in the destructor.
class Spinner {
 public:
  Spinner() : id_(fork()) {
    if (id_ != 0) return;
    alarm(60);
    while (true) {
    }
  }
  Spinner(const Spinner&) = delete;
  Spinner& operator=(const Spinner&) = delete;
  ~Spinner() {
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }
  pid_t id() const { return id_; }
  bool is_stopped() const {
    const auto look = look_at_process(id_);
    return look && look->state == 'T';
  }

 private:
  pid_t id_;
};

/// Everything in this test runs on one CPU, as the brake's promise wants it.
class OneCpu : public testing::Test {
 protected:
  OneCpu() : before_(own_cpus()) { (void)run_on({before_.front()}); }
  ~OneCpu() override { (void)run_on(before_); }
  std::vector<int> cpus() const { return {before_.front()}; }

  void brake_for(TreeBrake& brake, std::chrono::milliseconds time) const {
    const auto end = TreeBrake::Clock::now() + time;
    while (TreeBrake::Clock::now() < end) std::this_thread::sleep_until(brake.step());
  }

 private:
  std::vector<int> before_;
};

using TreeBrakeTest = OneCpu;

TEST_F(TreeBrakeTest, HoldsAChildToItsShareAndLetsItGoAtTheEnd) {
  const Spinner child;
  const auto began = TreeBrake::Clock::now();
  const auto before = cpu_of_process(child.id()) + cpu_of_process(getpid());
  {
    TreeBrake brake(25, cpus());
    brake_for(brake, 500ms);
    brake.let_go();
    EXPECT_GT(brake.stopped(), 0ms);
  }
  const auto used = cpu_of_process(child.id()) + cpu_of_process(getpid()) - before;
  EXPECT_LE(used, 0.25 * (TreeBrake::Clock::now() - began) + 15ms);
  EXPECT_FALSE(child.is_stopped());
}

TEST_F(TreeBrakeTest, WhatSomebodyElseStoppedStaysStopped) {
  const Spinner child;
  ::kill(child.id(), SIGSTOP);
  ASSERT_TRUE(eventually([&] { return child.is_stopped(); }));
  {
    TreeBrake brake(1, cpus());
    brake_for(brake, 60ms);
  }
  EXPECT_TRUE(child.is_stopped());
}

TEST_F(TreeBrakeTest, AnIdleTreeIsNotStopped) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    pause();
    _exit(0);
  }
  TreeBrake brake(80, cpus());
  brake_for(brake, 200ms);
  EXPECT_LE(brake.stopped(), 100ms);
  brake.let_go();
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace screenalytics
