// SPDX-License-Identifier: MIT
#include "run/overlay_run.h"

#include "core/error.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using Words = std::vector<std::string>;

TEST(ReadBlur, SaysWhoIsHidden) {
  EXPECT_EQ(read_blur({}).mode, BlurMode::nobody);
  EXPECT_EQ(read_blur({"all"}).mode, BlurMode::everybody);
  const BlurChoice but = read_blur({"all-but", "Anna", "id_0002"});
  EXPECT_EQ(but.mode, BlurMode::all_but);
  EXPECT_EQ(but.people, (Words{"Anna", "id_0002"}));
  const BlurChoice only = read_blur({"Anna", "Bert"});
  EXPECT_EQ(only.mode, BlurMode::only);
  EXPECT_EQ(only.people, (Words{"Anna", "Bert"}));
}

TEST(ReadBlur, RefusesAllWithNamesAndAllButNobody) {
  EXPECT_THROW(read_blur({"all", "Anna"}), Error);
  EXPECT_THROW(read_blur({"all-but"}), Error);
}

}  // namespace
}  // namespace screenalytics
