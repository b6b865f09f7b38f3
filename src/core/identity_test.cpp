// SPDX-License-Identifier: MIT
#include "core/identity.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

TEST(IdentityIdText, HasAtLeastFourDigits) {
  EXPECT_EQ(to_text(IdentityId{7}), "id_0007");
  EXPECT_EQ(to_text(IdentityId{12345}), "id_12345");
}

TEST(IdentityIdText, ReadsOnlyItsOwnForm) {
  EXPECT_EQ(read_identity_id("id_0007"), IdentityId{7});
  EXPECT_EQ(read_identity_id("id_12345"), IdentityId{12345});
  for (const char* text : {"", "id_", "id_7", "id_0000", "id_00x7", "7", "id_-001", "id_0007 "})
    EXPECT_FALSE(read_identity_id(text)) << text;
}

}  // namespace
}  // namespace screenalytics
