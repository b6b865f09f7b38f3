// SPDX-License-Identifier: MIT
#include "run/loaded_models.h"

#include "run/test_fakes.h"
#include "store/test_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

class LoadModels : public TestFolder {};

TEST_F(LoadModels, AMissingPackIsSaidWithTheCommandThatInstallsIt) {
  Settings settings{.models = folder()};
  const Refusal own = refusal_of([&] { load_models(settings); });
  EXPECT_EQ(own.kind, ErrorKind::not_found);
  EXPECT_THAT(own.text, testing::HasSubstr("'screenalytics models install'"));
  settings.pack = "mine";
  EXPECT_THAT(refusal_of([&] { load_models(settings); }).text, testing::HasSubstr("FOLDER"));
}

TEST(DescribeModels, EachIsNamedWithItsLicenceAndFingerprint) {
  const Json models = describe_models(fake_models());
  ASSERT_EQ(models.size(), 2U);
  for (const char* key : {"name",
                          "role",
                          "family",
                          "file",
                          "sha256",
                          "source_sha256",
                          "fingerprint",
                          "licence",
                          "terms",
                          "origin"})
    EXPECT_TRUE(models[0].contains(key)) << key;
  EXPECT_NE(models[0]["fingerprint"], models[1]["fingerprint"]);
}

}  // namespace
}  // namespace screenalytics
