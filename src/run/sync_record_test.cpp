// SPDX-License-Identifier: MIT
#include "run/sync_record.h"

#include "store/test_folder.h"

namespace screenalytics {
namespace {

class SyncRecordTest : public TestFolder {};

TEST_F(SyncRecordTest, RemembersAcrossProcesses) {
  SyncRecord(in("sync/r.jsonl")).add("a b", {3, "sha", "etag"});
  const SyncRecord again(in("sync/r.jsonl"));
  ASSERT_TRUE(again.known().contains("a b"));
  EXPECT_EQ(again.known().at("a b").etag, "etag");
  EXPECT_EQ(again.known().at("a b").bytes, 3U);
}

TEST_F(SyncRecordTest, ATornLineCostsThatLineOnly) {
  put(in("r.jsonl"),
      R"({"name":"a","bytes":1,"sha256":"s","etag":"e"})"
      "\n"
      R"({"name":"b","by)");
  SyncRecord record(in("r.jsonl"));
  EXPECT_EQ(record.known().size(), 1U);
  record.add("c", {1, "s", "e"});
  EXPECT_EQ(SyncRecord(in("r.jsonl")).known().size(), 2U);
}

TEST_F(SyncRecordTest, TheLastLineOfANameCountsAndTidyingKeepsWhatIsWanted) {
  SyncRecord record(in("r.jsonl"));
  record.add("a", {1, "old", "e1"});
  record.add("a", {2, "new", "e2"});
  record.add("gone", {1, "s", "e"});
  record.tidy({{"a", 2, "new"}});
  record.add("b", {1, "s", "e"});
  const SyncRecord again(in("r.jsonl"));
  EXPECT_EQ(again.known().size(), 2U);
  EXPECT_EQ(again.known().at("a").sha256, "new");
}

}  // namespace
}  // namespace screenalytics
