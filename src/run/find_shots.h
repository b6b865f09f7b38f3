// SPDX-License-Identifier: MIT
#pragma once

#include "core/shot.h"
#include "store/segment_record.h"
#include "video/shot_cuts.h"
#include "video/video_index.h"

#include <vector>

namespace screenalytics {

/// Collects the signatures of all decoded frames, segment by segment in order, and gives the shots.
/// Where frames beside a cut were left undecoded in pass 1, `finish` decodes just those to put the
/// cut on its exact frame.
class ShotSearch {
 public:
  ShotSearch(const VideoIndex& index, const ShotOptions& options)
      : index_(index), finder_(options) {}
  void push(const FrameRecord& frame);
  std::vector<Shot> finish();
  /// Frames that `finish` had to decode once more.
  std::int64_t frames_decoded_again() const { return decoded_again_; }

 private:
  FrameIndex exact_start(const ShotCut& cut);

  const VideoIndex& index_;
  ShotCutFinder finder_;
  std::vector<ShotCut> cuts_;
  std::int64_t decoded_again_ = 0;
};

}  // namespace screenalytics
