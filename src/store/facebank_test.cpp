// SPDX-License-Identifier: MIT
#include "store/facebank.h"

#include "store/test_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pointwise;
using testing::SizeIs;

Embedding unit(std::vector<float> raw) {
  return Embedding::normalised(std::move(raw))
      .value();  // NOLINT(bugprone-unchecked-optional-access): tests give none
}

SeedPhoto seed(std::vector<float> raw) {
  return {.seed_id = {},
          .photo = {},
          .fingerprint = "f1",
          .score = 0.9F,
          .size = 123.4F,
          .embedding = unit(std::move(raw))};
}

class Seeds : public TestFolder {
 protected:
  Facebank bank() const { return {folder(), "SHOW"}; }
  std::filesystem::path photo(const std::string& name, const std::string& bytes) const {
    write_atomically(in(name), bytes);
    return in(name);
  }
  std::filesystem::path cast_file(const std::string& cast_id) const {
    return in("facebank/SHOW/" + cast_id + "/cast.json");
  }
};

TEST_F(Seeds, AnEmptyShowHasNobody) { EXPECT_THAT(bank().members(), IsEmpty()); }

TEST_F(Seeds, AddedPhotosComeBackWithTheirEmbeddings) {
  bank().add("ann", "Ann Lee", photo("Ann 1.JPG", "abc"), seed({1, 2, 2}));
  const auto members = bank().members();
  ASSERT_THAT(members, SizeIs(1));
  EXPECT_EQ(members[0].cast_id, "ann");
  EXPECT_EQ(members[0].name, "Ann Lee");
  ASSERT_THAT(members[0].seeds, SizeIs(1));
  const SeedPhoto& found = members[0].seeds[0];
  EXPECT_EQ(found.seed_id, "ba7816bf8f01cfea");
  EXPECT_EQ(found.photo, "ba7816bf8f01cfea.jpg");
  EXPECT_EQ(found.fingerprint, "f1");
  EXPECT_EQ(found.score, 0.9F);
  EXPECT_EQ(found.size, 123.4F);
  EXPECT_THAT(found.embedding.values(), Pointwise(testing::FloatEq(), unit({1, 2, 2}).values()));
  EXPECT_EQ(read_text(bank().photo_path("ann", found)), "abc");
  EXPECT_EQ(leftovers(), 0);
}

TEST_F(Seeds, TheSamePhotoAgainReplacesItsSeed) {
  bank().add("ann", "Ann", photo("1.jpg", "abc"), seed({1, 0}));
  bank().add("ann", "", photo("copy.png", "abc"), seed({0, 1}));
  bank().add("ann", "", photo("2.jpg", "other"), seed({1, 1}));
  const auto members = bank().members();
  ASSERT_THAT(members, SizeIs(1));
  EXPECT_EQ(members[0].name, "Ann");
  ASSERT_THAT(members[0].seeds, SizeIs(2));
  EXPECT_EQ(members[0].seeds[0].photo, "ba7816bf8f01cfea.jpg");
  EXPECT_EQ(members[0].seeds[0].embedding.values()[1], 1);
}

TEST_F(Seeds, MembersComeByCastId) {
  bank().add("zoe", "", photo("1.jpg", "1"), seed({1}));
  bank().add("ann", "", photo("2.jpg", "2"), seed({1}));
  const auto members = bank().members();
  ASSERT_THAT(members, SizeIs(2));
  EXPECT_EQ(members[0].cast_id, "ann");
  EXPECT_EQ(members[1].name, "zoe");
}

TEST_F(Seeds, UnusualPhotoNamesGetAPlainOne) {
  bank().add("ann", "", photo("photo", "1"), seed({1}));
  bank().add("ann", "", photo("x.a b", "2"), seed({1}));
  const auto members = bank().members();
  ASSERT_THAT(members, SizeIs(1));
  for (const auto& found : members[0].seeds) EXPECT_EQ(found.photo, found.seed_id + ".img");
}

