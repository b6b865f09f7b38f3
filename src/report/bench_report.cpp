// SPDX-License-Identifier: MIT
#include "report/bench_report.h"

#include "report/html_text.h"

#include <algorithm>
#include <cmath>

namespace screenalytics {
namespace {

constexpr double kLeft = 60;
constexpr double kWidth = 820;
constexpr double kPanel = 110;
constexpr double kPitch = 158;
constexpr double kTop = 56;
constexpr std::size_t kMostPoints = 800;

std::string percent(const std::optional<double>& value) {
  return value ? decimal(*value, 1) + " %" : "-";
}

double rate(const BenchRow& row) {
  return row.wall_seconds > 0 ? static_cast<double>(row.frames) / row.wall_seconds : 0;
}

std::string table_row(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += " " + cell + " |";
  return line + "\n";
}

std::string table_of(const BenchReport& bench) {
  std::string text = table_row({"configuration",
                                "max CPU (1 s)",
                                "max CPU (0.1 s)",
                                "mean CPU",
                                "frames/s",
                                "wall s",
                                "CPU s",
                                "model calls (detector + embedder)",
                                "faces embedded",
                                "threads",
                                "42 min: wall",
                                "42 min: CPU"});
  text += "|---|---|---|---|---|---|---|---|---|---|---|---|\n";
  for (const BenchRow& row : bench.rows) {
    text +=
        table_row({row.name,
                   percent(row.max_second),
                   percent(row.max_tenth),
                   percent(row.mean_percent),
                   decimal(rate(row), 1),
                   decimal(row.wall_seconds, 2),
                   decimal(row.cpu_seconds, 2),
                   std::to_string(row.detector_calls) + " + " + std::to_string(row.embedder_calls),
                   std::to_string(row.faces),
                   std::to_string(row.threads),
                   length_text(from_seconds(extrapolated(row.wall_seconds, bench))),
                   length_text(from_seconds(extrapolated(row.cpu_seconds, bench)))});
  }
  return text;
}

/// The largest use of neighbouring measurements where there are more than can be drawn.
std::vector<CpuUse> thinned(const std::vector<CpuUse>& points) {
  if (points.size() <= kMostPoints) return points;
  std::vector<CpuUse> kept;
  for (std::size_t c = 0; c < kMostPoints; ++c) {
    const std::size_t from = c * points.size() / kMostPoints;
    const std::size_t to = (c + 1) * points.size() / kMostPoints;
    CpuUse most = points[from];
    for (std::size_t i = from; i < to; ++i) {
      if (points[i].percent > most.percent) most = points[i];
    }
    kept.push_back(most);
  }
  return kept;
}

struct Axes {
  double seconds = 1;
  double percent = 100;
  double x(double at) const { return kLeft + kWidth * at / seconds; }
  double y(double top, double use) const { return top + kPanel * (1 - use / percent); }
};

Axes axes_of(const BenchReport& bench) {
  double most = bench.cap_percent;
  Axes axes;
  for (const BenchRow& row : bench.rows) {
    for (const CpuUse& point : row.points) {
      axes.seconds = std::max(axes.seconds, point.seconds);
      most = std::max(most, point.percent);
    }
  }
  axes.percent = 100 * std::max(1.0, std::ceil(most * 1.02 / 100));
  return axes;
}

std::string line(const char* kind, double x1, double y1, double x2, double y2) {
  return std::string("<line class=\"") + kind + "\" x1=\"" + decimal(x1, 1) + "\" y1=\"" +
         decimal(y1, 1) + "\" x2=\"" + decimal(x2, 1) + "\" y2=\"" + decimal(y2, 1) + "\"/>\n";
}

std::string label(
    const char* kind, double x, double y, const char* anchor, const std::string& text) {
  return std::string("<text class=\"") + kind + "\" x=\"" + decimal(x, 1) + "\" y=\"" +
         decimal(y, 1) + "\" text-anchor=\"" + anchor + "\">" + escaped(text) + "</text>\n";
}

std::string grid(const Axes& axes, double top) {
  std::string out;
  const double step = 100 * std::max(1.0, std::ceil(axes.percent / 400));
  const int lines = static_cast<int>(axes.percent / step);
  for (int i = 0; i <= lines; ++i) {
    const double use = i * step;
    out += line("grid", kLeft, axes.y(top, use), kLeft + kWidth, axes.y(top, use));
    out += label("small", kLeft - 6, axes.y(top, use) + 4, "end", decimal(use, 0) + " %");
  }
  return out;
}

std::string panel(const BenchRow& row, const BenchReport& bench, const Axes& axes, double top) {
  std::string out =
      label("name",
            kLeft,
            top - 8,
            "start",
            row.name + ": " + decimal(row.wall_seconds, 1) + " s, " + decimal(row.cpu_seconds, 1) +
                " CPU s, mean " + decimal(row.mean_percent, 0) + " %");
  out += grid(axes, top);
  if (!row.points.empty()) {
    std::string path = "M" + decimal(kLeft, 1) + " " + decimal(axes.y(top, 0), 1);
    const auto points = thinned(row.points);
    for (const CpuUse& point : points)
      path +=
          "L" + decimal(axes.x(point.seconds), 1) + " " + decimal(axes.y(top, point.percent), 1);
    path += "L" + decimal(axes.x(points.back().seconds), 1) + " " + decimal(axes.y(top, 0), 1);
    out += "<path class=\"use\" d=\"" + path + "z\"/>\n";
  }
  const double cap = axes.y(top, bench.cap_percent);
  out += line(row.cap_percent ? "cap" : "cap open", kLeft, cap, kLeft + kWidth, cap);
  return out + label("small capword",
                     kLeft + kWidth,
                     cap - 4,
                     "end",
                     "cap " + decimal(bench.cap_percent, 0) + " %" +
                         (row.cap_percent ? "" : " (not held here)"));
}

constexpr const char* kStyle =
    "text{font:13px system-ui,sans-serif;fill:#1d2330}.title{font-size:16px;font-weight:600}"
    ".name{font-weight:600}.small{font-size:11px;fill:#5a6274}.capword{fill:#b3261e}"
    ".grid{stroke:#d8dce4}.use{fill:#8fb3e8;stroke:#2f6bc4;stroke-width:1}"
    ".cap{stroke:#b3261e;stroke-width:1.5}.open{stroke-dasharray:5 4}.paper{fill:#fff}"
    "@media(prefers-color-scheme:dark){.paper{fill:#14171d}text{fill:#e6e9f0}.small{fill:#a3abbd}"
    ".grid{stroke:#2c323d}.use{fill:#27456f;stroke:#7fb0f5}.cap{stroke:#ff8a80}"
    ".capword{fill:#ff8a80}}";

}  // namespace

double extrapolated(double value, const BenchReport& bench) {
  return bench.video_seconds > 0 ? value * kEpisodeSeconds / bench.video_seconds : 0;
}

std::string bench_markdown(const BenchReport& bench) {
  std::string text = "# CPU of a harvest, five ways\n\n" + bench.video + ": " +
                     std::to_string(bench.width) + "x" + std::to_string(bench.height) + ", " +
                     decimal(bench.video_seconds, 1) + " s; " + bench.sampling + "; " +
                     counted(bench.cpus, "CPU", "CPUs") + " of this machine; cap " +
                     decimal(bench.cap_percent, 0) + " %; " +
                     counted(bench.rounds, "round", "rounds, the one with the least CPU seconds") +
                     ".\n\n" + table_of(bench) + "\n";
  for (const BenchRow& row : bench.rows) text += "- **" + row.name + "**: " + row.what + ".\n";
  return text +
         "\nPercent are of one core. Frames/s: frames looked at in a second of wall time. The "
         "columns for "
         "an episode of 42 minutes are the measured\nseconds times 2520 s / " +
         decimal(bench.video_seconds, 1) +
         " s: in proportion to the length, the start-up counted along, so a short video overstates "
         "them; an "
         "episode with more\nfaces costs more. All rows use the installed models, which are "
         "prepared for "
         "speed: the published ones would cost the first rows more.\n";
}

std::string bench_plot(const BenchReport& bench) {
  const Axes axes = axes_of(bench);
  const double height = kTop + kPitch * static_cast<double>(bench.rows.size());
  std::string out =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 " + decimal(height, 0) +
      "\" role=\"img\" aria-labelledby=\"t\">\n<title id=\"t\">" +
      escaped("CPU use over time of five ways to harvest " + bench.video) + "</title>\n<style>" +
      kStyle + "</style>\n<rect class=\"paper\" width=\"900\" height=\"" + decimal(height, 0) +
      "\"/>\n" + label("title", kLeft, 24, "start", "CPU use over time, " + bench.video);
  double top = kTop + 8;
  for (const BenchRow& row : bench.rows) {
    out += panel(row, bench, axes, top);
    for (int i = 0; i <= 4; ++i) {
      out += label("small",
                   kLeft + kWidth * i / 4,
                   top + kPanel + 15,
                   i == 4 ? "end" : "middle",
                   decimal(axes.seconds * i / 4, axes.seconds < 40 ? 1 : 0) + " s");
    }
    top += kPitch;
  }
  return out + "</svg>\n";
}

}  // namespace screenalytics
