// SPDX-License-Identifier: MIT
#include "core/assignment.h"

#include <cstdint>
#include <limits>
#include <utility>

namespace screenalytics {
namespace {

constexpr std::size_t kNobody = std::numeric_limits<std::size_t>::max();
constexpr double kFar = 1e6;  // beyond any cost

/// The square problem: n rows, n columns, every row gets a column.
class SquareAssignment {
 public:
  SquareAssignment(std::vector<double> costs, std::size_t n)
      : n_(n),
        costs_(std::move(costs)),
        price_(n, kFar),
        row_of_(n, kNobody),
        column_of_(n, kNobody),
        order_(n),
        came_from_(n),
        distance_(n) {}

  /// The column of each row.
  std::vector<std::size_t> solve() {
    std::vector<std::size_t> free = reduce_columns();
    for (int pass = 0; pass < 2 && !free.empty(); ++pass) reduce_rows(free);
    for (const std::size_t row : free) augment(row);
    return std::move(column_of_);
  }

 private:
  struct Offer {
    std::size_t column = kNobody;
    double cost = kFar;
  };
  /// Columns in `order_`: [0, scan_begin) are done, [scan_begin, scan_end) lie at the distance
  /// reached so far and wait to be scanned, the rest is farther.
  struct Frontier {
    std::size_t scan_begin = 0;
    std::size_t scan_end = 0;
  };

  double cost(std::size_t row, std::size_t column) const { return costs_[row * n_ + column]; }
  double reduced(std::size_t row, std::size_t column) const {
    return cost(row, column) - price_[column];
  }

  /// Gives each column's cheapest row that column if nobody else took the row; returns free rows.
  std::vector<std::size_t> reduce_columns() {
    for (std::size_t row = 0; row < n_; ++row) {
      for (std::size_t column = 0; column < n_; ++column) {
        if (cost(row, column) >= price_[column]) continue;
        price_[column] = cost(row, column);
        row_of_[column] = row;
      }
    }
    std::vector<std::uint8_t> wanted_twice(n_, 0);
    for (std::size_t column = n_; column-- > 0;) {
      const std::size_t row = row_of_[column];
      if (column_of_[row] == kNobody) {
        column_of_[row] = column;
      } else {
        wanted_twice[row] = 1;
        row_of_[column] = kNobody;
      }
    }
    std::vector<std::size_t> free;
    for (std::size_t row = 0; row < n_; ++row) {
      if (column_of_[row] == kNobody) {
        free.push_back(row);
      } else if (wanted_twice[row] == 0) {
        lower_price_of_only_choice(row);
      }
    }
    return free;
  }

  /// Reduction transfer: the price of the row's column falls by what the next best column costs
  /// more.
  void lower_price_of_only_choice(std::size_t row) {
    const std::size_t own = column_of_[row];
    double least = kFar;
    for (std::size_t column = 0; column < n_; ++column) {
      if (column != own && reduced(row, column) < least) least = reduced(row, column);
    }
    price_[own] -= least;
  }

  std::pair<Offer, Offer> two_cheapest(std::size_t row) const {
    Offer best{0, reduced(row, 0)};
    Offer second;
    for (std::size_t column = 1; column < n_; ++column) {
      const double offered = reduced(row, column);
      if (offered >= second.cost) continue;
      if (offered >= best.cost) {
        second = {column, offered};
      } else {
        second = best;
        best = {column, offered};
      }
    }
    return {best, second};
  }

  /// Augmenting row reduction: each free row outbids the holder of its best column, who is free
  /// then.
  void reduce_rows(std::vector<std::size_t>& free) {
    std::size_t next = 0;
    std::size_t kept = 0;
    std::size_t rounds = 0;
    while (next < free.size()) {
      ++rounds;
      const std::size_t row = free[next++];
      const auto [best, second] = two_cheapest(row);
      const double bid = price_[best.column] - (second.cost - best.cost);
      const bool in_time =
          rounds < next * n_;  // rounding errors could let two rows outbid for ever
      const bool outbids = in_time && bid < price_[best.column];
      std::size_t column = best.column;
      if (outbids) {
        price_[column] = bid;
      } else if (in_time && row_of_[column] != kNobody && second.column != kNobody) {
        column = second.column;
      }
      const std::size_t evicted = row_of_[column];
      if (evicted != kNobody) free[outbids ? --next : kept++] = evicted;
      column_of_[row] = column;
      row_of_[column] = row;
    }
    free.resize(kept);
  }

  /// Takes the shortest alternating path from a free row to a free column, and swaps along it.
  void augment(std::size_t start) {
    std::size_t column = shortest_path(start);
    std::size_t row = kNobody;
    while (row != start) {
      row = came_from_[column];
      row_of_[column] = row;
      std::swap(column, column_of_[row]);
    }
  }

