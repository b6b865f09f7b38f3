// SPDX-License-Identifier: MIT
#include "screentime/spans.h"

#include "screentime/test_episode.h"

#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Spans, OverlappingNestedAndTouchingOnesAreJoined) {
  EXPECT_THAT(joined({span(500ms, 2s), span(0s, 1s)}), ElementsAre(span(0s, 2s)));
  EXPECT_THAT(joined({span(0s, 5s), span(1s, 2s)}), ElementsAre(span(0s, 5s)));
  EXPECT_THAT(joined({span(1s, 2s), span(0s, 1s)}), ElementsAre(span(0s, 2s)));
  EXPECT_THAT(joined({span(0s, 1s), span(2s, 3s)}), ElementsAre(span(0s, 1s), span(2s, 3s)));
}

TEST(Spans, EmptyOnesAreGone) { EXPECT_THAT(joined({span(1s, 1s), span(3s, 2s)}), IsEmpty()); }

TEST(Spans, TotalAddsLengths) {
  EXPECT_EQ(total(joined({span(0s, 1s), span(500ms, 1500ms)})), 1500ms);
  EXPECT_EQ(total({}), 0s);
}

TEST(Spans, SharedIsWhatLiesInBoth) {
  const std::vector<TimeSpan> a{span(0s, 2s), span(3s, 5s), span(8s, 9s)};
  const std::vector<TimeSpan> b{span(1s, 4s), span(5s, 6s), span(8500ms, 10s)};
  EXPECT_EQ(shared(a, b), 1s + 1s + 500ms);
  EXPECT_EQ(shared(b, a), 2500ms);
  EXPECT_EQ(shared(a, a), 5s);
  EXPECT_EQ(shared(a, {}), 0s);
}

using Company = std::vector<std::pair<std::vector<std::size_t>, Duration>>;

Company company(const std::vector<std::vector<TimeSpan>>& lists) {
  Company all;
  for_each_company(lists, [&](const std::vector<std::size_t>& who, Duration length) {
    all.emplace_back(who, length);
  });
  return all;
}

TEST(Spans, CompanyChangesWhenSomebodyComesOrGoes) {
  EXPECT_THAT(company({{span(0s, 10s)}, {span(4s, 6s)}, {span(5s, 12s)}}),
              ElementsAre(Pair(ElementsAre(0U), Duration(4s)),
                          Pair(ElementsAre(0U, 1U), Duration(1s)),
                          Pair(ElementsAre(0U, 1U, 2U), Duration(1s)),
                          Pair(ElementsAre(0U, 2U), Duration(4s)),
                          Pair(ElementsAre(2U), Duration(2s))));
}

TEST(Spans, NobodyIsNoCompany) {
  EXPECT_THAT(company({{span(0s, 1s), span(2s, 3s)}, {span(1s, 2s)}, {}}),
              ElementsAre(Pair(ElementsAre(0U), Duration(1s)),
                          Pair(ElementsAre(1U), Duration(1s)),
                          Pair(ElementsAre(0U), Duration(1s))));
  EXPECT_THAT(company({{span(0s, 1s)}, {span(5s, 6s)}}).size(), 2U);
}

}  // namespace
}  // namespace screenalytics
