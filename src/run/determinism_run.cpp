// SPDX-License-Identifier: MIT
#include "run/determinism_run.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/folders.h"
#include "files/started_command.h"
#include "files/system_error.h"
#include "store/run_folder.h"
#include "store/verify_run.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <map>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* kEpisode = "e";
constexpr std::chrono::milliseconds kLookAgain{5};

/// A way to harvest. The process gets `signal` once so many segments are finished, for each of
/// `after`; then the same command goes on undisturbed.
struct Way {
  std::string what;
  std::vector<std::string> words;
  int signal = 0;
  std::vector<int> after = {};
};

std::vector<Way> ways() {
  const std::vector<std::string> fine = {"--scan.segment-seconds", "2"};
  const auto with = [&](std::vector<std::string> words) {
    words.insert(words.end(), fine.begin(), fine.end());
    return words;
  };
  std::vector<Way> list = {
      {"1 worker, one segment", {"--workers", "1", "--scan.segment-seconds", "36000"}}};
  for (const char* workers : {"1", "2", "4"})
    list.push_back({std::string(workers) + " worker(s), 2 s", with({"--workers", workers})});
  for (const char* seconds : {"5", "20"})
    list.push_back(
        {std::string("segments of ") + seconds + " s", {"--scan.segment-seconds", seconds}});
  for (const char* percent : {"60", "100", "150", "300"})
    list.push_back({std::string("cap ") + percent + " %", with({"--cpu-limit", percent})});
  list.push_back({"stopped (SIGINT), resumed", with({}), SIGINT, {1}});
  list.push_back({"stopped twice, resumed", with({"--workers", "2"}), SIGINT, {1, 2}});
  list.push_back({"killed (-9), resumed", with({}), SIGKILL, {1}});
  list.push_back({"killed 3 times, resumed", with({"--workers", "2"}), SIGKILL, {0, 1, 2}});
  return list;
}

