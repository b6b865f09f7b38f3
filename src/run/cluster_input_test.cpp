// SPDX-License-Identifier: MIT
#include "run/cluster_input.h"

#include "core/error.h"
#include "store/test_folder.h"

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

TEST(EmbedderOf, TakesTheThresholdThatTheManifestKept) {
  const Json manifest = {{"models",
                          {{{"role", "detector"}, {"name", "d"}},
                           {{"role", "embedder"},
                            {"name", "e"},
                            {"fingerprint", "f"},
                            {"thresholds", {{"cluster", 0.6}}}}}}};
  const RunEmbedder embedder = embedder_of(manifest, {});
  EXPECT_EQ(embedder.name, "e");
  EXPECT_EQ(embedder.fingerprint, "f");
  EXPECT_EQ(embedder.max_distance, 0.6);
}

TEST(EmbedderOf, AManifestWithoutAnEmbedderIsDamaged) {
  for (const Json& manifest :
       {Json::object(), Json{{"models", {{{"role", "detector"}, {"name", "d"}}}}}}) {
    const Refusal refusal = refusal_of([&] { embedder_of(manifest, {}); });
    EXPECT_EQ(refusal.kind, ErrorKind::bad_data);
    EXPECT_THAT(refusal.text, testing::HasSubstr("names no embedder"));
  }
}

}  // namespace
}  // namespace screenalytics
