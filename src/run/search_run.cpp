// SPDX-License-Identifier: MIT
#include "run/search_run.h"

#include "core/error.h"
#include "identify/nearest_rows.h"
#include "run/cut_face.h"
#include "run/loaded_models.h"
#include "store/mapped_npy.h"
#include "store/names.h"
#include "store/run_artifacts.h"
#include "video/photo.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

std::string box_text(const Box& box) {
  std::string text;
  for (const float corner : {box.left, box.top, box.right, box.bottom})
    text += (text.empty() ? "(" : ", ") + std::to_string(static_cast<int>(corner));
  return text + ")";
}

/// Left to right, so that a human can count them.
Detection chosen_face(Detections faces, const SearchRequest& request) {
  const std::string photo = "'" + request.photo.string() + "'";
  if (faces.empty()) {
    throw Error(ErrorKind::bad_media,
                "no face was found in " + photo +
                    ": use a photo that shows the face larger and from the front");
  }
  std::ranges::sort(faces, {}, [](const Detection& face) { return face.box.left; });
  const auto count = static_cast<int>(faces.size());
  if (request.face == 0 && count == 1) return faces.front();
  if (request.face >= 1 && request.face <= count)
    return faces[static_cast<std::size_t>(request.face - 1)];
  std::string boxes;
  for (int i = 0; i < count; ++i)
    boxes += " " + std::to_string(i + 1) + " at " +
             box_text(faces[static_cast<std::size_t>(i)].box) + (i + 1 < count ? "," : "");
  throw Error(request.face == 0 ? ErrorKind::bad_media : ErrorKind::bad_usage,
              std::to_string(count) + " face(s) were found in " + photo + ":" + boxes +
                  "; choose one with --face N");
}

Embedding photo_embedding(const Settings& settings,
                          const SearchRequest& request,
                          const LoadedModels& models,
                          CpuBudget::Permit& permit) {
  permit.enter(Stage::decode);
  const auto picture = read_photo(request.photo);
  permit.enter(Stage::detect);
  const Size input = input_size(picture->size(), picture->pixel_aspect(), settings.detect);
  const Image small = picture->scaled(input);
  const auto found = models.detector->detect({&small, 1});
  const Detection face =
      chosen_face(to_source(found.front(), input, picture->size(), settings.detect), request);
  permit.enter(Stage::crop);
  const CutFace cut = cut_face(*picture, face, settings);
  permit.enter(Stage::embed);
  if (cut.crop) {
    auto embedding = models.embedder->embed({&*cut.crop, 1});
    if (embedding.front()) return std::move(*embedding.front());
  }
  throw Error(ErrorKind::bad_media,
              "the face in '" + request.photo.string() + "' cannot be used: use another photo");
}

/// Who a track is, as far as the run has people.
struct Named {
  std::string id;
  std::string name;
};

std::map<TrackId, Named> names_of(const RunFolder& run) {
  std::map<TrackId, Named> names;
  if (!fs::exists(run.file("identities.json"))) return names;
  for (const Identity& one : read_identities(run).identities) {
    for (const TrackId track : one.tracks) names[track] = {to_text(one.id), one.name};
  }
  return names;
}

Json hit_row(const RunFolder& run,
             const TrackRecord& record,
             const Named* named,
             double similarity) {
  const auto& seen = record.track.sightings;
  const auto seconds = [](MediaTime time) { return rounded(to_seconds(time), 4); };
  Json row = {{"ep_id", run.ep_id()},
              {"run_id", run.run_id()},
              {"identity_id", named == nullptr ? Json() : Json(named->id)},
              {"name", named == nullptr ? Json() : Json(named->name)},
              {"track_id", record.track.id.value},
              {"first_ts", seconds(seen.front().time)},
              {"last_ts", seconds(seen.back().time)},
              {"similarity", rounded(similarity, 4)},
              {"thumb", record.thumb.empty() ? Json() : Json(run.file(record.thumb).string())}};
  if (record.from_skipped) row["face_embedding_from"] = "skipped";
  return row;
}

/// Hits of one run, nearest first.
std::vector<Json> hits_in(const RunFolder& run, const Embedding& face, double min_similarity) {
  const auto path = run.file("tracks.npy");
  if (!fs::exists(path)) return {};
  const MappedNpy vectors(path);
  if (vectors.columns() != static_cast<std::int64_t>(face.values().size())) return {};
  const auto near = nearest_rows(face.values(), vectors.values(), min_similarity);
  if (near.empty()) return {};
  std::map<std::int64_t, TrackRecord> by_row;
  for (TrackRecord& record : read_tracks(run)) {
    if (record.embedding_row) by_row.emplace(*record.embedding_row, std::move(record));
  }
  const auto names = names_of(run);
  std::vector<Json> hits;
  for (const NearRow& one : near) {
    const auto record = by_row.find(static_cast<std::int64_t>(one.row));
    if (record == by_row.end()) continue;
    const auto named = names.find(record->second.track.id);
    hits.push_back(hit_row(
        run, record->second, named == names.end() ? nullptr : &named->second, one.similarity));
  }
  return hits;
}

