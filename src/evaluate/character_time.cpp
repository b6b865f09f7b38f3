// SPDX-License-Identifier: MIT
#include "evaluate/character_time.h"

#include "core/assignment.h"

#include <algorithm>

namespace screenalytics {
namespace {

Duration overlap(const std::vector<TimeSpan>& first, const std::vector<TimeSpan>& second) {
  Duration sum{};
  auto a = first.begin();
  auto b = second.begin();
  while (a != first.end() && b != second.end()) {
    const auto begin = std::max(a->begin, b->begin);
    const auto end = std::min(a->end, b->end);
    if (begin < end) sum += end - begin;
    (a->end < b->end ? a : b) += 1;
  }
  return sum;
}

Duration length(const std::vector<TimeSpan>& spans) {
  Duration sum{};
  for (const TimeSpan& span : spans) sum += span.length();
  return sum;
}

/// For each person the identity with which most time is shared.
std::vector<std::optional<std::size_t>> stand_ins(std::span<const Presence> truth,
                                                  std::span<const Presence> measured) {
  CostMatrix costs(truth.size(), measured.size());
  Duration longest{1};
  for (const Presence& person : truth) longest = std::max(longest, length(person.on));
  for (std::size_t i = 0; i < truth.size(); ++i) {
    for (std::size_t j = 0; j < measured.size(); ++j) {
      costs(i, j) = 1 - static_cast<float>(to_seconds(overlap(truth[i].on, measured[j].on)) /
                                           to_seconds(longest));
    }
  }
  std::vector<std::optional<std::size_t>> found(truth.size());
  constexpr float kNobodyStaysFree = 4;
  for (const Pairing& pair : assign(costs, kNobodyStaysFree).pairs) {
    if (overlap(truth[pair.row].on, measured[pair.column].on) > Duration::zero())
      found[pair.row] = pair.column;
  }
  return found;
}

/// Walks through one list of spans as time goes on.
class Cursor {
 public:
  explicit Cursor(const std::vector<TimeSpan>& spans) : spans_(&spans) {}
  bool covers(MediaTime time) {
    while (at_ < spans_->size() && (*spans_)[at_].end <= time) ++at_;
    return at_ < spans_->size() && (*spans_)[at_].begin <= time;
  }

 private:
  const std::vector<TimeSpan>* spans_;
  std::size_t at_ = 0;
};

std::vector<MediaTime> borders(std::span<const Presence> truth,
                               std::span<const Presence> measured) {
  std::vector<MediaTime> times;
  const auto add = [&](const std::vector<TimeSpan>& spans) {
    for (const TimeSpan& span : spans) {
      times.push_back(span.begin);
      times.push_back(span.end);
    }
  };
  for (const auto& list : {truth, measured}) {
    for (const Presence& one : list) {
      add(one.on);
      add(one.maybe);
    }
  }
  std::ranges::sort(times);
  const auto same = std::ranges::unique(times);
  times.erase(same.begin(), same.end());
  return times;
}

/// Adds up one stretch between two borders.
class Tally {
 public:
  Tally(std::span<const Presence> truth, std::span<const Presence> measured)
      : stand_ins_(stand_ins(truth, measured)) {
    for (std::size_t i = 0; i < truth.size(); ++i) {
      on_.emplace_back(truth[i].on);
      maybe_.emplace_back(truth[i].maybe);
      result_.people.push_back({.name = truth[i].name, .identity = stand_ins_[i]});
    }
    for (const Presence& one : measured) measured_.emplace_back(one.on);
  }

  void add(MediaTime time, Duration stretch) {
    std::vector<bool> shown(measured_.size());
    for (std::size_t j = 0; j < shown.size(); ++j) shown[j] = measured_[j].covers(time);
    std::int64_t there = 0;
    std::int64_t correct = 0;
    for (std::size_t i = 0; i < on_.size(); ++i) {
      const bool on = on_[i].covers(time);
      const bool maybe = maybe_[i].covers(time);
      const auto& identity = stand_ins_[i];
      const bool seen = identity && shown[*identity];
      if (maybe && seen) shown[*identity] = false;
      if (on) ++there;
      if (on && seen) ++correct;
      add_to(result_.people[i], on, maybe, seen, stretch);
    }
    const std::int64_t reported = std::ranges::count(shown, true);
    result_.truth += there * stretch;
    result_.missed += std::max<std::int64_t>(0, there - reported) * stretch;
    result_.extra += std::max<std::int64_t>(0, reported - there) * stretch;
    result_.wrong += (std::min(there, reported) - correct) * stretch;
  }

  static void add_to(PersonTime& person, bool on, bool maybe, bool seen, Duration stretch) {
    if (on) person.truth += stretch;
    if (seen && !maybe) person.measured += stretch;
    if (on && seen) person.correct += stretch;
  }

  CharacterTime result() && { return std::move(result_); }

 private:
  std::vector<std::optional<std::size_t>> stand_ins_;
  std::vector<Cursor> on_;
  std::vector<Cursor> maybe_;
  std::vector<Cursor> measured_;
  CharacterTime result_;
};

}  // namespace

double CharacterTime::error() const {
  const double whole = to_seconds(truth);
  return whole > 0 ? to_seconds(missed + extra + wrong) / whole : 0;
}

CharacterTime character_time(std::span<const Presence> truth, std::span<const Presence> measured) {
  Tally tally(truth, measured);
  const auto times = borders(truth, measured);
  for (std::size_t i = 0; i + 1 < times.size(); ++i) tally.add(times[i], times[i + 1] - times[i]);
  return std::move(tally).result();
}

}  // namespace screenalytics
