// SPDX-License-Identifier: MIT
#include "store/npy.h"

#include "store/test_folder.h"

#include <array>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Npy : public TestFolder {
 protected:
  // Two rows of three numbers.
  std::string small_file() const {
    NpyWriter writer(in("small.npy"), 3);
    writer.write(std::array{1.0F, 2.0F, 3.0F});
    writer.write(std::array{-4.5F, 0.0F, 6.0F});
    writer.commit();
    return read_text(in("small.npy"));
  }
  Refusal refusal_of_bytes(const std::string& bytes) const {
    put(in("damaged.npy"), bytes);
    return refusal_of([&] { (void)read_npy(in("damaged.npy")); });
  }
};

TEST_F(Npy, HeaderIsWhatNumpyWrites) {
  const std::string bytes = small_file();
  const std::string dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_EQ(bytes.substr(10, dict.size()), dict);
  EXPECT_EQ(bytes[127], '\n');
  EXPECT_EQ(bytes.size(), 128 + 6 * sizeof(float));
}

TEST_F(Npy, RowsComeBack) {
  small_file();
  const auto matrix = read_npy(in("small.npy"));
  EXPECT_EQ(matrix.rows, 2);
  EXPECT_EQ(matrix.columns, 3);
  EXPECT_THAT(matrix.values, ElementsAre(1, 2, 3, -4.5F, 0, 6));
  EXPECT_EQ(leftovers(), 0);
}

TEST_F(Npy, ManyRowsAreStreamedThroughTheSpool) {
  constexpr int kRows = 3000;
  NpyWriter writer(in("many.npy"), 128);
  std::vector<float> row(128);
  for (int i = 0; i < kRows; ++i) {
    std::fill(row.begin(), row.end(), static_cast<float>(i));
    writer.write(row);
  }
  EXPECT_EQ(writer.rows(), kRows);
  writer.commit();
  const auto matrix = read_npy(in("many.npy"));
  ASSERT_EQ(matrix.rows, kRows);
  EXPECT_EQ(matrix.values.front(), 0);
  EXPECT_EQ(matrix.values[1234 * 128 + 77], 1234);
  EXPECT_EQ(matrix.values.back(), kRows - 1);
}

TEST_F(Npy, NoRowsIsAnEmptyMatrixWithItsColumns) {
  NpyWriter(in("none.npy"), 512).commit();
  const auto matrix = read_npy(in("none.npy"));
  EXPECT_EQ(matrix.rows, 0);
  EXPECT_EQ(matrix.columns, 512);
  EXPECT_TRUE(matrix.values.empty());
}

TEST_F(Npy, WithoutACommitNothingIsLeft) {
  {
    NpyWriter writer(in("lost.npy"), 1);
    writer.write(std::array{1.0F});
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder()));
}

TEST_F(Npy, ARowOfAnotherLengthIsRefused) {
  NpyWriter writer(in("rows.npy"), 3);
  EXPECT_EQ(refusal_of([&] { writer.write(std::array{1.0F}); }).kind, ErrorKind::internal);
  EXPECT_EQ(writer.rows(), 0);
  EXPECT_EQ(refusal_of([&] { NpyWriter none(in("no.npy"), 0); }).kind, ErrorKind::internal);
}

TEST_F(Npy, EveryCutOffFileIsRefused) {
  const std::string bytes = small_file();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(refusal_of_bytes(bytes.substr(0, length)).kind, ErrorKind::bad_data) << length;
  }
  EXPECT_EQ(refusal_of_bytes(bytes + "abcd").kind, ErrorKind::bad_data);
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST_F(Npy, OtherKindsOfMatricesAreRefusedByName) {
  const std::string bytes = small_file();
  EXPECT_THAT(refusal_of_bytes(with(bytes, "<f4", "<f8")).text, HasSubstr("not float32"));
  EXPECT_THAT(refusal_of_bytes(with(bytes, "False", "True ")).text, HasSubstr("order is not C"));
  EXPECT_THAT(refusal_of_bytes(with(bytes, "(2, 3)", "(6,)  ")).text, HasSubstr("two dimensions"));
  EXPECT_THAT(refusal_of_bytes(with(bytes, "(2, 3)", "(9, 3)")).text,
              HasSubstr("24 bytes where 108 belong"));
  EXPECT_THAT(refusal_of_bytes(with(bytes, "(2, 3), }  ", "(999999999999, 3)")).kind,
              ErrorKind::bad_data);
  EXPECT_EQ(refusal_of([&] { (void)read_npy(in("missing.npy")); }).kind, ErrorKind::not_found);
}

TEST_F(Npy, AHeaderFullOfBlanksIsRefusedWithoutACrash) {
  std::string bytes("\x93NUMPY\x02\x00\x00\x00\x20\x00", 12);
  bytes += "{'descr': '<f4', 'fortran_order': False, 'shape':" + std::string(0x200000, ' ');
  EXPECT_EQ(refusal_of_bytes(bytes).kind, ErrorKind::bad_data);
}

}  // namespace
}  // namespace screenalytics
