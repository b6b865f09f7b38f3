// SPDX-License-Identifier: MIT
#include "video/photo.h"

#include "core/error.h"
#include "video/test_clips.h"

#include <array>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

/// A picture whose quarters are red, green (top), blue and white (bottom), 48 by 32.
constexpr const char* kQuarters =
    "-f lavfi -i \"color=red:s=24x16[a];color=lime:s=24x16[b];color=blue:s=24x16[c];"
    "color=white:s=24x16[d];[a][b]hstack[e];[c][d]hstack[f];[e][f]vstack\" -frames:v 1";

/// The letters of the quarters, left to right, top to bottom: r, g, b, w.
std::string quarters(const Picture& picture) {
  const Size size = picture.size();
  const Image image = picture.window({0, 0, size.width, size.height}).image;
  std::string letters;
  for (const int y : {size.height / 4, size.height * 3 / 4}) {
    for (const int x : {size.width / 4, size.width * 3 / 4}) {
      const auto bgr = image.row(y).subspan(static_cast<std::size_t>(x) * 3, 3);
      const bool b = bgr[0] > 128;
      const bool g = bgr[1] > 128;
      const bool r = bgr[2] > 128;
      letters += r && g && b ? 'w' : r ? 'r' : g ? 'g' : b ? 'b' : '?';
    }
  }
  return letters;
}

/// The JPEG with an EXIF block that gives this orientation, in either byte order.
std::string with_orientation(const std::string& jpeg, char orientation, bool big_endian) {
  std::string exif("Exif\0\0", 6);
  exif += big_endian ? std::string("MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19) +
                           orientation + std::string("\0\0\0\0\0\0", 6)
                     : std::string("II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 18) +
                           orientation + std::string("\0\0\0\0\0\0\0", 7);
  const auto length = static_cast<char>(exif.size() + 2);
  return jpeg.substr(0, 2) + std::string("\xff\xe1\0", 3) + length + exif + jpeg.substr(2);
}

std::string refusal(const std::filesystem::path& path, ErrorKind kind) {
  try {
    read_photo(path);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    return error.what();
  }
  return "not refused";
}

TEST(Photo, ReadsTheUsualFormats) {
  const ClipFolder folder;
  for (const char* name : {"a.jpg", "a.png", "a.bmp", "a.tiff", "a.gif", "a.ppm"}) {
    const auto picture = read_photo(folder.make(name, kQuarters));
    EXPECT_EQ(picture->size(), (Size{48, 32})) << name;
    EXPECT_EQ(quarters(*picture), "rgbw") << name;
    EXPECT_DOUBLE_EQ(picture->pixel_aspect(), 1) << name;
  }
}

TEST(Photo, GoesByContentNotByName) {
  const ClipFolder folder;
  folder.make("a.png", kQuarters);
  for (const char* name : {"photo%03d.jpg", "what*.txt", "noextension"}) {
    EXPECT_EQ(quarters(*read_photo(folder.write(name, read_file(folder.path("a.png"))))), "rgbw")
        << name;
  }
}

TEST(Photo, TurnsUprightByEveryExifOrientation) {
  const ClipFolder folder;
  const std::string jpeg = read_file(folder.make("a.jpg", kQuarters));
  // What is stored as rgbw is shown so: EXIF 2.32, table of orientations.
  const std::array<const char*, 9> shown{
      "rgbw", "rgbw", "grwb", "wbgr", "bwrg", "rbgw", "brwg", "wgbr", "gwrb"};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool big_endian : {false, true}) {
      const auto picture = read_photo(folder.write(
          "o.jpg", with_orientation(jpeg, static_cast<char>(orientation), big_endian)));
      EXPECT_EQ(picture->size(), orientation < 5 ? (Size{48, 32}) : (Size{32, 48})) << orientation;
      EXPECT_EQ(quarters(*picture), shown[static_cast<std::size_t>(orientation)]) << orientation;
    }
  }
}

TEST(Photo, RefusesWhatIsNoPicture) {
  const ClipFolder folder;
  EXPECT_EQ(
      refusal(folder.write("x.txt", "no picture\n"), ErrorKind::bad_media),
      "'" + folder.path("x.txt").string() + "' is not a picture that can be read; use JPEG or PNG");
  EXPECT_NE(refusal(folder.path("none.jpg"), ErrorKind::not_found).find("none.jpg"),
            std::string::npos);
  EXPECT_NE(refusal(folder.write("empty.jpg", ""), ErrorKind::bad_media).find("is empty"),
            std::string::npos);
  EXPECT_NE(refusal(folder.path("."), ErrorKind::bad_media).find("is not a file"),
            std::string::npos);
}

TEST(Photo, RefusesVideosPlaylistsAndDamage) {
  const ClipFolder folder;
  for (const auto& path : {folder.make_moving("clip.mp4", "-c:v mpeg4", 1),
                           folder.write("list.jpg", "#EXTM3U\n#EXTINF:1,\n/etc/passwd\n")}) {
    EXPECT_NE(refusal(path, ErrorKind::bad_media).find(path.filename()), std::string::npos);
  }
  refusal(folder.write("list.txt", "ffconcat version 1.0\nfile /etc/passwd\n"),
          ErrorKind::bad_media);
  const std::string jpeg = read_file(folder.make("a.jpg", kQuarters));
  refusal(folder.write("cut.jpg", jpeg.substr(0, 100)), ErrorKind::bad_media);
}

}  // namespace
}  // namespace screenalytics
