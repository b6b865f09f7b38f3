// SPDX-License-Identifier: MIT
#include "screentime/season.h"

#include "screentime/spans.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace screenalytics {
namespace {

/// What makes two rows one person.
struct SeasonKey {
  enum class Kind { cast, name, nobody } kind = Kind::nobody;
  std::string scope;  ///< show of the cast member, or episode of the nameless
  std::string who;
  friend auto operator<=>(const SeasonKey&, const SeasonKey&) = default;
};

/// Cast members by name.
class CastNames {
 public:
  explicit CastNames(std::span<const EpisodeResult> episodes) {
    for (const EpisodeResult& episode : episodes) {
      for (const ScreenTime& one : episode.time.people)
        if (one.cast_id) members_[one.name].insert(cast_key(episode, *one.cast_id));
    }
  }
  static SeasonKey cast_key(const EpisodeResult& episode, const std::string& cast_id) {
    return {SeasonKey::Kind::cast, episode.show, cast_id};
  }
  SeasonKey key_of(const EpisodeResult& episode, const ScreenTime& one) const {
    if (one.cast_id) return cast_key(episode, *one.cast_id);
    if (!one.named) {
      return {SeasonKey::Kind::nobody, episode.ep_id, std::to_string(one.identity.value)};
    }
    const auto members = members_.find(one.name);
    if (members != members_.end() && members->second.size() == 1) return *members->second.begin();
    return {SeasonKey::Kind::name, "", one.name};
  }

 private:
  std::map<std::string, std::set<SeasonKey>> members_;
};

/// The rows of one person, with the episodes that they come from.
using Rows = std::vector<std::pair<std::size_t, const ScreenTime*>>;

/// Rows of one episode count once where they overlap.
void add_part(SeasonPerson& person, std::size_t episode, std::span<const Rows::value_type> rows) {
  SeasonPart part{.episode = episode};
  std::vector<TimeSpan> spans;
  for (const auto& [ignored, one] : rows) {
    part.identities.push_back(one->identity);
    part.error_bound += one->error_bound;
    person.alone += one->alone;
    spans.insert(spans.end(), one->appearances.begin(), one->appearances.end());
  }
  spans = joined(std::move(spans));
  part.total = total(spans);
  part.appearances = std::ssize(spans);
  person.total += part.total;
  person.error_bound += part.error_bound;
  person.appearances += part.appearances;
  person.episodes += part.total > Duration::zero() ? 1 : 0;
  person.parts.push_back(std::move(part));
}

void add_parts(SeasonPerson& person, const Rows& rows) {
  for (auto first = rows.begin(); first != rows.end();) {
    const auto last =
        std::find_if(first, rows.end(), [&](const auto& row) { return row.first != first->first; });
    add_part(person, first->first, {first, last});
    first = last;
  }
}

bool comes_before(const SeasonPerson& a, const SeasonPerson& b) {
  return std::tuple(!a.named, -a.total, a.name) < std::tuple(!b.named, -b.total, b.name);
}

}  // namespace

Season roll_up(std::span<const EpisodeResult> episodes) {
  Season season;
  const CastNames names(episodes);
  std::map<SeasonKey, Rows> by_person;
  Rows unknown;
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    season.length += episodes[i].time.episode.length();
    season.faced += episodes[i].time.faced;
    for (const ScreenTime& one : episodes[i].time.people)
      by_person[names.key_of(episodes[i], one)].emplace_back(i, &one);
    unknown.emplace_back(i, &episodes[i].time.unknown);
  }
  for (const auto& [key, rows] : by_person) {
    SeasonPerson person{.name = rows.front().second->name,
                        .named = key.kind != SeasonKey::Kind::nobody};
    if (key.kind == SeasonKey::Kind::cast) {
      person.cast_id = key.who;
      person.show = key.scope;
    }
    add_parts(person, rows);
    season.people.push_back(std::move(person));
  }
  std::ranges::stable_sort(season.people, comes_before);
  add_parts(season.unknown, unknown);
  return season;
}

}  // namespace screenalytics
