// SPDX-License-Identifier: MIT
#include "export/otio.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace screenalytics {
namespace {

using Json = nlohmann::ordered_json;

Json rational(std::int64_t frames, const FrameRate& rate) {
  return {{"OTIO_SCHEMA", "RationalTime.1"},
          {"rate", rate.fps()},
          {"value", static_cast<double>(frames)}};
}

Json range(std::int64_t first, std::int64_t frames, const FrameRate& rate) {
  return {{"OTIO_SCHEMA", "TimeRange.1"},
          {"duration", rational(frames, rate)},
          {"start_time", rational(first, rate)}};
}

/// What every object on a track carries.
Json item(const char* schema, const std::string& name, Json source, Json metadata) {
  return {{"OTIO_SCHEMA", schema},
          {"metadata", std::move(metadata)},
          {"name", name},
          {"source_range", std::move(source)},
          {"effects", Json::array()},
          {"markers", Json::array()},
          {"enabled", true}};
}

Json media(const EpisodeExport& episode) {
  const std::int64_t frames = episode.rate.frame_at(episode.time.episode.length());
  return {{"OTIO_SCHEMA", "ExternalReference.1"},
          {"metadata", Json::object()},
          {"name", file_name(episode)},
          {"available_range", range(0, frames, episode.rate)},
          {"available_image_bounds", nullptr},
          {"target_url", file_url(episode.video)}};
}

Json person_metadata(const ScreenTime& one) {
  return {{"screenalytics",
           {{"identity_id", to_text(one.identity)},
            {"cast_id", one.cast_id ? Json(*one.cast_id) : Json()}}}};
}

Json track(const ScreenTime& one, const EpisodeExport& episode) {
  Json children = Json::array();
  std::int64_t filled = 0;
  for (const TimeSpan& span : one.appearances) {
    const MediaTime start = episode.time.episode.begin;
    const std::int64_t first = std::max(filled, episode.rate.frame_at(span.begin - start));
    const std::int64_t end = std::max(first + 1, episode.rate.frame_at(span.end - start));
    if (first > filled) {
      children.push_back(item("Gap.1", "", range(0, first - filled, episode.rate), Json::object()));
    }
    Json clip =
        item("Clip.1", one.name, range(first, end - first, episode.rate), person_metadata(one));
    clip["media_reference"] = media(episode);
    children.push_back(std::move(clip));
    filled = end;
  }
  Json json = item("Track.1", one.name, nullptr, person_metadata(one));
  json["children"] = std::move(children);
  json["kind"] = "Video";
  return json;
}

}  // namespace

std::string file_url(const std::string& absolute_path) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  std::string url = "file://";
  for (const char c : absolute_path) {
    if (kPlain.find(c) != std::string_view::npos) {
      url += c;
      continue;
    }
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "%%%02X", static_cast<unsigned char>(c));
    url += text.data();
  }
  return url;
}

std::string otio_timeline(const EpisodeExport& episode) {
  Json stack = item("Stack.1", "people", nullptr, Json::object());
  stack["children"] = Json::array();
  for (const ScreenTime& one : episode.time.people) {
    if (!one.appearances.empty()) stack["children"].push_back(track(one, episode));
  }
  const Json timeline = {
      {"OTIO_SCHEMA", "Timeline.1"},
      {"metadata", {{"screenalytics", {{"ep_id", episode.ep_id}, {"run_id", episode.run_id}}}}},
      {"name", episode.ep_id},
      {"global_start_time", nullptr},
      {"tracks", std::move(stack)}};
  return timeline.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace screenalytics
