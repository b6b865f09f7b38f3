// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace screenalytics {

struct Bin {
  std::string label;
  std::int64_t count = 0;
};

/// How many of `values` lie in [edges[i], edges[i+1]); the last bin takes what is larger, the first
/// what is smaller.
std::vector<std::int64_t> count_in_bins(const std::vector<double>& values,
                                        const std::vector<double>& edges);

/// What is counted, one and many of it.
struct Counted {
  std::string one;
  std::string many;
};

/// A bar chart that is a table: each row has its bar, so that nothing is told by the picture alone.
std::string bar_table(const std::string& caption,
                      const Counted& what,
                      const std::vector<Bin>& bins);

}  // namespace screenalytics
