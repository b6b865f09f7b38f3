// SPDX-License-Identifier: MIT
#pragma once

#include "core/time.h"

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace screenalytics {

/// What lies in any of the spans: in time order, disjoint, touching ones joined, empty ones gone.
std::vector<TimeSpan> joined(std::vector<TimeSpan> spans);

/// Sum of the lengths.
Duration total(std::span<const TimeSpan> spans);

/// What lies in both; each side in time order and disjoint.
Duration shared(std::span<const TimeSpan> a, std::span<const TimeSpan> b);

/// Calls `visit(who, length)` for every stretch of time in which the same ones are present: `who`
/// has the positions of the lists whose spans cover it, ascending, never empty. Each list is in
/// time order and disjoint.
void for_each_company(
    std::span<const std::vector<TimeSpan>> lists,
    const std::function<void(const std::vector<std::size_t>& who, Duration length)>& visit);

}  // namespace screenalytics
