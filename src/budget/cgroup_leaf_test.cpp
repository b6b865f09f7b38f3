// SPDX-License-Identifier: MIT
#include "budget/cgroup_leaf.h"

#include "budget/cgroup.h"
#include "budget/fake_machine_test.h"
#include "budget/process_tree.h"
#include "budget/test_children.h"
#include "core/error.h"

#include <optional>

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::HasSubstr;

std::string refusal(const fs::path& root) {
  try {
    const CgroupLeaf leaf(root, {.percent = 50});
    return {};
  } catch (const Error& error) {
    return error.kind() == ErrorKind::unavailable ? error.what() : "another kind";
  }
}

using FakeLeaf = FakeMachine;

TEST_F(FakeLeaf, WithoutControlGroupsItSaysSo) {
  EXPECT_EQ(refusal(root()), "no control group here has the cpu controller");
}

TEST_F(FakeLeaf, AGroupWhoseFilesCannotBeWrittenIsRemovedAgain) {
  put("proc/self/cgroup", "4:cpu,cpuacct:/job\n");
  put("proc/self/mountinfo", kV1Mount);
  put("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
  EXPECT_THAT(refusal(root()), HasSubstr("cpu.cfs_period_us' cannot be written: No such file"));
  std::size_t folders = 0;
  for (const auto& entry : fs::directory_iterator(root() / "sys/fs/cgroup/cpu,cpuacct/job"))
    folders += entry.is_directory() ? 1 : 0;
  EXPECT_EQ(folders, 0U);
}

TEST_F(FakeLeaf, AGroupThatIsNotThereIsNoPlaceForOne) {
  put("proc/self/cgroup", "4:cpu,cpuacct:/gone\n");
  put("proc/self/mountinfo", kV1Mount);
  EXPECT_THAT(refusal(root()), HasSubstr("no control group can be made in"));
}

TEST_F(FakeLeaf, V2WithoutTheCpuControllerIsNoPlaceForOne) {
  put("proc/self/cgroup", "0::/user.slice/job\n");
  put("proc/self/mountinfo", kV2Mount);
  put("sys/fs/cgroup/user.slice/job/cgroup.subtree_control", "memory pids\n");
  put("sys/fs/cgroup/user.slice/job/cgroup.type", "domain\n");
  put("sys/fs/cgroup/user.slice/cgroup.subtree_control", "memory pids\n");
  EXPECT_THAT(refusal(root()), HasSubstr("the cpu controller is not delegated to"));
}

TEST_F(FakeLeaf, V2GoesBesideTheOwnGroupUnlessThatHasAQuota) {
  put("proc/self/cgroup", "0::/user.slice/job\n");
  put("proc/self/mountinfo", kV2Mount);
  put("sys/fs/cgroup/user.slice/job/cgroup.type", "domain\n");
  put("sys/fs/cgroup/user.slice/cgroup.subtree_control", "cpu memory\n");
  put("sys/fs/cgroup/user.slice/job/cpu.max", "max 100000\n");
  EXPECT_THAT(refusal(root()), HasSubstr("user.slice/screenalytics-"));
  put("sys/fs/cgroup/user.slice/job/cpu.max", "50000 100000\n");
  EXPECT_THAT(refusal(root()), HasSubstr("is not delegated to"));
}

TEST_F(FakeLeaf, GroupsOfDeadProcessesAreSwept) {
  put("proc/self/cgroup", "4:cpu,cpuacct:/job\n");
  put("proc/self/mountinfo", kV1Mount);
  const auto job = root() / "sys/fs/cgroup/cpu,cpuacct/job";
  const auto living = "screenalytics-" + std::to_string(getppid()) + "-0";
  for (const std::string& name : {std::string("screenalytics-2147483000-0"),
                                  living,
                                  std::string("screenalytics-x"),
                                  std::string("other")})
    fs::create_directories(job / name);
  EXPECT_NE(refusal(root()), "");
  EXPECT_FALSE(fs::exists(job / "screenalytics-2147483000-0"));
  EXPECT_TRUE(fs::exists(job / living));
  EXPECT_TRUE(fs::exists(job / "screenalytics-x"));
  EXPECT_TRUE(fs::exists(job / "other"));
}

// Where the machine lets us make a group, it must hold; where not, it must say why.
class RealLeaf : public testing::Test {
 protected:
  std::optional<CgroupLeaf>& make(double percent) {
    try {
      leaf_.emplace("/", LeafQuota{.percent = percent});
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::unavailable);
      EXPECT_STRNE(error.what(), "");
    }
    return leaf_;
  }

 private:
  std::optional<CgroupLeaf> leaf_;
};

TEST_F(RealLeaf, HoldsAProcessAndWhatItStarts) {
  auto& leaf = make(5);
  if (!leaf) return;
  Child spinner([] {
    raise(SIGSTOP);  // until it is in the group
    const Child second([] { burn_cpu(std::chrono::seconds(30)); });
    burn_cpu(std::chrono::seconds(30));
  });
  waitpid(spinner.id(), nullptr, WUNTRACED);
  leaf->add(spinner.id());
  ::kill(spinner.id(), SIGCONT);
  ProcessTree tree(spinner.id());
  EXPECT_TRUE(eventually([&] { return tree.read().processes == 2; }));
  const auto before = tree.read();
  EXPECT_TRUE(
      eventually([&] { return std::chrono::steady_clock::now() - before.at > milliseconds(500); }));
  const auto after = tree.read();
  const double percent = 100.0 * static_cast<double>((after.cpu - before.cpu).count()) /
                         static_cast<double>((after.at - before.at).count());
  EXPECT_LE(percent, 10);
  EXPECT_TRUE(eventually([&] { return leaf->throttled().count() > 0; }));
  EXPECT_FALSE(leaf->fault());
}

TEST_F(RealLeaf, LeavesNothingBehind) {
  auto& leaf = make(50);
  if (!leaf) return;
  const auto path = leaf->path();
  const Child child([&] {
    leaf->add(0);
    if (leaf->fault()) _exit(1);
    leaf.reset();
    pause_forever();
  });
  EXPECT_TRUE(eventually([&] { return !fs::exists(path); }));
  EXPECT_THAT(*leaf->fault(), HasSubstr("is gone"));
}

TEST_F(RealLeaf, SeesWhenItsQuotaIsTakenAway) {
  auto& leaf = make(50);
  if (!leaf) return;
  EXPECT_FALSE(leaf->fault());
  const bool first = std::string(leaf->version()) == "v1";
  std::ofstream(leaf->path() / (first ? "cpu.cfs_quota_us" : "cpu.max")) << (first ? "-1" : "max");
  EXPECT_THAT(leaf->fault().value_or(""), HasSubstr("no longer holds its quota"));
}

TEST_F(RealLeaf, ASmallShareGetsALongerPeriod) {
  auto& leaf = make(1);
  if (!leaf) return;
  EXPECT_EQ(leaf->quota().period, milliseconds(100));
}

TEST_F(RealLeaf, AProcessThatIsNotThereIsRefused) {
  auto& leaf = make(50);
  if (!leaf) return;
  EXPECT_THROW(leaf->add(2147483000), Error);
}

}  // namespace
}  // namespace screenalytics