/// A process of our own program; killed when it is let go of before its end.
class Harvester {
 public:
  Harvester(const std::vector<std::string>& arguments, const fs::path& output) {
    std::vector<std::string> words = arguments;
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(
        &actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    // Our signals are blocked for the thread that waits for them; the child needs them again.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    const int failure =
        ::posix_spawn(&id_, pointers[0], &actions, &attributes, pointers.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0)
      throw Error(ErrorKind::unavailable, "no process can be started: " + system_text(failure));
  }
  ~Harvester() {
    if (over_) return;
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }
  Harvester(const Harvester&) = delete;
  Harvester& operator=(const Harvester&) = delete;

  /// Its exit code, as shells say it, once it has ended.
  std::optional<int> ended() {
    int status = 0;
    if (::waitpid(id_, &status, WNOHANG) != id_) return std::nullopt;
    over_ = true;
    return exit_code_of_status(status);
  }
  void send(int number) const { ::kill(id_, number); }

 private:
  pid_t id_ = 0;
  bool over_ = false;
};

int finished_segments(const fs::path& run) {
  int count = 0;
  std::error_code error;
  for (fs::directory_iterator entry(run / "segments", error), end; !error && entry != end;
       entry.increment(error)) {
    count += entry->path().extension() == ".seg" ? 1 : 0;
  }
  return count;
}

std::string last_line(const fs::path& file) {
  std::string text = read_text(file);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

class Trial {
 public:
  Trial(const DeterminismRequest& request, const RunContext& context)
      : request_(request), context_(context) {}

  DeterminismTry run(const Way& way, int number) {
    const std::string id = "run-" + std::to_string(number);
    const fs::path run = RunFolder(request_.data, kEpisode, id).path();
    const auto began = Clock::now();
    for (const int after : way.after) disturb(way, id, run, after);
    if (const int code = harvest(way, id, [](Harvester&) {}); code != 0) {
      throw Error(ErrorKind::unavailable,
                  "the harvest for '" + way.what + "' ended with " + std::to_string(code) + ": " +
                      last_line(output()));
    }
    DeterminismTry result{.what = way.what,
                          .seconds = std::chrono::duration<double>(Clock::now() - began).count()};
    const Json work = RunFolder(request_.data, kEpisode, id).manifest().value().at("work");
    result.segments = work.at("segments").get<std::int64_t>();
    result.resumed = work.at("segments_resumed").get<std::int64_t>();
    const auto permit = context_.budget.acquire(context_.stop, Stage::hash);
    if (first_.empty()) first_ = run;
    result.different = differing(first_, run);
    return result;
  }

 private:
  fs::path output() const { return request_.data / "output.txt"; }

  void disturb(const Way& way, const std::string& id, const fs::path& run, int after) {
    bool sent = false;
    harvest(way, id, [&](Harvester& process) {
      if (sent || finished_segments(run) < after) return;
      process.send(way.signal);
      sent = true;
    });
  }

  template <typename Watch>
  int harvest(const Way& way, const std::string& id, const Watch& watch) {
    std::vector<std::string> words = {request_.program.string(), "harvest"};
    words.insert(words.end(), request_.words.begin(), request_.words.end());
    words.insert(words.end(), way.words.begin(), way.words.end());
    const std::vector<std::string> place = {"--ep-id",
                                            kEpisode,
                                            "--run-id",
                                            id,
                                            "--data",
                                            request_.data.string(),
                                            "--progress",
                                            "none"};
    words.insert(words.end(), place.begin(), place.end());
    Harvester process(words, output());
    for (;;) {
      if (const auto code = process.ended()) return *code;
      if (context_.stop.stop_requested()) throw Error(ErrorKind::cancelled, "stopped");
      watch(process);
      std::this_thread::sleep_for(kLookAgain);
    }
  }

  const DeterminismRequest& request_;
  const RunContext& context_;
  fs::path first_;
};

std::map<std::string, std::string> artifacts_of(const Json& manifest) {
  std::map<std::string, std::string> found;
  for (const Json& one : manifest.at("artifacts"))
    found[one.at("name").get<std::string>()] = one.at("sha256").get<std::string>();
  return found;
}

/// Frames before a segment's start are decoded for it too, so that count depends on the cutting.
Json counts_of(const Json& manifest) {
  Json counts = manifest.at("counts");
  counts.erase("frames_decoded");
  return counts;
}

}  // namespace

std::vector<std::string> differing(const fs::path& run_a, const fs::path& run_b) {
  std::vector<std::string> names;
  for (const RunFault& fault : verify_run(run_b))
    names.push_back(fault.file + " (" + fault.what + ")");
  if (!names.empty()) return names;
  const Json a = Json::parse(read_text(run_a / "manifest.json"));
  const Json b = Json::parse(read_text(run_b / "manifest.json"));
  const auto in_a = artifacts_of(a);
  auto in_b = artifacts_of(b);
  for (const auto& [name, sha256] : in_a) {
    const auto other = in_b.find(name);
    if (other == in_b.end()) {
      names.push_back(name + " (missing)");
      continue;
    }
    if (other->second != sha256) names.push_back(name);
    in_b.erase(other);
  }
  for (const auto& [name, sha256] : in_b) names.push_back(name + " (only here)");
  if (counts_of(a) != counts_of(b)) names.emplace_back("manifest.json (counts)");
  return names;
}

std::vector<DeterminismTry> try_determinism(
    const DeterminismRequest& request,
    const RunContext& context,
    const std::function<void(const DeterminismTry&)>& done) {
  make_folders(request.data);
  Trial trial(request, context);
  std::vector<DeterminismTry> tries;
  const auto list = ways();
  context.progress.phase("harvests", std::ssize(list), "harvests");
  for (const Way& way : list) {
    tries.push_back(trial.run(way, static_cast<int>(tries.size()) + 1));
    done(tries.back());
    context.progress.add(1);
  }
  return tries;
}

}  // namespace screenalytics
