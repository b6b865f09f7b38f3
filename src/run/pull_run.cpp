// SPDX-License-Identifier: MIT
#include "run/pull_run.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/folders.h"
#include "files/sha256.h"
#include "store/verify_run.h"

#include <mutex>
#include <optional>
#include <set>
#include <utility>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "manifest.json";

/// One pull from the manifest to the rename.
class Pull {
 public:
  Pull(const Settings& settings, const SyncRequest& request, const RunContext& context)
      : settings_(settings),
        context_(context),
        place_(read_s3_place(request.place)),
        run_(settings.data, settings.ep_id, settings.run_id),
        parts_(settings.data / ".pull", settings.ep_id, settings.run_id),
        session_(request.s3, request.environment, context.budget),
        result_{.run = run_} {}

  PullResult run() {
    context_.progress.phase("pull", 0, "bytes");
    read_manifest();
    read_decisions();
    const Local local = look_at_local();
    if (local != Local::absent) {
      take_over_decisions();
      if (local == Local::other) refuse_to_replace();
      result_.was_there = true;
      return result_;
    }
    fetch_run();
    if (result_.failures.empty()) take_over_decisions();
    return result_;
  }

 private:
  /// Holds the lock of what is put together, which lies in the run's folder afterwards.
  void fetch_run() {
    make_folders(parts_.path());
    const RunLock lock(parts_);
    remove_what_is_not_listed();
    check_space();
    fetch();
    result_.retries = session_.retries();
    if (result_.failures.empty()) finish();
  }

  std::string key(const std::string& name) const { return place_.key(object_name(run_, name)); }

  void read_manifest() {
    auto text = S3Client(session_, place_.bucket, context_.stop).get_text(key(kManifest));
    if (!text) {
      throw Error(ErrorKind::not_found,
                  "there is no finished run at " + place_.text() + "/" + object_name(run_, "") +
                      ": no manifest.json");
    }
    manifest_text_ = std::move(*text);
    const Json manifest = Json::parse(manifest_text_, nullptr, false);
    if (!manifest.is_object())
      throw Error(ErrorKind::bad_data, "the run's manifest in the store is damaged: sync it again");
    if (manifest.value("ep_id", run_.ep_id()) != run_.ep_id() ||
        manifest.value("run_id", run_.run_id()) != run_.run_id())
      throw Error(ErrorKind::bad_data, "the manifest in the store is another run's");
    files_ = files_of(manifest);
    result_.files = std::ssize(files_) + 1;
  }

  /// Who may read the run need not be let at the log: stores refuse what is not there, too.
  void read_decisions() {
    const std::string log = place_.key(decisions_name(run_.ep_id()));
    try {
      decisions_ = S3Client(session_, place_.bucket, context_.stop).get_text(log).value_or("");
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      context_.progress.warn(std::string("decisions about people were not fetched: ") +
                             error.what());
    }
  }

  enum class Local { absent, same, other };

  Local look_at_local() const {
    std::error_code ignored;
    if (!fs::exists(run_.path(), ignored)) return Local::absent;
    if (fs::is_directory(run_.path(), ignored) && fs::is_empty(run_.path(), ignored))
      return Local::absent;
    const bool same = fs::exists(run_.file(kManifest), ignored) &&
                      read_text(run_.file(kManifest)) == manifest_text_;
    const auto permit = context_.budget.acquire(context_.stop, Stage::hash);
    return same && verify_run(run_.path()).empty() ? Local::same : Local::other;
  }

  void take_over_decisions() {
    if (decisions_.empty()) return;
    const auto permit = context_.budget.acquire(context_.stop, Stage::write);
    result_.decisions =
        screenalytics::take_over_decisions(decisions_, settings_, run_, context_.progress);
  }

  [[noreturn]] void refuse_to_replace() const {
    throw Error(ErrorKind::bad_usage,
                "'" + run_.path().string() +
                    "' is there and is not the run in the store: move it "
                    "away, or name another folder with --data");
  }

