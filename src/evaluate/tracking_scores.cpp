// SPDX-License-Identifier: MIT
#include "evaluate/tracking_scores.h"

#include "core/assignment.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

namespace screenalytics {
namespace {

/// So that a similarity of exactly the threshold counts, as in the published implementations.
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

double share(double part, double whole) { return whole > 0 ? part / whole : 0; }

/// Pairs with the largest sum of scores (0..1 each); pairs of score 0 are left out.
template <typename Score>
std::vector<Pairing> best_pairs(std::size_t rows, std::size_t columns, const Score& score) {
  CostMatrix costs(rows, columns);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column)
      costs(row, column) = static_cast<float>(1 - score(row, column));
  }
  constexpr float kNobodyStaysFree = 4;
  std::vector<Pairing> pairs = assign(costs, kNobodyStaysFree).pairs;
  std::erase_if(pairs, [&](const Pairing& pair) { return score(pair.row, pair.column) <= 0; });
  return pairs;
}

std::size_t highest(std::span<const LabelledFrame> frames,
                    std::vector<std::size_t> LabelledFrame::* labels) {
  std::size_t count = 0;
  for (const LabelledFrame& frame : frames) {
    for (const std::size_t label : frame.*labels) count = std::max(count, label + 1);
  }
  return count;
}

/// Numbers by person and track.
class Table {
 public:
  Table(std::size_t rows, std::size_t columns) : columns_(columns), values_(rows * columns) {}
  double& operator()(std::size_t row, std::size_t column) {
    return values_[row * columns_ + column];
  }
  double operator()(std::size_t row, std::size_t column) const {
    return values_[row * columns_ + column];
  }

 private:
  std::size_t columns_;
  std::vector<double> values_;
};

/// Faces of each person and each track.
struct Totals {
  explicit Totals(std::span<const LabelledFrame> frames)
      : truth(highest(frames, &LabelledFrame::truth)),
        tracked(highest(frames, &LabelledFrame::tracked)) {
    for (const LabelledFrame& frame : frames) {
      for (const std::size_t person : frame.truth) truth[person] += 1;
      for (const std::size_t track : frame.tracked) tracked[track] += 1;
      truth_faces += static_cast<double>(frame.truth.size());
      tracked_faces += static_cast<double>(frame.tracked.size());
    }
  }
  std::vector<double> truth;
  std::vector<double> tracked;
  double truth_faces = 0;
  double tracked_faces = 0;
};

/// Adds how well they fit in one frame: the pair's share of all that either could pair with.
void add_fit(const LabelledFrame& frame, Table& common) {
  std::vector<double> rows(frame.truth.size());
  std::vector<double> columns(frame.tracked.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      rows[i] += frame.at(i, j);
      columns[j] += frame.at(i, j);
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const double whole = rows[i] + columns[j] - frame.at(i, j);
      if (whole > kEpsilon) common(frame.truth[i], frame.tracked[j]) += frame.at(i, j) / whole;
    }
  }
}

/// How well a person and a track fit over the whole video, 0..1: pairs that belong together are
/// preferred when a frame leaves a choice.
Table alignment(std::span<const LabelledFrame> frames, const Totals& totals) {
  Table common(totals.truth.size(), totals.tracked.size());
  for (const LabelledFrame& frame : frames) add_fit(frame, common);
  for (std::size_t i = 0; i < totals.truth.size(); ++i) {
    for (std::size_t j = 0; j < totals.tracked.size(); ++j)
      common(i, j) = share(common(i, j), totals.truth[i] + totals.tracked[j] - common(i, j));
  }
  return common;
}

/// True positives by person and track at one threshold, from the pairs of each frame.
Table matches_at(std::span<const LabelledFrame> frames,
                 const std::vector<std::vector<Pairing>>& pairs,
                 const Totals& totals,
                 double threshold) {
  Table counts(totals.truth.size(), totals.tracked.size());
  for (std::size_t f = 0; f < frames.size(); ++f) {
    for (const Pairing& pair : pairs[f]) {
      if (frames[f].at(pair.row, pair.column) >= threshold - kEpsilon)
        counts(frames[f].truth[pair.row], frames[f].tracked[pair.column]) += 1;
    }
  }
  return counts;
}

HotaScores at_threshold(const Table& counts, const Totals& totals) {
  double matched = 0;
  double associated = 0;
  for (std::size_t i = 0; i < totals.truth.size(); ++i) {
    for (std::size_t j = 0; j < totals.tracked.size(); ++j) {
      const double common = counts(i, j);
      matched += common;
      associated +=
          common * share(common, std::max(1.0, totals.truth[i] + totals.tracked[j] - common));
    }
  }
  HotaScores scores;
  scores.ass_a = associated / std::max(1.0, matched);
  scores.det_a = matched / std::max(1.0, totals.truth_faces + totals.tracked_faces - matched);
  scores.hota = std::sqrt(scores.ass_a * scores.det_a);
  return scores;
}

