// SPDX-License-Identifier: MIT
#include "run/cluster_run.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "run/artifact_stage.h"
#include "run/people_run.h"

#include <algorithm>
#include <string>
#include <utility>

namespace screenalytics {
namespace {

constexpr const char* kArtifact = "identities.json";

/// The tracks that have an embedding, and where they stand in the input.
struct Faced {
  std::vector<Embedding> embeddings;
  std::vector<Witness> witnesses;
  std::vector<std::size_t> position;
};

Faced faced(const ClusterInput& input) {
  Faced faces;
  for (std::size_t at = 0; at < input.facts.size(); ++at) {
    if (!input.facts[at].embedding) continue;
    faces.embeddings.push_back(*input.facts[at].embedding);
    faces.witnesses.push_back({input.facts[at].voice, input.facts[at].support});
    faces.position.push_back(at);
  }
  return faces;
}

/// Rules about all tracks as rules about those that have an embedding.
LinkageRules rules_among(const LinkageRules& rules, const Faced& faces, std::size_t tracks) {
  std::vector<std::optional<std::size_t>> place(tracks);
  for (std::size_t i = 0; i < faces.position.size(); ++i) place[faces.position[i]] = i;
  const auto kept = [&](const std::vector<FacePair>& pairs) {
    std::vector<FacePair> inside;
    for (const auto& [first, second] : pairs) {
      if (place[first] && place[second]) inside.emplace_back(*place[first], *place[second]);
    }
    return inside;
  };
  return {kept(rules.together), kept(rules.apart), kept(rules.seen)};
}

std::string track_list(const ClusterInput& input, const std::vector<std::size_t>& tracks) {
  constexpr std::size_t kShown = 6;
  std::string text = "tracks ";
  for (std::size_t i = 0; i < std::min(tracks.size(), kShown); ++i)
    text += (i == 0 ? "" : ", ") + std::to_string(input.facts[tracks[i]].id.value);
  return text + (tracks.size() > kShown ? ", ..." : "");
}

void report_rules(const ClusterInput& input,
                  const Grouping& grouping,
                  const Faced& faces,
                  ClusterDraft& draft) {
  const auto text = [&](const FacePair& pair) {
    return track_list(input, {faces.position[pair.first], faces.position[pair.second]});
  };
  for (const FacePair& pair : grouping.refused) {
    draft.conflicts.push_back({"edit",
                               text(pair) +
                                   " are to be one person by one decision and two by another: they "
                                   "stay apart; undo one of the decisions"});
  }
  for (const FacePair& pair : grouping.overruled) {
    draft.conflicts.push_back({"seen_together",
                               text(pair) +
                                   " are one person by a decision, but groups with them are on "
                                   "screen at once"});
  }
}

std::vector<std::size_t> positions(const std::vector<std::size_t>& tracks, const Faced& faces) {
  std::vector<std::size_t> places;
  for (const std::size_t track : tracks) places.push_back(faces.position[track]);
  return places;
}

void add_unknown(const ClusterInput& input,
                 const std::vector<std::size_t>& left,
                 const Faced& faces,
                 ClusterDraft& draft) {
  for (std::size_t at = 0; at < input.facts.size(); ++at) {
    if (!input.facts[at].embedding) draft.unknown[at] = "no_embedding";
  }
  for (const std::size_t track : left) {
    const std::size_t at = faces.position[track];
    draft.unknown[at] = input.facts[at].doubt;
  }
}

std::map<IdentityId, TimeSpan> spans_of(const ClusterInput& input, const Identities& found) {
  std::map<TrackId, TimeSpan> tracks;
  for (const TrackFacts& facts : input.facts) tracks[facts.id] = facts.seen;
  std::map<IdentityId, TimeSpan> spans;
  for (const Identity& one : found.identities) {
    TimeSpan span = tracks.at(one.tracks.front());
    for (const TrackId track : one.tracks) {
      span.begin = std::min(span.begin, tracks.at(track).begin);
      span.end = std::max(span.end, tracks.at(track).end);
    }
    spans[one.id] = span;
  }
  return spans;
}

/// Decisions of humans that were applied, and those whose faces were not found.
struct EditCounts {
  std::int64_t applied = 0;
  std::int64_t unresolved = 0;
};

/// People as drafts again, so that those whom a decision changed are measured and numbered anew.
std::vector<PersonDraft> drafts_of(const Identities& people, const ClusterInput& input) {
  std::map<TrackId, std::size_t> position;
  for (std::size_t at = 0; at < input.facts.size(); ++at) position[input.facts[at].id] = at;
  std::vector<PersonDraft> drafts;
  for (const Identity& one : people.identities) {
    if (one.tracks.empty()) continue;
    PersonDraft draft{.label = one.label, .edited = one.edited};
    for (const TrackId track : one.tracks) draft.tracks.push_back(position.at(track));
    if (one.cast_id) draft.cast = CastMatch{*one.cast_id, one.seed_similarity.value_or(0)};
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

/// Applies the episode's log of decisions to what clustering found.
EditCounts decide(Identities& found,
                  const RunFolder& run,
                  const ClusterInput& input,
                  const std::map<std::string, std::string>& cast_names,
                  const CohesionOptions& cohesion,
                  Progress& progress) {
  EditedIdentities edited = with_decisions(found, run, input.tracks, progress);
  const EditCounts counts{edited.applied, edited.unresolved};
  if (counts.applied == 0 && counts.unresolved == 0) return counts;
  found = std::move(edited.identities);
  found.identities = make_identities(input.facts, drafts_of(found, input), cast_names, cohesion);
  return counts;
}

Json describe(const IdentityStats& stats, const EditCounts& edits) {
  return {{"faces", stats.faces},
          {"clusters", stats.clusters},
          {"tracks", stats.tracks},
          {"mixed_tracks", stats.mixed_tracks},
          {"low_cohesion_identities", stats.low_cohesion},
          {"singletons", stats.singletons},
          {"singleton_fraction", rounded(stats.singleton_fraction, 4)},
          {"largest_cluster_size", stats.largest},
          {"largest_cluster_fraction", rounded(stats.largest_fraction, 4)},
          {"unknown_tracks", stats.unknown_tracks},
          {"edits_applied", edits.applied},
          {"edits_unresolved", edits.unresolved}};
}

Json describe(const ClusterSettings& clustering, double max_distance, const Settings& settings) {
  Json json = {{"cluster_thresh", rounded(1 - max_distance, 4)}, {"max_distance", max_distance}};
  describe_clustering(
      clustering, [&](const char* name, const auto& value, const char*) { json[name] = value; });
  json["min_identity_sim"] = clustering.cohesion.min_identity_sim;
  json["match.min-similarity"] = settings.match.min_similarity;
  json["match.min-lead"] = settings.match.min_lead;
  json["show"] = settings.show.empty() ? Json() : Json(settings.show);
  return json;
}

double distance_for(const ClusterSettings& clustering, const RunEmbedder& embedder) {
  if (clustering.group.max_distance) return *clustering.group.max_distance;
  if (embedder.max_distance) return *embedder.max_distance;
  throw Error(
      ErrorKind::bad_usage,
      "embedder '" + embedder.name +
          "' has no calibrated clustering threshold here (neither in the run's manifest nor "
          "in the model pack): pass --group.max-distance");
}

}  // namespace

ClusterDraft cluster_tracks(const ClusterInput& input,
                            double max_distance,
                            const CastSeeds& cast,
                            const ClusterSettings& settings) {
  const LinkageRules all{.seen = input.seen};
  const Faced faces = faced(input);
  const LinkageRules rules = rules_among(all, faces, input.facts.size());
  const Evidence evidence{faces.embeddings, faces.witnesses, rules, max_distance};
  Grouping grouping = group_tracks(evidence, settings.group);
  ClusterDraft draft;
  report_rules(input, grouping, faces, draft);
  add_unknown(input, grouping.left, faces, draft);
  const Naming naming =
      name_groups(faces.embeddings, std::move(grouping.people), cast.seeds, rules, cast.match);
  std::vector<std::vector<std::size_t>> people;
  for (const NamedGroup& group : naming.groups) people.push_back(group.tracks);
  // Last of all: what has no voice shall not have one in names either.
  const auto left = settle_silent(evidence, settings.group, people);
  add_unknown(input, left, faces, draft);
  for (std::size_t i = 0; i < people.size(); ++i)
    draft.people.push_back({.tracks = positions(people[i], faces), .cast = naming.groups[i].cast});
  for (const NamingConflict& conflict : naming.conflicts) {
    draft.conflicts.push_back(
        {conflict.kind,
         conflict.text + " (" + track_list(input, positions(conflict.tracks, faces)) + ")"});
  }
  return draft;
}

ClusterResult cluster_run(const Settings& settings,
                          const ClusterSettings& clustering,
                          const RunContext& context) {
  const RunFolder run = find_finished_run(settings);
  auto permit = context.budget.acquire(context.stop, Stage::other);
  ArtifactStage stage(run, "cluster", {kArtifact}, context);
  const RunEmbedder embedder = embedder_of(stage.manifest(), settings);
  const double max_distance = distance_for(clustering, embedder);
  const CastSeeds cast = read_cast(settings, embedder.fingerprint, context.progress);
  const ClusterInput input = read_cluster_input(run, clustering.voice);
  context.progress.phase("cluster", static_cast<std::int64_t>(input.tracks.size()), "tracks");
  const ClusterDraft draft = cluster_tracks(input, max_distance, cast, clustering);

  ClusterResult result{.run = run};
  Identities& found = result.identities;
  found.identities = make_identities(input.facts, draft.people, cast.names, clustering.cohesion);
  for (const auto& [at, reason] : draft.unknown)
    found.unknown.push_back({input.facts[at].id, reason, input.facts[at].faces});
  found.conflicts = draft.conflicts;
  const EditCounts edits =
      decide(found, run, input, cast.names, clustering.cohesion, context.progress);
  const IdentityStats stats = measure(found, input.facts);
  found.warnings = advice(stats, found.identities);

  const Json config = describe(clustering, max_distance, settings);
  result.json = to_json(run,
                        found,
                        {.embedding_model = embedder.name,
                         .fingerprint = embedder.fingerprint,
                         .config = config,
                         .stats = describe(stats, edits)},
                        spans_of(input, found));
  result.json["pipeline_ver"] = kPipelineVersion;
  write_atomically(run.file(kArtifact), result.json.dump(1) + "\n");
  result.manifest = stage.finish(config, {{"counts", {{"identities", stats.clusters}}}});
  return result;
}

ClusterRequest as_clustered_before(const Settings& settings, const ClusterWishes& wishes) {
  ClusterRequest request{.settings = settings, .clustering = wishes.clustering};
  const auto manifest = find_finished_run(settings).manifest();
  if (!manifest || !manifest->contains("stages")) return request;
  const Json stage = manifest->at("stages").value("cluster", Json::object());
  const Json before = stage.value("settings", Json::object());
  const auto keep = [&](const std::string& name, auto& value) {
    if (before.contains(name) && !wishes.given.contains(name)) before.at(name).get_to(value);
  };
  describe_clustering(request.clustering,
                      [&](const char* name, auto& value, const char*) { keep(name, value); });
  if (before.contains("max_distance") && !wishes.given.contains("group.max-distance"))
    request.clustering.group.max_distance = before.at("max_distance").get<double>();
  keep("match.min-similarity", request.settings.match.min_similarity);
  keep("match.min-lead", request.settings.match.min_lead);
  if (request.settings.show.empty() && before.contains("show") && before.at("show").is_string())
    before.at("show").get_to(request.settings.show);
  return request;
}

}  // namespace screenalytics
