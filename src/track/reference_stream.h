// SPDX-License-Identifier: MIT
#pragma once

#include "core/detection.h"
#include "track/byte_tracker.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace screenalytics {

/// What makes up a stream of made-up detections for tests, and the tracker's settings for it. Whole
/// numbers and quarters only, so that it is the same on every machine.
struct StreamPlan {
  double track_threshold = 0.5;
  double high_threshold = 0.6;
  double match_threshold = 0.8;
  int buffer_frames = 30;
  int frames = 80;
  int people = 8;
  std::uint64_t seed = 1;
  int width = 4000;    ///< of the picture, in quarter pixels
  int blackout = 200;  ///< all faces vanish about once in this many frames, for up to 12 frames
  int twice = 60;      ///< a face is found twice about once in this many frames
  int grid = 1;        ///< positions and sizes are multiples of this, in quarter pixels

  ByteTrackOptions options() const {
    return {.track_threshold = track_threshold,
            .high_threshold = high_threshold,
            .match_threshold = match_threshold};
  }
};

/// The first has the defaults; then low thresholds in a crowd with hardly a buffer, high ones with
/// a long buffer and blackouts, and a coarse grid on which many costs are
/// equal; last, faces that are often found twice.
inline std::vector<StreamPlan> recorded_plans() {
  return {
      {.seed = 1},
      {.track_threshold = 0.3,
       .high_threshold = 0.4,
       .match_threshold = 0.9,
       .buffer_frames = 1,
       .people = 14,
       .seed = 2,
       .width = 1600},
      {.track_threshold = 0.6,
       .high_threshold = 0.7,
       .match_threshold = 0.9,
       .buffer_frames = 120,
       .frames = 150,
       .seed = 3,
       .width = 2000,
       .blackout = 25},
      {.match_threshold = 1.0,
       .buffer_frames = 5,
       .people = 10,
       .seed = 4,
       .width = 2000,
       .grid = 64},
      {.buffer_frames = 12, .people = 5, .seed = 6, .twice = 3},
  };
}

/// Whole numbers by Knuth's linear congruential generator.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  int between(int low, int high) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    const auto range = static_cast<std::uint64_t>(high - low + 1);
    return low + static_cast<int>((state_ >> 33U) % range);
  }

 private:
  std::uint64_t state_;
};

/// Assignment problems with few different costs, so that most have several best answers.
class TieMaker {
 public:
  struct Problem {
    std::size_t rows = 0;
    std::size_t columns = 0;
    float limit = 0;
    std::vector<float> costs;  // row by row
  };
  Problem next() {
    Problem problem{static_cast<std::size_t>(dice_.between(2, 12)),
                    static_cast<std::size_t>(dice_.between(2, 12)),
                    static_cast<float>(dice_.between(2, 4)) / 4,
                    {}};
    const int finest = dice_.between(2, 16);
    problem.costs.resize(problem.rows * problem.columns);
    for (float& cost : problem.costs) {
      cost = static_cast<float>(dice_.between(0, finest)) / static_cast<float>(finest);
    }
    return problem;
  }

 private:
  Dice dice_{5};
};

/// Faces that walk, jump, hide and vanish, some with low scores, some found twice.
class StreamPlayer {
 public:
  explicit StreamPlayer(const StreamPlan& plan) : plan_(plan), dice_(plan.seed) {
    for (int i = 0; i < plan.people; ++i) {
      const int height = dice_.between(100, 500);
      people_.push_back({dice_.between(0, plan.width),
                         dice_.between(0, plan.width / 2),
                         dice_.between(80, 400),
                         height,
                         dice_.between(-40, 40),
                         dice_.between(-20, 20),
                         0});
    }
  }

  Detections next() {
    Detections seen;
    if (dice_.between(1, plan_.blackout) == 1) dark_ = dice_.between(1, 12);
    if (dark_ > 0) --dark_;
    for (Person& person : people_) {
      move(person);
      if (dark_ > 0 || person.hidden > 0 || dice_.between(1, 12) == 1) continue;
      seen.push_back(look_at(person));
      if (dice_.between(1, plan_.twice) == 1) seen.push_back(seen.back());
    }
    return seen;
  }

 private:
  struct Person {
    int x, y, width, height, across, down, hidden;
  };

  void move(Person& person) {
    person.x += person.across;
    person.y += person.down;
    if (person.x < 0 || person.x > plan_.width) person.across = -person.across;
    if (person.y < 0 || person.y > plan_.width / 2) person.down = -person.down;
    if (person.hidden > 0) --person.hidden;
    if (dice_.between(1, 25) == 1) person.hidden = dice_.between(1, 20);
    if (dice_.between(1, 20) == 1) person.across = dice_.between(-60, 60);
  }
  Detection look_at(const Person& person) {
    const auto snapped = [&](int value) {
      return static_cast<float>(value / plan_.grid * plan_.grid) / 4;
    };
    const float left = snapped(person.x + dice_.between(-16, 16));
    const float top = snapped(person.y + dice_.between(-16, 16));
    const float width = snapped(person.width + dice_.between(-12, 12) + plan_.grid);
    const float height = snapped(person.height + dice_.between(-12, 12) + plan_.grid);
    return {{left, top, left + width, top + height},
            std::nullopt,
            static_cast<float>(dice_.between(1, 8) == 1 ? dice_.between(200, 700)
                                                        : dice_.between(560, 1020)) /
                1024};
  }

  StreamPlan plan_;
  Dice dice_;
  int dark_ = 0;
  std::vector<Person> people_;
};

}  // namespace screenalytics