/// Last track of each person, and those of the frame before.
struct Following {
  std::map<std::size_t, std::size_t> last;    // person -> track, ever
  std::map<std::size_t, std::size_t> before;  // person -> track, in the frame before
};

std::vector<Pairing> clear_pairs(const LabelledFrame& frame,
                                 const Following& following,
                                 double threshold) {
  const auto score = [&](std::size_t i, std::size_t j) {
    const double similarity = frame.at(i, j);
    if (similarity < threshold - kEpsilon) return 0.0;
    const auto was = following.before.find(frame.truth[i]);
    const bool goes_on = was != following.before.end() && was->second == frame.tracked[j];
    // A pair that goes on outweighs any similarities; all scores stay within 0..1.
    return ((goes_on ? 1000.0 : 0.0) + similarity) / 1001.0;
  };
  return best_pairs(frame.truth.size(), frame.tracked.size(), score);
}

}  // namespace

DetectionScores detection_scores(std::span<const LabelledFrame> frames, double threshold) {
  DetectionScores scores;
  Following following;
  for (const LabelledFrame& frame : frames) {
    scores.truth += static_cast<std::int64_t>(frame.truth.size());
    scores.found += static_cast<std::int64_t>(frame.tracked.size());
    const auto pairs = clear_pairs(frame, following, threshold);
    following.before.clear();
    for (const Pairing& pair : pairs) {
      const std::size_t person = frame.truth[pair.row];
      const std::size_t track = frame.tracked[pair.column];
      const auto last = following.last.find(person);
      if (last != following.last.end() && last->second != track) ++scores.switches;
      following.last[person] = track;
      following.before[person] = track;
      ++scores.matched;
    }
  }
  scores.recall = share(static_cast<double>(scores.matched), static_cast<double>(scores.truth));
  scores.precision = share(static_cast<double>(scores.matched), static_cast<double>(scores.found));
  return scores;
}

namespace {

/// In how many frames a person and a track are one, by their boxes.
Table frames_in_common(std::span<const LabelledFrame> frames,
                       const Totals& totals,
                       double threshold) {
  Table common(totals.truth.size(), totals.tracked.size());
  const auto add = [&](const LabelledFrame& frame) {
    for (std::size_t i = 0; i < frame.truth.size(); ++i) {
      for (std::size_t j = 0; j < frame.tracked.size(); ++j)
        if (frame.at(i, j) >= threshold) common(frame.truth[i], frame.tracked[j]) += 1;
    }
  };
  for (const LabelledFrame& frame : frames) add(frame);
  return common;
}

}  // namespace

IdentityScores identity_scores(std::span<const LabelledFrame> frames, double threshold) {
  const Totals totals(frames);
  const Table common = frames_in_common(frames, totals, threshold);
  const auto most = std::max(1.0, totals.truth_faces);  // scores stay within 0..1
  const auto pairs = best_pairs(totals.truth.size(),
                                totals.tracked.size(),
                                [&](std::size_t i, std::size_t j) { return common(i, j) / most; });
  double matched = 0;
  for (const Pairing& pair : pairs) matched += common(pair.row, pair.column);
  return {.idf1 = share(2 * matched, totals.truth_faces + totals.tracked_faces),
          .idp = share(matched, totals.tracked_faces),
          .idr = share(matched, totals.truth_faces)};
}

HotaScores hota_scores(std::span<const LabelledFrame> frames) {
  const Totals totals(frames);
  const Table fit = alignment(frames, totals);
  std::vector<std::vector<Pairing>> pairs;
  pairs.reserve(frames.size());
  for (const LabelledFrame& frame : frames) {
    pairs.push_back(
        best_pairs(frame.truth.size(), frame.tracked.size(), [&](std::size_t i, std::size_t j) {
          return fit(frame.truth[i], frame.tracked[j]) * frame.at(i, j);
        }));
  }
  constexpr int kThresholds = 19;
  HotaScores mean;
  for (int step = 1; step <= kThresholds; ++step) {
    const HotaScores one = at_threshold(matches_at(frames, pairs, totals, 0.05 * step), totals);
    mean.hota += one.hota / kThresholds;
    mean.det_a += one.det_a / kThresholds;
    mean.ass_a += one.ass_a / kThresholds;
  }
  return mean;
}

}  // namespace screenalytics
