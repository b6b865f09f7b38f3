// SPDX-License-Identifier: MIT
#include "budget/cpu_enforcement.h"

#include "budget/cpu_mask.h"
#include "budget/fake_machine_test.h"
#include "budget/test_children.h"

#include <thread>

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Enforced : public FakeMachine {
 protected:
  EnforcementOptions options(CpuMethod method = CpuMethod::automatic) const {
    return {.method = method, .claims = root() / "claims"};
  }
  static CpuCap cap(double percent) {
    return plan_cap(percent, read_allowance(nullptr), CpuMethod::automatic);
  }
  ComputingThreads threads;
};

TEST_F(Enforced, WholeCoresAreHeldByAffinityOfEveryThread) {
  std::atomic<bool> look = false;
  std::vector<int> seen;
  std::jthread earlier([&] {
    while (!look) std::this_thread::yield();
    seen = own_cpus();
  });
  const CpuEnforcement held(cap(100), read_allowance(nullptr), threads, options());
  look = true;
  earlier.join();
  const auto state = held.state();
  EXPECT_EQ(state.method, "affinity");
  EXPECT_EQ(state.cpus.size(), 1U);
  EXPECT_EQ(own_cpus(), state.cpus);
  EXPECT_EQ(seen, state.cpus);
  EXPECT_EQ(held.describe(),
            "CPU cap 100 %: held by affinity on CPU " + std::to_string(state.cpus[0]));
}

TEST_F(Enforced, AFractionIsHeldByTheGovernor) {
  const CpuEnforcement held(cap(50), read_allowance(nullptr), threads, options());
  EXPECT_EQ(held.state().method, "affinity+governor");
  EXPECT_THAT(held.state().notes, IsEmpty());
}

TEST_F(Enforced, SwitchedOffItPinsNothing) {
  const auto before = own_cpus();
  auto off = options();
  off.enforce = false;
  const CpuEnforcement held(cap(50), read_allowance(nullptr), threads, off);
  EXPECT_EQ(held.state().method, "off");
  EXPECT_EQ(own_cpus(), before);
  EXPECT_THAT(held.describe(), HasSubstr("not enforced, only measured"));
}

TEST_F(Enforced, WherePinningIsRefusedTheGovernorHolds) {
  CpuAllowance elsewhere;
  elsewhere.online = 1;
  elsewhere.affinity = {60000};  // no machine has it
  const CpuEnforcement held(
      plan_cap(100, elsewhere, CpuMethod::automatic), elsewhere, threads, options());
  EXPECT_EQ(held.state().method, "governor");
  EXPECT_THAT(held.state().notes, ElementsAre(HasSubstr("not pinned to CPUs (")));
}

TEST_F(Enforced, WithoutControlGroupsTheGovernorTakesOverAndThatIsSaid) {
  auto asked = options(CpuMethod::cgroup);
  asked.root = root();
  const CpuEnforcement held(cap(50), read_allowance(nullptr), threads, asked);
  EXPECT_EQ(held.state().method, "affinity+governor");
  EXPECT_THAT(held.state().notes,
              Contains(HasSubstr("no control group (no control group here has the cpu controller): "
                                 "the governor holds the cap")));
}

// Where this machine gives a group, it is used, and replaced when it vanishes; where not, that is
// said.
TEST_F(Enforced, AControlGroupThatVanishesIsReplacedByTheGovernor) {
  CpuEnforcement held(cap(50), read_allowance(nullptr), threads, options(CpuMethod::cgroup));
  const auto first = held.state();
  if (first.group.empty()) {
    EXPECT_EQ(first.method, "affinity+governor");
    EXPECT_THAT(first.notes, Contains(HasSubstr("no control group")));
    return;
  }
  EXPECT_EQ(first.method, "affinity+cgroup");
  EXPECT_FALSE(held.look_after());
  const std::filesystem::path group = first.group;
  std::ofstream(group.parent_path() / "cgroup.procs") << getpid() << std::flush;
  rmdir(group.c_str());
  EXPECT_THAT(held.look_after().value_or(""),
              HasSubstr("is gone: from here on the governor holds"));
  EXPECT_EQ(held.state().method, "affinity+governor");
  EXPECT_EQ(held.state().group, "");
  EXPECT_FALSE(held.look_after());
}

TEST_F(Enforced, UnusableClaimsAreSaidWhereThereIsAChoice) {
  put("claims", "a file in its place");
  const auto allowance = read_allowance(nullptr);
  const CpuEnforcement held(cap(100), allowance, threads, options());
  const bool choice = allowance.affinity.size() > 1;
  EXPECT_THAT(held.state().notes,
              testing::Conditional(choice,
                                   Contains(HasSubstr("CPUs were chosen by process number")),
                                   Not(Contains(HasSubstr("chosen")))));
}

TEST_F(Enforced, RunsOfOneUserTakeDifferentCpus) {
  const auto allowance = read_allowance(nullptr);
  const CpuEnforcement held(cap(100), allowance, threads, options());
  int first = 0;
  int second = 0;
  std::jthread([&] {
    (void)run_on(allowance.affinity);
    ComputingThreads others;
    const CpuClaims claims(options().claims, allowance.affinity, 1);
    first = held.state().cpus.at(0);
    second = claims.cpus().at(0);
  }).join();
  if (allowance.affinity.size() > 1) {
    EXPECT_NE(first, second);
  } else {
    EXPECT_EQ(first, second);
  }
}

}  // namespace
}  // namespace screenalytics
