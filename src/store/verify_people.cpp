// SPDX-License-Identifier: MIT
#include "files/atomic_file.h"
#include "store/run_check.h"

#include <string>

namespace screenalytics {
namespace {

/// Tracks of each identity.
using People = std::map<std::string, std::int64_t>;

/// Books the tracks on their owner; returns how many kept faces they have.
std::int64_t claim(RunUnderCheck& run, const Json& ids, const std::string& owner) {
  std::int64_t faces = 0;
  for (const Json& one : ids) {
    const auto id = one.get<std::int64_t>();
    if (id < 1 || id > std::ssize(*run.tracks)) {
      run.fault("identities.json",
                owner + " has track " + std::to_string(id) + ", which tracks.jsonl does not have");
      continue;
    }
    CheckedTrack& track = (*run.tracks)[static_cast<std::size_t>(id - 1)];
    if (++track.owners == 2)
      run.fault("identities.json",
                "track " + std::to_string(id) + " belongs to two: also " + owner);
    faces += track.faces;
  }
  return faces;
}

void check_identity(RunUnderCheck& run, const Json& one, People& people) {
  const auto id = one.at("identity_id").get<std::string>();
  const Json& tracks = one.at("track_ids");
  if (!people.emplace(id, static_cast<std::int64_t>(tracks.size())).second)
    run.fault("identities.json", id + " is there twice");
  const std::int64_t faces = claim(run, tracks, id);
  if (faces != one.at("size").get<std::int64_t>()) {
    run.fault("identities.json",
              id + " says " + std::to_string(one.at("size").get<std::int64_t>()) +
                  " faces, its tracks have " + std::to_string(faces));
  }
  const Json& thumb = one.at("rep_thumb_rel_path");
  if (!thumb.is_null() && !run.listed.contains(thumb.get<std::string>()))
    run.fault("identities.json",
              id + " names the picture " + thumb.get<std::string>() + ", which is not there");
}

/// Empty when the file cannot be read.
std::optional<People> read_people(RunUnderCheck& run) {
  if (!run.sound("identities.json") || !run.tracks) return std::nullopt;
  try {
    const Json json = Json::parse(read_text(run.path("identities.json")));
    People people;
    for (const Json& one : json.at("identities")) check_identity(run, one, people);
    claim(run, json.at("unknown").at("track_ids"), "the unknown");
    claim(run, json.at("ignored").at("track_ids"), "the ignored");
    for (std::size_t i = 0; i < run.tracks->size(); ++i) {
      if ((*run.tracks)[i].owners == 0)
        run.fault("identities.json", "track " + std::to_string(i + 1) + " belongs to nobody");
    }
    return people;
  } catch (const Json::exception& error) {
    run.fault("identities.json", std::string("lacks what it needs: ") + error.what());
    return std::nullopt;
  }
}

void check_screen_time(RunUnderCheck& run, const People& people) {
  const Json json = Json::parse(read_text(run.path("screentime.json")));
  People left = people;
  for (const Json& one : json.at("metrics")) {
    const auto id = one.at("identity_id").get<std::string>();
    const auto found = left.find(id);
    if (found == left.end()) {
      run.fault("screentime.json",
                id + (people.contains(id) ? " is there twice" : " is nobody in identities.json"));
      continue;
    }
    if (one.at("tracks_count").get<std::int64_t>() != found->second) {
      run.fault("screentime.json", id + " has other tracks_count than identities.json has tracks");
    }
    left.erase(found);
  }
  for (const auto& [id, tracks] : left)
    run.fault("screentime.json", "lacks " + id + " of identities.json");
  for (const Json& one : json.at("timeline")) {
    if (const auto id = one.at("identity_id").get<std::string>(); !people.contains(id))
      run.fault("screentime.json", "its timeline has " + id + ", who is nobody in identities.json");
  }
}

}  // namespace

void check_people(RunUnderCheck& run) {
  const auto people = read_people(run);
  if (!people || !run.sound("screentime.json")) return;
  try {
    check_screen_time(run, *people);
  } catch (const Json::exception& error) {
    run.fault("screentime.json", std::string("lacks what it needs: ") + error.what());
  }
}

}  // namespace screenalytics
