// SPDX-License-Identifier: MIT
#include "export/webvtt.h"

#include "export/one_line.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace screenalytics {
namespace {

std::string cue_text(const std::string& text) {
  return replaced(replaced(replaced(one_line(text), "&", "&amp;"), "<", "&lt;"), ">", "&gt;");
}

std::string clock(MediaTime time, const EpisodeExport& episode) {
  const auto ms =
      std::chrono::round<std::chrono::milliseconds>(time - episode.time.episode.begin).count();
  std::array<char, 64> text{};
  std::snprintf(text.data(),
                text.size(),
                "%02lld:%02lld:%02lld.%03lld",
                static_cast<long long>(ms / 3'600'000),
                static_cast<long long>(ms / 60'000 % 60),
                static_cast<long long>(ms / 1000 % 60),
                static_cast<long long>(ms % 1000));
  return text.data();
}

std::string cue(const std::string& name,
                const TimeSpan& span,
                const std::string& payload,
                const EpisodeExport& episode) {
  return name + "\n" + clock(span.begin, episode) + " --> " + clock(span.end, episode) + "\n" +
         payload + "\n\n";
}

/// A player would drop a cue that ends when it begins.
bool has_length(const TimeSpan& span) { return span.length() >= std::chrono::milliseconds(1); }

std::string names_in(const ShotPresence& shot, const EpisodeExport& episode) {
  std::vector<std::pair<Duration, const ScreenTime*>> present;
  for (const ScreenTime& one : episode.time.people) {
    const auto found = shot.present.find(one.identity);
    if (found != shot.present.end()) present.emplace_back(found->second, &one);
  }
  std::ranges::stable_sort(present, [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string names;
  for (const auto& [length, one] : present) names += (names.empty() ? "" : ", ") + one->name;
  return names.empty() ? "(nobody)" : names;
}

std::string payload(const ScreenTime& one) {
  const nlohmann::ordered_json json = {
      {"identity_id", to_text(one.identity)},
      {"name", one.name},
      {"cast_id", one.cast_id ? nlohmann::ordered_json(*one.cast_id) : nlohmann::ordered_json()}};
  // "-->" would end the payload; inside JSON only strings can hold it.
  return replaced(
      json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), ">", "\\u003e");
}

}  // namespace

std::string webvtt_chapters(const EpisodeExport& episode) {
  std::string text = "WEBVTT\n\n";
  for (const ShotPresence& shot : episode.time.shots) {
    if (!has_length(shot.span)) continue;
    text += cue("shot-" + std::to_string(shot.shot.value),
                shot.span,
                cue_text(names_in(shot, episode)),
                episode);
  }
  return text;
}

std::string webvtt_metadata(const EpisodeExport& episode) {
  struct Cue {
    TimeSpan span;
    const ScreenTime* one = nullptr;
    std::size_t number = 0;
  };
  std::vector<Cue> cues;
  for (const ScreenTime& one : episode.time.people) {
    for (std::size_t i = 0; i < one.appearances.size(); ++i)
      if (has_length(one.appearances[i])) cues.push_back({one.appearances[i], &one, i + 1});
  }
  std::ranges::stable_sort(cues, {}, [](const Cue& cue) { return cue.span.begin; });
  std::string text = "WEBVTT\n\n";
  for (const Cue& c : cues) {
    text += cue(to_text(c.one->identity) + "-" + std::to_string(c.number),
                c.span,
                payload(*c.one),
                episode);
  }
  return text;
}

}  // namespace screenalytics