  void remove_what_is_not_listed() {
    std::set<std::string> wanted{".lock"};
    for (const RunFile& file : files_) wanted.insert(file.name);
    std::vector<fs::path> others;
    for (const auto& entry : fs::recursive_directory_iterator(parts_.path())) {
      const auto name = entry.path().lexically_relative(parts_.path()).generic_string();
      if (!entry.is_directory() && !wanted.contains(name)) others.push_back(entry.path());
    }
    for (const fs::path& path : others) fs::remove(path);
  }

  bool has(const RunFile& file) const {
    std::error_code error;
    const fs::path path = parts_.file(file.name);
    if (fs::file_size(path, error) != file.bytes || error) return false;
    const auto permit = context_.budget.acquire(context_.stop, Stage::hash);
    return sha256_of_file(path) == file.sha256;
  }

  void check_space() {
    std::uint64_t needed = manifest_text_.size();
    for (const RunFile& file : files_) {
      if (has(file)) continue;
      missing_.push_back(file);
      needed += file.bytes;
    }
    std::error_code error;
    const fs::space_info space = fs::space(parts_.path(), error);
    if (error || space.available >= needed) return;
    throw Error(ErrorKind::no_space,
                "the run needs " + std::to_string(needed >> 20U) + " MiB, the disk of '" +
                    parts_.path().string() + "' has " + std::to_string(space.available >> 20U) +
                    " MiB: make room or name another folder with --data");
  }

  void fetch() {
    std::uint64_t bytes = 0;
    for (const RunFile& file : missing_) bytes += file.bytes;
    context_.progress.phase("pull", static_cast<std::int64_t>(bytes), "bytes");
    std::mutex mutex;
    result_.failures = transfer_all(
        session_, place_.bucket, context_, missing_, [&](S3Client& client, const RunFile& file) {
          fetch(client, file);
          context_.progress.add(static_cast<std::int64_t>(file.bytes));
          const std::lock_guard lock(mutex);
          ++result_.fetched;
          result_.fetched_bytes += file.bytes;
        });
  }

  void fetch(S3Client& client, const RunFile& file) const {
    std::optional<AtomicFile> out;
    client.get(key(file.name),
               {.bytes = file.bytes,
                .sha256 = file.sha256,
                .begin =
                    [&] {
                      out.reset();  // its part goes before the next one begins
                      out.emplace(parts_.file(file.name));
                    },
                .take = [&](std::span<const std::uint8_t> some) { out->write(some); }});
    const auto permit = context_.budget.acquire(context_.stop, Stage::write);
    out->commit(Durability::with_next_sync);
  }

  void finish() {
    const auto permit = context_.budget.acquire(context_.stop, Stage::hash);
    write_atomically(parts_.file(kManifest), manifest_text_, Durability::with_next_sync);
    ++result_.fetched;
    result_.fetched_bytes += manifest_text_.size();
    if (const auto faults = verify_run(parts_.path()); !faults.empty()) {
      throw Error(ErrorKind::bad_data,
                  "the run is not valid as it was fetched ('" + faults.front().file + "' " +
                      faults.front().what +
                      "): nothing was put into the data folder; run it again, and if it says the "
                      "same, sync the run again where it was made");
    }
    sync_file_system(parts_.path());
    move_into_place();
  }

  void move_into_place() {
    const fs::path runs = run_.path().parent_path();
    make_folders(runs);
    std::error_code error;
    fs::rename(parts_.path(), run_.path(), error);
    if (error) {
      throw Error(ErrorKind::io,
                  "cannot move the run to '" + run_.path().string() + "': " + error.message());
    }
    sync_folder(runs);
    std::error_code not_empty;
    fs::path folder = parts_.path().parent_path();
    for (int up = 0; up < 3; ++up, folder = folder.parent_path()) fs::remove(folder, not_empty);
  }

  const Settings& settings_;
  const RunContext& context_;
  const S3Place place_;
  const RunFolder run_;
  const RunFolder parts_;
  S3Session session_;
  std::string manifest_text_;
  std::string decisions_;  // the log in the store
  std::vector<RunFile> files_;
  std::vector<RunFile> missing_;
  PullResult result_;
};

}  // namespace

PullResult pull_run(const Settings& settings,
                    const SyncRequest& request,
                    const RunContext& context) {
  return Pull(settings, request, context).run();
}

}  // namespace screenalytics
