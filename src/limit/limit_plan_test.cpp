// SPDX-License-Identifier: MIT
#include "limit/limit_plan.h"

#include "budget/cpu_mask.h"
#include "core/error.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Pins only the thread that it runs on.
LimitPlan plan_of(const LimitRequest& request) {
  LimitPlan plan;
  std::exception_ptr failure;
  std::jthread([&] {
    try {
      plan = plan_limit(request, read_allowance(nullptr));
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) std::rethrow_exception(failure);
  return plan;
}

std::string refusal_of(const LimitRequest& request, ErrorKind kind) {
  try {
    (void)plan_of(request);
    return "not refused";
  } catch (const Error& error) {
    return error.kind() == kind ? error.what() : "another kind";
  }
}

TEST(LimitPlan, WholeCoresAreHeldByCpus) {
  const auto plan = plan_of({.percent = 100});
  EXPECT_EQ(plan.method, LimitMethod::affinity);
  EXPECT_THAT(plan.cpus, SizeIs(1));
  EXPECT_THAT(plan.notes, IsEmpty());
}

TEST(LimitPlan, MoreThanTheMachineHasIsLoweredAndSaid) {
  const auto plan = plan_of({.percent = 1e6});
  EXPECT_EQ(plan.asked_percent, 1e6);
  EXPECT_EQ(plan.cpus, own_cpus());
  EXPECT_THAT(plan.notes.at(0), HasSubstr("CPU"));
}

TEST(LimitPlan, WithoutAControlGroupFractionsAreGoverned) {
  const auto plan = plan_of({.percent = 50, .root = "/nowhere"});
  EXPECT_EQ(plan.method, LimitMethod::governor);
  EXPECT_THAT(plan.notes.back(), HasSubstr("stopped and continued"));
  EXPECT_THAT(plan.cpus, SizeIs(1));
}

TEST(LimitPlan, AMethodAskedForByNameIsNotReplaced) {
  EXPECT_THAT(refusal_of({.percent = 50, .method = LimitMethod::cgroup, .root = "/nowhere"},
                         ErrorKind::unavailable),
              HasSubstr("--cpu-method governor"));
  EXPECT_THAT(refusal_of({.percent = 50, .method = LimitMethod::affinity}, ErrorKind::bad_usage),
              HasSubstr("whole cores"));
  EXPECT_EQ(plan_of({.percent = 100, .method = LimitMethod::governor}).method,
            LimitMethod::governor);
}

TEST(LimitPlan, OffPinsNothing) {
  const auto plan = plan_of({.percent = 50, .method = LimitMethod::off});
  EXPECT_THAT(plan.cpus, IsEmpty());
  EXPECT_FALSE(plan.leaf);
}

TEST(LimitPlan, NamesOfMethodsReadBack) {
  for (const char* name : {"auto", "affinity", "cgroup", "governor", "off"})
    EXPECT_EQ(name_of(limit_method(name)), name);
  EXPECT_THROW((void)limit_method("cpulimit"), Error);
}

TEST(LimitPlan, RefusesLessThanOnePercent) {
  EXPECT_THAT(refusal_of({.percent = 0.5}, ErrorKind::bad_usage), HasSubstr("cannot be held"));
}

}  // namespace
}  // namespace screenalytics
