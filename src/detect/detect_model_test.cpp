// SPDX-License-Identifier: MIT
#include "core/error.h"
#include "detect/face_detector.h"
#include "detect/recorded_faces_test.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

constexpr PixelFormat kRetinaPixels{.mean = {104, 117, 123}};

struct RecordedPicture {
  std::string file;
  int frame = 0;
  Size size;
  Detections faces;
};

std::vector<RecordedPicture> parse(const char* record) {
  std::vector<RecordedPicture> pictures;
  std::istringstream text(record);
  RecordedPicture picture;
  std::size_t faces = 0;
  while (text >> picture.file >> picture.frame >> picture.size.width >> picture.size.height >>
         faces) {
    picture.faces.assign(faces, {});
    for (Detection& face : picture.faces) {
      text >> face.box.left >> face.box.top >> face.box.right >> face.box.bottom;
      face.landmarks.emplace();
      for (Point& point : *face.landmarks) text >> point.x >> point.y;
    }
    pictures.push_back(picture);
  }
  return pictures;
}

/// Where the tests' videos and photos lie; empty when this machine does not have the file.
fs::path find_media(const std::string& file) {
  for (const fs::path& folder :
       {fs::path(SCREENALYTICS_SHARED_DIR) / "media", fs::path(SCREENALYTICS_MEDIA_DIR)}) {
    if (!folder.empty() && fs::exists(folder / file)) return folder / file;
  }
  return {};
}

/// The picture as the ffmpeg program decodes and scales it.
Image read_picture(const RecordedPicture& picture) {
  const std::string command =
      "ffmpeg -v error -nostdin -i '" + find_media(picture.file).string() +
      "' -vf 'select=gte(n\\," + std::to_string(picture.frame) +
      "),scale=" + std::to_string(picture.size.width) + ":" + std::to_string(picture.size.height) +
      ":flags=area+accurate_rnd+bitexact' -frames:v 1 -pix_fmt bgr24 -f rawvideo -";
  std::size_t count = 0;
  Image image = Image::make(picture.size, [&](std::uint8_t* pixels) {
    std::FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return;
    const auto bytes = static_cast<std::size_t>(picture.size.width * picture.size.height) * 3;
    count = std::fread(pixels, 1, bytes, pipe);
    pclose(pipe);
  });
  EXPECT_EQ(count, image.bytes().size()) << command;
  return image;
}

/// The installed default pack's detector: the one model there that makes a RetinaFace.
struct DefaultDetector {
  std::unique_ptr<Model> model;
  std::unique_ptr<FaceDetector> detector;
};

DefaultDetector default_detector(const DetectOptions& options = {}) {
  const fs::path folder = fs::path(SCREENALYTICS_TEST_MODELS) / "default";
  DefaultDetector result;
  if (!fs::is_directory(folder)) return result;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".onnx") continue;
    result.model = std::make_unique<Model>(entry.path(), Device::cpu);
    try {
      result.detector = make_detector("retinaface", *result.model, kRetinaPixels, options);
      return result;
    } catch (const Error&) {
      continue;  // the embedder
    }
  }
  return result;
}

/// Pixels; infinite when one of them has no landmarks.
double largest_difference(const Detection& one, const Detection& other) {
  if (!one.landmarks || !other.landmarks) return std::numeric_limits<double>::infinity();
  const Landmarks& first = *one.landmarks;
  const Landmarks& second = *other.landmarks;
  double most = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    most = std::max<double>(most, std::abs(first[i].x - second[i].x));
    most = std::max<double>(most, std::abs(first[i].y - second[i].y));
  }
  return most;
}

void expect_same_faces(const Detections& found, const RecordedPicture& wanted) {
  SCOPED_TRACE(wanted.file + " frame " + std::to_string(wanted.frame));
  EXPECT_EQ(found.size(), wanted.faces.size());
  EXPECT_TRUE(std::ranges::is_sorted(found, std::ranges::greater{}, &Detection::score));
  for (const Detection& face : wanted.faces) {
    const auto same = std::ranges::max_element(
        found, {}, [&](const Detection& other) { return iou(face.box, other.box); });
    ASSERT_NE(same, found.end());
    EXPECT_GE(iou(face.box, same->box), 0.99);
    EXPECT_LE(largest_difference(face, *same), 0.5);
  }
}

