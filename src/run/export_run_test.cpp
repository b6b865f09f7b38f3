// SPDX-License-Identifier: MIT
#include "run/export_run.h"

#include "core/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ExportFormats, AllOrAList) {
  EXPECT_EQ(read_export_formats("all"), export_formats());
  EXPECT_THAT(read_export_formats("vtt,csv"), ElementsAre("vtt", "csv"));
  EXPECT_THAT(read_export_formats("sqlite"), ElementsAre("sqlite"));
}

TEST(ExportFormats, WhatIsNotKnownIsRefusedWithWhatIs) {
  for (const char* list : {"parquet", "csv,", "", "csv,,vtt", "CSV"}) {
    try {
      read_export_formats(list);
      ADD_FAILURE() << list;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_usage);
      EXPECT_THAT(error.what(), HasSubstr("json, csv, vtt, edl, otio, mot, sqlite, or all"));
    }
  }
}

}  // namespace
}  // namespace screenalytics
