// SPDX-License-Identifier: MIT
#pragma once

#include "core/identity.h"
#include "core/track.h"
#include "identify/resolve_edits.h"

#include <cstdint>
#include <span>

namespace screenalytics {

/// Who is who after the decisions of humans.
struct EditedIdentities {
  Identities identities;
  std::int64_t applied = 0;
  std::int64_t unresolved = 0;  ///< decisions of which faces were not found; each is a conflict
};

/// Applies decisions one after the other, so that later ones win, to what clustering found. A
/// person keeps their id; a person that a decision makes gets a number above all of clustering's,
/// from the decision's own. Faces, cohesion and thumbnails of people with `edited` are the
/// caller's to measure anew.
///
/// A decision about whole people takes a cluster whole when most of its tracks are among those
/// that the human saw in it; of other clusters it moves just these tracks. Faces that two names
/// were given to, each on its own tracks, are never one person.
EditedIdentities apply_edits(Identities clustered,
                             std::span<const ResolvedEdit> edits,
                             std::span<const Track> tracks);

}  // namespace screenalytics
