// SPDX-License-Identifier: MIT
#include "store/run_artifacts.h"

#include "core/error.h"
#include "files/atomic_file.h"

#include <filesystem>
#include <functional>
#include <utility>

namespace screenalytics {
namespace {

double seconds(MediaTime time) { return rounded(to_seconds(time), 4); }
MediaTime time_of(const Json& json) { return MediaTime(from_seconds(json.get<double>())); }

std::filesystem::path existing(const RunFolder& run, const std::string& name, const char* command) {
  const auto path = run.file(name);
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return path;
  throw Error(ErrorKind::not_found,
              "run '" + run.run_id() + "' of episode '" + run.ep_id() + "' has no " + name +
                  ": run 'screenalytics " + command + "' first");
}

/// Reads every row; what does not fit is an Error that names the file.
void for_each_row(const RunFolder& run,
                  const std::string& name,
                  const char* command,
                  const std::function<void(const Json&)>& visit) {
  JsonLinesReader rows(existing(run, name, command));
  try {
    while (const auto row = rows.next()) visit(*row);
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::bad_data,
                "'" + run.file(name).string() + "': a row lacks what it needs (" + error.what() +
                    "): run 'screenalytics " + command + "' again");
  }
}

std::vector<TrackId> track_ids(const Json& list) {
  std::vector<TrackId> ids;
  ids.reserve(list.size());
  for (const Json& id : list) ids.push_back({id.get<std::int64_t>()});
  return ids;
}

Json id_list(const std::vector<TrackId>& ids) {
  Json list = Json::array();
  for (const TrackId id : ids) list.push_back(id.value);
  return list;
}

Json text_or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

Json to_json(const Identity& one, const std::map<IdentityId, TimeSpan>& spans) {
  Json json = {{"identity_id", to_text(one.id)},
               {"label", text_or_null(one.label)},
               {"name", one.name},
               {"cast_id", text_or_null(one.cast_id)},
               {"track_ids", id_list(one.tracks)},
               {"size", one.faces},
               {"tracks_count", one.tracks.size()},
               {"cohesion", rounded(one.cohesion, 4)},
               {"min_identity_sim", rounded(one.min_similarity, 4)},
               {"low_cohesion", one.low_cohesion},
               {"rep_track_id", one.representative ? Json(one.representative->value) : Json()},
               {"rep_thumb_rel_path", one.thumb.empty() ? Json() : Json(one.thumb)}};
  if (const auto span = spans.find(one.id); span != spans.end()) {
    json["first_ts"] = seconds(span->second.begin);
    json["last_ts"] = seconds(span->second.end);
  }
  json["seed_similarity"] = one.seed_similarity ? Json(rounded(*one.seed_similarity, 4)) : Json();
  json["edited"] = one.edited;
  return json;
}

std::optional<std::string> optional_text(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return json.get<std::string>();
}

Identity read_identity(const Json& json) {
  const auto id = read_identity_id(json.at("identity_id").get<std::string>());
  if (!id) throw Error(ErrorKind::bad_data, "not an identity id");
  Identity one{.id = *id,
               .name = json.at("name").get<std::string>(),
               .label = optional_text(json.at("label")),
               .cast_id = optional_text(json.at("cast_id")),
               .tracks = track_ids(json.at("track_ids")),
               .faces = json.at("size").get<std::int64_t>(),
               .cohesion = json.at("cohesion").get<double>(),
               .min_similarity = json.at("min_identity_sim").get<double>(),
               .low_cohesion = json.at("low_cohesion").get<bool>(),
               .edited = json.at("edited").get<bool>()};
  const Json& representative = json.at("rep_track_id");
  if (!representative.is_null()) one.representative = TrackId{representative.get<std::int64_t>()};
  one.thumb = optional_text(json.at("rep_thumb_rel_path")).value_or("");
  const Json& seed = json.at("seed_similarity");
  if (!seed.is_null()) one.seed_similarity = seed.get<double>();
  return one;
}

Identities read_identities(const Json& json) {
  Identities found;
  for (const Json& one : json.at("identities")) found.identities.push_back(read_identity(one));
  for (const Json& one : json.at("unknown").at("tracks")) {
    found.unknown.push_back({{one.at("track_id").get<std::int64_t>()},
                             one.at("reason").get<std::string>(),
                             one.at("faces").get<std::int64_t>()});
  }
  found.ignored = track_ids(json.at("ignored").at("track_ids"));
  for (const Json& one : json.at("conflicts"))
    found.conflicts.push_back(
        {one.at("kind").get<std::string>(), one.at("text").get<std::string>()});
  for (const Json& one : json.at("warnings")) found.warnings.push_back(one.get<std::string>());
  return found;
}

}  // namespace

