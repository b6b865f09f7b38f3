// SPDX-License-Identifier: MIT
#include "store/screen_time_file.h"

#include "core/error.h"
#include "core/identity.h"
#include "files/atomic_file.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

namespace screenalytics {
namespace {

constexpr int kDecimals = 4;

template <typename Time>
double seconds(Time time) {
  return rounded(to_seconds(time), kDecimals);
}

Json text_or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

/// The fields that people and the unknown have in common.
void add_metric(Json& row, const ScreenTime& one, const EpisodeScreenTime& all) {
  const auto& spans = one.appearances;
  const auto longest = std::ranges::max_element(spans, {}, &TimeSpan::length);
  row["face_visible_seconds"] = seconds(one.total);
  row["gap_bridged_seconds"] = seconds(one.bridged);
  row["share_of_episode"] = rounded(share_of(one.total, all.episode.length()), kDecimals);
  row["share_of_faced"] = rounded(share_of(one.total, all.faced), kDecimals);
  row["error_bound_seconds"] = seconds(one.error_bound);
  row["first_ts"] = spans.empty() ? Json() : Json(seconds(spans.front().begin));
  row["last_ts"] = spans.empty() ? Json() : Json(seconds(spans.back().end));
  row["appearances"] = spans.size();
  row["longest_seconds"] = spans.empty() ? 0.0 : seconds(longest->length());
  row["alone_seconds"] = seconds(one.alone);
  row["tracks_count"] = one.tracks;
  row["faces_count"] = one.faces;
  row["shots_count"] = one.shots;
  row["dropped_stretches"] = one.dropped;
}

Json who(const ScreenTime& one) {
  return {{"identity_id", to_text(one.identity)},
          {"name", one.name},
          {"cast_id", text_or_null(one.cast_id)}};
}

Json intervals(const ScreenTime& one) {
  Json list = Json::array();
  for (const TimeSpan& span : one.appearances)
    list.push_back({seconds(span.begin), seconds(span.end)});
  return list;
}

Json totals(const EpisodeScreenTime& time) {
  Duration sum{};
  for (const ScreenTime& one : time.people) sum += one.total;
  return {{"faced_seconds", seconds(time.faced)},
          {"faced_share", rounded(share_of(time.faced, time.episode.length()), kDecimals)},
          {"unknown_seconds", seconds(time.unknown.total)},
          {"unknown_share", rounded(share_of(time.unknown.total, time.faced), kDecimals)},
          {"cast_union_coverage_s", seconds(time.known)},
          {"cast_sum_time_s", seconds(sum)},
          {"multi_cast_overlap_s", seconds(time.several)},
          {"error_bound_seconds", seconds(time.error_bound)}};
}

Json company(const EpisodeScreenTime& time) {
  Json ids = Json::array();
  for (const ScreenTime& one : time.people) ids.push_back(to_text(one.identity));
  Json rows = Json::array();
  for (const auto& row : time.together) {
    Json cells = Json::array();
    for (const Duration cell : row) cells.push_back(seconds(cell));
    rows.push_back(std::move(cells));
  }
  return {{"identities", std::move(ids)}, {"seconds", std::move(rows)}};
}

Json shots(const EpisodeScreenTime& time) {
  Json rows = Json::array();
  for (const ShotPresence& shot : time.shots) {
    Json present = Json::object();
    for (const auto& [id, length] : shot.present) present[to_text(id)] = seconds(length);
    rows.push_back({{"shot", shot.shot.value},
                    {"first_ts", seconds(shot.span.begin)},
                    {"end_ts", seconds(shot.span.end)},
                    {"seconds", std::move(present)}});
  }
  return rows;
}

Duration duration_of(const Json& json) { return from_seconds(json.get<double>()); }
MediaTime time_of(const Json& json) { return MediaTime(duration_of(json)); }

IdentityId identity_of(const std::string& text) {
  if (const auto id = read_identity_id(text)) return *id;
  throw Error(ErrorKind::bad_data, "'" + text + "' is no identity id");
}

void read_metric(const Json& row, const Json& spans, ScreenTime& one) {
  one.total = duration_of(row.at("face_visible_seconds"));
  one.bridged = duration_of(row.at("gap_bridged_seconds"));
  one.error_bound = duration_of(row.at("error_bound_seconds"));
  one.alone = duration_of(row.at("alone_seconds"));
  one.tracks = row.at("tracks_count").get<std::int64_t>();
  one.faces = row.at("faces_count").get<std::int64_t>();
  one.shots = row.at("shots_count").get<std::int64_t>();
  one.dropped = row.at("dropped_stretches").get<std::int64_t>();
  for (const Json& span : spans)
    one.appearances.push_back({time_of(span.at(0)), time_of(span.at(1))});
}

ScreenTime read_person(const Json& row, const Json& line) {
  if (row.at("identity_id") != line.at("identity_id"))
    throw Error(ErrorKind::bad_data, "timeline and metrics do not list the same people");
  ScreenTime one{.identity = identity_of(row.at("identity_id").get<std::string>()),
                 .name = row.at("name").get<std::string>(),
                 .named = row.at("named").get<bool>()};
  if (const Json& cast = row.at("cast_id"); !cast.is_null()) one.cast_id = cast.get<std::string>();
  read_metric(row, line.at("intervals"), one);
  return one;
}

ShotPresence read_shot(const Json& row) {
  ShotPresence shot{.shot = {row.at("shot").get<std::int64_t>()},
                    .span = {time_of(row.at("first_ts")), time_of(row.at("end_ts"))}};
  for (const auto& [id, length] : row.at("seconds").items())
    shot.present[identity_of(id)] = duration_of(length);
  return shot;
}

EpisodeScreenTime read(const Json& json) {
  const Json& episode = json.at("episode");
  const Json& sums = json.at("totals");
  EpisodeScreenTime time{
      .episode = {time_of(episode.at("start_ts")), time_of(episode.at("end_ts"))},
      .sampled_frames = episode.at("sampled_frames").get<std::int64_t>(),
      .sampling_step = duration_of(episode.at("sampling_step_s")),
      .faced = duration_of(sums.at("faced_seconds")),
      .known = duration_of(sums.at("cast_union_coverage_s")),
      .several = duration_of(sums.at("multi_cast_overlap_s")),
      .error_bound = duration_of(sums.at("error_bound_seconds"))};
  const Json& rows = json.at("metrics");
  for (std::size_t i = 0; i < rows.size(); ++i)
    time.people.push_back(read_person(rows[i], json.at("timeline").at(i)));
  read_metric(json.at("unknown"), json.at("unknown").at("intervals"), time.unknown);
  const Json& cells = json.at("co_appearance").at("seconds");
  if (cells.size() != time.people.size())
    throw Error(ErrorKind::bad_data, "co_appearance and metrics do not list the same people");
  for (const Json& row : cells) {
    time.together.emplace_back();
    for (std::size_t i = 0; i < cells.size(); ++i)
      time.together.back().push_back(duration_of(row.at(i)));
  }
  for (const Json& row : json.at("shots")) time.shots.push_back(read_shot(row));
  return time;
}

}  // namespace

Json to_json(const RunFolder& run, const EpisodeScreenTime& time, const Json& config) {
  Json metrics = Json::array();
  Json timeline = Json::array();
  for (const ScreenTime& one : time.people) {
    Json row = who(one);
    row["named"] = one.named;
    add_metric(row, one, time);
    metrics.push_back(std::move(row));
    timeline.push_back(who(one));
    timeline.back()["intervals"] = intervals(one);
  }
  Json unknown = Json::object();
  add_metric(unknown, time.unknown, time);
  unknown["intervals"] = intervals(time.unknown);
  return {{"ep_id", run.ep_id()},
          {"episode_id", run.ep_id()},
          {"run_id", run.run_id()},
          {"config", config},
          {"episode",
           {{"start_ts", seconds(time.episode.begin)},
            {"end_ts", seconds(time.episode.end)},
            {"duration_s", seconds(time.episode.length())},
            {"shots", time.shots.size()},
            {"sampled_frames", time.sampled_frames},
            {"sampling_step_s", seconds(time.sampling_step)}}},
          {"totals", totals(time)},
          {"metrics", std::move(metrics)},
          {"timeline", std::move(timeline)},
          {"unknown", std::move(unknown)},
          {"co_appearance", company(time)},
          {"shots", shots(time)}};
}

EpisodeScreenTime read_screen_time(const RunFolder& run) {
  const auto path = run.file("screentime.json");
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    throw Error(ErrorKind::not_found,
                "run '" + run.run_id() + "' of episode '" + run.ep_id() +
                    "' has no screentime.json: run 'screenalytics screentime' first");
  }
  const auto damaged = [&](const std::string& fault) {
    return Error(ErrorKind::bad_data,
                 "'" + path.string() + "' is damaged (" + fault +
                     "): run 'screenalytics screentime' again");
  };
  try {
    return read(Json::parse(read_text(path)));
  } catch (const Json::exception& error) {
    throw damaged(error.what());
  } catch (const Error& error) {
    throw error.kind() == ErrorKind::bad_data ? damaged(error.what()) : error;
  }
}

}  // namespace screenalytics
