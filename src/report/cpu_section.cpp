// SPDX-License-Identifier: MIT
#include "report/html_text.h"
#include "report/sections.h"

#include <algorithm>
#include <cmath>

namespace screenalytics {
namespace {

constexpr std::size_t kMostColumns = 480;
constexpr double kHeight = 200;

/// Mean and largest use of neighbouring measurements, for one column of the chart.
struct Column {
  double mean = 0;
  double most = 0;
};

std::vector<Column> columns_of(const std::vector<CpuUse>& points) {
  const std::size_t count = std::min(points.size(), kMostColumns);
  std::vector<Column> columns(count);
  for (std::size_t c = 0; c < count; ++c) {
    const std::size_t from = c * points.size() / count;
    const std::size_t to = (c + 1) * points.size() / count;
    for (std::size_t i = from; i < to; ++i) {
      columns[c].mean += points[i].percent / static_cast<double>(to - from);
      columns[c].most = std::max(columns[c].most, points[i].percent);
    }
  }
  return columns;
}

struct Facts {
  double most = 0;
  double mean = 0;
  std::size_t above = 0;
};

Facts facts_of(const CpuStory& cpu) {
  Facts facts;
  for (const CpuUse& point : cpu.points) {
    facts.most = std::max(facts.most, point.percent);
    facts.mean += point.percent / static_cast<double>(cpu.points.size());
    if (cpu.cap_percent && point.percent > *cpu.cap_percent) ++facts.above;
  }
  return facts;
}

/// Whole hundreds above everything that is drawn.
double top_of(const CpuStory& cpu, const Facts& facts) {
  return std::max(1.0, std::ceil(std::max(facts.most, cpu.cap_percent.value_or(0)) * 1.05 / 100)) *
         100;
}

std::string curve(const std::vector<Column>& columns, double Column::* value, double top) {
  const auto count = static_cast<double>(columns.size());
  std::string path = "M0 " + decimal(kHeight, 0);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const double y = kHeight * (1 - columns[i].*value / top);
    path += "L" + decimal(1000 * (static_cast<double>(i) + 0.5) / count, 1) + " " + decimal(y, 1);
  }
  return path + "L1000 " + decimal(kHeight, 0) + "z";
}

std::string grid(double top, const CpuStory& cpu) {
  std::string out;
  const int step = std::max(1, static_cast<int>(std::ceil(top / 600))) * 100;
  for (int percent = 0; percent <= static_cast<int>(top); percent += step) {
    const std::string y = decimal(20 + kHeight * (1 - percent / top), 1);
    out += "<line x1=\"0\" x2=\"100%\" y1=\"" + y + "\" y2=\"" + y + "\"/><text x=\"2\" y=\"" +
           decimal(16 + kHeight * (1 - percent / top), 1) + "\">" + std::to_string(percent) +
           " %</text>";
  }
  const double seconds = cpu.points.back().seconds;
  for (int i = 1; i <= 4; ++i) {
    const char* anchor = i == 4 ? "end" : "middle";
    out += "<text x=\"" + std::to_string(25 * i) + "%\" y=\"238\" text-anchor=\"" + anchor + "\">" +
           decimal(seconds * i / 4, seconds < 40 ? 1 : 0) + " s</text>";
  }
  return "<g class=\"axis\">" + out + "</g>";
}

std::string chart(const CpuStory& cpu, const Facts& facts) {
  const double top = top_of(cpu, facts);
  const auto columns = columns_of(cpu.points);
  std::string out =
      "<svg class=\"cpu\" role=\"img\" aria-labelledby=\"cpu-says\" width=\"100%\" "
      "height=\"246\">\n"
      "<svg y=\"20\" width=\"100%\" height=\"200\" viewBox=\"0 0 1000 200\" "
      "preserveAspectRatio=\"none\"><path class=\"most\" d=\"" +
      curve(columns, &Column::most, top) + "\"/><path class=\"mean\" d=\"" +
      curve(columns, &Column::mean, top) + "\"/></svg>\n" + grid(top, cpu);
  if (cpu.cap_percent) {
    const double y = 20 + kHeight * (1 - *cpu.cap_percent / top);
    out += "<line class=\"cap\" x1=\"0\" x2=\"100%\" y1=\"" + decimal(y, 1) + "\" y2=\"" +
           decimal(y, 1) + "\"/><text class=\"cap\" x=\"100%\" y=\"" + decimal(y - 5, 1) +
           "\" text-anchor=\"end\">cap " + decimal(*cpu.cap_percent, 0) + " %</text>";
  }
  return out + "</svg>\n";
}

}  // namespace

std::string cpu_section(const EpisodeReport& report) {
  const CpuStory& cpu = report.cpu;
  if (cpu.points.empty()) {
    return section("cpu",
                   "CPU",
                   "<p class=\"note\">CPU use over time was not recorded in this run (no cpu.csv). "
                   "The totals stand "
                   "under “How it was made”.</p>\n");
  }
  const Facts facts = facts_of(cpu);
  std::string words = "In " + length_text(from_seconds(cpu.points.back().seconds)) + ": mean " +
                      decimal(facts.mean, 0) + " %, highest " + decimal(facts.most, 0) +
                      " % of one core in a window of a tenth of a second";
  if (cpu.cap_percent) {
    words += "; cap " + decimal(*cpu.cap_percent, 0) + " %, " +
             counted(static_cast<std::int64_t>(facts.above), "window", "windows") + " of " +
             std::to_string(cpu.points.size()) + " above it";
  }
  return section("cpu",
                 "CPU",
                 "<p id=\"cpu-says\">" + words + ".</p>\n" + chart(cpu, facts) +
                     "<p class=\"key\"><span class=\"swatch mean\"></span> mean <span "
                     "class=\"swatch most\"></span> "
                     "highest</p>\n");
}

}  // namespace screenalytics
