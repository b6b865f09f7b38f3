// SPDX-License-Identifier: MIT
#include "track/byte_tracker.h"

#include "core/error.h"
#include "core/assignment.h"
#include "track/kalman_box.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace screenalytics {
namespace {

// Fixed in the reference.
constexpr float kWeakLimit = 0.5F;         // largest cost (1 - IoU) for detections of low score
constexpr float kUnconfirmedLimit = 0.7F;  // and for the second sighting of an unconfirmed track
constexpr double kSameBox = 0.15;          // a smaller cost means the same face twice

// Time of TrackClock::real.
constexpr double kStepsPerSecond = 25;
// No buffer is shorter than this many of the caller's own steps: sparse sampling is no loss of
// sight.
constexpr double kLeastBufferSteps = 1.5;
// Fast movers: how far a face may go, in face heights. 5 heights a second is a face that crosses a
// close-up in half a second; the constant covers the detector's jitter.
constexpr double kReachAtRest = 0.25;
constexpr double kReachPerSecond = 5;
constexpr double kLargestReach = 1;
constexpr double kLargestJump = 0.5;  // seconds out of sight
constexpr float kSizeChange = 1.5F;

enum class Stage { unconfirmed, tracked, lost, ended };

/// A detection of the frame at hand.
struct Look {
  std::size_t index = 0;  // in the caller's list
  Extent extent;
  float score = 0;
};

/// One face being followed.
struct Trail {
  Trail(std::int64_t number, const Look& look) : id(number), motion(look.extent) {}
  std::int64_t id;
  Stage stage = Stage::unconfirmed;
  KalmanBox motion;
  Extent place;      // where the next detection is looked for
  Extent last_seen;  // the estimate when it was seen last
  float score = 0;
  std::size_t detection = 0;
  std::int64_t first_frame = 0;
  std::int64_t last_frame = 0;
  std::int64_t lost_since = 0;
  MediaTime last_time;
  bool refound = false;  // was lost before its latest sighting
  bool expired = false;  // TrackClock::frames: the next loss ends it
};

using Trails = std::vector<Trail*>;
using Looks = std::vector<Look>;

float cost(const Trail& trail, const Look& look, TrackClock clock) {
  float overlap = pixel_iou(look.extent, trail.place);
  // A face that turns away has often stopped by the time it is seen again.
  if (clock == TrackClock::real && trail.stage == Stage::lost) {
    overlap = std::max(overlap, pixel_iou(look.extent, trail.last_seen));
  }
  return 1 - overlap;
}

/// Distance of the centres in mean heights of the two boxes.
double distance(const Extent& first, const Extent& second) {
  const double across = (first.left + first.width / 2) - (second.left + second.width / 2);
  const double down = (first.top + first.height / 2) - (second.top + second.height / 2);
  return std::hypot(across, down) / ((first.height + second.height) / 2);
}

bool could_have_jumped(const Trail& trail, const Look& look, MediaTime now) {
  const double gap = to_seconds(now - trail.last_time);
  const double reach = std::min(kReachAtRest + kReachPerSecond * gap, kLargestReach);
  const float growth = look.extent.height / trail.last_seen.height;
  return gap <= kLargestJump && growth <= kSizeChange && growth >= 1 / kSizeChange &&
         std::min(distance(look.extent, trail.place), distance(look.extent, trail.last_seen)) <=
             reach;
}

bool can_be_tracked(const Detection& detection) {
  return is_valid(detection.box) && std::isfinite(detection.score);
}

}  // namespace

struct ByteTracker::State {
  ByteTrackOptions options;
  TrackClock clock;
  std::int64_t buffer_frames;

  std::int64_t frame = 0;
  std::int64_t last_id = 0;
  MediaTime now;
  Duration last_step{};
  std::map<std::int64_t, Trail> trails;
  Trails tracked;  // in the order of the last answer, unconfirmed ones included

  bool real() const { return clock == TrackClock::real; }
  Trails lost();
  float start_frame(MediaTime time);
  Trails predict(float steps);
  void see(Trail& trail, const Look& look);
  void lose(const Trails& unseen);

  /// Pairs them off. Seen trails are appended to `seen`; unpaired ones stay in the arguments.
  void associate(Trails& candidates, Looks& looks, float limit, Trails& seen);
  void associate_fast_movers(Trails& candidates, Looks& looks, Trails& seen);
  void confirm(Looks& looks, Trails& seen);
  void start_trails(const Looks& looks, Trails& seen);
  void expire();
  void end_duplicates();
  std::vector<TrackedBox> answer() const;
};

