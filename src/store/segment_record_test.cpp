// SPDX-License-Identifier: MIT
#include "store/segment_record.h"

#include "store/checksum.h"
#include "store/segment_format.h"
#include "store/test_folder.h"
#include "store/test_image.h"

#include <algorithm>
#include <array>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kKey = "settings and input";

FaceRecord full_face() {
  FaceRecord face;
  face.detection.box = {1.5F, -2.25F, 30, 40};
  face.detection.score = 0.875F;
  face.detection.landmarks = Landmarks{{{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}}};
  face.quality = {
      .contrast = 20, .blur = 300, .size = 28.5F, .pose = HeadPose{10, -5, 2}, .total = 0.7F};
  return face;
}

FrameRecord frame(std::int64_t index, bool sampled) {
  FrameRecord record;
  record.index = {index};
  record.time = MediaTime(Duration(index * 40000));
  record.sampled = sampled;
  record.signature = {1, 2, static_cast<std::uint8_t>(index)};
  return record;
}

class Segments : public TestFolder {
 protected:
  std::filesystem::path path() const { return in("segments/000000.seg"); }

  // One frame without faces, one with a full and a bare face; returns the bytes of the file.
  std::vector<std::uint8_t> write_small() const {
    SegmentWriter writer(path(), kKey);
    writer.add_frame(frame(7, false));
    FrameRecord second = frame(8, true);
    second.faces = {full_face(), FaceRecord{}};
    second.faces[0].crop = writer.add_crop(test_image({8, 8}, 1));
    second.faces[0].thumbnail = writer.add_blob(std::array<std::uint8_t, 3>{0xFF, 0xD8, 0xFF});
    writer.add_frame(second);
    writer.commit({.frames_decoded = 2,
                   .packets_skipped = 3,
                   .packets_damaged = 4,
                   .frames_damaged = 5,
                   .retries = 6,
                   .detector_calls = 1,
                   .missing = {{9}}});
    return read_bytes(path());
  }
  SegmentFile open() const { return std::move(*SegmentFile::open(path(), kKey)); }
  void put_bytes(std::span<const std::uint8_t> bytes) const {
    put(path(), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  // Overwrites some bytes of the file in place.
  void poke(std::size_t at, std::span<const std::uint8_t> bytes) const {
    std::fstream file(path(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(at));
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  bool is_accepted() const { return SegmentFile::open(path(), kKey).has_value(); }
};

TEST_F(Segments, SummaryAndFramesComeBack) {
  write_small();
  auto file = open();
  EXPECT_EQ(file.summary().frames_decoded, 2);
  EXPECT_EQ(file.summary().packets_skipped, 3);
  EXPECT_EQ(file.summary().packets_damaged, 4);
  EXPECT_EQ(file.summary().frames_damaged, 5);
  EXPECT_EQ(file.summary().retries, 6);
  EXPECT_EQ(file.summary().detector_calls, 1);
  EXPECT_THAT(file.summary().missing, ElementsAre(FrameIndex{9}));
  const auto first = file.next().value_or(FrameRecord());
  EXPECT_EQ(first.index, FrameIndex{7});
  EXPECT_EQ(first.time, MediaTime(Duration(280000)));
  EXPECT_FALSE(first.sampled);
  EXPECT_THAT(first.signature, ElementsAre(1, 2, 7));
  EXPECT_TRUE(first.faces.empty());
  EXPECT_TRUE(file.next().value_or(FrameRecord()).sampled);
  EXPECT_FALSE(file.next());
}

TEST_F(Segments, EverythingAboutAFaceComesBack) {
  write_small();
  auto file = open();
  file.next();
  const auto faces = file.next().value_or(FrameRecord()).faces;
  ASSERT_EQ(faces.size(), 2U);
  const FaceRecord expected = full_face();
  EXPECT_EQ(faces[0].detection.box, expected.detection.box);
  EXPECT_EQ(faces[0].detection.score, expected.detection.score);
  EXPECT_EQ(faces[0].detection.landmarks, expected.detection.landmarks);
  EXPECT_EQ(faces[0].quality.contrast, 20);
  EXPECT_EQ(faces[0].quality.blur, 300);
  EXPECT_EQ(faces[0].quality.size, 28.5F);
  EXPECT_EQ(faces[0].quality.total, 0.7F);
  const HeadPose pose = faces[0].quality.pose.value_or(HeadPose());
  EXPECT_THAT((std::array{pose.yaw, pose.pitch, pose.roll}), ElementsAre(10, -5, 2));
  EXPECT_FALSE(faces[1].detection.landmarks);
  EXPECT_FALSE(faces[1].quality.pose);
  EXPECT_FALSE(faces[1].crop);
  EXPECT_FALSE(faces[1].thumbnail);
}

TEST_F(Segments, CropsAndBlobsComeBack) {
  write_small();
  auto file = open();
  file.next();
  const auto faces = file.next().value_or(FrameRecord()).faces;
  ASSERT_EQ(faces.size(), 2U);
  const Image crop = file.read_crop(faces[0].crop.value_or(BlobRef()));
  EXPECT_EQ(crop.size(), (Size{8, 8}));
  EXPECT_TRUE(std::ranges::equal(crop.bytes(), test_image({8, 8}, 1).bytes()));
  EXPECT_THAT(file.read_blob(faces[0].thumbnail.value_or(BlobRef())),
              ElementsAre(0xFF, 0xD8, 0xFF));
}

TEST_F(Segments, RewindStartsOver) {
  write_small();
  auto file = open();
  file.next();
  file.next();
  file.rewind();
  EXPECT_EQ(file.next().value_or(FrameRecord()).index, FrameIndex{7});
}

TEST_F(Segments, AnEmptySegmentIsWhole) {
  SegmentWriter(path(), "").commit({});
  auto file = SegmentFile::open(path(), "");
  ASSERT_TRUE(file);
  EXPECT_FALSE(file->next());
}

TEST_F(Segments, AnUnfinishedSegmentIsNotThere) {
  {
    SegmentWriter writer(path(), kKey);
    writer.add_frame(frame(1, false));
  }
  EXPECT_FALSE(SegmentFile::open(path(), kKey));
  EXPECT_EQ(leftovers(), 0);
}

TEST_F(Segments, AnotherKeyIsRefused) {
  write_small();
  EXPECT_TRUE(SegmentFile::open(path(), kKey));
  for (const char* key : {"", "settings and inpu", "settings and input ", "Settings and input"}) {
    EXPECT_FALSE(SegmentFile::open(path(), key)) << key;
  }
  EXPECT_FALSE(SegmentFile::open(folder(), kKey));
}

TEST_F(Segments, EveryCutOffFileIsRefused) {
  auto bytes = write_small();
  for (std::size_t length = bytes.size(); length-- > 0;) {
    std::filesystem::resize_file(path(), length);
    EXPECT_FALSE(is_accepted()) << length;
  }
  put_bytes(bytes);
  EXPECT_TRUE(is_accepted());
  bytes.push_back(0);
  put_bytes(bytes);
  EXPECT_FALSE(is_accepted());
}

TEST_F(Segments, AFlippedBitInAnyByteIsFound) {
  const auto bytes = write_small();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    poke(i, std::array{static_cast<std::uint8_t>(bytes[i] ^ (1U << (i % 8)))});
    EXPECT_FALSE(is_accepted()) << "byte " << i;
    poke(i, std::array{bytes[i]});
  }
  EXPECT_TRUE(is_accepted());
}

// The checksum that fits the bytes, as somebody with bad intent would write it.
std::vector<std::uint8_t> signature_of(std::span<const std::uint8_t> bytes) {
  ByteWriter sum;
  sum.put(checksum_of(bytes.first(bytes.size() - 16)));
  return {sum.bytes().begin(), sum.bytes().end()};
}

// Reads all there is; an Error is an answer, a crash is not.
void read_all(SegmentFile& file) {
  try {
    while (const auto record = file.next()) {
      for (const auto& face : record->faces) {
        if (face.crop) (void)file.read_crop(*face.crop);
        if (face.thumbnail) (void)file.read_blob(*face.thumbnail);
      }
    }
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_data);
  }
}

TEST_F(Segments, DamageUnderARightChecksumNeverCrashes) {
  const auto bytes = write_small();
  for (std::size_t i = 0; i + 16 < bytes.size(); ++i) {
    for (const std::uint8_t value : std::array<std::uint8_t, 3>{0x00, 0x7F, 0xFF}) {
      auto damaged = bytes;
      damaged[i] = value;
      poke(i, std::array{value});
      poke(bytes.size() - 16, signature_of(damaged));
      auto file = SegmentFile::open(path(), kKey);
      if (file) read_all(*file);
    }
    poke(i, std::array{bytes[i]});
  }
  poke(bytes.size() - 16, signature_of(bytes));
  EXPECT_TRUE(is_accepted());
}

TEST_F(Segments, AReferenceIntoNowhereIsRefused) {
  const auto bytes = write_small();
  const auto file = open();
  for (const std::uint64_t offset :
       {std::uint64_t{0}, std::uint64_t{5}, bytes.size() - 1, ~std::uint64_t{0}}) {
    for (const std::uint32_t length : {0U, 3U, ~0U}) {
      EXPECT_EQ(refusal_of([&] { (void)file.read_crop({offset, length}); }).kind,
                ErrorKind::bad_data);
      EXPECT_EQ(refusal_of([&] { (void)file.read_blob({offset, length}); }).kind,
                ErrorKind::bad_data);
    }
  }
  EXPECT_THAT(refusal_of([&] { (void)file.read_blob({1, 1}); }).text, HasSubstr("000000.seg"));
}

TEST_F(Segments, FramesOutOfOrderAreRefused) {
  SegmentWriter writer(path(), kKey);
  writer.add_frame(frame(5, false));
  EXPECT_EQ(refusal_of([&] { writer.add_frame(frame(5, false)); }).kind, ErrorKind::internal);
  EXPECT_EQ(refusal_of([&] { writer.add_frame(frame(4, false)); }).kind, ErrorKind::internal);
}

TEST_F(Segments, TheSameContentGivesTheSameBytes) {
  const auto first = write_small();
  EXPECT_EQ(write_small(), first);
}

}  // namespace
}  // namespace screenalytics
