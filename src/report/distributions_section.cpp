// SPDX-License-Identifier: MIT
#include "report/histogram.h"
#include "report/html_text.h"
#include "report/sections.h"

#include <algorithm>
#include <numeric>

namespace screenalytics {
namespace {

std::string track_lengths(const EpisodeReport& report) {
  const std::vector<double> edges{0, 0.25, 0.5, 1, 2, 4, 8, 16};
  constexpr const char* kLabels[] = {"under 0.25 s",
                                     "0.25 – 0.5 s",
                                     "0.5 – 1 s",
                                     "1 – 2 s",
                                     "2 – 4 s",
                                     "4 – 8 s",
                                     "8 – 16 s",
                                     "16 s and more"};
  std::vector<double> seconds;
  seconds.reserve(report.tracks.size());
  for (const auto& [id, track] : report.tracks) seconds.push_back(to_seconds(track.span.length()));
  const auto counts = count_in_bins(seconds, edges);
  std::vector<Bin> bins;
  bins.reserve(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) bins.push_back({kLabels[i], counts[i]});
  return bar_table("Length of tracks, first to last sighting", {"track", "tracks"}, bins);
}

std::string face_qualities(const EpisodeReport& report) {
  std::vector<double> edges;
  edges.reserve(10);
  for (int i = 0; i < 10; ++i) edges.push_back(i / 10.0);
  const auto counts = count_in_bins(report.face_qualities, edges);
  std::vector<Bin> bins;
  bins.reserve(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    bins.push_back({decimal(static_cast<double>(i) / 10, 1) + " – " +
                        decimal(static_cast<double>(i + 1) / 10, 1),
                    counts[i]});
  }
  return bar_table("Quality of the faces seen, 0 worst to 1 best", {"face", "faces"}, bins);
}

std::string skipped_faces(const EpisodeReport& report) {
  std::vector<Bin> bins;
  bins.reserve(report.skipped.size());
  for (const auto& [reason, count] : report.skipped) bins.push_back({reason, count});
  std::ranges::stable_sort(bins, std::ranges::greater{}, &Bin::count);
  if (bins.empty())
    return "<div class=\"chart\"><h3>Skipped faces</h3><p>No face was skipped.</p></div>\n";
  return bar_table("Skipped faces by reason", {"face", "faces"}, bins);
}

}  // namespace

std::vector<std::int64_t> count_in_bins(const std::vector<double>& values,
                                        const std::vector<double>& edges) {
  std::vector<std::int64_t> counts(edges.size());
  for (const double value : values) {
    const auto after = std::ranges::upper_bound(edges, value) - edges.begin();
    ++counts[static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, after - 1))];
  }
  return counts;
}

std::string bar_table(const std::string& caption,
                      const Counted& what,
                      const std::vector<Bin>& bins) {
  std::int64_t most = 1;
  std::int64_t all = 0;
  for (const Bin& bin : bins) {
    most = std::max(most, bin.count);
    all += bin.count;
  }
  std::string out = "<div class=\"chart\"><table class=\"bars\"><caption>" + escaped(caption) +
                    " – " + counted(all, what.one, what.many) + "</caption>\n<tbody>\n";
  for (const Bin& bin : bins) {
    out += "<tr><th scope=\"row\">" + escaped(bin.label) + "</th><td class=\"wide\">" +
           share_bar(static_cast<double>(bin.count) / static_cast<double>(most)) + "</td><td>" +
           std::to_string(bin.count) + "</td></tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string distributions_section(const EpisodeReport& report) {
  return section("distributions",
                 "Tracks and faces",
                 "<div class=\"charts\">\n" + track_lengths(report) + face_qualities(report) +
                     skipped_faces(report) + "</div>\n");
}

}  // namespace screenalytics
