// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cpu_budget.h"
#include "core/frame.h"
#include "detect/face_detector.h"
#include "faces/face_embedder.h"
#include "run/loaded_models.h"
#include "run/progress.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace screenalytics {

inline MediaTime at_seconds(double seconds) { return MediaTime(from_seconds(seconds)); }

/// One colour all over.
inline Image plain_image(Size size, std::uint8_t shade) {
  return Image::make(size, [&](std::uint8_t* pixels) {
    std::fill_n(pixels,
                static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) * 3,
                shade);
  });
}

/// A crop that `FakeEmbedder` takes for this person (1..7); 0 gives a zero vector.
inline Image crop_of(int person) {
  return plain_image({8, 8}, static_cast<std::uint8_t>(32 * person));
}

/// Unit vector along the axis of a person.
inline Embedding face_of(int person) {
  std::vector<float> axis(8, 0.0F);
  axis[static_cast<std::size_t>(person)] = 1;
  return *Embedding::normalised(std::move(axis));
}

/// Knows people by the shade of their crops. Remembers the size of every batch.
class FakeEmbedder final : public FaceEmbedder {
 public:
  int dimension() const override { return 8; }
  std::vector<std::optional<Embedding>> embed(std::span<const Image> crops) const override {
    batches.push_back(crops.size());
    std::vector<std::optional<Embedding>> found;
    for (const Image& crop : crops) {
      const int person = (crop.data()[0] + 16) / 32;
      found.push_back(person == 0 ? std::nullopt : std::optional(face_of(person)));
    }
    return found;
  }
  mutable std::vector<std::size_t> batches;
};

/// A picture of which only the shape matters.
class FakePicture final : public Picture {
 public:
  explicit FakePicture(Size size) : size_(size) {}
  Size size() const override { return size_; }
  double pixel_aspect() const override { return 1; }
  Image scaled(Size size) const override { return plain_image(size, 128); }
  Window window(const Rect& wanted) const override {
    const Rect place{std::max(wanted.left, 0),
                     std::max(wanted.top, 0),
                     std::min(wanted.right, size_.width),
                     std::min(wanted.bottom, size_.height)};
    if (place.width() <= 0 || place.height() <= 0) return {};
    return {plain_image({place.width(), place.height()}, 128), place};
  }

 private:
  Size size_;
};

/// Sees `faces` (boxes in source pixels of a picture of size `picture`) in every picture. Remembers
/// the size of every input.
class FakeDetector final : public FaceDetector {
 public:
  FakeDetector(Size picture, std::vector<Box> seen) : faces(std::move(seen)), picture_(picture) {}
  std::vector<Detections> detect(std::span<const Image> images) const override {
    std::vector<Detections> found;
    for (const Image& image : images) {
      inputs.push_back(image.size());
      const bool small = image.size().width < picture_.width;
      Detections list;
      for (const Box& box : small&& seen_small ? *seen_small : faces) {
        list.push_back(
            {.box = screenalytics::scaled(box,
                                          double{1} * image.size().width / picture_.width,
                                          double{1} * image.size().height / picture_.height),
             .score = 0.9F});
      }
      found.push_back(std::move(list));
    }
    return found;
  }
  std::vector<Box> faces;
  std::optional<std::vector<Box>> seen_small;  ///< in smaller inputs instead
  mutable std::vector<Size> inputs;

 private:
  Size picture_;
};

/// Keeps what it is shown.
class FakeSink final : public ProgressSink {
 public:
  void show(const ProgressSnapshot& snapshot) override { shown.push_back(snapshot); }
  void say(const std::string& text) override { said.push_back(text); }
  void warn(const std::string& text) override { warned.push_back(text); }
  std::vector<ProgressSnapshot> shown;
  std::vector<std::string> said;
  std::vector<std::string> warned;
};

/// A budget of one core and its permit.
struct OneCore {
  CpuBudget budget{1};
  CpuBudget::Permit permit = budget.acquire({}, Stage::other);
};

/// Cards of a detector and an embedder, and fakes behind them.
inline LoadedModels fake_models(std::vector<Box> faces = {}, Size picture = {200, 200}) {
  LoadedModels models;
  models.pack.name = "fakes";
  models.pack.models = {
      {.file = "d.onnx", .name = "seer", .role = "detector", .source_sha256 = "d1"},
      {.file = "e.onnx", .name = "knower", .role = "embedder", .source_sha256 = "e1"}};
  models.detector = std::make_unique<FakeDetector>(picture, std::move(faces));
  models.embedder = std::make_unique<FakeEmbedder>();
  return models;
}

}  // namespace screenalytics
