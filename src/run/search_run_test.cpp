// SPDX-License-Identifier: MIT
#include "run/search_run.h"

#include "store/npy.h"
#include "store/run_artifacts.h"
#include "store/test_folder.h"

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class SearchRunTest : public TestFolder {
 protected:
  /// A run with one track for each embedding.
  RunFolder put_run(const std::string& ep_id,
                    const std::string& name,
                    const std::string& fingerprint,
                    const std::vector<std::vector<float>>& embeddings) const {
    const RunFolder run(folder(), ep_id, name);
    std::filesystem::create_directories(run.path());
    NpyWriter vectors(run.file("tracks.npy"), 2);
    std::string tracks;
    for (std::size_t i = 0; i < embeddings.size(); ++i) {
      vectors.write(embeddings[i]);
      tracks += R"({"track_id":)" + std::to_string(i + 1) +
                R"(,"shot":0,"faces_count":1,"face_embedding_row":)" + std::to_string(i) +
                R"(,"samples":[{"frame_idx":25,"ts":1.0,"bbox_xyxy":[0,0,9,9],"conf":0.9,)"
                R"("landmarks":null}]})"
                "\n";
    }
    vectors.commit();
    put(run.file("tracks.jsonl"), tracks);
    const Json embedder = {{"role", "embedder"}, {"fingerprint", fingerprint}};
    put(run.file("manifest.json"), Json{{"models", {embedder}}}.dump());
    return run;
  }
  Json search(int top = 20) const {
    Settings settings;
    settings.data = folder();
    return search_face(settings, *Embedding::normalised({1, 0}), "f", 0.5, top);
  }
};

std::vector<std::string> episodes(const Json& hits) {
  std::vector<std::string> list;
  for (const Json& hit : hits) list.push_back(hit.at("ep_id"));
  return list;
}

TEST_F(SearchRunTest, FindsTracksOfAllEpisodesNearestFirst) {
  put_run("a", "r", "f", {{0.8F, 0.6F}, {0, 1}});
  put_run("b", "r", "f", {{1, 0}});
  const Json found = search();
  EXPECT_THAT(episodes(found.at("tracks")), ElementsAre("b", "a"));
  EXPECT_EQ(found.at("episodes_searched"), 2);
  EXPECT_EQ(found.at("tracks").at(1).at("track_id"), 1);
  EXPECT_NEAR(found.at("tracks").at(1).at("similarity").get<double>(), 0.8, 1e-4);
}

TEST_F(SearchRunTest, OnlyTheNewestRunOfAnEpisodeCounts) {
  put_run("a", "r1", "f", {{1, 0}});
  put_run("a", "r2", "f", {{0, 1}});
  EXPECT_THAT(search().at("tracks"), SizeIs(0));
}

TEST_F(SearchRunTest, RunsOfAnotherModelAreSkippedAndCounted) {
  put_run("a", "r", "other", {{1, 0}});
  const Json found = search();
  EXPECT_THAT(found.at("tracks"), SizeIs(0));
  ASSERT_THAT(found.at("skipped"), SizeIs(1));
  EXPECT_EQ(found.at("skipped").at(0).at("reason"), "another model");
}

TEST_F(SearchRunTest, PeopleAreNamedAndTheBestOfEachIsListed) {
  const RunFolder run = put_run("a", "r", "f", {{0.8F, 0.6F}, {1, 0}});
  Identities people;
  people.identities = {{.id = {1}, .name = "Anna", .tracks = {{1}, {2}}}};
  put(run.file("identities.json"), to_json(run, people, {}, {}).dump());
  const Json found = search(1);
  EXPECT_THAT(found.at("tracks"), SizeIs(1)) << "top";
  EXPECT_EQ(found.at("tracks_found"), 2);
  ASSERT_THAT(found.at("best_per_person"), SizeIs(1));
  EXPECT_EQ(found.at("best_per_person").at(0).at("name"), "Anna");
  EXPECT_EQ(found.at("best_per_person").at(0).at("track_id"), 2);
  EXPECT_THAT(found.at("best_per_episode"), SizeIs(1));
}

}  // namespace
}  // namespace screenalytics
