// SPDX-License-Identifier: MIT
#include "files/atomic_file.h"
#include "files/sha256.h"
#include "models/archive.h"
#include "models/checks.h"
#include "models/model_pack.h"
#include "models/python_literal.h"
#include "models/test_folder.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

ModelCard embedder(const std::string& content) {
  ModelCard card;
  card.file = "embedder.onnx";
  card.name = "tiny";
  card.role = "embedder";
  card.family = "arcface";
  card.sha256 = sha256_of(bytes_of(content));
  card.source_sha256 = std::string(64, 'a');
  card.licence = "MIT";
  card.terms = "free";
  card.origin = "a test";
  card.pixels = {ChannelOrder::rgb, {127.5F, 127.5F, 127.5F}, {1 / 127.5F, 1 / 127.5F, 0.1F}};
  card.input = {112, 112};
  card.dimension = 128;
  card.thresholds = {{"verify", 0.28}, {"cluster", 0.65}};
  card.preparation = {"free-axes: kept"};
  return card;
}

ModelCard detector(const std::string& content) {
  ModelCard card;
  card.file = "detector.onnx";
  card.name = "tiny-detector";
  card.role = "detector";
  card.family = "yunet";
  card.sha256 = sha256_of(bytes_of(content));
  card.source_sha256 = card.sha256;
  card.licence = "MIT";
  card.terms = "free";
  card.score_threshold = 0.7;
  return card;
}

/// A sound pack of two files in the folder.
ModelPack make_pack(const fs::path& folder) {
  write_atomically(folder / "embedder.onnx", "embedder weights");
  write_atomically(folder / "detector.onnx", "detector weights");
  ModelPack pack{.folder = folder, .name = "tiny", .version = "3", .models = {}};
  pack.models = {detector("detector weights"), embedder("embedder weights")};
  write_pack(pack);
  return pack;
}

/// models.json with one piece of text replaced.
void edit_json(const fs::path& folder, const std::string& from, const std::string& to) {
  std::string text = read_text(folder / "models.json");
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  write_atomically(folder / "models.json", text.replace(at, from.size(), to));
}

TEST(ModelPackFile, ComesBackAsItWasWritten) {
  const TestFolder folder;
  const ModelPack written = make_pack(folder.path());
  const ModelPack read = read_pack(folder.path());
  EXPECT_EQ(read.name, "tiny");
  EXPECT_EQ(read.version, "3");
  ASSERT_THAT(read.models, SizeIs(2));
  const ModelCard& card = read.card("embedder");
  const ModelCard& before = written.card("embedder");
  EXPECT_EQ(card.sha256, before.sha256);
  EXPECT_EQ(card.source_sha256, before.source_sha256);
  EXPECT_EQ(card.pixels.order, ChannelOrder::rgb);
  EXPECT_EQ(card.pixels.mean, before.pixels.mean);
  EXPECT_EQ(card.pixels.scale, before.pixels.scale);
  EXPECT_EQ(card.input, (Size{112, 112}));
  EXPECT_EQ(card.dimension, 128);
  EXPECT_EQ(card.thresholds, before.thresholds);
  EXPECT_EQ(card.preparation, before.preparation);
  EXPECT_EQ(card.terms, "free");
  EXPECT_EQ(card.fingerprint(), before.fingerprint());
  EXPECT_DOUBLE_EQ(read.card("detector").score_threshold, 0.7);
  EXPECT_EQ(read.path(card), folder / "embedder.onnx");
}

TEST(ModelPackFile, WritesShortNumbersForPeople) {
  const TestFolder folder;
  make_pack(folder.path());
  EXPECT_THAT(read_text(folder / "models.json"), HasSubstr("0.1\n"));
}

TEST(ModelPackFile, MissingPackSaysHowToGetOne) {
  const TestFolder folder;
  const auto [kind, text] = error_of([&] { read_pack(folder.path()); });
  EXPECT_EQ(kind, ErrorKind::not_found);
  EXPECT_THAT(text, HasSubstr("models install default"));
}

