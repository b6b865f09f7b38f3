// SPDX-License-Identifier: MIT
#include "run/promote_run.h"

#include "core/error.h"
#include "run/artifact_stage.h"
#include "run/cluster_input.h"
#include "run/manifest.h"
#include "store/edit_log.h"
#include "store/facebank.h"
#include "store/names.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace screenalytics {
namespace {

constexpr std::size_t kMostSeeds = 5;

/// A track whose face may stand for the person.
struct Candidate {
  TrackFacts facts;
  ShotId shot;
  float score = 0;
  float size = 0;
};

Candidate candidate_of(const TrackFacts& facts, const Track& track) {
  Candidate one{.facts = facts, .shot = track.shot};
  for (const Sighting& look : track.sightings) {
    one.score = std::max(one.score, look.detection.score);
    one.size = std::max(one.size, look.quality.size);
  }
  return one;
}

/// The best tracks, of different shots first.
std::vector<Candidate> best_tracks(const ClusterInput& input, const Identity& person) {
  const std::set<TrackId> own(person.tracks.begin(), person.tracks.end());
  std::vector<Candidate> good;
  for (std::size_t at = 0; at < input.facts.size(); ++at) {
    const TrackFacts& facts = input.facts[at];
    const bool fit = facts.embedding && facts.coherent && facts.voice == Voice::full;
    if (own.contains(facts.id) && fit && !facts.thumb.empty())
      good.push_back(candidate_of(facts, input.tracks[at].track));
  }
  std::ranges::sort(
      good, {}, [](const Candidate& one) { return std::tuple(-one.facts.quality, one.facts.id); });
  std::set<ShotId> shots;
  std::ranges::stable_partition(
      good, [&](const Candidate& one) { return shots.insert(one.shot).second; });
  if (good.size() > kMostSeeds) good.erase(good.begin() + kMostSeeds, good.end());
  return good;
}

std::string chosen_name(const PromoteRequest& request, const Identity& person) {
  if (!request.name.empty()) return checked_person_name(request.name);
  if (person.label) return *person.label;
  throw Error(ErrorKind::bad_usage,
              to_text(person.id) +
                  " has no name yet: give one with --name, or 'screenalytics people rename' first");
}

std::string chosen_cast_id(const PromoteRequest& request,
                           const Identity& person,
                           const std::string& name) {
  if (!request.cast_id.empty()) {
    check_name("cast id", request.cast_id);
    return request.cast_id;
  }
  if (person.cast_id) return *person.cast_id;
  std::string made = cast_id_of(name);
  if (made.empty())
    throw Error(ErrorKind::bad_usage,
                "no cast id can be made from the name '" + name + "': pass --cast-id");
  return made;
}

/// The person is nobody else of the cast.
void check_not_another(const Facebank& bank,
                       const std::vector<Candidate>& best,
                       const std::string& cast_id,
                       const std::string& fingerprint,
                       const MatchOptions& options) {
  std::vector<Seed> seeds;
  for (const CastMember& member : bank.members()) {
    for (const SeedPhoto& seed : member.seeds) {
      if (seed.fingerprint == fingerprint) seeds.push_back({member.cast_id, seed.embedding});
    }
  }
  for (const Candidate& one : best) {
    const auto match = match_cast(*one.facts.embedding, seeds, options);
    if (!match || match->cast_id == cast_id) continue;
    throw Error(ErrorKind::bad_usage,
                "this person looks like '" + match->cast_id + "' of show '" + bank.show() +
                    "' (track " + std::to_string(one.facts.id.value) + ", cosine " +
                    std::to_string(match->similarity).substr(0, 4) + "): pass --cast-id " +
                    match->cast_id + " when it is the same person");
  }
}

const CastMember* member_called(const std::vector<CastMember>& members, const std::string& id) {
  const auto found = std::ranges::find(members, id, &CastMember::cast_id);
  return found == members.end() ? nullptr : &*found;
}

/// Ids of the seeds that were not there before.
std::vector<std::string> add_seeds_of(const RunFolder& run,
                                      const std::vector<Candidate>& best,
                                      const Edit& edit,
                                      const std::string& fingerprint,
                                      Facebank& bank) {
  const auto ids = [&] {
    std::set<std::string> all;
    const auto members = bank.members();
    if (const CastMember* member = member_called(members, edit.cast_id)) {
      for (const SeedPhoto& seed : member->seeds) all.insert(seed.seed_id);
    }
    return all;
  };
  const auto before = ids();
  for (const Candidate& one : best) {
    bank.add(edit.cast_id,
             edit.name,
             run.file(one.facts.thumb),
             {.seed_id = {},
              .photo = {},
              .fingerprint = fingerprint,
              .score = one.score,
              .size = one.size,
              .embedding = *one.facts.embedding});
  }
  std::vector<std::string> added;
  std::ranges::set_difference(ids(), before, std::back_inserter(added));
  return added;
}

}  // namespace

std::string cast_id_of(const std::string& name) {
  std::string id;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (letter) id += c;
    if (c >= 'A' && c <= 'Z') id += static_cast<char>(c - 'A' + 'a');
    if ((c == ' ' || c == '-' || c == '_') && !id.empty() && id.back() != '-') id += '-';
  }
  while (!id.empty() && id.back() == '-') id.pop_back();
  return id.substr(0, 64);
}

Edit promote_person(const Settings& settings,
                    const PromoteRequest& request,
                    const RunContext& context) {
  if (settings.show.empty())
    throw Error(ErrorKind::bad_usage, "people promote needs --show: whose cast the person joins");
  const auto permit = context.budget.acquire(context.stop, Stage::start);
  Facebank bank(settings.data, settings.show);
  const RunFolder run = find_finished_run(settings);
  const PeopleView view = read_people_view(run);
  const Identity& person = person_called(view, request.person);
  PeopleRequest decision{.op = EditOp::assign};
  decision.name = chosen_name(request, person);
  decision.cast_id = chosen_cast_id(request, person, decision.name);
  for (const TrackId track : person.tracks) decision.tracks.push_back(track.value);

  const std::string fingerprint =
      embedder_of(run.manifest().value_or(Json::object()), settings).fingerprint;
  const auto best = best_tracks(read_cluster_input(run, {}), person);
  if (best.empty())
    throw Error(ErrorKind::bad_data,
                to_text(person.id) +
                    " has no track with a face that is large, sharp and sure enough to be known "
                    "by: use 'screenalytics facebank add' with photos instead");
  check_not_another(bank, best, decision.cast_id, fingerprint, settings.match);
  Edit edit = make_edit(decision, view);
  edit.show = settings.show;
  edit.seeds = add_seeds_of(run, best, edit, fingerprint, bank);
  return log_decision(settings, std::move(edit), context.progress);
}

}  // namespace screenalytics
