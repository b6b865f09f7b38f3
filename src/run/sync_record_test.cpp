// SPDX-License-Identifier: MIT
#include "run/sync_record.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "store/test_folder.h"

#include <sys/stat.h>

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

TEST_F(SyncRecordTest, TidyingWhatIsTidyWritesNothing) {
  const auto path = in("r.jsonl");
  const auto number_of = [&] {
    struct stat facts{};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0);
    return facts.st_ino;
  };
  {
    SyncRecord record(path);
    record.add("gone", {1, "s", "e"});
    record.add("a", {1, "s", "e"});
    record.tidy({{"a", 1, "s"}});
  }
  const auto before = number_of();
  const std::string text = read_text(path);
  SyncRecord(path).tidy({{"a", 1, "s"}});
  EXPECT_EQ(number_of(), before);
  EXPECT_EQ(read_text(path), text);
}

TEST_F(SyncRecordTest, APlaceThatCannotBeWrittenIsNamed) {
  put(in("sync"), "a file");
  try {
    SyncRecord(in("sync/r.jsonl"));
    FAIL() << "it was opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_NE(std::string(error.what()).find(in("sync").string()), std::string::npos);
  }
}

}  // namespace
}  // namespace screenalytics
