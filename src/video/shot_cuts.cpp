// SPDX-License-Identifier: MIT
#include "video/shot_cuts.h"

#include "video/frame_picture.h"
#include "video/shot_content.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <utility>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;

/// A decoded frame that shows something, and how much it differs from the one before it.
struct Seen {
  FrameIndex index;
  FrameIndex before;  ///< the decoded frame just before it, blank or not
  MediaTime time;
  ShotSignature signature;
  ShotContent content;
  double step = 0;
};

/// Positions among the seen frames.
struct Dissolve {
  std::size_t middle;
  std::size_t end;
};

constexpr std::size_t kNeighbours = 4;      // on each side, that tell how much movement is usual
constexpr Duration kNeighbourhood = 600ms;  // and no further away than this
constexpr double kUsualMotion = 1.5;        // a cut stands out by this factor ...
constexpr double kLeastExcess = 0.2;        // ... and by this much (sensitivity 0.5)
constexpr double kAllNew = 0.8;  // however much moves: a step as large as this is another view
constexpr double kLeastChanged = 0.25;  // of the screen: less is something that pops up in a view
constexpr double kReturned = 0.55;      // of the step: as close as this is the same view again
constexpr Duration kShortestShot = 120ms;
constexpr std::size_t kMostLooks = 8;  // frames compared when looking for a view's return

constexpr Duration kLongestFade = 1200ms;
constexpr float kFaded = 0.4F;           // of the contrast when whole
constexpr float kSudden = 2.2F;          // a change of contrast that is no fade: by this factor ...
constexpr float kSuddenBy = 10;          // ... and by so many levels
constexpr float kReliable = 8;           // contrast from which a step tells content, not noise
constexpr double kUnlikeFade = 0.5;      // a step that is no fade
constexpr float kComparable = 0.3F;      // contrast of one whole picture against the other
constexpr double kFadeDifference = 0.4;  // of the pictures on both sides (sensitivity 0.5)

constexpr std::array<Duration, 4> kDissolveHalves{1000ms, 700ms, 450ms, 250ms};
constexpr Duration kDissolveMargin =
    200ms;                                // before and after it, where nothing may change any more
constexpr Duration kDissolveStep = 70ms;  // between the middles that are tried
constexpr double kDissolveDifference = 0.4;  // of the pictures at its ends (sensitivity 0.5)
constexpr double kDissolveResidual = 0.25;   // of the difference

constexpr Duration kLookAhead = 1250ms;
constexpr std::size_t kMostSeen = 600;

/// The frames of what may be a dissolve, one after the other.
class DissolveProgress {
 public:
  std::optional<std::size_t> half;  ///< the first frame that shows more of the new than of the old
  std::optional<std::size_t> end;   ///< the first frame that shows little else than the new

  /// False when this frame does not belong into a dissolve: no mixture, a step back, or a jump.
  bool takes(std::size_t at, const Mixture& mixture) {
    const double share = mixture.share;
    if (share < highest_ - 0.15 || share > highest_ + 0.5 || mixture.residual > 0.5) return false;
    highest_ = std::max(highest_, share);
    if (share > 0.1 && share < 0.9) {
      residuals_ += mixture.residual;
      ++mixed_;
    }
    if (!half && share >= 0.5) half = at;
    if (!end && share >= 0.9) end = at;
    return true;
  }
  bool complete() const { return mixed_ >= 2 && highest_ >= 0.6; }
  /// Mean over the mixed frames.
  double residual() const { return residuals_ / mixed_; }

 private:
  double highest_ = 0;
  double residuals_ = 0;
  int mixed_ = 0;
};

/// Most frames hardly differ: then movement need not be looked for.
double step_between(const ShotContent& first, const ShotContent& second) {
  const double unmoved = unmoved_difference(first, second);
  return unmoved < 0.06 ? unmoved : difference(first, second);
}

/// Sensitivity 0.5 leaves a threshold as it is; 0 doubles it, 1 halves it.
double at_sensitivity(double threshold, double sensitivity) {
  return threshold * std::exp2(1 - 2 * std::clamp(sensitivity, 0.0, 1.0));
}

}  // namespace

struct ShotCutFinder::State {
  explicit State(const ShotOptions& given) : options(given) {}

