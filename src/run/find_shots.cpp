// SPDX-License-Identifier: MIT
#include "run/find_shots.h"

#include "video/frame_decoder.h"

#include <algorithm>

namespace screenalytics {

void ShotSearch::push(const FrameRecord& frame) {
  ShotSignature signature;
  const std::size_t bytes = std::min(frame.signature.size(), signature.bgr.size());
  std::copy_n(frame.signature.begin(), bytes, signature.bgr.begin());
  const auto certain = finder_.push(frame.index, frame.time, signature);
  cuts_.insert(cuts_.end(), certain.begin(), certain.end());
}

FrameIndex ShotSearch::exact_start(const ShotCut& cut) {
  if (!index_.seekable || cut.first.value <= cut.last.value + 1) return cut.first;
  const auto count = static_cast<std::size_t>(cut.first.value - cut.last.value + 1);
  FrameDecoder decoder(index_, count);
  std::vector<ShotSignature> neighbours;
  std::vector<FrameIndex> frames;
  for (std::int64_t i = cut.last.value; i <= cut.first.value; ++i) {
    const auto frame = decoder.frame({i});
    if (!frame) continue;
    neighbours.push_back(sign(*frame->picture));
    frames.push_back(frame->index);
  }
  decoded_again_ += decoder.stats().decode.frames_decoded;
  return frames.size() < 2 ? cut.first : frames[place_cut(neighbours)];
}

std::vector<Shot> ShotSearch::finish() {
  const auto certain = finder_.finish();
  cuts_.insert(cuts_.end(), certain.begin(), certain.end());
  std::vector<Shot> shots{{.id = {0}, .first = {0}, .span = {index_.info.start, index_.info.end}}};
  for (const ShotCut& cut : cuts_) {
    const FrameIndex first = exact_start(cut);
    if (first <= shots.back().first) continue;
    const MediaTime start = index_.at(first).time;
    shots.back().span.end = start;
    shots.push_back(
        {.id = {shots.back().id.value + 1}, .first = first, .span = {start, index_.info.end}});
  }
  return shots;
}

}  // namespace screenalytics