TEST_F(Seeds, RemovingAPersonRemovesTheFolder) {
  bank().add("ann", "", photo("1.jpg", "1"), seed({1}));
  bank().remove("ann");
  EXPECT_THAT(bank().members(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(in("facebank/SHOW/ann")));
  EXPECT_EQ(refusal_of([&] { bank().remove("ann"); }).kind, ErrorKind::not_found);
}

TEST_F(Seeds, RemovingASeedKeepsTheOthers) {
  bank().add("ann", "", photo("1.jpg", "abc"), seed({1}));
  bank().add("ann", "", photo("2.jpg", "2"), seed({1}));
  bank().remove("ann", "ba7816bf8f01cfea");
  ASSERT_THAT(bank().members(), SizeIs(1));
  EXPECT_THAT(bank().members()[0].seeds, SizeIs(1));
  EXPECT_FALSE(std::filesystem::exists(in("facebank/SHOW/ann/ba7816bf8f01cfea.jpg")));
  const auto refusal = refusal_of([&] { bank().remove("ann", "ba7816bf8f01cfea"); });
  EXPECT_EQ(refusal.kind, ErrorKind::not_found);
  EXPECT_THAT(refusal.text, HasSubstr("no seed photo"));
}

TEST_F(Seeds, UpdateReplacesEmbeddingsAndKeepsPhotos) {
  bank().add("ann", "Ann", photo("1.jpg", "abc"), seed({1, 0}));
  CastMember member = bank().members().at(0);
  member.seeds[0].fingerprint = "f2";
  member.seeds[0].embedding = unit({0, 1});
  bank().update(member);
  const CastMember updated = bank().members().at(0);
  EXPECT_EQ(updated.seeds.at(0).fingerprint, "f2");
  EXPECT_EQ(updated.seeds.at(0).embedding.values()[1], 1);
  EXPECT_EQ(read_text(bank().photo_path("ann", updated.seeds.at(0))), "abc");
  member.cast_id = "bob";
  EXPECT_EQ(refusal_of([&] { bank().update(member); }).kind, ErrorKind::not_found);
}

TEST_F(Seeds, BadNamesAreRefused) {
  const auto path = photo("1.jpg", "1");
  EXPECT_EQ(refusal_of([&] { Facebank(folder(), "../SHOW"); }).kind, ErrorKind::bad_usage);
  EXPECT_EQ(refusal_of([&] { bank().add("../ann", "", path, seed({1})); }).kind,
            ErrorKind::bad_usage);
  EXPECT_EQ(refusal_of([&] { bank().remove(".."); }).kind, ErrorKind::bad_usage);
  EXPECT_EQ(refusal_of([&] { bank().add("ann", "", in("none.jpg"), seed({1})); }).kind,
            ErrorKind::not_found);
  EXPECT_THAT(bank().members(), IsEmpty());
}

TEST_F(Seeds, ADamagedFileIsNamed) {
  bank().add("ann", "", photo("1.jpg", "abc"), seed({1}));
  const std::string good = read_text(cast_file("ann"));
  const auto with = [&](const std::string& from, const std::string& to) {
    return std::string(good).replace(good.find(from), from.size(), to);
  };
  for (const std::string& text : {std::string(),
                                  std::string("[]"),
                                  good.substr(0, good.size() / 2),
                                  with("\"ann\"", "\"bob\""),
                                  with("ba7816bf8f01cfea.jpg", "../../etc/passwd"),
                                  with("1.0\n", "0.0\n"),
                                  with("\"seeds\"", "\"weeds\""),
                                  with("0.9", "\"x\"")}) {
    write_atomically(cast_file("ann"), text);
    const auto refusal = refusal_of([&] { (void)bank().members(); });
    EXPECT_EQ(refusal.kind, ErrorKind::bad_data) << text;
    EXPECT_THAT(refusal.text, HasSubstr("ann/cast.json"));
  }
}

}  // namespace
}  // namespace screenalytics
