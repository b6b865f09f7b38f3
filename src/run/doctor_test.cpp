// SPDX-License-Identifier: MIT
#include "run/doctor.h"

#include "store/test_folder.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::HasSubstr;

class Doctor : public TestFolder {
 protected:
  std::vector<Finding> page(const CpuAllowance& allowance = read_allowance(nullptr)) const {
    return examine_machine(allowance, in("models"), in("cache"), in("data"));
  }
  static Finding find(const std::vector<Finding>& page, const std::string& subject) {
    const auto found = std::ranges::find(page, subject, &Finding::subject);
    return found == page.end() ? Finding{} : *found;
  }
};

TEST_F(Doctor, LooksAtEverySection) {
  std::set<std::string> sections;
  for (const Finding& finding : page()) {
    sections.insert(finding.section);
    EXPECT_FALSE(finding.subject.empty());
    EXPECT_FALSE(finding.found.empty()) << finding.subject;
  }
  EXPECT_EQ(sections, (std::set<std::string>{"CPU", "memory", "libraries", "models", "disk"}));
}

TEST_F(Doctor, SaysHowToGetModels) {
  EXPECT_THAT(find(page(), "packs").advice, HasSubstr("screenalytics models install"));
}

TEST_F(Doctor, FindsADamagedPack) {
  std::filesystem::create_directories(in("models/mine"));
  put(in("models/mine/models.json"), "{");
  const Finding pack = find(page(), "mine");
  EXPECT_EQ(pack.found, "damaged");
  EXPECT_FALSE(pack.advice.empty());
}

TEST_F(Doctor, SaysWhenTheDefaultCapIsLowered) {
  EXPECT_THAT(
      find(page({.online = 2, .affinity = {0, 1}, .cgroup_version = "none"}), "usable").advice,
      HasSubstr("lowered"));
  const Finding enough =
      find(page({.online = 4, .affinity = {0, 1, 2, 3}, .cgroup_version = "none"}), "usable");
  EXPECT_EQ(enough.found, "400 %");
  EXPECT_EQ(enough.advice, "");
}

TEST_F(Doctor, NamesWhatABatchSystemAllows) {
  EXPECT_EQ(
      find(page({.online = 4, .affinity = {0}, .slurm_cpus = 3}), "SLURM_CPUS_PER_TASK").found,
      "3");
}

TEST_F(Doctor, TellsTheRoomOfFoldersThatAreYetToBeMade) {
  EXPECT_THAT(find(page(), "runs").found, HasSubstr("GiB free"));
  EXPECT_FALSE(std::filesystem::exists(in("data"))) << "looking makes nothing";
}

}  // namespace
}  // namespace screenalytics
