// SPDX-License-Identifier: MIT
#include "store/json_lines.h"

#include "store/test_folder.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::HasSubstr;

class JsonLines : public TestFolder {};

TEST_F(JsonLines, RowsComeBackInOrderWithTheirKeysInOrder) {
  JsonLinesWriter writer(in("rows.jsonl"));
  writer.write({{"z", 1}, {"a", "two\nlines"}});
  writer.write({{"z", 2.5}, {"a", nullptr}});
  EXPECT_EQ(writer.rows(), 2);
  writer.commit();
  EXPECT_EQ(read_text(in("rows.jsonl")),
            "{\"z\":1,\"a\":\"two\\nlines\"}\n{\"z\":2.5,\"a\":null}\n");
  JsonLinesReader reader(in("rows.jsonl"));
  EXPECT_EQ(reader.next().value_or(Json())["a"], "two\nlines");
  EXPECT_EQ(reader.next().value_or(Json())["z"], 2.5);
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.next());
}

TEST_F(JsonLines, NothingIsThereBeforeTheCommit) {
  {
    JsonLinesWriter writer(in("rows.jsonl"));
    writer.write({{"a", 1}});
    EXPECT_FALSE(std::filesystem::exists(in("rows.jsonl")));
  }
  EXPECT_FALSE(std::filesystem::exists(in("rows.jsonl")));
  EXPECT_EQ(leftovers(), 0);
}

TEST_F(JsonLines, TextThatIsNotUtf8IsReplacedNotRefused) {
  JsonLinesWriter writer(in("rows.jsonl"));
  writer.write({{"path", "caf\xE9.mp4"}});
  writer.commit();
  JsonLinesReader reader(in("rows.jsonl"));
  EXPECT_EQ(reader.next().value_or(Json())["path"], "caf\xEF\xBF\xBD.mp4");
}

Refusal refusal_of_second_row(const std::filesystem::path& path) {
  JsonLinesReader reader(path);
  EXPECT_TRUE(reader.next());
  return refusal_of([&] { (void)reader.next(); });
}

TEST_F(JsonLines, ADamagedLineIsNamedWithItsFileAndNumber) {
  for (const char* damage : {"{\"a\":", "[1]", "7", "{\"a\":1}{", "\x01"}) {
    write_atomically(in("rows.jsonl"), "{\"a\":1}\n\n" + std::string(damage) + "\n");
    const auto refusal = refusal_of_second_row(in("rows.jsonl"));
    EXPECT_EQ(refusal.kind, ErrorKind::bad_data) << damage;
    EXPECT_THAT(refusal.text, HasSubstr("line 3 of '" + in("rows.jsonl").string() + "'"));
  }
}

TEST_F(JsonLines, ALineThatNestsDeeplyIsRefusedWithoutACrash) {
  write_atomically(in("rows.jsonl"), "{}\n" + std::string(200000, '['));
  EXPECT_EQ(refusal_of_second_row(in("rows.jsonl")).kind, ErrorKind::bad_data);
}

TEST_F(JsonLines, AMissingFileIsNotFoundAndAFolderIsNotRead) {
  EXPECT_EQ(refusal_of([&] { JsonLinesReader reader(in("none.jsonl")); }).kind,
            ErrorKind::not_found);
  EXPECT_EQ(refusal_of([&] { JsonLinesReader reader(folder()); }).kind, ErrorKind::io);
}

TEST(Rounded, IsWrittenShort) {
  EXPECT_EQ(Json(rounded(0.1F, 4)).dump(), "0.1");
  EXPECT_EQ(Json(rounded(1234.56789, 2)).dump(), "1234.57");
  EXPECT_EQ(Json(rounded(3.00004, 4)).dump(), "3.0");
  EXPECT_EQ(Json(rounded(-0.00001, 4)).dump(), "0.0");
}

TEST(Rounded, LeavesWhatCannotBeRounded) {
  EXPECT_EQ(rounded(1e300, 4), 1e300);
  EXPECT_TRUE(std::isnan(rounded(std::nan(""), 4)));
  EXPECT_EQ(rounded(1.5, -3), 2);
}

TEST(Shortest, ReadsBackAsTheSameFloat) {
  for (const float value : {0.1F, 1.0F / 3, -1e-30F, 16777216.0F, 0.06250001F}) {
    EXPECT_EQ(static_cast<float>(Json::parse(Json(shortest(value)).dump()).get<double>()), value);
  }
  EXPECT_EQ(Json(shortest(0.1F)).dump(), "0.1");
  EXPECT_TRUE(std::isinf(shortest(std::numeric_limits<float>::infinity())));
}

}  // namespace
}  // namespace screenalytics
