// SPDX-License-Identifier: MIT
#include "budget/cpu_limits.h"

#include "budget/cgroup.h"
#include "budget/choose_cpus.h"
#include "budget/fake_machine_test.h"
#include "core/error.h"

#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>  // setenv

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
  EXPECT_THAT(choose_cpus({0, 1, 2, 3}, cores, 2), ElementsAre(0, 2));
  EXPECT_THAT(choose_cpus({0, 1, 2, 3}, cores, 3), ElementsAre(0, 2, 1));
  EXPECT_THAT(choose_cpus({0, 1, 2, 3}, cores, 9), ElementsAre(0, 2, 1, 3));
}

TEST(ChooseCpus, WithoutTopologyEveryCpuIsItsOwnCore) {
  EXPECT_THAT(choose_cpus({4, 5, 6}, {}, 2), ElementsAre(4, 5));
  EXPECT_THAT(choose_cpus({}, {}, 2), IsEmpty());
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
  EXPECT_THAT(plan_cap(300, machine_of(2), CpuMethod::automatic).notes,
              ElementsAre("the machine has 2 CPUs"));
  CpuAllowance tight = machine_of(8);
  tight.affinity = {5};
  tight.cgroup_percent = 150;
  tight.slurm_cpus = 2;
  EXPECT_THAT(
      plan_cap(300, tight, CpuMethod::automatic).notes,
      ElementsAre("the affinity mask has 1 CPU", "cgroup quota 150 %", "SLURM_CPUS_PER_TASK=2"));
  EXPECT_THAT(plan_cap(100, machine_of(2), CpuMethod::automatic).notes, IsEmpty());
}

TEST(CpuCap, PermitsAreRoundedUpToWholeCores) {
  EXPECT_EQ(plan_cap(1, machine_of(4), CpuMethod::automatic).permits, 1);
  EXPECT_EQ(plan_cap(100, machine_of(4), CpuMethod::automatic).permits, 1);
  EXPECT_EQ(plan_cap(150, machine_of(4), CpuMethod::automatic).permits, 2);
  EXPECT_EQ(plan_cap(300, machine_of(4), CpuMethod::automatic).permits, 3);
  EXPECT_EQ(plan_cap(900, machine_of(4), CpuMethod::automatic).permits, 4);
}

// The message of the refusal, empty when the cap was taken.
std::string refusal_of(double asked) {
  try {
    (void)plan_cap(asked, machine_of(2), CpuMethod::automatic);
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

TEST(CpuCap, KnowsWholeCores) {
  EXPECT_TRUE(plan_cap(200, machine_of(4), CpuMethod::automatic).is_whole());
  EXPECT_TRUE(plan_cap(900, machine_of(4), CpuMethod::automatic).is_whole());
  EXPECT_FALSE(plan_cap(150, machine_of(4), CpuMethod::automatic).is_whole());
  EXPECT_FALSE(plan_cap(99, machine_of(4), CpuMethod::automatic).is_whole());
}

TEST(CpuCap, AffinityAloneRoundsDownToWholeCores) {
  const auto cap = plan_cap(250, machine_of(4), CpuMethod::affinity);
  EXPECT_DOUBLE_EQ(cap.percent, 200);
  EXPECT_EQ(cap.permits, 2);
  EXPECT_THAT(cap.notes, ElementsAre("affinity holds whole cores only"));
  EXPECT_THAT(plan_cap(300, machine_of(4), CpuMethod::affinity).notes, IsEmpty());
  EXPECT_THROW(plan_cap(99, machine_of(4), CpuMethod::affinity), Error);
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
