// SPDX-License-Identifier: MIT
#include "screentime/spans.h"

#include <algorithm>

namespace screenalytics {
namespace {

/// Somebody comes or goes.
struct Change {
  MediaTime at;
  std::size_t who = 0;
  bool comes = false;
};

std::vector<Change> changes(std::span<const std::vector<TimeSpan>> lists) {
  std::vector<Change> all;
  for (std::size_t who = 0; who < lists.size(); ++who) {
    for (const TimeSpan& span : lists[who]) {
      all.push_back({span.begin, who, true});
      all.push_back({span.end, who, false});
    }
  }
  std::ranges::stable_sort(all, {}, &Change::at);
  return all;
}

}  // namespace

std::vector<TimeSpan> joined(std::vector<TimeSpan> spans) {
  std::erase_if(spans, [](const TimeSpan& span) { return span.end <= span.begin; });
  std::ranges::sort(spans);
  std::vector<TimeSpan> result;
  for (const TimeSpan& span : spans) {
    if (!result.empty() && span.begin <= result.back().end) {
      result.back().end = std::max(result.back().end, span.end);
    } else {
      result.push_back(span);
    }
  }
  return result;
}

Duration total(std::span<const TimeSpan> spans) {
  Duration sum{};
  for (const TimeSpan& span : spans) sum += span.length();
  return sum;
}

Duration shared(std::span<const TimeSpan> a, std::span<const TimeSpan> b) {
  Duration sum{};
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const MediaTime begin = std::max(a[i].begin, b[j].begin);
    const MediaTime end = std::min(a[i].end, b[j].end);
    if (begin < end) sum += end - begin;
    if (a[i].end < b[j].end) {
      ++i;
    } else {
      ++j;
    }
  }
  return sum;
}

void for_each_company(
    std::span<const std::vector<TimeSpan>> lists,
    const std::function<void(const std::vector<std::size_t>& who, Duration length)>& visit) {
  std::vector<std::size_t> present;  // ascending
  MediaTime since{};
  for (const Change& change : changes(lists)) {
    if (change.at > since && !present.empty()) visit(present, change.at - since);
    since = change.at;
    const auto place = std::ranges::lower_bound(present, change.who);
    if (change.comes) {
      present.insert(place, change.who);
    } else {
      present.erase(place);
    }
  }
}

}  // namespace screenalytics