  std::vector<ShotCut> push(FrameIndex index, MediaTime time, const ShotSignature& signature);
  void decide(std::vector<ShotCut>& cuts);
  bool is_hard_cut(std::size_t at) const;
  double usual_step(std::size_t at, bool after) const;
  bool returns(std::size_t at) const;
  /// The frame where the picture is whole, and whether it has faded here.
  struct Fade {
    std::size_t whole;
    bool faded;
  };
  Fade fade(std::size_t at, bool forward) const;
  bool blank_before(std::size_t at) const;
  bool sudden(std::size_t at) const;
  bool is_faded_cut(std::size_t at, const Fade& from, const Fade& to) const;
  std::optional<Dissolve> dissolve(std::size_t middle);
  std::optional<Dissolve> dissolve_between(std::size_t first, std::size_t last) const;
  bool settled(std::size_t first, std::size_t last) const;
  void emit(std::size_t at, std::vector<ShotCut>& cuts);
  void forget();
  /// The seen frame nearest to this time.
  std::size_t nearest(MediaTime time) const;

  ShotOptions options;
  std::deque<Seen> seen;
  std::size_t decided = 0;     ///< seen frames before this one are
  std::size_t shot_begin = 0;  ///< first seen frame of the present shot, past any dissolve into it
  std::optional<FrameIndex> last;  ///< decoded
  std::optional<MediaTime> last_cut;
  std::optional<MediaTime> last_middle;  ///< where a dissolve was looked for
};

std::vector<ShotCut> ShotCutFinder::State::push(FrameIndex index,
                                                MediaTime time,
                                                const ShotSignature& signature) {
  std::vector<ShotCut> cuts;
  const FrameIndex before = last.value_or(index);
  last = index;
  const ShotContent content(signature);
  if (!content.blank()) {
    const double step = seen.empty() ? 0 : step_between(seen.back().content, content);
    seen.push_back({index, before, time, signature, content, step});
  }
  const Duration ahead = std::max(kLookAhead, options.flash);
  while (decided < seen.size() &&
         (time - seen[decided].time >= ahead || seen.size() >= kMostSeen)) {
    decide(cuts);
  }
  return cuts;
}

void ShotCutFinder::State::decide(std::vector<ShotCut>& cuts) {
  const std::size_t at = decided++;
  if (at > shot_begin) {
    const Fade from = fade(at - 1, false);
    const Fade to = fade(at, true);
    if (from.faded || to.faded || blank_before(at)) {
      if (is_faded_cut(at, from, to)) {
        emit(at, cuts);
        shot_begin = to.whole;
      }
    } else if (is_hard_cut(at)) {
      emit(at, cuts);
      shot_begin = at;
    } else if (const std::optional<Dissolve> found = dissolve(at)) {
      emit(found->middle, cuts);
      shot_begin = found->end;
    }
  }
  forget();
}

void ShotCutFinder::State::emit(std::size_t at, std::vector<ShotCut>& cuts) {
  cuts.push_back({seen[at].before, seen[at].index});
  last_cut = seen[at].time;
}

/// Frames that no decision to come can look at.
void ShotCutFinder::State::forget() {
  const Duration behind =
      std::max(kDissolveHalves.front() + kDissolveMargin, options.flash) + 100ms;
  while (decided > kNeighbours + 1 &&
         (seen[decided - 1].time - seen.front().time > behind || seen.size() >= kMostSeen)) {
    seen.pop_front();
    --decided;
    shot_begin -= std::min<std::size_t>(shot_begin, 1);
  }
}

bool ShotCutFinder::State::is_hard_cut(std::size_t at) const {
  const double excess = at_sensitivity(kLeastExcess, options.sensitivity);
  const double step = seen[at].step;
  if (step < excess) return false;
  if (last_cut && seen[at].time - *last_cut < kShortestShot) return false;
  const double usual = std::max(usual_step(at, false), usual_step(at, true));
  if (step < std::min(excess + kUsualMotion * usual, kAllNew)) return false;
  const Seen& before = seen[at - 1];
  const float contrast = std::min(before.content.contrast(), seen[at].content.contrast());
  if (changed_share(before.signature, seen[at].signature, contrast) < kLeastChanged) return false;
  return !returns(at);
}

