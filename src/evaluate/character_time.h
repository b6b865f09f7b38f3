// SPDX-License-Identifier: MIT
#pragma once

#include "core/time.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace screenalytics {

/// When somebody is on screen.
struct Presence {
  std::string name;
  std::vector<TimeSpan> on;     ///< in time order, disjoint
  std::vector<TimeSpan> maybe;  ///< neither demanded nor held against anybody; never overlaps `on`
};

struct PersonTime {
  std::string name;
  Duration truth{};
  Duration measured{};  ///< of the identity that stands for the person; outside `maybe`
  Duration correct{};   ///< of both
  std::optional<std::size_t> identity;  ///< number in the measured list
};

/// Seconds of people, so two people for one second are two seconds. As the diarisation error rate
/// counts speakers (NIST, "The Rich Transcription Evaluation Plan", 2009): in every instant missed
/// = max(0, true - measured), extra = max(0, measured - true), wrong = min(true, measured) -
/// correct.
struct CharacterTime {
  Duration truth{};
  Duration missed{};
  Duration extra{};
  Duration wrong{};                ///< given to somebody else
  double error() const;            ///< (missed + extra + wrong) / truth
  std::vector<PersonTime> people;  ///< as in the truth
};

/// Identities stand for people by the one-to-one assignment with most common seconds.
CharacterTime character_time(std::span<const Presence> truth, std::span<const Presence> measured);

}  // namespace screenalytics
