// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"
#include "core/frame.h"
#include "faces/face_embedder.h"
#include "run/settings.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace screenalytics {

/// Gathers faces from anywhere and embeds them in batches. `Done` gets each face's embedding
/// (empty: zero vector) in the order of `add`, at the latest at `flush`. Counts model calls. One
/// thread.
class EmbedQueue {
 public:
  using Done = std::function<void(std::optional<Embedding>)>;
  EmbedQueue(const FaceEmbedder& embedder, const EmbedOptions& options)
      : embedder_(embedder),
        batch_(options.batch ? static_cast<std::size_t>(options.batch_size) : 1) {}

  void add(Image crop, Done done) {
    crops_.push_back(std::move(crop));
    done_.push_back(std::move(done));
    if (crops_.size() >= batch_) flush();
  }

  void flush() {
    if (crops_.empty()) return;
    auto embeddings = embedder_.embed(crops_);
    ++calls_;
    faces_ += static_cast<std::int64_t>(crops_.size());
    for (std::size_t i = 0; i < done_.size(); ++i) done_[i](std::move(embeddings[i]));
    crops_.clear();
    done_.clear();
  }

  std::int64_t calls() const { return calls_; }
  std::int64_t faces() const { return faces_; }

 private:
  const FaceEmbedder& embedder_;
  std::size_t batch_;
  std::vector<Image> crops_;
  std::vector<Done> done_;
  std::int64_t calls_ = 0;
  std::int64_t faces_ = 0;
};

}  // namespace screenalytics
