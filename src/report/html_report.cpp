// SPDX-License-Identifier: MIT
#include "report/html_report.h"

#include "report/html_text.h"
#include "report/sections.h"

#include <array>
#include <utility>

namespace screenalytics {
namespace {

constexpr std::array<std::pair<const char*, const char*>, 8> kContents{
    {{"people", "People"},
     {"timeline", "Time line"},
     {"together", "Together"},
     {"unknown", "Unknown"},
     {"warnings", "Warnings"},
     {"distributions", "Tracks and faces"},
     {"cpu", "CPU"},
     {"made", "How it was made"}}};

std::string head(const EpisodeReport& report, const InlineChecksums& checksums) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src "
         "data:; style-src "
         "'sha256-" +
         checksums.style + "'; script-src 'sha256-" + checksums.script +
         "'; base-uri 'none'; form-action 'none'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" "
         "content=\"no-referrer\">\n"
         "<title>" +
         escaped(report.ep_id) + " – who is on screen</title>\n<style>" +
         std::string(report_style()) + "</style>\n</head>\n";
}

std::string figure_box(const std::string& number, const std::string& words) {
  return "<li><b>" + number + "</b> " + words + "</li>";
}

std::string banner(const EpisodeReport& report) {
  const EpisodeScreenTime& time = report.time;
  const Duration whole = time.episode.length();
  std::string out = "<header class=\"top\">\n<h1>Who is on screen <small>" +
                    isolated(report.ep_id) + "</small></h1>\n<p>Run " + isolated(report.run_id) +
                    ", " + clock_text(time.episode.begin) + " to " + clock_text(time.episode.end) +
                    ", looked at " + counted(time.sampled_frames, "frame", "frames") +
                    " (about one every " + decimal(to_seconds(time.sampling_step), 2) +
                    " s).</p>\n<ul class=\"figures\">";
  out +=
      figure_box(std::to_string(time.people.size()), time.people.size() == 1 ? "person" : "people");
  out += figure_box(length_text(whole), "episode");
  out += figure_box(percent_of(time.faced, whole), "of it with a face");
  out += figure_box(percent_of(time.unknown.total, time.faced), "of that unknown");
  out += figure_box(std::to_string(time.shots.size()), time.shots.size() == 1 ? "shot" : "shots");
  out += figure_box(std::to_string(report.identities.conflicts.size()), "to decide (conflicts)");
  return out + "</ul>\n</header>\n";
}

std::string contents() {
  std::string out = "<nav aria-label=\"Contents\"><ul>";
  for (const auto& [id, title] : kContents)
    out += "<li><a href=\"#" + std::string(id) + "\">" + title + "</a></li>";
  return out + "</ul></nav>\n";
}

}  // namespace

int picture_side(std::size_t rank) {
  if (rank < 24) return 160;
  if (rank < 80) return 128;
  return rank < kMostPeople ? 64 : 0;
}

std::string html_report(const EpisodeReport& report, const InlineChecksums& checksums) {
  std::string page = head(report, checksums);
  page += "<body>\n<a class=\"skip\" href=\"#main\">Skip to the people</a>\n" + banner(report) +
          contents() + "<main id=\"main\" tabindex=\"-1\">\n";
  page += people_section(report) + timeline_section(report) + together_section(report) +
          unknown_section(report) + warnings_section(report) + distributions_section(report) +
          cpu_section(report) + facts_section(report);
  page += "</main>\n<footer><p>Made by Screenalytics, pipeline " +
          escaped(report.pipeline_version) +
          ". This file is complete: it loads nothing from anywhere.</p></footer>\n<script>" +
          std::string(report_script()) + "</script>\n</body>\n</html>\n";
  return page;
}

}  // namespace screenalytics