Trails ByteTracker::State::lost() {
  Trails result;
  for (auto& [id, trail] : trails) {
    if (trail.stage == Stage::lost) result.push_back(&trail);
  }
  return result;
}

/// Returns the time since the last frame in filter steps.
float ByteTracker::State::start_frame(MediaTime time) {
  const Duration passed = frame == 0 ? Duration{} : std::max(time - now, Duration{});
  ++frame;
  now = time;
  if (!real()) return 1;
  const Duration sparse = from_seconds(kLeastBufferSteps * to_seconds(last_step));
  for (auto& [id, trail] : trails) {
    if (now - trail.last_time > std::max(options.buffer, sparse)) trail.stage = Stage::ended;
  }
  last_step = passed;
  std::erase_if(tracked, [](const Trail* trail) { return trail->stage == Stage::ended; });
  return static_cast<float>(to_seconds(passed) * kStepsPerSecond);
}

/// Returns whom the first association may use: the tracked in their order, then the lost by number.
Trails ByteTracker::State::predict(float steps) {
  Trails pool;
  std::ranges::copy_if(tracked, std::back_inserter(pool), [](const Trail* trail) {
    return trail->stage == Stage::tracked;
  });
  std::ranges::copy(lost(), std::back_inserter(pool));
  for (Trail* trail : pool) {
    if (trail->stage == Stage::lost) trail->motion.hold_height();
    trail->motion.predict(steps);
    if (!real()) continue;  // the reference looks where the face was, not where it should be
    trail->motion.limit_height(trail->last_seen.height / 2, trail->last_seen.height * 2);
    trail->place = trail->motion.extent();
  }
  return pool;
}

void ByteTracker::State::see(Trail& trail, const Look& look) {
  trail.refound = trail.stage == Stage::lost;
  trail.stage = Stage::tracked;
  trail.place = trail.last_seen = trail.motion.extent();
  trail.score = look.score;
  trail.detection = look.index;
  trail.last_frame = frame;
  trail.last_time = now;
}

void ByteTracker::State::lose(const Trails& unseen) {
  for (Trail* trail : unseen) {
    trail->stage = Stage::lost;
    trail->lost_since = frame;
  }
}

void ByteTracker::State::associate(Trails& candidates, Looks& looks, float limit, Trails& seen) {
  CostMatrix costs(candidates.size(), looks.size());
  for (std::size_t row = 0; row < candidates.size(); ++row) {
    for (std::size_t column = 0; column < looks.size(); ++column) {
      costs(row, column) = cost(*candidates[row], looks[column], clock);
    }
  }
  const Assignment assignment = assign(costs, limit);
  for (const auto& [row, column] : assignment.pairs) {
    candidates[row]->motion.correct(looks[column].extent);
    seen.push_back(candidates[row]);
    see(*candidates[row], looks[column]);
  }
  Trails free_trails;
  for (const std::size_t row : assignment.free_rows) free_trails.push_back(candidates[row]);
  Looks free_looks;
  for (const std::size_t column : assignment.free_columns) free_looks.push_back(looks[column]);
  candidates = std::move(free_trails);
  looks = std::move(free_looks);
}

/// Second chance where IoU fails because a face moved by more than its own size between two frames:
/// the only trail and the only detection within reach of each other, of about the same size.
void ByteTracker::State::associate_fast_movers(Trails& candidates, Looks& looks, Trails& seen) {
  std::vector<std::size_t> reached_by(looks.size(), 0);
  std::vector<std::vector<std::size_t>> reaches(candidates.size());
  for (std::size_t row = 0; row < candidates.size(); ++row) {
    for (std::size_t column = 0; column < looks.size(); ++column) {
      if (!could_have_jumped(*candidates[row], looks[column], now)) continue;
      reaches[row].push_back(column);
      ++reached_by[column];
    }
  }
  for (std::size_t row = 0; row < candidates.size(); ++row) {
    if (reaches[row].size() != 1 || reached_by[reaches[row].front()] != 1) continue;
    const Look& look = looks[reaches[row].front()];
    candidates[row]->motion.correct(look.extent);
    see(*candidates[row], look);
    seen.push_back(candidates[row]);
  }
  std::erase_if(candidates, [&](const Trail* trail) { return trail->last_frame == frame; });
  std::erase_if(looks, [&](const Look& look) {
    return std::ranges::any_of(seen,
                               [&](const Trail* trail) { return trail->detection == look.index; });
  });
}