/// The mean step before or after this one. Frames may be missing: where this step took longer, the
/// same movement would have made a larger one.
double ShotCutFinder::State::usual_step(std::size_t at, bool after) const {
  const auto took = [this](std::size_t i) { return to_seconds(seen[i].time - seen[i - 1].time); };
  double sum = 0;
  int count = 0;
  for (std::size_t n = 1; n <= kNeighbours; ++n) {
    if (after ? at + n >= seen.size() : n >= at) break;
    const std::size_t i = after ? at + n : at - n;
    const Duration away = after ? seen[i].time - seen[at].time : seen[at - 1].time - seen[i].time;
    if (away > kNeighbourhood) break;
    sum += seen[i].step * std::clamp(took(at) / std::max(took(i), 1e-6), 1.0, 2.0);
    ++count;
  }
  return count > 0 ? sum / count : 0;
}

/// A flash, or something that passes close to the camera: what was to be seen before is there
/// again.
bool ShotCutFinder::State::returns(std::size_t at) const {
  const double same = kReturned * seen[at].step;
  std::size_t begin = at - 1;
  while (begin > 0 && seen[at - 1].time - seen[begin - 1].time <= options.flash) --begin;
  std::size_t end = at + 1;
  while (end < seen.size() && seen[end].time - seen[at].time <= options.flash) ++end;
  const std::size_t stride = std::max<std::size_t>((end - begin) / kMostLooks, 1);
  for (std::size_t earlier = at; earlier-- > begin;) {
    if (earlier + 1 != at && (at - earlier) % stride != 0) continue;
    for (std::size_t later = at; later < end; later += stride) {
      if (earlier + 1 == later) continue;
      if (difference(seen[earlier].content, seen[later].content) < same) return true;
    }
  }
  return false;
}

/// How far the picture has faded here, looking one way to where it is whole: the walk goes on for
/// kLongestFade as long as the contrast changes gradually.
ShotCutFinder::State::Fade ShotCutFinder::State::fade(std::size_t at, bool forward) const {
  float most = seen[at].content.contrast();
  std::size_t end = at;
  const auto next = [&](std::size_t i) { return forward ? i + 1 : i - 1; };
  while (forward ? end + 1 < seen.size() : end > shot_begin) {
    const std::size_t i = next(end);
    const Duration away = forward ? seen[i].time - seen[at].time : seen[at].time - seen[i].time;
    if (away > kLongestFade || sudden(std::max(end, i))) break;
    most = std::max(most, seen[i].content.contrast());
    end = i;
  }
  std::size_t whole = at;
  while (whole != end && seen[whole].content.contrast() < 0.6F * most) whole = next(whole);
  return {whole, seen[at].content.contrast() < kFaded * most};
}

bool ShotCutFinder::State::blank_before(std::size_t at) const {
  return at > 0 && seen[at].before != seen[at - 1].index;
}

/// Between this frame and the one before it, more happens than in a fade: contrast or content
/// jumps, or a change stands alone.
bool ShotCutFinder::State::sudden(std::size_t at) const {
  const auto [low, high] =
      std::minmax({seen[at - 1].content.contrast(), seen[at].content.contrast()});
  if (blank_before(at) || (high > kSudden * low && high - low > kSuddenBy)) return true;
  const bool alone = seen[at - 1].step < kUnlikeFade / 4 &&
                     (at + 1 == seen.size() || seen[at + 1].step < kUnlikeFade / 4);
  return seen[at].step > kUnlikeFade && (low > kReliable || alone);
}

/// Where the picture has faded away (blank frames are not among the seen ones) and another comes
/// up.
bool ShotCutFinder::State::is_faded_cut(std::size_t at, const Fade& from, const Fade& to) const {
  const float contrast = seen[at].content.contrast();
  const bool lowest = contrast <= seen[at - 1].content.contrast() &&
                      (at + 1 == seen.size() || seen[at + 1].content.contrast() > contrast);
  if (!sudden(at) && !lowest) return false;
  const ShotContent& one = seen[from.whole].content;
  const ShotContent& other = seen[to.whole].content;
  const auto [low, high] = std::minmax({one.contrast(), other.contrast()});
  return low >= kComparable * high &&
         difference(one, other) >= at_sensitivity(kFadeDifference, options.sensitivity);
}

std::size_t ShotCutFinder::State::nearest(MediaTime time) const {
  const auto later = std::ranges::lower_bound(seen, time, {}, &Seen::time);
  const auto at = static_cast<std::size_t>(later - seen.begin());
  if (at == seen.size()) return at - 1;
  return at > 0 && time - seen[at - 1].time <= seen[at].time - time ? at - 1 : at;
}