  /// Dijkstra from a free row to the nearest free column, which it returns.
  std::size_t shortest_path(std::size_t start) {
    for (std::size_t column = 0; column < n_; ++column) {
      order_[column] = column;
      came_from_[column] = start;
      distance_[column] = reduced(start, column);
    }
    Frontier frontier;
    std::size_t done = 0;
    std::size_t goal = kNobody;
    while (goal == kNobody) {
      if (frontier.scan_begin == frontier.scan_end) {
        done = frontier.scan_begin;
        goal = next_level(frontier);
      }
      if (goal == kNobody) goal = scan(frontier);
    }
    const double reached = distance_[order_[frontier.scan_begin]];
    for (std::size_t rank = 0; rank < done; ++rank) {
      const std::size_t column = order_[rank];
      price_[column] += distance_[column] - reached;
    }
    return goal;
  }

  /// Moves the nearest columns of the rest into the frontier; returns the last free one among them.
  std::size_t next_level(Frontier& frontier) {
    const std::size_t begin = frontier.scan_begin;
    std::size_t end = begin + 1;
    double nearest = distance_[order_[begin]];
    for (std::size_t rank = end; rank < n_; ++rank) {
      const std::size_t column = order_[rank];
      if (distance_[column] > nearest) continue;
      if (distance_[column] < nearest) {
        end = begin;
        nearest = distance_[column];
      }
      std::swap(order_[rank], order_[end++]);
    }
    frontier.scan_end = end;
    std::size_t goal = kNobody;
    for (std::size_t rank = begin; rank < end; ++rank) {
      if (row_of_[order_[rank]] == kNobody) goal = order_[rank];
    }
    return goal;
  }

  /// Looks beyond the frontier through the rows that hold its columns; returns a free column that
  /// lies no farther, if there is one. Otherwise the frontier is empty afterwards.
  std::size_t scan(Frontier& frontier) {
    std::size_t begin = frontier.scan_begin;
    std::size_t end = frontier.scan_end;
    while (begin != end) {
      const std::size_t held = order_[begin++];
      const std::size_t row = row_of_[held];
      const double reached = distance_[held];
      const double offset = reduced(row, held) - reached;
      for (std::size_t rank = end; rank < n_; ++rank) {
        const std::size_t column = order_[rank];
        const double through = reduced(row, column) - offset;
        if (through >= distance_[column]) continue;
        distance_[column] = through;
        came_from_[column] = row;
        if (through != reached) continue;
        if (row_of_[column] == kNobody) return column;
        std::swap(order_[rank], order_[end++]);
      }
    }
    frontier = {begin, end};
    return kNobody;
  }

  std::size_t n_;
  std::vector<double> costs_;
  std::vector<double> price_;           // of each column
  std::vector<std::size_t> row_of_;     // of each column
  std::vector<std::size_t> column_of_;  // of each row
  std::vector<std::size_t> order_;      // columns as Dijkstra meets them
  std::vector<std::size_t> came_from_;  // of each column: the row before it on the path
  std::vector<double> distance_;        // of each column
};

/// Rows first, then one stand-in per column; columns first, then one stand-in per row. Staying free
/// means taking a stand-in for `limit / 2`; stand-ins among themselves cost nothing.
std::vector<double> with_stand_ins(const CostMatrix& costs, float limit) {
  const std::size_t n = costs.rows() + costs.columns();
  std::vector<double> square(n * n, static_cast<double>(limit / 2));
  for (std::size_t row = 0; row < n; ++row) {
    for (std::size_t column = 0; column < n; ++column) {
      const bool real_row = row < costs.rows();
      const bool real_column = column < costs.columns();
      if (real_row && real_column)
        square[row * n + column] = static_cast<double>(costs(row, column));
      if (!real_row && !real_column) square[row * n + column] = 0;
    }
  }
  return square;
}

}  // namespace

Assignment assign(const CostMatrix& costs, float limit) {
  Assignment result;
  std::vector<std::uint8_t> taken(costs.columns(), 0);
  std::vector<std::size_t> column_of(costs.rows(), kNobody);
  if (costs.rows() > 0 && costs.columns() > 0) {
    column_of =
        SquareAssignment(with_stand_ins(costs, limit), costs.rows() + costs.columns()).solve();
  }
  for (std::size_t row = 0; row < costs.rows(); ++row) {
    if (column_of[row] < costs.columns()) {
      result.pairs.push_back({row, column_of[row]});
      taken[column_of[row]] = 1;
    } else {
      result.free_rows.push_back(row);
    }
  }
  for (std::size_t column = 0; column < costs.columns(); ++column) {
    if (taken[column] == 0) result.free_columns.push_back(column);
  }
  return result;
}

}  // namespace screenalytics