TEST(ModelPackFile, MissingRoleIsNamed) {
  const TestFolder folder;
  ModelPack pack = make_pack(folder.path());
  pack.models.pop_back();
  const auto [kind, text] = error_of([&] { pack.card("embedder"); });
  EXPECT_EQ(kind, ErrorKind::bad_model);
  EXPECT_THAT(text, HasSubstr("has no embedder"));
}

TEST(ModelPackFile, UnusableDescriptionsAreRefusedWithTheReason) {
  struct Case {
    std::string from, to, reason;
  };
  const std::vector<Case> cases = {
      {R"("file": "embedder.onnx")", R"("file": "../embedder.onnx")", "plain name"},
      {R"("file": "embedder.onnx")", R"("file": "..")", "plain name"},
      {R"("role": "embedder")", R"("role": "landmarks")", "role 'landmarks'"},
      {R"("family": "arcface")", R"("family": "unknown")", "family 'unknown'"},
      {R"("family": "yunet")", R"("family": "ssd")", "family 'ssd'"},
      {R"("dimension": 128)", R"("dimension": 0)", "dimension"},
      {R"("width": 112)", R"("width": 96)", "112x112"},
      {R"("colour": "RGB")", R"("colour": "grey")", "colour is 'grey'"},
      {R"("score_threshold": 0.7)", R"("score_threshold": 1.7)", "score_threshold"},
      {R"("source_sha256": "aaaa)", R"("source_sha256": "zzzz)", "source_sha256"},
      {R"("format": 1)", R"("format": 2)", "format 2"},
      {R"("mean")", R"("medium")", "mean"},
      {R"("models": [)", R"("models": )", "cannot be read"},
  };
  for (const Case& edit : cases) {
    const TestFolder folder;
    make_pack(folder.path());
    edit_json(folder.path(), edit.from, edit.to);
    const auto [kind, text] = error_of([&] { read_pack(folder.path()); });
    EXPECT_EQ(kind, ErrorKind::bad_model) << edit.to;
    EXPECT_THAT(text, HasSubstr(edit.reason));
    EXPECT_THAT(text, HasSubstr("models.json"));
  }
}

TEST(ModelPackFile, ScaleOfZeroIsRefused) {
  const TestFolder folder;
  ModelPack pack = make_pack(folder.path());
  pack.models[0].pixels.scale = {1, 0, 1};
  write_pack(pack);
  EXPECT_THAT(error_of([&] { read_pack(folder.path()); }).second, HasSubstr("scale"));
}

TEST(VerifyPack, SoundPackHasNoFault) {
  const TestFolder folder;
  const ModelPack pack = make_pack(folder.path());
  EXPECT_THAT(verify_pack(pack), IsEmpty());
  EXPECT_NO_THROW(check_file(pack, pack.card("detector")));
}

TEST(VerifyPack, OneChangedByteIsFoundAndNamed) {
  const TestFolder folder;
  const ModelPack pack = make_pack(folder.path());
  write_atomically(folder / "embedder.onnx", "embedder weighty");
  EXPECT_THAT(verify_pack(pack),
              ElementsAre(testing::AllOf(HasSubstr("embedder.onnx"), HasSubstr("was changed"))));
  const auto [kind, text] = error_of([&] { check_file(pack, pack.card("embedder")); });
  EXPECT_EQ(kind, ErrorKind::bad_model);
  EXPECT_THAT(text, HasSubstr("embedder.onnx"));
  EXPECT_THAT(text, HasSubstr("models install tiny"));
}

TEST(VerifyPack, MissingFileLicenceAndTermsAreFaults) {
  const TestFolder folder;
  ModelPack pack = make_pack(folder.path());
  fs::remove(folder / "detector.onnx");
  pack.models[1].licence.clear();
  pack.models[1].terms.clear();
  EXPECT_THAT(verify_pack(pack),
              ElementsAre(HasSubstr("is missing"), HasSubstr("no licence"), HasSubstr("no terms")));
  pack.models.clear();
  EXPECT_THAT(verify_pack(pack), ElementsAre(HasSubstr("no models")));
}

