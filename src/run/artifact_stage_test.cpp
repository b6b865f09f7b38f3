// SPDX-License-Identifier: MIT
#include "run/artifact_stage.h"

#include "core/error.h"
#include "store/test_folder.h"

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SilentSink final : public ProgressSink {
 public:
  void show(const ProgressSnapshot& snapshot) override { (void)snapshot; }
  void say(const std::string& text) override { (void)text; }
  void warn(const std::string& text) override { (void)text; }
};

class ArtifactStageTest : public TestFolder {
 protected:
  void SetUp() override {
    TestFolder::SetUp();
    std::filesystem::create_directories(run().path());
  }
  RunFolder run() const { return {folder(), "show", "run-0001"}; }
  void put_manifest(const Json& manifest) const {
    put(run().file("manifest.json"), manifest.dump());
  }
  void put_done(std::initializer_list<const char*> stages) const {
    Json manifest = {{"artifacts", Json::array()}};
    for (const char* stage : stages) manifest["stages"][stage] = {{"status", "done"}};
    put_manifest(manifest);
  }
  const RunContext& context() const { return context_; }
  Settings settings() const {
    Settings settings;
    settings.data = folder();
    settings.ep_id = "show";
    return settings;
  }

 private:
  SilentSink sink_;
  CpuBudget budget_{1};
  CpuCap cap_;
  Progress progress_{sink_, std::chrono::milliseconds(500)};
  RunContext context_{budget_, cap_, progress_, {}, "screenalytics cluster"};
};

std::vector<std::string> artifact_names(const Json& manifest) {
  std::vector<std::string> names;
  for (const Json& artifact : manifest.at("artifacts"))
    names.push_back(artifact.at("name").get<std::string>());
  return names;
}

TEST_F(ArtifactStageTest, FinishListsTheOutputsAndSaysDone) {
  put_done({"detect_track", "faces_embed"});
  ArtifactStage stage(run(), "cluster", {"identities.json", "report/"}, context());
  put(run().file("identities.json"), "{}");
  std::filesystem::create_directories(run().file("report"));
  put(run().file("report/index.html"), "x");
  const Json manifest = stage.finish({{"k", 1}}, {{"counts", {{"people", 2}}}});
  EXPECT_THAT(artifact_names(manifest), ElementsAre("identities.json", "report/index.html"));
  EXPECT_EQ(stage_status(manifest, "cluster"), "done");
  EXPECT_EQ(manifest.at("stages").at("cluster").at("settings").at("k"), 1);
  EXPECT_EQ(manifest.at("counts").at("people"), 2);
  EXPECT_EQ(*run().manifest(), manifest);
}

TEST_F(ArtifactStageTest, WhileItRunsTheManifestDoesNotVouchForItsOutputs) {
  Json manifest = {{"artifacts", {{{"name", "identities.json"}}, {{"name", "tracks.jsonl"}}}}};
  manifest["stages"] = {{"cluster", {{"status", "done"}}}, {"screentime", {{"status", "done"}}}};
  put_manifest(manifest);
  const ArtifactStage stage(run(), "cluster", {"identities.json"}, context());
  const Json now = *run().manifest();
  EXPECT_THAT(artifact_names(now), ElementsAre("tracks.jsonl"));
  EXPECT_EQ(stage_status(now, "cluster"), "running");
  EXPECT_EQ(stage_status(now, "screentime"), "stale");
  EXPECT_THAT(now.at("stages").at("screentime").at("reason").get<std::string>(),
              HasSubstr("cluster ran again"));
}

TEST_F(ArtifactStageTest, StagesThatNeverRanAreMissingNotStale) {
  put_done({"faces_embed"});
  const ArtifactStage stage(run(), "cluster", {"identities.json"}, context());
  EXPECT_EQ(stage_status(stage.manifest(), "screentime"), "missing");
}

TEST_F(ArtifactStageTest, LeftoversOfLaterStagesAreStale) {
  put(run().file("screentime.json"), "{}");
  Json manifest = Json::object();
  mark_leftovers_stale(manifest, run(), "faces_embed");
  EXPECT_EQ(stage_status(manifest, "screentime"), "stale");
  EXPECT_EQ(stage_status(manifest, "cluster"), "missing");
}

TEST_F(ArtifactStageTest, ARunWithoutAManifestIsRefusedWithAdvice) {
  const Refusal refusal = refusal_of([&] { find_finished_run(settings()); });
  EXPECT_EQ(refusal.kind, ErrorKind::not_found);
  EXPECT_THAT(refusal.text, HasSubstr("run 'screenalytics harvest' first"));
  EXPECT_EQ(refusal_of([&] { ArtifactStage(run(), "cluster", {}, context()); }).kind,
            ErrorKind::not_found);
}

TEST_F(ArtifactStageTest, ASecondStageOnTheSameRunIsBusy) {
  put_done({"faces_embed"});
  const ArtifactStage first(run(), "cluster", {}, context());
  EXPECT_EQ(refusal_of([&] { ArtifactStage(run(), "report", {}, context()); }).kind,
            ErrorKind::busy);
}

TEST_F(ArtifactStageTest, TheNewestFinishedRunIsTaken) {
  put_done({"faces_embed"});
  const RunFolder newer(folder(), "show", "run-0002");
  std::filesystem::create_directories(newer.path());
  EXPECT_EQ(find_finished_run(settings()).run_id(), "run-0001");
  put(newer.file("manifest.json"), "{}");
  EXPECT_EQ(find_finished_run(settings()).run_id(), "run-0002");
}

}  // namespace
}  // namespace screenalytics
