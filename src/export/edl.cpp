// SPDX-License-Identifier: MIT
#include "export/edl.h"

#include "export/one_line.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace screenalytics {
namespace {

constexpr std::size_t kMostEvents = 999;
constexpr std::size_t kReelLength = 8;

/// The tape's name: up to eight capital letters and digits of the episode's name.
std::string reel_of(const EpisodeExport& episode) {
  std::string reel;
  for (const char c : episode.ep_id) {
    const bool small = c >= 'a' && c <= 'z';
    const bool fits = small || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (fits && reel.size() < kReelLength) reel += small ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return reel.empty() ? "AX" : reel;
}

std::string event(std::size_t number, const TimeSpan& span, const EpisodeExport& episode) {
  const FrameRate& rate = episode.rate;
  const MediaTime start = episode.time.episode.begin;
  const std::int64_t first = rate.frame_at(span.begin - start);
  const std::int64_t end = std::max(first + 1, rate.frame_at(span.end - start));
  const std::string place = rate.timecode(first) + " " + rate.timecode(end);
  std::array<char, 32> head{};
  std::snprintf(
      head.data(), head.size(), "%03zu  %-8s V     C        ", number, reel_of(episode).c_str());
  return head.data() + place + " " + place + "\n";
}

std::string edit_list(const ScreenTime& one,
                      std::span<const TimeSpan> spans,
                      const EpisodeExport& episode) {
  const std::string name = one_line(one.name);
  std::string text = "TITLE: " + episode.ep_id + " - " + name +
                     "\nFCM: " + (episode.rate.drop_frame() ? "DROP FRAME" : "NON-DROP FRAME") +
                     "\n\n";
  for (std::size_t i = 0; i < spans.size(); ++i) {
    text += event(i + 1, spans[i], episode) + "* FROM CLIP NAME: " + one_line(file_name(episode)) +
            "\n* COMMENT: " + name + " (" + to_text(one.identity) + ")\n\n";
  }
  return text;
}

}  // namespace

std::string file_name(const EpisodeExport& episode) {
  return episode.video.substr(episode.video.rfind('/') + 1);
}

std::vector<EdlFile> edit_lists(const EpisodeExport& episode) {
  std::vector<EdlFile> files;
  for (const ScreenTime& one : episode.time.people) {
    const std::span<const TimeSpan> all(one.appearances);
    for (std::size_t first = 0; first < all.size(); first += kMostEvents) {
      const std::size_t part = first / kMostEvents + 1;
      const std::string name =
          to_text(one.identity) + (part == 1 ? "" : "_" + std::to_string(part)) + ".edl";
      files.push_back(
          {name,
           edit_list(one, all.subspan(first, std::min(kMostEvents, all.size() - first)), episode)});
    }
  }
  return files;
}

}  // namespace screenalytics
