// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

namespace screenalytics {

/// Costs of pairing each row with each column, all finite.
class CostMatrix {
 public:
  CostMatrix(std::size_t rows, std::size_t columns)
      : rows_(rows), columns_(columns), costs_(rows * columns) {}
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  float& operator()(std::size_t row, std::size_t column) { return costs_[row * columns_ + column]; }
  float operator()(std::size_t row, std::size_t column) const {
    return costs_[row * columns_ + column];
  }

 private:
  std::size_t rows_;
  std::size_t columns_;
  std::vector<float> costs_;
};

struct Pairing {
  std::size_t row = 0;
  std::size_t column = 0;
};

/// Who goes with whom. Each list ascending (pairs by row).
struct Assignment {
  std::vector<Pairing> pairs;
  std::vector<std::size_t> free_rows;
  std::vector<std::size_t> free_columns;
};

/// The cheapest assignment in which a row or column may also stay free for `limit / 2`: so no pair
/// costs more than `limit`. Jonker & Volgenant, "A Shortest Augmenting Path Algorithm for Dense and
/// Sparse Linear Assignment Problems", Computing 38, 1987. Among equally cheap assignments it picks
/// the one that the reference tracker picks, because the order of its scans is kept.
Assignment assign(const CostMatrix& costs, float limit);

}  // namespace screenalytics
