// SPDX-License-Identifier: MIT
#include "overlay/choose_people.h"

#include "core/error.h"

#include <algorithm>
#include <utility>

namespace screenalytics {
namespace {

constexpr Rgb kGrey{190, 190, 190};

void add_person(Everybody& all, OverlayPerson person, std::vector<std::string> called) {
  all.people.push_back(std::move(person));
  all.called.push_back(std::move(called));
}

void add_identities(Everybody& all, const Identities& identities) {
  for (const Identity& one : identities.identities) {
    std::vector<std::string> called{to_text(one.id), one.name};
    if (one.label) called.push_back(*one.label);
    if (one.cast_id) called.push_back(*one.cast_id);
    for (const TrackId track : one.tracks) all.who[track] = all.people.size();
    add_person(all, {one.name, colour_of_person(one.id.value)}, std::move(called));
  }
  for (const TrackId track : identities.ignored) all.who[track] = all.people.size();
  add_person(all, {"ignored", kGrey}, {});
}

void add_tracks(Everybody& all, const std::vector<Track>& tracks) {
  for (const Track& track : tracks) {
    const std::string name = "Track " + std::to_string(track.id.value);
    all.who[track.id] = all.people.size();
    add_person(all, {name, colour_of_person(track.id.value)}, {name});
  }
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::vector<std::size_t> people_called(const Everybody& all, const std::string& name) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < all.people.size(); ++i) {
    if (std::ranges::any_of(all.called[i],
                            [&](const std::string& one) { return lower(one) == lower(name); }))
      found.push_back(i);
  }
  return found;
}

std::string list_of_names(const Everybody& all) {
  constexpr std::size_t kMost = 20;
  std::string text;
  std::size_t count = 0;
  for (std::size_t i = 0; i < all.people.size(); ++i) {
    if (all.called[i].empty()) continue;
    if (++count > kMost) return text + ", ...";
    const std::string& name = all.people[i].name;
    text += (text.empty() ? "" : ", ") + name;
    if (name != all.called[i].front()) text += " (" + all.called[i].front() + ")";
  }
  return text;
}

[[noreturn]] void nobody_called(const Everybody& all, const std::string& name) {
  const std::string names = list_of_names(all);
  throw Error(ErrorKind::not_found,
              "--blur: nobody is called '" + name + "' in this run; " +
                  (names.empty() ? "nobody was found at all" : "there are: " + names));
}

}  // namespace

Everybody everybody_in(const FoundFaces& found) {
  Everybody all;
  if (found.identities) {
    add_identities(all, *found.identities);
  } else {
    add_tracks(all, found.tracks);
  }
  const std::size_t unknown = all.people.size();
  add_person(all, {"unknown", kGrey}, {});
  for (const Track& track : found.tracks) all.who.emplace(track.id, unknown);
  add_person(all, {"", kGrey}, {});
  return all;
}

void hide_chosen(Everybody& all, const BlurChoice& choice) {
  const bool others = choice.mode == BlurMode::everybody || choice.mode == BlurMode::all_but;
  for (OverlayPerson& person : all.people) person.hidden = others;
  for (const std::string& name : choice.people) {
    const auto found = people_called(all, name);
    if (found.empty()) nobody_called(all, name);
    // Whom to hide may be more than one; whom to show must be beyond doubt.
    if (found.size() > 1 && choice.mode == BlurMode::all_but) {
      throw Error(ErrorKind::bad_usage,
                  "--blur all-but: several people are called '" + name + "' (" +
                      all.called[found[0]].front() + ", " + all.called[found[1]].front() +
                      "): give the id of the one to keep clear");
    }
    for (const std::size_t i : found) all.people[i].hidden = choice.mode == BlurMode::only;
  }
}

}  // namespace screenalytics
