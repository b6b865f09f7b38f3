// SPDX-License-Identifier: MIT
#include "report/html_text.h"
#include "report/sections.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace screenalytics {
namespace {

constexpr int kRowHeight = 28;
constexpr int kAxisHeight = 24;

/// Everything is drawn in milliseconds since the episode's start.
class Drawing {
 public:
  explicit Drawing(const EpisodeScreenTime& time) : time_(time) {}

  long long x(MediaTime at) const {
    const MediaTime inside =
        std::clamp(at, time_.episode.begin, std::max(time_.episode.begin, time_.episode.end));
    return std::chrono::round<std::chrono::milliseconds>(inside - time_.episode.begin).count();
  }
  long long width() const { return std::max(1LL, x(time_.episode.end)); }
  double share(MediaTime at) const {
    return static_cast<double>(x(at)) / static_cast<double>(width());
  }

 private:
  const EpisodeScreenTime& time_;
};

/// Every second shot, as one path over the whole height.
std::string bands(const EpisodeReport& report, const Drawing& drawing, std::size_t rows) {
  std::string path;
  for (std::size_t i = 1; i < report.time.shots.size(); i += 2) {
    const TimeSpan& span = report.time.shots[i].span;
    const auto width = drawing.x(span.end) - drawing.x(span.begin);
    path += "M" + std::to_string(drawing.x(span.begin)) + " 0h" + std::to_string(width) + "V" +
            std::to_string(rows) + "h-" + std::to_string(width) + "z";
  }
  return path.empty() ? "" : "<path class=\"shots\" d=\"" + path + "\"/>\n";
}

/// One row a person in a unit of height; `limit` marks have a tooltip, the others share a path.
std::string marks(const ScreenTime& person,
                  const Drawing& drawing,
                  std::size_t row,
                  std::size_t limit) {
  std::string out;
  std::string rest;
  std::size_t count = 0;
  for (const TimeSpan& span : person.appearances) {
    const auto from = drawing.x(span.begin);
    // Short appearances stay visible.
    const auto width = std::max(drawing.x(span.end) - from, std::max(1LL, drawing.width() / 1200));
    if (count++ >= limit) {
      rest += "M" + std::to_string(from) + " " + std::to_string(row) + ".2h" +
              std::to_string(width) + "v.6h-" + std::to_string(width) + "z";
      continue;
    }
    out += "<rect x=\"" + std::to_string(from) + "\" y=\"" + std::to_string(row) + ".2\" width=\"" +
           std::to_string(width) + "\" height=\".6\"><title>" + escaped(person.name) + ": " +
           clock_text(span.begin) + " – " + clock_text(span.end) + " (" +
           length_text(span.length()) + ")</title></rect>";
  }
  if (!rest.empty()) out += "<path d=\"" + rest + "\"/>";
  return out;
}

/// Whole, round seconds between two ticks, so that about `count` fit.
int tick_seconds(double seconds, int count) {
  constexpr std::array kSteps{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400};
  for (const int step : kSteps) {
    if (seconds / step <= count) return step;
  }
  return static_cast<int>(std::ceil(seconds / count / 3600)) * 3600;
}

int pixels(const EpisodeScreenTime& time) {
  return std::clamp(static_cast<int>(to_seconds(time.episode.length()) * 1.1), 640, 6000);
}

std::string axis(const EpisodeReport& report, const Drawing& drawing, std::size_t rows) {
  const TimeSpan& episode = report.time.episode;
  const int step = tick_seconds(to_seconds(episode.length()), pixels(report.time) / 90);
  const std::string bottom =
      std::to_string(static_cast<std::size_t>(kRowHeight) * rows + kAxisHeight);
  std::string out;
  const auto first = static_cast<long long>(std::ceil(to_seconds(episode.begin) / step)) * step;
  for (auto at = first;; at += step) {
    const MediaTime time{std::chrono::seconds(at)};
    if (time > episode.end) break;
    const double share = drawing.share(time);
    const std::string x = decimal(100 * share, 3) + "%";
    std::string label = clock_text(time);
    label.resize(label.size() - 2);  // whole seconds
    const char* anchor = share < 0.02 ? "start" : share > 0.97 ? "end" : "middle";
    out += "<line x1=\"" + x + "\" x2=\"" + x + "\" y1=\"" + std::to_string(kAxisHeight - 6) +
           "\" y2=\"" + bottom + "\"/><text x=\"" + x + "\" y=\"14\" text-anchor=\"" + anchor +
           "\">" + label + "</text>";
  }
  return "<g class=\"axis\" aria-hidden=\"true\">" + out + "</g>\n";
}

std::vector<ScreenTime> rows_of(const EpisodeReport& report) {
  const auto& people = report.time.people;
  const auto shown = static_cast<std::ptrdiff_t>(std::min(people.size(), kMostPeople));
  std::vector<ScreenTime> rows(people.begin(), people.begin() + shown);
  if (!report.time.unknown.appearances.empty()) {
    rows.push_back(report.time.unknown);
    rows.back().name = "Unknown";
  }
  return rows;
}

std::string drawn(const EpisodeReport& report, const std::vector<ScreenTime>& rows) {
  const Drawing drawing(report.time);
  const std::size_t limit = std::max<std::size_t>(10, kMostMarks / rows.size());
  const std::size_t height = static_cast<std::size_t>(kRowHeight) * rows.size();
  std::string out = "<svg class=\"timeline\" role=\"img\" aria-label=\"Time line of " +
                    counted(static_cast<std::int64_t>(rows.size()), "row", "rows") +
                    "; the same times stand in the lists below\" width=\"" +
                    std::to_string(pixels(report.time)) + "\" height=\"" +
                    std::to_string(height + kAxisHeight) + "\">\n";
  out += "<svg y=\"" + std::to_string(kAxisHeight) + "\" width=\"100%\" height=\"" +
         std::to_string(height) + "\" viewBox=\"0 0 " + std::to_string(drawing.width()) + " " +
         std::to_string(rows.size()) + "\" preserveAspectRatio=\"none\">\n" +
         bands(report, drawing, rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const bool known = rows[row].identity.value > 0;
    out += "<g class=\"" + std::string(known ? "hue" + std::to_string(row % 6) : "unknown") +
           "\">" + marks(rows[row], drawing, row, limit) + "</g>\n";
  }
  return out + "</svg>\n" + axis(report, drawing, rows.size()) + "</svg>\n";
}

/// The same as a list, for those who cannot see or point.
std::string listed(const ScreenTime& person, std::size_t limit) {
  const auto count = static_cast<std::int64_t>(person.appearances.size());
  std::string out = "<details><summary>" + isolated(person.name) + ": " +
                    counted(count, "appearance", "appearances") + ", " + length_text(person.total) +
                    "</summary><ol class=\"times\">";
  std::size_t shown = 0;
  for (const TimeSpan& span : person.appearances) {
    if (shown++ == limit) break;
    out += "<li>" + clock_text(span.begin) + " – " + clock_text(span.end) + "</li>";
  }
  out += "</ol>" + left_out(person.appearances.size(), limit, "screentime.json");
  return out + "</details>\n";
}

}  // namespace