/// The first (so the nearest) hit of each value of `key`.
Json best_by(const std::vector<Json>& hits, const std::vector<const char*>& keys) {
  Json best = Json::array();
  std::set<std::vector<std::string>> seen;
  for (const Json& hit : hits) {
    std::vector<std::string> value;
    for (const char* key : keys)
      value.push_back(hit.at(key).is_null() ? "" : hit.at(key).get<std::string>());
    if (value.back().empty() || !seen.insert(value).second) continue;
    best.push_back(hit);
  }
  return best;
}

}  // namespace

std::vector<RunFolder> newest_runs(const fs::path& data) {
  std::vector<std::string> episodes;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(data, none)) {
    const std::string name = entry.path().filename().string();
    if (name != "facebank" && is_valid_name(name) && fs::is_directory(entry.path() / "runs"))
      episodes.push_back(name);
  }
  std::ranges::sort(episodes);
  std::vector<RunFolder> runs;
  for (const std::string& episode : episodes) {
    const auto names = list_runs(data, episode);
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
      RunFolder run(data, episode, *name);
      if (!fs::exists(run.file("manifest.json"))) continue;
      runs.push_back(std::move(run));
      break;
    }
  }
  return runs;
}

std::string embedder_fingerprint(const Json& manifest) {
  for (const Json& model : manifest.value("models", Json::array())) {
    if (model.value("role", "") == "embedder") return model.value("fingerprint", "");
  }
  return {};
}

std::string show_of(const Json& manifest) {
  const auto stages = manifest.find("stages");
  if (stages == manifest.end() || !stages->contains("cluster")) return {};
  const Json settings = stages->at("cluster").value("settings", Json::object());
  const auto show = settings.find("show");
  return show != settings.end() && show->is_string() ? show->get<std::string>() : std::string();
}

Json search_face(const Settings& settings,
                 const Embedding& face,
                 const std::string& fingerprint,
                 double min_similarity,
                 int top) {
  std::vector<Json> hits;
  Json skipped = Json::array();
  std::int64_t searched = 0;
  for (const RunFolder& run : newest_runs(settings.data)) {
    const Json manifest = run.manifest().value_or(Json::object());
    if (!settings.show.empty() && show_of(manifest) != settings.show) continue;
    const std::string theirs = embedder_fingerprint(manifest);
    if (theirs != fingerprint) {
      skipped.push_back({{"ep_id", run.ep_id()},
                         {"run_id", run.run_id()},
                         {"reason", theirs.empty() ? "no embeddings" : "another model"}});
      continue;
    }
    ++searched;
    std::ranges::move(hits_in(run, face, min_similarity), std::back_inserter(hits));
  }
  std::ranges::stable_sort(hits, std::ranges::greater(), [](const Json& hit) {
    return hit.at("similarity").get<double>();
  });
  Json shown = Json::array();
  for (std::size_t i = 0; i < hits.size() && i < static_cast<std::size_t>(std::max(top, 0)); ++i)
    shown.push_back(hits[i]);
  return {{"min_similarity", min_similarity},
          {"fingerprint", fingerprint},
          {"episodes_searched", searched},
          {"skipped", std::move(skipped)},
          {"tracks_found", hits.size()},
          {"tracks", std::move(shown)},
          {"best_per_episode", best_by(hits, {"ep_id"})},
          {"best_per_person", best_by(hits, {"ep_id", "identity_id"})}};
}

Json search_photo(const Settings& settings,
                  const SearchRequest& request,
                  const RunContext& context) {
  auto permit = context.budget.acquire(context.stop, Stage::start);
  const LoadedModels models = load_models(settings);
  const Embedding face = photo_embedding(settings, request, models, permit);
  const ModelCard& card = models.embedder_card();
  const auto verify = card.thresholds.find("verify");
  const double least =
      verify == card.thresholds.end() ? settings.match.min_similarity : verify->second;
  permit.enter(Stage::start);
  Json found = search_face(settings, face, card.fingerprint(), least, request.top);
  for (const Json& run : found.at("skipped")) {
    context.progress.warn("episode '" + run.at("ep_id").get<std::string>() +
                          "' was not searched (" + run.at("reason").get<std::string>() +
                          "): harvest it again with this model pack");
  }
  Json result = {{"photo", request.photo.string()}};
  result.update(found);
  return result;
}

}  // namespace screenalytics
