// SPDX-License-Identifier: MIT
#include "budget/cpu_limits.h"

#include "budget/cgroup.h"
#include "budget/choose_cpus.h"
#include "budget/fake_machine_test.h"
#include "core/error.h"

#include <limits>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <stdlib.h>  // setenv
#include <unistd.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Cgroup : public FakeMachine {
 protected:
  CgroupQuota read() const { return read_cgroup_quota(root()); }
};

TEST_F(Cgroup, V2TakesTheTightestQuotaUpTheTree) {
  put("proc/self/cgroup", "0::/user.slice/job\n");
  put("proc/self/mountinfo", kV2Mount);
  put("sys/fs/cgroup/user.slice/job/cpu.max", "max 100000\n");
  put("sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n");
  EXPECT_EQ(read().version, "v2");
  EXPECT_EQ(read().percent, 150.0);
  put("sys/fs/cgroup/user.slice/job/cpu.max", "10000 20000\n");
  EXPECT_EQ(read().percent, 50.0);
}

TEST_F(Cgroup, V2WithoutAQuotaSetsNoLimit) {
  put("proc/self/cgroup", "0::/job\n");
  put("proc/self/mountinfo", kV2Mount);
  put("sys/fs/cgroup/job/cpu.max", "max 100000\n");
  EXPECT_EQ(read().version, "v2");
  EXPECT_FALSE(read().percent);
}