std::string timeline_section(const EpisodeReport& report) {
  const std::vector<ScreenTime> rows = rows_of(report);
  if (rows.empty()) return section("timeline", "Time line", "<p>Nobody is on screen.</p>\n");
  std::string out = "<p>One row a person; the alternating bands are the " +
                    counted(static_cast<std::int64_t>(report.time.shots.size()), "shot", "shots") +
                    ". Times are those of the video file. Point at a mark, or focus the chart and "
                    "use the arrow keys, to "
                    "read it.</p>\n<div class=\"tl\"><ol class=\"names\" aria-hidden=\"true\">";
  for (const ScreenTime& row : rows) out += "<li>" + isolated(row.name) + "</li>";
  out +=
      "</ol>\n<div class=\"scroll\" id=\"tl\" role=\"region\" aria-label=\"Time line, scrolls "
      "sideways\" "
      "tabindex=\"0\">\n" +
      drawn(report, rows) +
      "</div></div>\n<p id=\"tl-says\" class=\"note\" aria-live=\"polite\"></p>\n";
  out += left_out(report.time.people.size(), kMostPeople, "screentime.json");
  out += "<h3>Appearances as text</h3>\n";
  const std::size_t limit = std::max<std::size_t>(10, kMostMarks / rows.size());
  for (const ScreenTime& row : rows) out += listed(row, limit);
  return section("timeline", "Time line", out);
}

}  // namespace screenalytics
