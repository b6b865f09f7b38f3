// SPDX-License-Identifier: MIT
#include "run/determinism_run.h"

#include "store/run_folder.h"
#include "store/test_folder.h"

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class Differing : public TestFolder {
 protected:
  fs::path make(const std::string& id, const std::string& text, int tracks = 1) const {
    const RunFolder run(folder(), "e", id);
    fs::create_directories(run.path());
    put(run.file("notes.txt"), text);
    Json manifest = {{"counts", {{"frames_decoded", text.size()}, {"tracks", tracks}}}};
    manifest["artifacts"] = describe_artifacts(run, {"notes.txt"});
    put(run.file("manifest.json"), manifest.dump());
    return run.path();
  }
};

TEST_F(Differing, EqualRunsHaveNoDifference) {
  EXPECT_THAT(differing(make("a", "same"), make("b", "same")), IsEmpty());
}

TEST_F(Differing, AnotherFileAndOtherCountsAreNamed) {
  EXPECT_THAT(differing(make("a", "same"), make("b", "other", 2)),
              ElementsAre("notes.txt", "manifest.json (counts)"));
}

TEST_F(Differing, FilesOnOneSideOnlyAreNamed) {
  const auto a = make("a", "same");
  const RunFolder run(folder(), "e", "b");
  fs::create_directories(run.path());
  put(run.file("more.txt"), "more");
  Json manifest = {{"counts", {{"tracks", 1}}}};
  manifest["artifacts"] = describe_artifacts(run, {"more.txt"});
  put(run.file("manifest.json"), manifest.dump());
  EXPECT_THAT(differing(a, run.path()), ElementsAre("notes.txt (missing)", "more.txt (only here)"));
}

TEST_F(Differing, ADamagedRunIsADifference) {
  const auto a = make("a", "same");
  const auto b = make("b", "same");
  put(b / "notes.txt", "sane");
  EXPECT_THAT(differing(a, b), ElementsAre(testing::StartsWith("notes.txt (has other contents")));
}

}  // namespace
}  // namespace screenalytics