/// The second sighting of a trail that the frame before started; without it the trail is dropped.
void ByteTracker::State::confirm(Looks& looks, Trails& seen) {
  Trails unconfirmed;
  std::ranges::copy_if(tracked, std::back_inserter(unconfirmed), [](const Trail* trail) {
    return trail->stage == Stage::unconfirmed;
  });
  associate(unconfirmed, looks, kUnconfirmedLimit, seen);
  for (Trail* trail : unconfirmed) trail->stage = Stage::ended;
}

void ByteTracker::State::start_trails(const Looks& looks, Trails& seen) {
  for (const Look& look : looks) {
    if (look.score < static_cast<float>(options.high_threshold)) continue;
    ++last_id;
    Trail& trail = trails.try_emplace(last_id, last_id, look).first->second;
    see(trail, look);
    trail.first_frame = frame;
    if (!real() && frame > 1) trail.stage = Stage::unconfirmed;
    seen.push_back(&trail);
  }
}

/// The reference's frame buffer. It notices an old trail after that frame's association and takes
/// it off the list of lost ones a frame later, so until then the trail can still be found again;
/// once found, it ends with its next loss.
void ByteTracker::State::expire() {
  for (Trail* trail : lost()) {
    if (trail->expired) trail->stage = Stage::ended;
    trail->expired = trail->lost_since < frame && frame - trail->last_frame > buffer_frames;
  }
}

/// A tracked and a lost trail in the same place: the one followed for longer stays. Not so in real
/// time: there a face hidden behind another one waits for its turn, and no visible one is dropped.
void ByteTracker::State::end_duplicates() {
  const auto age = [](const Trail& trail) { return trail.last_frame - trail.first_frame; };
  Trails doubles;
  const Trails hidden = lost();
  for (Trail* shown : tracked) {
    for (Trail* other : hidden) {
      if (1 - pixel_iou(other->place, shown->place) >= kSameBox) continue;
      doubles.push_back(age(*shown) > age(*other) ? other : shown);
    }
  }
  for (Trail* trail : doubles) trail->stage = Stage::ended;
}

std::vector<TrackedBox> ByteTracker::State::answer() const {
  std::vector<TrackedBox> result;
  for (const Trail* trail : tracked) {
    if (trail->stage != Stage::tracked) continue;
    result.push_back({trail->id, trail->place.box(), trail->score, trail->detection});
  }
  return result;
}

ByteTracker::ByteTracker(const ByteTrackOptions& options, TrackClock clock, int buffer_frames)
    : state_(std::make_unique<State>()) {
  const bool sound = std::isfinite(options.track_threshold) &&
                     std::isfinite(options.high_threshold) &&
                     std::isfinite(options.match_threshold) && options.match_threshold >= 0;
  if (!sound || options.buffer < Duration{} || buffer_frames < 0) {
    throw Error(
        ErrorKind::bad_usage,
        "tracker: thresholds must be numbers, the match threshold and the buffer at least 0");
  }
  state_->options = options;
  state_->clock = clock;
  state_->buffer_frames = buffer_frames;
}

ByteTracker::~ByteTracker() = default;
ByteTracker::ByteTracker(ByteTracker&&) noexcept = default;

std::vector<TrackedBox> ByteTracker::step(MediaTime time, const Detections& seen) {
  State& state = *state_;
  Looks strong;
  Looks weak;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (!can_be_tracked(seen[i])) continue;
    const bool is_strong = seen[i].score >= static_cast<float>(state.options.track_threshold);
    (is_strong ? strong : weak).push_back({i, Extent::of(seen[i].box), seen[i].score});
  }
  Trails pool = state.predict(state.start_frame(time));
  Trails found;
  state.associate(pool, strong, static_cast<float>(state.options.match_threshold), found);
  Trails missed = pool;
  std::erase_if(missed, [](const Trail* trail) { return trail->stage == Stage::lost; });
  state.associate(missed, weak, kWeakLimit, found);
  if (state.real()) {
    std::erase_if(pool, [&](const Trail* trail) { return trail->last_frame == state.frame; });
    state.associate_fast_movers(pool, strong, found);
    std::erase_if(missed, [&](const Trail* trail) { return trail->last_frame == state.frame; });
  }
  state.lose(missed);
  state.confirm(strong, found);
  state.start_trails(strong, found);
  std::ranges::stable_partition(found, [](const Trail* trail) { return !trail->refound; });
  state.tracked = std::move(found);
  if (!state.real()) {
    state.expire();
    state.end_duplicates();
  }
  std::vector<TrackedBox> result = state.answer();
  std::erase_if(state.tracked, [](const Trail* trail) { return trail->stage == Stage::ended; });
  std::erase_if(state.trails, [](const auto& entry) { return entry.second.stage == Stage::ended; });
  return result;
}

}  // namespace screenalytics
