// SPDX-License-Identifier: MIT
#include "export/sqlite_file.h"

#include "core/error.h"
#include "export/test_export.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;

/// Rows as the sqlite3 program would print them.
std::vector<std::string> query(std::vector<std::uint8_t> bytes, const std::string& sql) {
  sqlite3* database = nullptr;
  sqlite3_open(":memory:", &database);
  const auto size = static_cast<sqlite3_int64>(bytes.size());
  EXPECT_EQ(
      sqlite3_deserialize(database, "main", bytes.data(), size, size, SQLITE_DESERIALIZE_READONLY),
      SQLITE_OK);
  std::vector<std::string> rows;
  const auto add = [](void* all, int count, char** cells, char**) {
    std::string row;
    for (int i = 0; i < count; ++i)
      row += (i == 0 ? "" : "|") + std::string(cells[i] == nullptr ? "" : cells[i]);
    static_cast<std::vector<std::string>*>(all)->push_back(row);
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), add, &rows, nullptr), SQLITE_OK);
  sqlite3_close(database);
  return rows;
}

TEST(SqliteFile, HoldsEverythingAndItsKeysFit) {
  const auto bytes = sqlite_database(made_export());
  EXPECT_THAT(query(bytes, "PRAGMA foreign_key_check"), ElementsAre());
  EXPECT_THAT(query(bytes, "PRAGMA integrity_check"), ElementsAre("ok"));
  EXPECT_THAT(query(bytes, "PRAGMA user_version"), ElementsAre("1"));
  EXPECT_THAT(query(bytes, "SELECT identity_id, cast_id, seconds FROM people ORDER BY 1"),
              ElementsAre("0||1.0", "1||12.0", "2|zoe|20.0"));
  EXPECT_THAT(query(bytes, "SELECT name FROM people WHERE identity_id = 2"),
              ElementsAre(kHardName));
  EXPECT_THAT(query(bytes, "SELECT track_id, identity_id, state, reason FROM tracks"),
              ElementsAre("1|2|person|", "2|1|person|", "3|0|unknown|low_quality", "4||ignored|"));
  EXPECT_THAT(query(bytes, "SELECT count(*), min(ts), max(bottom) FROM sightings"),
              ElementsAre("5|5.0|60.25"));
  EXPECT_THAT(query(bytes, "SELECT start_ts, end_ts FROM appearances WHERE identity_id = 2"),
              ElementsAre("5.0|15.0", "35.0|45.0"));
  EXPECT_THAT(query(bytes, "SELECT seconds FROM together WHERE identity_id < other_id"),
              ElementsAre("2.0"));
  EXPECT_THAT(query(bytes, "SELECT shot, identity_id, seconds FROM shot_presence"),
              ElementsAre("0|2|10.0", "1|1|12.0", "1|2|10.0"));
  EXPECT_THAT(query(bytes, "SELECT * FROM settings"),
              ElementsAre("show-s01e01|screentime.bridge-gap|1.2"));
}

TEST(SqliteFile, IsTheSameBytesForTheSameEpisode) {
  EXPECT_EQ(sqlite_database(made_export()), sqlite_database(made_export()));
}

TEST(SqliteFile, WhatDoesNotFitTogetherIsAnError) {
  EpisodeExport e = made_export();
  e.tracks[0].identity = {9};
  EXPECT_THROW(sqlite_database(e), Error);
}

}  // namespace
}  // namespace screenalytics