TEST_F(Cgroup, V1DividesQuotaByPeriodUpTheTree) {
  put("proc/self/cgroup", "5:memory:/other\n4:cpuacct,cpu:/docker/abc\n");
  put("proc/self/mountinfo", kV1Mount);
  put("sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "-1\n");
  put("sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "100000\n");
  EXPECT_FALSE(read().percent);
  put("sys/fs/cgroup/cpu,cpuacct/docker/cpu.cfs_quota_us", "125000\n");
  put("sys/fs/cgroup/cpu,cpuacct/docker/cpu.cfs_period_us", "50000\n");
  EXPECT_EQ(read().version, "v1");
  EXPECT_EQ(read().percent, 250.0);
}

TEST_F(Cgroup, AContainerSeesItsOwnGroupAtTheMountPoint) {
  put("proc/self/cgroup", "4:cpu:/docker/abc\n");
  put("proc/self/mountinfo",
      "32 31 0:29 /docker/abc /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n");
  put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "40000\n");
  put("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(read().percent, 40.0);
}

TEST_F(Cgroup, AGroupOutsideTheNamespaceFallsBackToTheMountPoint) {
  put("proc/self/cgroup", "0::/../sibling\n");
  put("proc/self/mountinfo", kV2Mount);
  put("sys/fs/cgroup/cpu.max", "200000 100000\n");
  EXPECT_EQ(read().percent, 200.0);
}

TEST_F(Cgroup, HybridReadsTheHierarchyThatHasTheCpuController) {
  put("proc/self/cgroup", "1:cpu:/job\n0::/\n");
  put("proc/self/mountinfo",
      std::string("41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n") +
          "32 31 0:29 / /sys/fs/cgroup/cpu\\040x rw - cgroup cgroup rw,cpu\n");
  put("sys/fs/cgroup/cpu x/job/cpu.cfs_quota_us", "75000\n");
  put("sys/fs/cgroup/cpu x/job/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(read().version, "hybrid");
  EXPECT_EQ(read().percent, 75.0);
}

TEST_F(Cgroup, NonsenseSetsNoLimit) {
  EXPECT_EQ(read().version, "none");
  put("proc/self/cgroup", "nonsense\n\n0:\n0::/job\n");
  put("proc/self/mountinfo", std::string("short\n - \n1 2 3 - x\n") + kV2Mount);
  for (const char* text : {"", "abc", "-5 100000", "100 0", "12x 5", "0 100000"}) {
    put("sys/fs/cgroup/job/cpu.max", text);
    EXPECT_FALSE(read().percent) << text;
  }
  EXPECT_EQ(read().version, "v2");
}

TEST(ChooseCpus, ParsesTheKernelsListsOfCpus) {
  EXPECT_THAT(parse_cpu_list("0-2,5\n"), ElementsAre(0, 1, 2, 5));
  EXPECT_THAT(parse_cpu_list("7"), ElementsAre(7));
  EXPECT_THAT(parse_cpu_list(""), IsEmpty());
  EXPECT_THAT(parse_cpu_list("x"), IsEmpty());
  EXPECT_THAT(parse_cpu_list("0-99999999999"), IsEmpty());
}

TEST(ChooseCpus, TakesOneCpuOfEachPhysicalCoreFirst) {
  const CoreOfCpu cores{{0, 0}, {1, 0}, {2, 2}, {3, 2}};
  EXPECT_THAT(choose_cpus({0, 1, 2, 3}, cores, 2, 0), ElementsAre(0, 2));
  EXPECT_THAT(choose_cpus({0, 1, 2, 3}, cores, 3, 0), ElementsAre(0, 1, 2));
  EXPECT_THAT(choose_cpus({0, 1, 2, 3}, cores, 1, 1), ElementsAre(2));
  EXPECT_THAT(choose_cpus({0, 1, 2, 3}, cores, 9, 0), ElementsAre(0, 1, 2, 3));
}

TEST(ChooseCpus, WithoutTopologyEveryCpuIsItsOwnCore) {
  EXPECT_THAT(choose_cpus({4, 5, 6}, {}, 2, 0), ElementsAre(4, 5));
  EXPECT_THAT(choose_cpus({}, {}, 2, 5), IsEmpty());
}

using Topology = FakeMachine;

TEST_F(Topology, ReadsSiblingsAndLeavesOutWhatIsMissing) {
  put("sys/devices/system/cpu/cpu0/topology/thread_siblings_list", "0,4\n");
  put("sys/devices/system/cpu/cpu4/topology/thread_siblings_list", "0,4\n");
  EXPECT_EQ(read_cores(root(), {0, 4, 5}), (CoreOfCpu{{0, 0}, {4, 0}}));
}

CpuAllowance machine_of(int cpus) {
  CpuAllowance allowance;
  allowance.online = cpus;
  for (int cpu = 0; cpu < cpus; ++cpu) allowance.affinity.push_back(cpu);
  allowance.cgroup_version = "none";
  return allowance;
}

TEST(CpuAllowance, IsTheTightestOfAllLimits) {
  CpuAllowance allowance = machine_of(4);
  EXPECT_DOUBLE_EQ(allowance.percent(), 400);
  allowance.cgroup_percent = 150;
  EXPECT_DOUBLE_EQ(allowance.percent(), 150);
  allowance.slurm_cpus = 1;
  EXPECT_DOUBLE_EQ(allowance.percent(), 100);
  allowance.affinity = {3};
  EXPECT_DOUBLE_EQ(allowance.percent(), 100);
}

TEST(CpuAllowance, OfThisMachineIsReadable) {
  const auto allowance = read_allowance(nullptr);
  EXPECT_GE(allowance.online, 1);
  EXPECT_FALSE(allowance.affinity.empty());
  EXPECT_GT(allowance.percent(), 0);
  EXPECT_FALSE(allowance.slurm_cpus);
}

TEST(CpuAllowance, TakesOnlyASensibleSlurmVariable) {
  EXPECT_EQ(read_allowance("3").slurm_cpus, 3);
  for (const char* text : {"", "0", "-2", "two", "2x", "99999999999999"}) {
    EXPECT_FALSE(read_allowance(text).slurm_cpus) << text;
  }
}

TEST(CpuCap, SaysWhyItIsLowerThanAsked) {
  EXPECT_THAT(apply_cap(300, machine_of(2), false).notes, ElementsAre("the machine has 2 CPUs"));
  CpuAllowance tight = machine_of(8);
  tight.affinity = {5};
  tight.cgroup_percent = 150;
  tight.slurm_cpus = 2;
  EXPECT_THAT(
      apply_cap(300, tight, false).notes,
      ElementsAre("the affinity mask has 1 CPU", "cgroup quota 150 %", "SLURM_CPUS_PER_TASK=2"));
  EXPECT_THAT(apply_cap(100, machine_of(2), false).notes, IsEmpty());
}

TEST(CpuCap, PermitsAreRoundedUpToWholeCores) {
  EXPECT_EQ(apply_cap(1, machine_of(4), false).permits, 1);
  EXPECT_EQ(apply_cap(100, machine_of(4), false).permits, 1);
  EXPECT_EQ(apply_cap(150, machine_of(4), false).permits, 2);
  EXPECT_EQ(apply_cap(300, machine_of(4), false).permits, 3);
  EXPECT_EQ(apply_cap(900, machine_of(4), false).permits, 4);
}

// The message of the refusal, empty when the cap was taken.
std::string refusal_of(double asked) {
  try {
    (void)apply_cap(asked, machine_of(2), false);
    return {};
  } catch (const Error& error) {
    return error.kind() == ErrorKind::bad_usage ? error.what() : "another kind";
  }
}

TEST(CpuCap, RefusesLessThanOnePercent) {
  EXPECT_THAT(refusal_of(0), HasSubstr("a CPU limit of 0 % cannot be held"));
  EXPECT_THAT(refusal_of(-1), HasSubstr("CPU limit"));
  EXPECT_THAT(refusal_of(0.9), HasSubstr("CPU limit of 0.9 %"));
  EXPECT_THAT(refusal_of(std::numeric_limits<double>::quiet_NaN()), HasSubstr("CPU limit"));
  EXPECT_THAT(refusal_of(std::numeric_limits<double>::infinity()), HasSubstr("CPU limit"));
  EXPECT_EQ(refusal_of(1), "");
}

TEST(CpuCap, WithoutEnforcementNothingIsPinned) {
  const auto cap = apply_cap(100, read_allowance(nullptr), false);
  EXPECT_EQ(cap.method, "off");
  EXPECT_THAT(cap.cpus, IsEmpty());
  EXPECT_EQ(cap.permits, 1);
}

// Only the calling thread is pinned, so a thread of its own keeps the test program free.
CpuCap pinned(double asked, const CpuAllowance& allowance, std::vector<int>& mask) {
  CpuCap cap;
  std::jthread([&] {
    cap = apply_cap(asked, allowance, true);
    mask = read_allowance(nullptr).affinity;
  }).join();
  return cap;
}

TEST(CpuCap, PinsToAsManyCpusAsItHasPermits) {
  std::vector<int> mask;
  const auto cap = pinned(100, read_allowance(nullptr), mask);
  EXPECT_EQ(cap.method, "affinity");
  EXPECT_EQ(cap.cpus.size(), 1U);
  EXPECT_EQ(mask, cap.cpus);
}

TEST(CpuCap, SaysWhenAFractionOfACoreIsNotEnforced) {
  std::vector<int> mask;
  const auto cap = pinned(50, read_allowance(nullptr), mask);
  EXPECT_EQ(cap.method, "affinity+permits");
  EXPECT_EQ(mask.size(), 1U);
  ASSERT_FALSE(cap.notes.empty());
  EXPECT_THAT(cap.notes.back(), HasSubstr("50 % is not a whole number of cores: held to 1 CPU"));
}

TEST(CpuCap, SaysWhenPinningIsRefused) {
  CpuAllowance elsewhere = machine_of(1);
  elsewhere.affinity = {60000};  // no machine has it
  std::vector<int> mask;
  const auto cap = pinned(100, elsewhere, mask);
  EXPECT_EQ(cap.method, "permits");
  EXPECT_THAT(cap.cpus, IsEmpty());
  ASSERT_FALSE(cap.notes.empty());
  EXPECT_THAT(cap.notes.back(), HasSubstr("not pinned"));
}

// NOLINTBEGIN(concurrency-mt-unsafe): no other thread runs here
TEST(LibraryThreads, DefaultToOneAndKeepTheUsersOwnValue) {
  setenv("OMP_NUM_THREADS", "7", 1);
  unsetenv("OPENBLAS_NUM_THREADS");
  unsetenv("OPENCV_FOR_THREADS_NUM");
  limit_library_threads();
  EXPECT_STREQ(getenv("OMP_NUM_THREADS"), "7");
  EXPECT_STREQ(getenv("OPENBLAS_NUM_THREADS"), "1");
  EXPECT_STREQ(getenv("OPENCV_FOR_THREADS_NUM"), "1");
}
// NOLINTEND(concurrency-mt-unsafe)

}  // namespace
}  // namespace screenalytics
