// SPDX-License-Identifier: MIT
#include "run/facebank_run.h"

#include "files/sha256.h"
#include "run/test_fakes.h"
#include "store/jpeg.h"
#include "store/test_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Size kPhoto{200, 200};
constexpr Box kFace{50, 40, 150, 170};

class FacebankRun : public TestFolder {
 protected:
  /// A photo of one shade; `FakeEmbedder` sees this person in it.
  std::filesystem::path photo(const std::string& name, int person = 4) const {
    const auto jpeg = encode_jpeg(plain_image(kPhoto, static_cast<std::uint8_t>(32 * person)), 95);
    put(in(name), {reinterpret_cast<const char*>(jpeg.data()), jpeg.size()});
    return in(name);
  }

  SeedPhoto seed(const std::filesystem::path& photo, std::vector<Box> faces) {
    const LoadedModels models = fake_models(std::move(faces), kPhoto);
    return make_seed(photo, models, settings_, core_.permit);
  }

  Refusal refusal(const std::filesystem::path& photo, const std::vector<Box>& faces) {
    return refusal_of([&] { seed(photo, faces); });
  }

  std::vector<CastMember> members(const LoadedModels& models) {
    return current_members(settings_, models, progress_, core_.permit);
  }

  Settings settings_{.show = "soap"};
  OneCore core_;
  FakeSink sink_;
  Progress progress_{sink_, 1h};

  void SetUp() override {
    TestFolder::SetUp();
    settings_.data = in("data");
  }
};

TEST_F(FacebankRun, ThePhotosOneFaceBecomesASeed) {
  const SeedPhoto found = seed(photo("a.jpg"), {kFace});
  EXPECT_EQ(found.seed_id, sha256_of_file(in("a.jpg")).substr(0, 16));
  EXPECT_EQ(found.fingerprint, fake_models().embedder_card().fingerprint());
  EXPECT_NEAR(found.embedding.similarity(face_of(4)), 1, 1e-6);
  EXPECT_FLOAT_EQ(found.score, 0.9F);
  EXPECT_NEAR(found.size, 100, 0.5);
}

TEST_F(FacebankRun, APhotoWithoutAFaceIsRefused) {
  const Refusal refused = refusal(photo("empty.jpg"), {});
  EXPECT_EQ(refused.kind, ErrorKind::bad_media);
  EXPECT_THAT(refused.text, AllOf(HasSubstr("no face"), HasSubstr("empty.jpg")));
}

TEST_F(FacebankRun, APhotoWithTwoFacesIsRefused) {
  const Refusal refused = refusal(photo("two.jpg"), {{10, 40, 90, 140}, {110, 40, 190, 140}});
  EXPECT_EQ(refused.kind, ErrorKind::bad_media);
  EXPECT_THAT(refused.text, AllOf(HasSubstr("2 faces"), HasSubstr("two.jpg")));
}

TEST_F(FacebankRun, AFaceThatIsTooSmallIsRefused) {
  const Refusal refused = refusal(photo("far.jpg"), {{100, 100, 118, 119}});
  EXPECT_EQ(refused.kind, ErrorKind::bad_media);
  EXPECT_THAT(refused.text, AllOf(HasSubstr("too_small:18"), HasSubstr("far.jpg")));
}

TEST_F(FacebankRun, AFaceWithoutAnEmbeddingIsRefused) {
  const Refusal refused = refusal(photo("black.jpg", 0), {kFace});
  EXPECT_EQ(refused.kind, ErrorKind::bad_media);
  EXPECT_THAT(refused.text, HasSubstr("no embedding"));
}

TEST_F(FacebankRun, AFileThatIsNoPhotoIsRefused) {
  put(in("text.jpg"), "no photo");
  EXPECT_EQ(refusal(in("text.jpg"), {kFace}).kind, ErrorKind::bad_media);
  EXPECT_EQ(refusal(in("none.jpg"), {kFace}).kind, ErrorKind::not_found);
}

TEST_F(FacebankRun, SeedsOfThisModelAreUsedAsTheyAre) {
  Facebank bank(settings_.data, "soap");
  bank.add("ann", "Ann", in("a.jpg"), seed(photo("a.jpg"), {kFace}));
  const LoadedModels models = fake_models({kFace}, kPhoto);
  EXPECT_EQ(members(models).at(0).seeds.size(), 1U);
  EXPECT_THAT(static_cast<const FakeEmbedder&>(*models.embedder).batches, IsEmpty());
  EXPECT_THAT(progress_.warnings(), IsEmpty());
}

TEST_F(FacebankRun, SeedsOfAnotherModelAreMadeAnewFromTheirPhotos) {
  Facebank bank(settings_.data, "soap");
  bank.add("ann", "Ann", in("a.jpg"), seed(photo("a.jpg"), {kFace}));
  LoadedModels models = fake_models({kFace}, kPhoto);
  models.pack.models[1].source_sha256 = "another";
  const std::string fingerprint = models.embedder_card().fingerprint();
  EXPECT_EQ(members(models).at(0).seeds.at(0).fingerprint, fingerprint);
  EXPECT_THAT(progress_.warnings(), ElementsAre(AllOf(HasSubstr("1 seed"), HasSubstr("ann"))));
  EXPECT_EQ(bank.members().at(0).seeds.at(0).fingerprint, fingerprint) << "written back";
  EXPECT_THAT(verify_facebank(bank, fingerprint, {}), IsEmpty());
}

TEST_F(FacebankRun, ASeedThatGivesNoFaceAnyMoreIsLeftOutButStaysInTheBank) {
  Facebank bank(settings_.data, "soap");
  bank.add("ann", "Ann", in("a.jpg"), seed(photo("a.jpg"), {kFace}));
  LoadedModels models = fake_models({}, kPhoto);
  models.pack.models[1].source_sha256 = "another";
  EXPECT_THAT(members(models).at(0).seeds, IsEmpty());
  EXPECT_THAT(progress_.warnings(), ElementsAre(HasSubstr("left out")));
  EXPECT_EQ(bank.members().at(0).seeds.size(), 1U);
}

TEST_F(FacebankRun, VerifyFindsEveryFault) {
  Facebank bank(settings_.data, "soap");
  const std::string fingerprint = fake_models().embedder_card().fingerprint();
  const auto add = [&](const std::string& who, int person) {
    const std::string name = who + ".jpg";
    bank.add(who, who, in(name), seed(photo(name, person), {kFace}));
  };
  add("ann", 2);
  add("bob", 3);
  EXPECT_THAT(verify_facebank(bank, fingerprint, {}), IsEmpty());
  EXPECT_THAT(verify_facebank(bank, "another", {}),
              ElementsAre(HasSubstr("another model"), HasSubstr("another model")));

  SeedPhoto twin = seed(in("ann.jpg"), {kFace});
  put(in("cid.jpg"), "the same face in another file");
  bank.add("cid", "cid", in("cid.jpg"), twin);
  EXPECT_THAT(verify_facebank(bank, fingerprint, {}),
              testing::Contains(AllOf(HasSubstr("'ann' and 'cid'"), HasSubstr("look alike"))));
  bank.remove("cid");

  const auto members = bank.members();
  put(bank.photo_path("ann", members[0].seeds[0]), "changed");
  std::filesystem::remove(bank.photo_path("bob", members[1].seeds[0]));
  EXPECT_THAT(verify_facebank(bank, fingerprint, {}),
              ElementsAre(HasSubstr("has changed"), HasSubstr("is missing")));
}

}  // namespace
}  // namespace screenalytics