/// Checks every recorded picture whose file is here; how many that were.
std::size_t check_recorded(const char* record, const FaceDetector& detector) {
  std::size_t checked = 0;
  for (const RecordedPicture& picture : parse(record)) {
    if (find_media(picture.file).empty()) continue;
    const std::array images{read_picture(picture)};
    expect_same_faces(detector.detect(images).at(0), picture);
    ++checked;
  }
  return checked;
}

TEST(DefaultDetector, FindsWhatTheReferenceDecoderFinds) {
  const auto [model, detector] = default_detector();
  ASSERT_TRUE(detector) << "no default pack in " SCREENALYTICS_TEST_MODELS;
  if (check_recorded(kRetinaFaceRecord, *detector) == 0) GTEST_SKIP() << "no test media here";
}

TEST(DefaultDetector, GivesTheSameFacesAloneInABatchAndFromSeveralThreads) {
  const auto [model, detector] = default_detector();
  ASSERT_TRUE(detector) << "no default pack in " SCREENALYTICS_TEST_MODELS;
  std::vector<Image> images;
  for (const RecordedPicture& picture : parse(kRetinaFaceRecord)) {
    if (picture.size == Size{640, 448} && !find_media(picture.file).empty())
      images.push_back(read_picture(picture));
  }
  if (images.size() < 2) GTEST_SKIP() << "no sample photos here";
  const auto boxes = [&](std::span<const Image> batch) {
    std::vector<Box> result;
    for (const Detections& found : detector->detect(batch)) {
      for (const Detection& face : found) result.push_back(face.box);
    }
    return result;
  };
  std::vector<Box> alone;
  for (const Image& image : images) {
    for (const Box& box : boxes({&image, 1})) alone.push_back(box);
  }
  std::vector<std::vector<Box>> batches(3);
  {
    std::vector<std::jthread> threads;
    threads.reserve(batches.size());
    for (auto& batch : batches) threads.emplace_back([&] { batch = boxes(images); });
  }
  EXPECT_GE(alone.size(), images.size());
  for (const auto& batch : batches) EXPECT_EQ(batch, alone);
}

TEST(DefaultDetector, FindsNoFaceWithoutOne) {
  const auto [model, detector] = default_detector();
  ASSERT_TRUE(detector) << "no default pack in " SCREENALYTICS_TEST_MODELS;
  for (const Size size : {Size{32, 32}, Size{640, 352}}) {
    const Image black = Image::make(size, [](std::uint8_t*) {});
    EXPECT_TRUE(detector->detect({&black, 1}).at(0).empty());
  }
}

fs::path shared_model(const std::string& file) {
  const fs::path path = fs::path(SCREENALYTICS_SHARED_DIR) / "models" / file;
  return fs::exists(path) ? path : fs::path();
}

TEST(YuNetModel, FindsWhatOpenCvFinds) {
  const fs::path path = shared_model("yunet_n_dynamic.onnx");
  if (path.empty()) GTEST_SKIP() << "no YuNet model here";
  const Model model(path, Device::cpu);
  const auto detector = make_detector("yunet", model, {}, {});
  EXPECT_GT(check_recorded(kYunetRecord, *detector), 0U);
}

TEST(RetinaFaceModel, OfFixedSizeFindsTheSameFacesInPaddedPictures) {
  const fs::path path = shared_model("retinaface_mnet025_640_opset17.onnx");
  const fs::path free_path = shared_model("retinaface_mnet025_dynamic.onnx");
  if (path.empty() || free_path.empty()) GTEST_SKIP() << "no RetinaFace model here";
  const Model model(path, Device::cpu);
  const Model free_model(free_path, Device::cpu);
  RecordedPicture picture = parse(kRetinaFaceRecord).front();
  const std::array images{read_picture(picture)};
  picture.faces = make_detector("retinaface", free_model, kRetinaPixels, {})->detect(images).at(0);
  // The weights of the two files are equal, but a picture's edge looks another way when padding
  // follows it.
  EXPECT_EQ(picture.faces.size(), 3U);
  expect_same_faces(make_detector("retinaface", model, kRetinaPixels, {})->detect(images).at(0),
                    picture);
}

}  // namespace
}  // namespace screenalytics
