// SPDX-License-Identifier: MIT
#pragma once

#include "identify/group_tracks.h"
#include "identify/identities.h"
#include "identify/track_facts.h"

namespace screenalytics {

/// What the cluster stage is told, besides where the run is. Defaults live in the structs of
/// `identify`.
struct ClusterSettings {
  GroupOptions group;
  VoiceOptions voice;
  CohesionOptions cohesion;
};

/// Calls field(name, value, help) for every tunable but group.max_distance, whose default is the
/// model card's. The command line and the manifest walk it.
template <typename S, typename Field>
void describe_clustering(S& settings, Field&& field) {
  field("group.common",
        settings.group.support.common,
        "share that faces of one track have in common; below 1, tracks of several faces must be "
        "nearer than single faces");
  field("group.enough-faces",
        settings.group.support.enough,
        "more faces of one track than this say nothing new");
  field("group.straggler-tracks",
        settings.group.straggler_tracks,
        "groups of this many tracks at most may follow a larger one that is a little too far");
  field("group.straggler-reach", settings.group.straggler_reach, "how much too far (distance)");
  field("group.weak-reach", settings.group.weak_reach, "the same for weak tracks");
  field("group.min-lead",
        settings.group.min_lead,
        "who follows must be nearer to its person than to any other by this");
  field("group.weak-people", settings.group.weak_people, "weak tracks that make a person alone");
  field("group.weak-margin",
        settings.group.weak_margin,
        "how much nearer than max-distance they must be to each other");
  field("voice.min-size", settings.voice.min_size, "smaller faces have a weak voice, pixels");
  field("voice.min-blur", settings.voice.min_blur, "lower variance of the Laplacian: a weak voice");
  field("voice.min-confidence",
        settings.voice.min_confidence,
        "lower detector score: a weak voice, may be no face");
  field("voice.min-agreement",
        settings.voice.min_agreement,
        "smaller share of faces that agree with each other: a weak voice");
  field("cohesion.min-cohesion",
        settings.cohesion.min_cohesion,
        "people below get a low_cohesion mark (mean cosine)");
  field("cohesion.min-identity-sim",
        settings.cohesion.min_identity_sim,
        "the same for the track that looks least like its person");
}

}  // namespace screenalytics
