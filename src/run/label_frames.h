// SPDX-License-Identifier: MIT
#pragma once

#include "core/identity.h"
#include "core/shot.h"
#include "core/truth.h"
#include "evaluate/character_time.h"
#include "evaluate/cluster_scores.h"
#include "evaluate/tracking_scores.h"
#include "store/run_artifacts.h"

#include <functional>
#include <map>
#include <set>
#include <vector>

namespace screenalytics {

/// Number under which a track's faces are scored.
using TrackNumbers = std::map<TrackId, std::size_t>;
TrackNumbers by_track(const std::vector<TrackRecord>& tracks);
/// Tracks of one person have one number; unknown tracks have one each; ignored tracks have none.
TrackNumbers by_identity(const Identities& identities);

/// When a frame of the truth is shown.
using TruthClock = std::function<MediaTime(std::int64_t frame)>;
/// The run's start and the truth's (else the run's) frame rate. Throws Error{bad_data} without a
/// rate.
TruthClock clock_of(const Truth& truth, const Json& manifest);

/// When who is really on screen; what shows less than kCountedVisibility is "maybe".
std::vector<Presence> presence_of(const Truth& truth, const TruthClock& clock);

/// Puts the truth and a run's faces side by side, on the frames that the run looked at. Faces on
/// regions that hardly show are left out on both sides.
class FrameLabels {
 public:
  FrameLabels(const Truth& truth, const std::vector<SampledFrame>& samples);
  /// All detections of the run, each with a number of its own.
  std::vector<LabelledFrame> detections(const RunFolder& run) const;
  std::vector<LabelledFrame> tracks(const std::vector<TrackRecord>& tracks,
                                    const TrackNumbers& numbers) const;
  /// Faces of tracks that are somebody's, with the person and the identity: those of people whom
  /// `identities` names, outside its unknown and ignored tracks.
  std::vector<LabelledItem> items(const std::vector<TrackRecord>& tracks,
                                  const Identities& identities) const;

 private:
  struct Face {
    std::size_t number;
    Box box;
  };
  using FacesByFrame = std::map<FrameIndex, std::vector<Face>>;
  struct Shown {
    std::size_t person;
    const TruthRegion* region;
  };
  std::vector<Shown> shown(FrameIndex frame) const;
  double fit(const std::vector<Shown>& shown, std::size_t which, const Box& box) const;
  LabelledFrame label(FrameIndex frame, const std::vector<Face>& faces) const;
  std::vector<LabelledFrame> label(const FacesByFrame& faces) const;

  const Truth& truth_;
  std::set<FrameIndex> samples_;
  std::map<std::string, std::size_t> numbers_;
  std::map<FrameIndex, std::vector<const TruthRegion*>> regions_;  // on sampled frames
};

}  // namespace screenalytics
