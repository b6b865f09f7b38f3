// SPDX-License-Identifier: MIT
#include "store/mapped_npy.h"

#include "store/npy.h"
#include "store/test_folder.h"

#include <vector>

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using MappedNpyTest = TestFolder;

TEST_F(MappedNpyTest, ShowsWhatTheWriterWrote) {
  NpyWriter writer(in("m.npy"), 2);
  writer.write(std::vector<float>{1, 2});
  writer.write(std::vector<float>{3, 4});
  writer.commit();
  const MappedNpy mapped(in("m.npy"));
  EXPECT_EQ(mapped.rows(), 2);
  EXPECT_EQ(mapped.columns(), 2);
  EXPECT_THAT(std::vector<float>(mapped.values().begin(), mapped.values().end()),
              testing::ElementsAre(1, 2, 3, 4));
}

TEST_F(MappedNpyTest, AMatrixWithoutRowsIsEmpty) {
  NpyWriter(in("m.npy"), 2).commit();
  EXPECT_EQ(MappedNpy(in("m.npy")).rows(), 0);
}

TEST_F(MappedNpyTest, WhatIsNoMatrixIsRefused) {
  put(in("empty.npy"), "");
  put(in("text.npy"), "hello");
  EXPECT_EQ(refusal_of([&] { MappedNpy(in("empty.npy")); }).kind, ErrorKind::bad_data);
  EXPECT_EQ(refusal_of([&] { MappedNpy(in("text.npy")); }).kind, ErrorKind::bad_data);
  EXPECT_EQ(refusal_of([&] { MappedNpy(in("none.npy")); }).kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace screenalytics