TEST(Fingerprint, FollowsWeightsAndPixelsButNotPreparation) {
  const ModelCard card = embedder("x");
  const std::string same = card.fingerprint();
  EXPECT_THAT(same, SizeIs(16));
  ModelCard prepared = card;
  prepared.sha256 = std::string(64, 'b');
  prepared.preparation.clear();
  prepared.thresholds.clear();
  EXPECT_EQ(prepared.fingerprint(), same);
  std::set<std::string> others{same};
  ModelCard other = card;
  other.source_sha256 = std::string(64, 'c');
  others.insert(other.fingerprint());
  other = card;
  other.pixels.order = ChannelOrder::bgr;
  others.insert(other.fingerprint());
  other = card;
  other.pixels.mean[1] = 127;
  others.insert(other.fingerprint());
  other = card;
  other.pixels.scale[2] = 0.2F;
  others.insert(other.fingerprint());
  EXPECT_THAT(others, SizeIs(5));
}

TEST(PythonLiteral, EvaluatesEveryEscape) {
  const std::string source =
      "# a comment\nWEIGHTS = "
      "b'a\\x00\\xfF\\n\\t\\r\\\\\\'\\\"\\a\\b\\f\\v\\0\\12\\1234\\q\\\nz'\n";
  const auto bytes = python_bytes(bytes_of(source), "WEIGHTS");
  const std::vector<std::uint8_t> expected{'a',  0,   0xff, '\n', '\t', '\r', '\\',
                                           '\'', '"', '\a', '\b', '\f', '\v', 0,
                                           10,   83,  '4',  '\\', 'q',  'z'};
  EXPECT_EQ(bytes, expected);
}

TEST(PythonLiteral, AcceptsDoubleQuotes) {
  EXPECT_EQ(python_bytes(bytes_of("W = b\"it's\""), "W"), bytes_of("it's"));
}

TEST(PythonLiteral, BrokenOnesAreRefused) {
  const auto reason = [](const std::string& source) {
    const auto [kind, text] = error_of([&] { python_bytes(bytes_of(source), "W"); });
    EXPECT_EQ(kind, ErrorKind::bad_model);
    return text;
  };
  EXPECT_THAT(reason("V = b'x'"), HasSubstr("no bytes literal"));
  EXPECT_THAT(reason("XW = b'x'"), HasSubstr("no bytes literal"));
  EXPECT_THAT(reason(""), HasSubstr("no bytes literal"));
  EXPECT_THAT(reason("W = b'never ends"), HasSubstr("no end"));
  EXPECT_THAT(reason("W = b'ends in \\"), HasSubstr("no end"));
  EXPECT_THAT(reason("W = b'\\xg0'"), HasSubstr("hexadecimal"));
  EXPECT_THAT(reason("W = b'two\nlines'"), HasSubstr("no bytes literal may hold"));
  EXPECT_THAT(reason("W = b'\xc3\xa4'"), HasSubstr("no bytes literal may hold"));
}

struct Entry {
  std::string name;
  std::string content;
};

