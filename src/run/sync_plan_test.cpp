// SPDX-License-Identifier: MIT
#include "run/sync_plan.h"

#include "core/error.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

const std::string kShaA(64, 'a');
const std::string kShaB(64, 'b');

std::map<std::string, ListedObject> listing(std::vector<ListedObject> objects) {
  std::map<std::string, ListedObject> there;
  for (ListedObject& object : objects) there[object.key] = object;
  return there;
}

std::vector<std::string> names(const std::vector<RunFile>& files) {
  std::vector<std::string> list;
  for (const RunFile& file : files) list.push_back(file.name);
  return list;
}

using Names = std::vector<std::string>;

TEST(SyncPlan, SendsEverythingToAnEmptyPlace) {
  const SyncPlan plan = plan_sync({{"a", 1, kShaA}, {"b/c", 2, kShaB}}, {}, {}, {});
  EXPECT_EQ(names(plan.send), (Names{"a", "b/c"}));
  EXPECT_FALSE(plan.takes_back);
}

TEST(SyncPlan, WhatTheRecordKnowsIsNotAskedFor) {
  const SyncPlan plan =
      plan_sync({{"a", 1, kShaA}}, listing({{"a", 1, "e1"}}), {{"a", {1, kShaA, "e1"}}}, {"a"});
  EXPECT_EQ(names(plan.same), Names{"a"});
  EXPECT_TRUE(plan.send.empty() && plan.ask.empty());
}

TEST(SyncPlan, SomethingElseUnderTheSameNameAndSizeIsAskedFor) {
  const auto there = listing({{"a", 1, "e2"}});
  EXPECT_EQ(names(plan_sync({{"a", 1, kShaA}}, there, {{"a", {1, kShaA, "e1"}}}, {}).ask),
            Names{"a"});
  EXPECT_EQ(names(plan_sync({{"a", 1, kShaA}}, there, {}, {}).ask), Names{"a"});
  EXPECT_EQ(
      names(plan_sync({{"a", 1, kShaA}}, listing({{"a", 1, ""}}), {{"a", {1, kShaA, ""}}}, {}).ask),
      Names{"a"});
}

TEST(SyncPlan, ChangedFilesAreSentAndTheOldManifestCannotStay) {
  const SyncPlan by_sha =
      plan_sync({{"a", 1, kShaB}}, listing({{"a", 1, "e1"}}), {{"a", {1, kShaA, "e1"}}}, {"a"});
  EXPECT_EQ(names(by_sha.send), Names{"a"});
  EXPECT_TRUE(by_sha.takes_back);
  const SyncPlan by_size = plan_sync({{"a", 2, kShaB}}, listing({{"a", 1, "e1"}}), {}, {});
  EXPECT_EQ(names(by_size.send), Names{"a"});
  EXPECT_TRUE(by_size.takes_back);
}

TEST(SyncPlan, OnlyWhatWeSentIsRemoved) {
  const SyncPlan plan = plan_sync(
      {}, listing({{"manifest.json", 9, "m"}, {"old", 1, "e"}, {"mine", 1, "e"}}), {}, {"old"});
  EXPECT_EQ(plan.obsolete, Names{"old"});
  EXPECT_EQ(plan.foreign, Names{"mine"});
  EXPECT_TRUE(plan.takes_back);
}

Json manifest_with(const std::string& name, const std::string& sha256 = kShaA) {
  return {{"artifacts", Json::array({{{"name", name}, {"bytes", 1}, {"sha256", sha256}}})}};
}

TEST(FilesOf, ReadsNamesSizesAndSums) {
  const auto files = files_of(manifest_with("thumbs/track_0001/thumb_000001.jpg"));
  EXPECT_EQ(files.at(0).name, "thumbs/track_0001/thumb_000001.jpg");
  EXPECT_EQ(files.at(0).bytes, 1U);
}

TEST(FilesOf, AManifestFromAnywhereCannotNameFilesOutsideTheRun) {
  for (const char* name : {"",
                           "/etc/passwd",
                           "../x",
                           "a/../../x",
                           "a//b",
                           "./a",
                           "a/",
                           ".lock",
                           "a/.ssh",
                           "a\\b",
                           "a\nb",
                           "manifest.json",
                           "x.part"})
    EXPECT_THROW(files_of(manifest_with(name)), Error) << name;
  EXPECT_THROW(files_of(manifest_with("a", "abc")), Error);
  EXPECT_THROW(files_of(Json::object()), Error);
  EXPECT_THROW(files_of({{"artifacts", {1, 2}}}), Error);
}

}  // namespace
}  // namespace screenalytics
