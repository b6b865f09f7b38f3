// SPDX-License-Identifier: MIT
#pragma once

#include "core/ids.h"
#include "video/video_index.h"

#include <vector>

namespace screenalytics {

enum class SamplingMode {
  cheap,  ///< the reference frame nearest to each grid time when one lies within half a step
  exact,  ///< the frame nearest to each grid time
};

struct SamplingOptions {
  double fps = 6;  ///< samples a second of video (grid step 1 / fps)
  int stride = 0;  ///< every n-th frame instead; 0 = by fps
  SamplingMode mode = SamplingMode::cheap;
};

/// Frames to look at, ascending, each once; the first frame always. A pure function of the index:
/// it does not depend on segments.
std::vector<FrameIndex> plan_samples(const VideoIndex& index, const SamplingOptions& options);

/// [i] true: frame i must be decoded: every reference frame, every sample, and the frames that
/// cannot be left out without losing the exact place of a likely shot cut (those shown just before
/// a key frame or before a reference frame whose packet is much larger than its neighbours').
std::vector<bool> plan_decoding(const VideoIndex& index, const std::vector<FrameIndex>& samples);

}  // namespace screenalytics