/// A .tgz or .zip made by libarchive.
void make_archive(const fs::path& path, bool zip, const std::vector<Entry>& entries) {
  archive* writer = archive_write_new();
  if (zip) {
    archive_write_set_format_zip(writer);
  } else {
    archive_write_set_format_ustar(writer);
    archive_write_add_filter_gzip(writer);
  }
  ASSERT_EQ(archive_write_open_filename(writer, path.c_str()), ARCHIVE_OK);
  for (const Entry& one : entries) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, one.name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(one.content.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    EXPECT_EQ(archive_write_header(writer, entry), ARCHIVE_OK);
    archive_write_data(writer, one.content.data(), one.content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
}

TEST(Archive, GivesTheWantedFilesOfTarballsAndWheels) {
  const TestFolder folder;
  const std::string large(std::size_t{3} << 20U, 'w');
  for (const bool zip : {false, true}) {
    const fs::path path = folder / (zip ? "a.whl" : "a.tgz");
    make_archive(path, zip, {{"package/model", large}, {"package/LICENSE", "MIT"}, {"x", "y"}});
    const ArchiveFiles files = read_archive(path, {"package/model", "package/LICENSE"});
    EXPECT_THAT(files, SizeIs(2));
    EXPECT_EQ(files.at("package/model"), bytes_of(large));
    EXPECT_EQ(files.at("package/LICENSE"), bytes_of("MIT"));
  }
}

TEST(Archive, PathsThatLeaveItAreRefused) {
  const TestFolder folder;
  for (const std::string name : {"/etc/passwd", "../up", "a/../../up"}) {
    make_archive(folder / "a.tgz", false, {{"good", "x"}, {name, "evil"}});
    const auto [kind, text] = error_of([&] { read_archive(folder / "a.tgz", {"good"}); });
    EXPECT_EQ(kind, ErrorKind::bad_model);
    EXPECT_THAT(text, HasSubstr("unsafe path '" + name));
  }
}

TEST(Archive, SizesAreBounded) {
  const TestFolder folder;
  const std::string large(std::size_t{4} << 20U, 'w');
  make_archive(folder / "a.tgz", false, {{"big", large}, {"small", "x"}});
  const ArchiveLimits per_file{.file_bytes = 1U << 20U, .archive_bytes = 1U << 30U};
  EXPECT_THAT(error_of([&] { read_archive(folder / "a.tgz", {"big"}, per_file); }).second,
              HasSubstr("with more than 1048576 bytes"));
  const ArchiveLimits in_all{.file_bytes = 1U << 20U, .archive_bytes = 1U << 20U};
  EXPECT_THAT(error_of([&] { read_archive(folder / "a.tgz", {"small"}, in_all); }).second,
              HasSubstr("unpacks to more than"));
}

TEST(Archive, MissingEntryAndDamageAreRefused) {
  const TestFolder folder;
  make_archive(folder / "a.tgz", false, {{"file", std::string(100000, 'x')}});
  EXPECT_THAT(error_of([&] { read_archive(folder / "a.tgz", {"other"}); }).second,
              HasSubstr("has no 'other'"));
  auto bytes = read_bytes(folder / "a.tgz");
  bytes.resize(bytes.size() / 2);
  write_atomically(folder / "half.tgz", bytes);
  EXPECT_EQ(error_of([&] { read_archive(folder / "half.tgz", {"file"}); }).first,
            ErrorKind::bad_model);
  write_atomically(folder / "text.tgz", "no archive at all");
  EXPECT_EQ(error_of([&] { read_archive(folder / "text.tgz", {"file"}); }).first,
            ErrorKind::bad_model);
  EXPECT_EQ(error_of([&] { read_archive(folder / "none.tgz", {"file"}); }).first,
            ErrorKind::bad_model);
}

TEST(Checks, DrawnFacesDifferAndRepeat) {
  const Image first = drawn_face({112, 112}, 0);
  const Image again = drawn_face({112, 112}, 0);
  const Image second = drawn_face({112, 112}, 1);
  EXPECT_TRUE(std::ranges::equal(first.bytes(), again.bytes()));
  EXPECT_FALSE(std::ranges::equal(first.bytes(), second.bytes()));
}

TEST(Checks, SizesFollowTheRoleAndTheModelsFixedAxes) {
  const std::vector<std::int64_t> free_axes{-1, 3, -1, -1};
  const auto faces = check_tensors(embedder("x"), free_axes);
  EXPECT_THAT(faces, SizeIs(4));
  EXPECT_THAT(faces[0].shape, ElementsAre(1, 3, 112, 112));
  const auto pictures = check_tensors(detector("x"), free_axes);
  ASSERT_THAT(pictures, SizeIs(1));
  EXPECT_THAT(pictures[0].shape, ElementsAre(1, 3, 256, 320));
  EXPECT_THAT(check_tensors(detector("x"), {1, 3, 64, 96})[0].shape, ElementsAre(1, 3, 64, 96));
}

}  // namespace
}  // namespace screenalytics