/// The middle of a dissolve that is complete and whose middle has been reached.
std::optional<Dissolve> ShotCutFinder::State::dissolve(std::size_t middle) {
  const MediaTime time = seen[middle].time;
  if (last_middle && time - *last_middle < kDissolveStep) return std::nullopt;
  last_middle = time;
  for (const Duration half : kDissolveHalves) {
    const std::size_t first = std::max(nearest(time - half), shot_begin);
    const std::size_t last_frame = nearest(time + half);
    if (first >= middle || last_frame <= middle) continue;
    const auto found = dissolve_between(first, last_frame);
    if (found && found->middle <= middle) return found;
  }
  return std::nullopt;
}

/// Between the two frames the picture must go steadily from one to the other, each frame a mixture
/// of both; and before and after them it must not go on in the same direction.
std::optional<Dissolve> ShotCutFinder::State::dissolve_between(std::size_t first,
                                                               std::size_t last_frame) const {
  const double apart = at_sensitivity(kDissolveDifference, options.sensitivity);
  const Seen& from = seen[first];
  const Seen& to = seen[last_frame];
  if (unmoved_difference(from.content, to.content) < apart) return std::nullopt;
  const auto [lower, higher] = std::minmax({from.content.contrast(), to.content.contrast()});
  if (lower < kFaded * higher) return std::nullopt;
  DissolveProgress progress;
  for (std::size_t i = first + 1; i < last_frame; ++i) {
    const Mixture mixture = as_mixture(seen[i].signature, from.signature, to.signature);
    if (!progress.takes(i, mixture)) return std::nullopt;
  }
  if (!progress.complete() || !settled(first, last_frame)) return std::nullopt;
  const double apart_now = difference(from.content, to.content);
  if (apart_now < apart || progress.residual() > kDissolveResidual * apart_now) return std::nullopt;
  return Dissolve{*progress.half, progress.end.value_or(last_frame)};
}

bool ShotCutFinder::State::settled(std::size_t first, std::size_t last_frame) const {
  const Seen& from = seen[first];
  const Seen& to = seen[last_frame];
  const std::size_t earlier = std::max(nearest(from.time - kDissolveMargin), shot_begin);
  const std::size_t later = nearest(to.time + kDissolveMargin);
  const auto share = [&](std::size_t i) {
    return as_mixture(seen[i].signature, from.signature, to.signature).share;
  };
  return share(earlier) > -0.12 && share(later) < 1.12;
}

ShotSignature sign(const Picture& picture) {
  constexpr Size kSize{ShotSignature::kWidth, ShotSignature::kHeight};
  const auto* frame = dynamic_cast<const FramePicture*>(&picture);
  const Image image = frame != nullptr ? frame->coarse(kSize) : picture.scaled(kSize);
  ShotSignature signature;
  if (image.size() == kSize) std::ranges::copy(image.bytes(), signature.bgr.begin());
  return signature;
}

ShotCutFinder::ShotCutFinder(const ShotOptions& options)
    : state_(std::make_unique<State>(options)) {}
ShotCutFinder::~ShotCutFinder() = default;
ShotCutFinder::ShotCutFinder(ShotCutFinder&&) noexcept = default;

std::vector<ShotCut> ShotCutFinder::push(FrameIndex index,
                                         MediaTime time,
                                         const ShotSignature& signature) {
  return state_->push(index, time, signature);
}

std::vector<ShotCut> ShotCutFinder::finish() {
  std::vector<ShotCut> cuts;
  while (state_->decided < state_->seen.size()) state_->decide(cuts);
  return cuts;
}

std::size_t place_cut(const std::vector<ShotSignature>& neighbours) {
  if (neighbours.size() < 3) return 1;
  const std::vector<ShotContent> contents(neighbours.begin(), neighbours.end());
  std::size_t best = 1;
  double most = -3;
  for (std::size_t i = 1; i < contents.size(); ++i) {
    // A flash changes as much, but its picture belongs to neither side.
    const double change =
        difference(contents[i - 1], contents[i]) -
        (difference(contents.front(), contents[i - 1]) + difference(contents[i], contents.back())) /
            2;
    if (change > most) {
      most = change;
      best = i;
    }
  }
  return best;
}

}  // namespace screenalytics
