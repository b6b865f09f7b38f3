// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstdint>

namespace screenalytics {

/// A number that cannot be mistaken for another kind of number.
template <typename Tag>
struct Id {
  std::int64_t value = 0;
  friend auto operator<=>(const Id&, const Id&) = default;
};

using FrameIndex = Id<struct FrameIndexTag>;  ///< rank of a frame in presentation order, from 0
using TrackId = Id<struct TrackIdTag>;        ///< from 1, in order of first appearance
using ShotId = Id<struct ShotIdTag>;          ///< from 0, in time order
using IdentityId =
    Id<struct IdentityIdTag>;  ///< from 1, in order of first appearance; 0: nobody in particular

}  // namespace screenalytics
