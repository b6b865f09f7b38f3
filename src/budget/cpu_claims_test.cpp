// SPDX-License-Identifier: MIT
#include "budget/cpu_claims.h"

#include "budget/fake_machine_test.h"
#include "budget/test_children.h"

#include <optional>

#include <gmock/gmock.h>
#include <sys/stat.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class CpuClaim : public FakeMachine {
 protected:
  fs::path folder() const { return root() / "claims"; }
};

TEST_F(CpuClaim, RunsAtTheSameTimeTakeDifferentCpus) {
  const CpuClaims first(folder(), {0, 2, 1, 3}, 2);
  const CpuClaims second(folder(), {0, 2, 1, 3}, 2);
  EXPECT_THAT(first.cpus(), ElementsAre(0, 2));
  EXPECT_THAT(second.cpus(), ElementsAre(1, 3));
  EXPECT_EQ(first.shared() + second.shared(), 0);
  EXPECT_EQ(first.trouble() + second.trouble(), "");
}

TEST_F(CpuClaim, WithMoreRunsThanCpusTheyShareEvenly) {
  const CpuClaims first(folder(), {0, 1}, 1);
  const CpuClaims second(folder(), {0, 1}, 1);
  const CpuClaims third(folder(), {0, 1}, 1);
  const CpuClaims fourth(folder(), {0, 1}, 1);
  const CpuClaims fifth(folder(), {0, 1}, 2);
  EXPECT_THAT(third.cpus(), ElementsAre(0));
  EXPECT_EQ(third.shared(), 1);
  EXPECT_THAT(fourth.cpus(), ElementsAre(1));
  EXPECT_EQ(fifth.shared(), 2);
}

TEST_F(CpuClaim, EndsWithItsOwner) {
  {
    const CpuClaims gone(folder(), {0, 1}, 1);
  }
  const CpuClaims again(folder(), {0, 1}, 1);
  EXPECT_THAT(again.cpus(), ElementsAre(0));
}

TEST_F(CpuClaim, EndsWhenAProcessIsKilled) {
  Child other([&] {
    const CpuClaims claims(folder(), {0, 1}, 1);
    fs::create_directories(root() / "claimed");
    pause_forever();
  });
  // Not before: a claim of ours would send the child to the other CPU.
  ASSERT_TRUE(eventually([&] { return fs::exists(root() / "claimed"); }));
  EXPECT_EQ(CpuClaims(folder(), {0}, 1).shared(), 1);
  other.kill();
  EXPECT_EQ(CpuClaims(folder(), {0}, 1).shared(), 0);
}

TEST_F(CpuClaim, WithoutAFolderTheProcessNumberChooses) {
  put("claims", "a file in its place");
  const CpuClaims claims(folder(), {4, 5, 6}, 2);
  EXPECT_THAT(claims.trouble(), HasSubstr("is no folder"));
  ASSERT_EQ(claims.cpus().size(), 2U);
  const int start = 4 + getpid() % 3;
  EXPECT_THAT(claims.cpus(), testing::Contains(start));
  EXPECT_THAT(CpuClaims({}, {7}, 1).cpus(), ElementsAre(7));
}

TEST_F(CpuClaim, AFolderThatOthersMayWriteToIsNotTrusted) {
  fs::create_directories(folder());
  chmod(folder().c_str(), 0777);
  EXPECT_THAT(CpuClaims(folder(), {0}, 1).trouble(),
              HasSubstr("does not belong to this user alone"));
}

TEST_F(CpuClaim, ALinkIsNotFollowed) {
  fs::create_directories(folder());
  fs::create_symlink(root() / "elsewhere", folder() / "cpu-0.0");
  EXPECT_THAT(CpuClaims(folder(), {0}, 1).trouble(), HasSubstr("cannot be opened"));
  EXPECT_FALSE(fs::exists(root() / "elsewhere"));
}

}  // namespace
}  // namespace screenalytics
