// SPDX-License-Identifier: MIT
#include "store/verify_run.h"

#include "core/error.h"
#include "store/npy.h"
#include "store/run_folder.h"
#include "store/test_folder.h"

#include <functional>
#include <ostream>
#include <vector>

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using Rows = std::vector<Json>;

/// A run of one shot, three tracks (the last without faces), two people, that can be spoiled.
class VerifyRun : public TestFolder {
 public:
  Json manifest;
  Rows detections, tracks, faces;
  std::vector<std::vector<float>> face_vectors, track_vectors;
  Json identities, screentime, index;

  RunFolder run() const { return {folder(), "e", "r"}; }
  fs::path path(const std::string& name) const { return run().file(name); }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories(path(name).parent_path());
    put(path(name), text);
  }

  void write_all() {
    write_rows("detections.jsonl", detections);
    write_rows("tracks.jsonl", tracks);
    write_rows("faces.jsonl", faces);
    write_rows("shots.jsonl", {{{"shot", 0}}});
    write_rows("samples.jsonl", {{{"frame_idx", 0}}, {{"frame_idx", 4}}});
    write("track_metrics.json", "{}");
    write_matrix("faces.npy", face_vectors);
    write_matrix("tracks.npy", track_vectors);
    write("thumbs/track_0001/thumb_000000.jpg", "a picture");
    write("thumbs/track_0001/index.json", index.dump());
    write("identities.json", identities.dump());
    write("screentime.json", screentime.dump());
    write("screentime.csv", "name\n");
  }
  /// The manifest vouches for what lies there.
  void list() {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(run().path())) {
      const auto name = entry.path().lexically_relative(run().path()).generic_string();
      if (entry.is_regular_file() && name != "manifest.json") names.push_back(name);
    }
    manifest["artifacts"] = describe_artifacts(run(), names);
    write_manifest();
  }
  void write_manifest() const { write("manifest.json", manifest.dump()); }
  std::vector<std::string> faults() const { return lines(verify_run(run().path())); }
  static std::vector<std::string> lines(const std::vector<RunFault>& faults) {
    std::vector<std::string> found;
    for (const RunFault& fault : faults) found.push_back(fault.file + ": " + fault.what);
    return found;
  }

 protected:
  void SetUp() override {
    TestFolder::SetUp();
    const auto done = Json{{"status", "done"}};
    manifest = {
        {"stages",
         {{"detect_track", done}, {"faces_embed", done}, {"cluster", done}, {"screentime", done}}},
        {"counts",
         {{"shots", 1},
          {"tracks", 3},
          {"detections", 5},
          {"frames_sampled", 3},
          {"faces_kept", 2},
          {"faces_skipped", 1},
          {"skips", {{"blurry", 1}}}}},
        {"decode", {{"frames_missing", 1}}}};
    detections = {seen(0, 1), seen(0, 2), seen(4, 1), seen(4, nullptr), seen(4, 3)};
    tracks = {track(1, 2, 1), track(2, 1, 1), track(3, 1, 0)};
    faces = {kept("face_0001_000000", 1, 0, {0.6, 0.8}),
             kept("face_0002_000000", 2, 1, {1.0, 0.0}),
             {{"face_id", "face_0003_000004"}, {"track_id", 3}, {"skip", "blurry:12.5"}}};
    faces[0]["thumb_rel_path"] = "thumbs/track_0001/thumb_000000.jpg";
    face_vectors = {{0.6F, 0.8F}, {1, 0}};
    track_vectors = {{0.6F, 0.8F}, {1, 0}, {0, 0}};
    index = {{{"key", "track_0001/thumb_000000.jpg"}, {"frame_idx", 0}, {"ts", 0.0}}};
    identities = {{"identities", {person("id_0001", {1}), person("id_0002", {2})}},
                  {"unknown", {{"track_ids", Json::array()}}},
                  {"ignored", {{"track_ids", {3}}}}};
    screentime = {{"metrics", {time("id_0001"), time("id_0002")}},
                  {"timeline", {{{"identity_id", "id_0001"}}}}};
    write_all();
    list();
  }

 private:
  static Json seen(int frame, Json track) { return {{"frame_idx", frame}, {"track_id", track}}; }
  static Json track(int id, int frames, int kept) {
    Json row = {{"track_id", id},
                {"shot", 0},
                {"frame_count", frames},
                {"samples", Json::array()},
                {"faces_count", kept}};
    for (int i = 0; i < frames; ++i) row["samples"].push_back(Json::object());
    if (kept > 0) row["face_embedding_row"] = id - 1;
    return row;
  }
  static Json kept(const char* id, int track, int row, std::vector<double> values) {
    return {{"face_id", id}, {"track_id", track}, {"embedding_row", row}, {"embedding", values}};
  }
  static Json person(const char* id, std::vector<int> tracks) {
    return {
        {"identity_id", id}, {"track_ids", tracks}, {"size", 1}, {"rep_thumb_rel_path", nullptr}};
  }
  static Json time(const char* id) { return {{"identity_id", id}, {"tracks_count", 1}}; }

  void write_rows(const std::string& name, const Rows& rows) const {
    std::string text;
    for (const Json& row : rows) text += row.dump() + "\n";
    write(name, text);
  }
  void write_matrix(const std::string& name, const std::vector<std::vector<float>>& rows) const {
    NpyWriter writer(path(name), 2);
    for (const auto& row : rows) writer.write(row);
    writer.commit();
  }
};

