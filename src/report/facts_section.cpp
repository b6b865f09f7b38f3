// SPDX-License-Identifier: MIT
#include "report/html_text.h"
#include "report/sections.h"

#include <algorithm>

namespace screenalytics {
namespace {

std::string track_row(const EpisodeReport& report, TrackId track, const std::string& why) {
  const auto found = report.tracks.find(track);
  const bool there = found != report.tracks.end();
  return "<tr><th scope=\"row\">" + std::to_string(track.value) + "</th><td>" +
         (there ? clock_text(found->second.span.begin) + " – " + clock_text(found->second.span.end)
                : "–") +
         "</td><td>" + (there ? std::to_string(found->second.sightings) : "–") +
         "</td><td class=\"text\">" + escaped(why) + "</td></tr>\n";
}

std::string unknown_tracks(const EpisodeReport& report) {
  const Identities& who = report.identities;
  const std::size_t all = who.unknown.size() + who.ignored.size();
  if (all == 0) return {};
  std::string rows;
  std::size_t shown = 0;
  for (const UnknownTrack& track : who.unknown) {
    if (shown++ < kMostListed) rows += track_row(report, track.track, track.reason);
  }
  for (const TrackId track : who.ignored) {
    if (shown++ < kMostListed) rows += track_row(report, track, "ignored by hand");
  }
  return "<details><summary>" + counted(static_cast<std::int64_t>(all), "track", "tracks") +
         " without a person</summary>\n<div class=\"scroll\" role=\"region\" aria-label=\"Tracks "
         "without a person\" "
         "tabindex=\"0\"><table class=\"plain\"><caption>Tracks without a "
         "person</caption><thead><tr><th "
         "scope=\"col\">Track</th><th scope=\"col\">When</th><th scope=\"col\">Sightings</th><th "
         "scope=\"col\" "
         "class=\"text\">Why</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table></div>\n" + left_out(all, kMostListed, "identities.json") +
         "</details>\n";
}

std::string fact_table(const FactGroup& group) {
  std::string out = "<details><summary>" + escaped(group.title) +
                    "</summary>\n<div class=\"scroll\" role=\"region\" aria-label=\"" +
                    escaped(group.title) + "\" tabindex=\"0\"><table class=\"facts\"><caption>" +
                    escaped(group.title) + "</caption><tbody>\n";
  for (const auto& [key, value] : group.rows) {
    out += "<tr><th scope=\"row\">" + escaped(key) + "</th><td>" + isolated(value) + "</td></tr>\n";
  }
  return out + "</tbody></table></div></details>\n";
}

std::string model_of(const ModelFacts& model) {
  return "<div class=\"model\"><h4>" + isolated(model.name) + " <small>" + escaped(model.role) +
         "</small></h4><dl><dt>Licence</dt><dd>" + isolated(model.licence) +
         "</dd><dt>Terms</dt><dd>" + isolated(model.terms) + "</dd><dt>Origin</dt><dd>" +
         isolated(model.origin) + "</dd><dt>SHA-256</dt><dd class=\"sum\">" +
         escaped(model.sha256) + "</dd></dl></div>\n";
}

}  // namespace

std::string unknown_section(const EpisodeReport& report) {
  const ScreenTime& unknown = report.time.unknown;
  const auto ignored = static_cast<std::int64_t>(report.identities.ignored.size());
  std::string out = "<p>Faces that belong to no person are on screen for " +
                    length_text(unknown.total) + ": " +
                    percent_of(unknown.total, report.time.episode.length()) + " of the episode, " +
                    percent_of(unknown.total, report.time.faced) + " of the time with any face. ";
  out +=
      counted(
          static_cast<std::int64_t>(report.identities.unknown.size()), "track is", "tracks are") +
      " unknown";
  out += ignored > 0 ? ", " + counted(ignored, "track is", "tracks are") +
                           " ignored by hand and counted nowhere.</p>\n"
                     : ".</p>\n";
  return section("unknown", "Unknown", out + unknown_tracks(report));
}

std::string warnings_section(const EpisodeReport& report) {
  const auto& conflicts = report.identities.conflicts;
  std::vector<std::string> lines;
  lines.reserve(conflicts.size());
  for (const IdentityConflict& conflict : conflicts)
    lines.push_back("<strong>Conflict:</strong> " + isolated(conflict.text));
  for (const std::string& warning : report.identities.warnings) lines.push_back(isolated(warning));
  for (const std::string& warning : report.warnings) lines.push_back(isolated(warning));
  if (lines.empty()) {
    return section(
        "warnings", "Conflicts and warnings", "<p>None: nothing asks for your decision.</p>\n");
  }
  std::string out = "<ul class=\"warnings\">\n";
  for (std::size_t i = 0; i < std::min(lines.size(), kMostListed); ++i)
    out += "<li>" + lines[i] + "</li>\n";
  return section(
      "warnings",
      "Conflicts and warnings",
      out + "</ul>\n" + left_out(lines.size(), kMostListed, "identities.json and manifest.json"));
}

std::string facts_section(const EpisodeReport& report) {
  std::string out;
  for (const FactGroup& group : report.facts) out += fact_table(group);
  out += "<h3>Models and their licences</h3>\n";
  if (report.models.empty()) out += "<p>The manifest names no model.</p>\n";
  for (const ModelFacts& model : report.models) out += model_of(model);
  return section("made", "How it was made", out);
}

}  // namespace screenalytics