std::vector<TrackRecord> read_tracks(const RunFolder& run) {
  std::vector<TrackRecord> tracks;
  for_each_row(run, "tracks.jsonl", "detect-track", [&](const Json& row) {
    tracks.push_back(read_track_record(row));
  });
  return tracks;
}

std::vector<Shot> read_shots(const RunFolder& run) {
  std::vector<Shot> shots;
  for_each_row(run, "shots.jsonl", "detect-track", [&](const Json& row) {
    shots.push_back({.id = {row.at("shot").get<std::int64_t>()},
                     .first = {row.at("first_frame_idx").get<std::int64_t>()},
                     .span = {time_of(row.at("first_ts")), time_of(row.at("end_ts"))}});
  });
  return shots;
}

std::vector<SampledFrame> read_samples(const RunFolder& run) {
  std::vector<SampledFrame> samples;
  for_each_row(run, "samples.jsonl", "detect-track", [&](const Json& row) {
    samples.push_back({.frame = {row.at("frame_idx").get<std::int64_t>()},
                       .shown = {time_of(row.at("ts")), time_of(row.at("end_ts"))},
                       .shot = {row.at("shot").get<std::int64_t>()}});
  });
  return samples;
}

NpyMatrix read_track_embeddings(const RunFolder& run, const std::vector<TrackRecord>& tracks) {
  NpyMatrix matrix = read_npy(existing(run, "tracks.npy", "faces-embed"));
  for (const TrackRecord& record : tracks) {
    if (!record.embedding_row) continue;
    if (*record.embedding_row >= 0 && *record.embedding_row < matrix.rows) continue;
    throw Error(ErrorKind::bad_data,
                "'" + run.file("tracks.npy").string() + "' has " + std::to_string(matrix.rows) +
                    " rows, but tracks.jsonl names row " + std::to_string(*record.embedding_row) +
                    ": run 'screenalytics faces-embed' again");
  }
  return matrix;
}

std::map<std::string, std::int64_t> count_skips(const RunFolder& run) {
  std::map<std::string, std::int64_t> skips;
  for_each_row(run, "faces.jsonl", "faces-embed", [&](const Json& row) {
    if (!row.contains("skip")) return;
    const auto text = row.at("skip").get<std::string>();
    ++skips[text.substr(0, text.find(':'))];
  });
  return skips;
}

Json to_json(const RunFolder& run,
             const Identities& identities,
             const IdentitiesHeader& header,
             const std::map<IdentityId, TimeSpan>& spans) {
  Json people = Json::array();
  for (const Identity& one : identities.identities) people.push_back(to_json(one, spans));
  Json unknown = Json::array();
  Json unknown_ids = Json::array();
  std::int64_t unknown_faces = 0;
  for (const UnknownTrack& one : identities.unknown) {
    unknown_ids.push_back(one.track.value);
    unknown.push_back(
        {{"track_id", one.track.value}, {"reason", one.reason}, {"faces", one.faces}});
    unknown_faces += one.faces;
  }
  Json conflicts = Json::array();
  for (const IdentityConflict& one : identities.conflicts)
    conflicts.push_back({{"kind", one.kind}, {"text", one.text}});
  return {{"ep_id", run.ep_id()},
          {"run_id", run.run_id()},
          {"embedding_model", header.embedding_model},
          {"fingerprint", header.fingerprint},
          {"config", header.config},
          {"stats", header.stats},
          {"warnings", identities.warnings},
          {"identities", std::move(people)},
          {"unknown",
           {{"track_ids", std::move(unknown_ids)},
            {"size", unknown_faces},
            {"tracks", std::move(unknown)}}},
          {"ignored", {{"track_ids", id_list(identities.ignored)}}},
          {"conflicts", std::move(conflicts)}};
}

Identities read_identities(const RunFolder& run) {
  const auto path = existing(run, "identities.json", "cluster");
  try {
    return read_identities(Json::parse(read_text(path)));
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::bad_data,
                "'" + path.string() + "' is damaged (" + error.what() +
                    "): run 'screenalytics cluster' again");
  }
}

}  // namespace screenalytics