TEST_F(VerifyRun, ASoundRunHasNoFault) { EXPECT_THAT(faults(), IsEmpty()); }

TEST_F(VerifyRun, ATrackMayBeKnownBySkippedFacesWhenItSaysSo) {
  tracks[2]["face_embedding_row"] = 2;
  tracks[2]["face_embedding_from"] = "skipped";
  track_vectors[2] = {0, 1};
  manifest["counts"]["tracks_from_skipped"] = 1;
  write_all();
  list();
  EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(VerifyRun, WithoutAManifestItIsUnfinishedAndThatIsSaid) {
  fs::remove(path("manifest.json"));
  EXPECT_THAT(faults(),
              ElementsAre(testing::HasSubstr("manifest.json: is missing: the run is not "
                                             "finished; the command that began it")));
}

TEST_F(VerifyRun, ADamagedManifestIsOneFault) {
  write("manifest.json", "{\"artifacts\": [");
  EXPECT_THAT(faults(), ElementsAre(testing::HasSubstr("manifest.json: is damaged")));
}

TEST_F(VerifyRun, AMissingFolderIsNotFound) {
  EXPECT_EQ(refusal_of([&] { verify_run(in("nowhere")); }).kind, ErrorKind::not_found);
}

TEST_F(VerifyRun, AMissingFileIsNamed) {
  fs::remove(path("faces.npy"));
  EXPECT_THAT(faults(), ElementsAre("faces.npy: is missing"));
}

TEST_F(VerifyRun, AShortFileIsNamedWithBothSizes) {
  write("screentime.csv", "nam");
  EXPECT_THAT(faults(), ElementsAre("screentime.csv: has 3 bytes, the manifest says 5"));
}

TEST_F(VerifyRun, AFlippedByteIsNamedAndItsNeighboursAreLeftAlone) {
  write("thumbs/track_0001/thumb_000000.jpg", "A picture");
  EXPECT_THAT(faults(),
              ElementsAre("thumbs/track_0001/thumb_000000.jpg: has other contents than the "
                          "manifest says (SHA-256)"));
}

TEST_F(VerifyRun, ALinkIsNoArtifact) {
  fs::rename(path("screentime.csv"), in("elsewhere"));
  fs::create_symlink(in("elsewhere"), path("screentime.csv"));
  EXPECT_THAT(faults(), ElementsAre("screentime.csv: is not a file"));
}

TEST_F(VerifyRun, AFileThatNobodyListsIsNamed) {
  write("notes.txt", "mine");
  EXPECT_THAT(faults(), ElementsAre("notes.txt: lies here, but the manifest does not list it"));
}

TEST_F(VerifyRun, LeftoversOfAKilledProcessAreNoFault) {
  write("faces.jsonl.part", "half");
  write("segments/000000.seg", "a record");
  write("progress.json", "{}");
  write(".lock", "");
  EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(VerifyRun, ANameThatLeavesTheRunIsRefused) {
  manifest["artifacts"].push_back({{"name", "../other"}, {"bytes", 1}, {"sha256", "00"}});
  write_manifest();
  EXPECT_THAT(faults(), ElementsAre("manifest.json: lists '../other', which lies outside the run"));
}

TEST_F(VerifyRun, AnArtifactOfADoneStageMustBeListed) {
  fs::remove(path("identities.json"));
  list();
  EXPECT_THAT(faults(),
              ElementsAre("identities.json: is not in the manifest's list, although stage cluster "
                          "is done"));
}

TEST_F(VerifyRun, WhatAStaleStageLeftIsNoDamageButIsSaid) {
  manifest["stages"]["screentime"] = {{"status", "stale"}, {"reason", "cluster ran again"}};
  screentime["metrics"].clear();
  write_all();
  list();
  EXPECT_THAT(faults(), IsEmpty());
  EXPECT_THAT(lines(unfinished_stages(run().path())),
              ElementsAre("screentime.json: is stale (cluster ran again): run 'screenalytics "
                          "screentime' again"));
}

TEST_F(VerifyRun, AStageThatNeverEndedIsSaid) {
  manifest["stages"]["cluster"] = {{"status", "running"}};
  write_manifest();
  EXPECT_THAT(lines(unfinished_stages(run().path())),
              ElementsAre("identities.json: stage cluster began and did not end: run "
                          "'screenalytics cluster' again"));
}

TEST_F(VerifyRun, VeryManyFaultsOfAFileAreCounted) {
  for (int i = 0; i < 30; ++i) detections.push_back({{"frame_idx", 4}, {"track_id", 9}});
  manifest["counts"]["detections"] = 35;
  write_all();
  list();
  const auto found = faults();
  EXPECT_EQ(found.size(), 21U);
  EXPECT_EQ(found.back(), "detections.jsonl: and 10 more faults");
}

/// The manifest vouches for the spoiled file, so only its neighbours can tell.
struct Spoiled {
  const char* name;
  std::function<void(VerifyRun&)> spoil;
  std::string fault;
};

void PrintTo(const Spoiled& one, std::ostream* out) { *out << one.name; }

class VerifyNeighbours : public VerifyRun, public testing::WithParamInterface<Spoiled> {};

TEST_P(VerifyNeighbours, TheVeryFaultIsNamed) {
  GetParam().spoil(*this);
  write_all();
  list();
  EXPECT_THAT(faults(), testing::Contains(GetParam().fault));
}

const Spoiled kSpoiled[] = {
    {"DetectionOfNoTrack",
     [](VerifyRun& r) { r.detections[3]["track_id"] = 7; },
     "detections.jsonl: row 4 names track 7, which tracks.jsonl does not have"},
    {"DetectionOnAFrameNobodyLookedAt",
     [](VerifyRun& r) { r.detections[3]["frame_idx"] = 2; },
     "detections.jsonl: row 4 lies on frame 2, which samples.jsonl does not have"},
    {"DetectionsFewerThanSamples",
     [](VerifyRun& r) { r.detections[2]["track_id"] = nullptr; },
     "detections.jsonl: has 1 rows of track 1, which has 2 samples in tracks.jsonl"},
    {"DetectionsCounted",
     [](VerifyRun& r) { r.manifest["counts"]["detections"] = 6; },
     "detections.jsonl: has 5 rows of counts.detections, the manifest says 6"},
    {"TrackLost",
     [](VerifyRun& r) { r.tracks.erase(r.tracks.begin()); },
     "tracks.jsonl: track 2 stands where track 1 belongs"},
    {"TrackInNoShot",
     [](VerifyRun& r) { r.tracks[1]["shot"] = 3; },
     "tracks.jsonl: track 2 lies in shot 3, which shots.jsonl does not have"},
    {"FrameCountWrong",
     [](VerifyRun& r) { r.tracks[1]["frame_count"] = 4; },
     "tracks.jsonl: track 2 has 1 samples, but frame_count says 4"},
    {"TrackRowOfAnother",
     [](VerifyRun& r) { r.tracks[1]["face_embedding_row"] = 0; },
     "tracks.jsonl: track 2 names a row of tracks.npy that is not its own"},
    {"TrackRowWithoutItsFields",
     [](VerifyRun& r) { r.tracks[1].erase("samples"); },
     "tracks.jsonl: row 2 lacks what it needs: [json.exception.out_of_range.403] key 'samples' "
     "not found"},
    {"SamplesCounted",
     [](VerifyRun& r) { r.manifest["counts"]["frames_sampled"] = 9; },
     "samples.jsonl: has 2 frames, the manifest says 8"},
    {"FaceOfNoTrack",
     [](VerifyRun& r) { r.faces[2]["track_id"] = 4; },
     "faces.jsonl: face_0003_000004 names track 4, which tracks.jsonl does not have"},
    {"FaceRowLost",
     [](VerifyRun& r) { r.faces.erase(r.faces.begin() + 1); },
     "faces.npy: has 2 rows, but faces.jsonl keeps 1 faces"},
    {"FaceOfAnotherTrack",
     [](VerifyRun& r) { r.faces[1]["track_id"] = 1; },
     "faces.jsonl: has 2 kept faces of track 1, whose faces_count says 1"},
    {"EmbeddingRowWrong",
     [](VerifyRun& r) { r.faces[1]["embedding_row"] = 0; },
     "faces.jsonl: face_0002_000000 has embedding_row 0 instead of 1"},
    {"EmbeddingsSwapped",
     [](VerifyRun& r) { std::swap(r.face_vectors[0], r.face_vectors[1]); },
     "faces.jsonl: face_0001_000000 has another embedding than its row in faces.npy"},
    {"FaceNotUnitLength",
     [](VerifyRun& r) { r.face_vectors[1] = {2, 0}; },
     "faces.npy: row 1 has length 2.000000 instead of 1"},
    {"FaceNotANumber",
     [](VerifyRun& r) { r.face_vectors[1] = {std::numeric_limits<float>::quiet_NaN(), 0}; },
     "faces.npy: row 1 has length nan instead of 1"},
    {"SkipsCounted",
     [](VerifyRun& r) { r.faces[2]["skip"] = "too_small:3"; },
     "faces.jsonl: skips for other reasons than the manifest's counts.skips say"},
    {"TrackVectorsFewer",
     [](VerifyRun& r) { r.track_vectors.pop_back(); },
     "tracks.npy: has 2 rows, but tracks.jsonl has 3 tracks"},
    {"TrackVectorNotUnitLength",
     [](VerifyRun& r) { r.track_vectors[0] = {0, 0}; },
     "tracks.npy: row 0 has length 0.000000 instead of 1"},
    {"TrackVectorWithoutFaces",
     [](VerifyRun& r) { r.track_vectors[2] = {0, 1}; },
     "tracks.npy: row 2 is not zero, although its track has no embedding"},
    {"TrackSaysWhatItHasNot",
     [](VerifyRun& r) { r.tracks[2]["face_embedding_from"] = "skipped"; },
     "tracks.jsonl: track 3 says what its embedding is made of, but has none"},
    {"TrackOfKeptAndSkippedFaces",
     [](VerifyRun& r) { r.tracks[1]["face_embedding_from"] = "skipped"; },
     "tracks.jsonl: track 2 has an embedding of skipped faces, but kept some"},
    {"TracksOfSkippedFacesCounted",
     [](VerifyRun& r) { r.manifest["counts"]["tracks_from_skipped"] = 2; },
     "tracks.jsonl: has 0 rows of counts.tracks_from_skipped, the manifest says 2"},
    {"TrackWithAnEmbeddingOfNothing",
     [](VerifyRun& r) { r.tracks[2]["face_embedding_row"] = 2; },
     "tracks.jsonl: track 3 has an embedding without a kept face"},
    {"PictureInNoIndex",
     [](VerifyRun& r) { r.index = Json::array(); },
     "thumbs/track_0001/thumb_000000.jpg: is in no index.json, although face_0001_000000 names "
     "it"},
    {"IndexOfAMissingPicture",
     [](VerifyRun& r) { r.index.push_back({{"key", "track_0001/thumb_000004.jpg"}}); },
     "thumbs/track_0001/index.json: lists thumbs/track_0001/thumb_000004.jpg, which is not there"},
    {"PictureOfNoFace",
     [](VerifyRun& r) { r.faces[0].erase("thumb_rel_path"); },
     "thumbs/track_0001/index.json: lists thumbs/track_0001/thumb_000000.jpg, which no face in "
     "faces.jsonl names"},
    {"FaceOfAMissingPicture",
     [](VerifyRun& r) { r.faces[1]["crop_rel_path"] = "crops/track_0002/frame_000000.jpg"; },
     "faces.jsonl: face_0002_000000 names the picture crops/track_0002/frame_000000.jpg, which is "
     "not there"},
    {"PictureThatNobodyNames",
     [](VerifyRun& r) { r.write("thumbs/track_0002/thumb_000000.jpg", "x"); },
     "thumbs/track_0002/thumb_000000.jpg: is a picture that no face and no index.json names"},
    {"TrackOfTwoPeople",
     [](VerifyRun& r) { r.identities["identities"][1]["track_ids"] = {1, 2}; },
     "identities.json: track 1 belongs to two: also id_0002"},
    {"TrackOfNobody",
     [](VerifyRun& r) { r.identities["ignored"]["track_ids"].clear(); },
     "identities.json: track 3 belongs to nobody"},
    {"PersonOfNoTrack",
     [](VerifyRun& r) { r.identities["unknown"]["track_ids"] = {8}; },
     "identities.json: the unknown has track 8, which tracks.jsonl does not have"},
    {"PersonsFacesCounted",
     [](VerifyRun& r) { r.identities["identities"][0]["size"] = 4; },
     "identities.json: id_0001 says 4 faces, its tracks have 1"},
    {"PersonTwice",
     [](VerifyRun& r) { r.identities["identities"][1]["identity_id"] = "id_0001"; },
     "identities.json: id_0001 is there twice"},
    {"ScreenTimeOfNobody",
     [](VerifyRun& r) { r.screentime["metrics"][1]["identity_id"] = "id_0009"; },
     "screentime.json: id_0009 is nobody in identities.json"},
    {"ScreenTimeLacksAPerson",
     [](VerifyRun& r) { r.screentime["metrics"].erase(1); },
     "screentime.json: lacks id_0002 of identities.json"},
    {"ScreenTimeOfOtherTracks",
     [](VerifyRun& r) { r.screentime["metrics"][0]["tracks_count"] = 2; },
     "screentime.json: id_0001 has other tracks_count than identities.json has tracks"},
    {"TimelineOfNobody",
     [](VerifyRun& r) { r.screentime["timeline"][0]["identity_id"] = "id_0009"; },
     "screentime.json: its timeline has id_0009, who is nobody in identities.json"},
};

INSTANTIATE_TEST_SUITE_P(EachOnce,
                         VerifyNeighbours,
                         testing::ValuesIn(kSpoiled),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace screenalytics
