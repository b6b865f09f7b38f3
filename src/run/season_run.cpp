// SPDX-License-Identifier: MIT
#include "run/season_run.h"

#include "core/error.h"
#include "export/csv.h"
#include "files/atomic_file.h"
#include "run/screentime_run.h"
#include "store/screen_time_file.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

double seconds(Duration duration) { return rounded(to_seconds(duration), 4); }

/// Episodes with a finished run, by name.
std::vector<std::string> all_episodes(const fs::path& data) {
  std::vector<std::string> names;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(data, failed)) {
    const std::string name = entry.path().filename().string();
    if (name == "facebank" || !fs::is_directory(entry.path() / "runs")) continue;
    const auto runs = list_runs(data, name);
    const bool finished = std::ranges::any_of(runs, [&](const std::string& run) {
      return fs::exists(RunFolder(data, name, run).file("manifest.json"));
    });
    if (finished) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

std::string show_of(const RunFolder& run) {
  const Json json = Json::parse(read_text(run.file("screentime.json")));
  const Json& config = json.at("config");
  return config.contains("show") && config.at("show").is_string()
             ? config.at("show").get<std::string>()
             : std::string();
}

/// Empty, with a warning, for an episode that nobody asked for by name and that is not far enough.
std::optional<MeasuredRun> measured_episode(const Settings& settings,
                                            bool named,
                                            const RunContext& context) {
  try {
    return measured_run(settings, context);
  } catch (const Error& error) {
    if (named || error.kind() != ErrorKind::not_found) throw;
    context.progress.warn(std::string(error.what()) + "; left out");
    return std::nullopt;
  }
}

std::vector<EpisodeResult> gather(const Settings& settings,
                                  const SeasonRequest& request,
                                  const RunContext& context) {
  std::vector<std::string> names =
      request.episodes.empty() ? all_episodes(settings.data) : request.episodes;
  std::vector<EpisodeResult> episodes;
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (!seen.insert(name).second) continue;
    Settings one = settings;
    one.ep_id = name;
    auto measured = measured_episode(one, !request.episodes.empty(), context);
    if (!measured) continue;
    std::string show = show_of(measured->run);
    if (!request.show.empty() && show != request.show) {
      if (!request.episodes.empty())
        context.progress.warn("episode '" + name + "' is not of show '" + request.show +
                              "': left out");
      continue;
    }
    episodes.push_back({name, measured->run.run_id(), std::move(show), std::move(measured->time)});
  }
  if (episodes.empty()) {
    throw Error(ErrorKind::not_found,
                "no finished episode " +
                    (request.show.empty() ? std::string() : "of show '" + request.show + "' ") +
                    "in '" + settings.data.string() + "': run 'screenalytics harvest' first");
  }
  return episodes;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json describe(const SeasonPerson& person,
              const Season& season,
              const std::vector<EpisodeResult>& episodes) {
  Json parts = Json::array();
  for (const SeasonPart& part : person.parts) {
    Json ids = Json::array();
    for (const IdentityId id : part.identities)
      if (id.value > 0) ids.push_back(to_text(id));
    parts.push_back({{"ep_id", episodes[part.episode].ep_id},
                     {"identity_ids", std::move(ids)},
                     {"face_visible_seconds", seconds(part.total)},
                     {"error_bound_seconds", seconds(part.error_bound)},
                     {"appearances", part.appearances}});
  }
  return {{"face_visible_seconds", seconds(person.total)},
          {"share_of_episodes", rounded(share_of(person.total, season.length), 4)},
          {"share_of_faced", rounded(share_of(person.total, season.faced), 4)},
          {"error_bound_seconds", seconds(person.error_bound)},
          {"alone_seconds", seconds(person.alone)},
          {"appearances", person.appearances},
          {"episodes_count", person.episodes},
          {"by_episode", std::move(parts)}};
}

Json to_json(const Season& season, const std::vector<EpisodeResult>& episodes) {
  Json list = Json::array();
  for (const EpisodeResult& one : episodes) {
    list.push_back({{"ep_id", one.ep_id},
                    {"run_id", one.run_id},
                    {"show", text_or_null(one.show)},
                    {"duration_s", seconds(one.time.episode.length())},
                    {"faced_seconds", seconds(one.time.faced)},
                    {"unknown_seconds", seconds(one.time.unknown.total)}});
  }
  Json people = Json::array();
  for (const SeasonPerson& person : season.people) {
    Json row = {{"name", person.name},
                {"cast_id", person.cast_id ? Json(*person.cast_id) : Json()},
                {"show", text_or_null(person.show)},
                {"named", person.named}};
    row.update(describe(person, season, episodes));
    people.push_back(std::move(row));
  }
  return {{"episodes", std::move(list)},
          {"totals",
           {{"duration_s", seconds(season.length)},
            {"faced_seconds", seconds(season.faced)},
            {"unknown_seconds", seconds(season.unknown.total)}}},
          {"people", std::move(people)},
          {"unknown", describe(season.unknown, season, episodes)}};
}

/// A line a person, a column an episode at the end.
std::string to_csv(const Season& season, const std::vector<EpisodeResult>& episodes) {
  std::vector<std::string> head{"name",
                                "cast_id",
                                "show",
                                "named",
                                "face_visible_seconds",
                                "share_of_episodes",
                                "share_of_faced",
                                "error_bound_seconds",
                                "alone_seconds",
                                "appearances",
                                "episodes_count"};
  for (const EpisodeResult& one : episodes) head.push_back(one.ep_id);
  std::string text = csv_line(head);
  const auto add = [&](const SeasonPerson& person, const std::string& name) {
    std::vector<std::string> fields{name,
                                    person.cast_id.value_or(""),
                                    person.show,
                                    person.named ? "true" : "false",
                                    csv_seconds(person.total),
                                    csv_share(person.total, season.length),
                                    csv_share(person.total, season.faced),
                                    csv_seconds(person.error_bound),
                                    csv_seconds(person.alone),
                                    std::to_string(person.appearances),
                                    std::to_string(person.episodes)};
    const std::size_t first = fields.size();
    fields.resize(first + episodes.size(), "0");
    for (const SeasonPart& part : person.parts)
      fields[first + part.episode] = csv_seconds(part.total);
    text += csv_line(fields);
  };
  for (const SeasonPerson& person : season.people) add(person, person.name);
  add(season.unknown, "unknown");
  return text;
}

}  // namespace

SeasonResult season_run(const Settings& settings,
                        const SeasonRequest& request,
                        const RunContext& context) {
  const std::vector<EpisodeResult> episodes = gather(settings, request, context);
  const auto permit = context.budget.acquire(context.stop, Stage::write);
  const fs::path folder = request.out.empty() ? settings.data : request.out;
  SeasonResult result{
      .season = roll_up(episodes), .json = folder / "season.json", .csv = folder / "season.csv"};
  for (const EpisodeResult& one : episodes) result.episodes.push_back(one.ep_id);
  write_atomically(result.json, to_json(result.season, episodes).dump(1) + "\n");
  write_atomically(result.csv, to_csv(result.season, episodes));
  return result;
}

}  // namespace screenalytics
