// SPDX-License-Identifier: MIT
#pragma once

#include "run/people_run.h"

#include <string>

namespace screenalytics {

struct PromoteRequest {
  std::string person;   ///< id or name
  std::string cast_id;  ///< empty: the person's own, else made from the name
  std::string name;     ///< empty: the one that a human or a seed gave
};

/// A confirmed person of an episode becomes a cast member of `settings.show`: the pooled faces of
/// their best tracks become seeds in the show's facebank, so that the next episode's clustering
/// names them, and the decision is logged in the episode. Its undo (`record_decision`) takes the
/// seeds out again. Throws Error{bad_usage} without a name or a show, and when the person looks
/// like another member; Error{bad_data} when no track is good enough.
Edit promote_person(const Settings& settings,
                    const PromoteRequest& request,
                    const RunContext& context);

/// "Jane Doe" -> "jane-doe": what can be a cast id of a name; empty when nothing can.
std::string cast_id_of(const std::string& name);

}  // namespace screenalytics
