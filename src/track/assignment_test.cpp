// SPDX-License-Identifier: MIT
#include "core/assignment.h"

#include "track/reference_record.h"
#include "track/reference_stream.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;

double price(const CostMatrix& costs, const Assignment& assignment, double limit) {
  double total = 0;
  for (const Pairing& pair : assignment.pairs)
    total += static_cast<double>(costs(pair.row, pair.column));
  return total +
         limit / 2 *
             static_cast<double>(assignment.free_rows.size() + assignment.free_columns.size());
}

/// Tries every way to pair rows from `row` on with columns that are still free.
double cheapest(const CostMatrix& costs,
                std::size_t row,
                std::set<std::size_t>& taken,
                double limit) {
  if (row == costs.rows()) {
    return limit / 2 * static_cast<double>(costs.columns() - taken.size());
  }
  double best = limit / 2 + cheapest(costs, row + 1, taken, limit);
  for (std::size_t column = 0; column < costs.columns(); ++column) {
    if (!taken.insert(column).second) continue;
    const auto own = static_cast<double>(costs(row, column));
    best = std::min(best, own + cheapest(costs, row + 1, taken, limit));
    taken.erase(column);
  }
  return best;
}

TEST(Assign, IsAsCheapAsTheBestOfAllPossibilities) {
  std::mt19937 random(7);
  for (int round = 0; round < 400; ++round) {
    CostMatrix costs(1 + random() % 5, 1 + random() % 5);
    const bool many_ties = round % 2 == 0;
    for (std::size_t row = 0; row < costs.rows(); ++row) {
      for (std::size_t column = 0; column < costs.columns(); ++column) {
        const auto cost = static_cast<float>(random() % 1000) / 1000;
        costs(row, column) = many_ties ? std::round(cost * 4) / 4 : cost;
      }
    }
    const float limit = static_cast<float>(random() % 11) / 10;
    const Assignment assignment = assign(costs, limit);
    std::set<std::size_t> taken;
    EXPECT_NEAR(price(costs, assignment, static_cast<double>(limit)),
                cheapest(costs, 0, taken, static_cast<double>(limit)),
                1e-6)
        << "round " << round;
    EXPECT_EQ(assignment.pairs.size() + assignment.free_rows.size(), costs.rows());
    EXPECT_EQ(assignment.pairs.size() + assignment.free_columns.size(), costs.columns());
  }
}

/// Pairs as "row-column row-column ...".
std::string pairs_of(const Assignment& assignment) {
  std::string text;
  for (const auto& [row, column] : assignment.pairs) {
    text += (text.empty() ? "" : " ") + std::to_string(row) + '-' + std::to_string(column);
  }
  return text;
}

TEST(Assign, PicksTheReferencesChoiceAmongEquals) {
  const std::vector<std::string_view> expected = recorded_ties();
  TieMaker maker;
  for (std::size_t round = 0; round < expected.size(); ++round) {
    const TieMaker::Problem problem = maker.next();
    CostMatrix costs(problem.rows, problem.columns);
    for (std::size_t row = 0; row < costs.rows(); ++row) {
      for (std::size_t column = 0; column < costs.columns(); ++column) {
        costs(row, column) = problem.costs[row * problem.columns + column];
      }
    }
    EXPECT_EQ(pairs_of(assign(costs, problem.limit)), expected[round]) << "round " << round;
  }
}

TEST(Assign, LeavesFreeWhatCostsMoreThanTheLimit) {
  CostMatrix costs(2, 2);
  costs(0, 0) = 0.2F;
  costs(0, 1) = costs(1, 0) = 1;
  costs(1, 1) = 0.6F;
  const Assignment assignment = assign(costs, 0.5F);
  ASSERT_EQ(assignment.pairs.size(), 1U);
  EXPECT_EQ(assignment.pairs[0].row, 0U);
  EXPECT_EQ(assignment.pairs[0].column, 0U);
  EXPECT_THAT(assignment.free_rows, ElementsAre(1U));
  EXPECT_THAT(assignment.free_columns, ElementsAre(1U));
}

TEST(Assign, LeavesAllFreeWhenOneSideIsEmpty) {
  EXPECT_THAT(assign(CostMatrix(2, 0), 0.5F).free_rows, ElementsAre(0U, 1U));
  EXPECT_THAT(assign(CostMatrix(0, 2), 0.5F).free_columns, ElementsAre(0U, 1U));
}

}  // namespace
}  // namespace screenalytics
