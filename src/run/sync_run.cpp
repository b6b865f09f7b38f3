// SPDX-License-Identifier: MIT
#include "run/sync_run.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/sha256.h"
#include "run/artifact_stage.h"
#include "run/remove_run.h"
#include "run/sync_record.h"
#include "s3/encoding.h"
#include "store/verify_run.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "manifest.json";
constexpr std::size_t kRecordDigits = 12;

std::uint64_t total_bytes(const std::vector<RunFile>& files) {
  std::uint64_t sum = 0;
  for (const RunFile& file : files) sum += file.bytes;
  return sum;
}

std::vector<RunFile> named(const std::vector<std::string>& names) {
  std::vector<RunFile> files;
  for (const std::string& name : names) files.push_back({.name = name});
  return files;
}

/// One sync from the listing to the manifest.
class Sync {
 public:
  Sync(const RunFolder& run, const SyncRequest& request, const RunContext& context)
      : run_(run),
        lock_(run),
        request_(request),
        context_(context),
        place_(read_s3_place(request.place)),
        session_(request.s3, request.environment, context.budget),
        manifest_text_(read_text(run.file(kManifest))),
        files_(files_of(run.manifest().value())),
        record_(record_path()) {
    const auto bytes = std::span(reinterpret_cast<const std::uint8_t*>(manifest_text_.data()),
                                 manifest_text_.size());
    manifest_ = {kManifest, manifest_text_.size(), sha256_of(bytes)};
  }

  SyncResult run() {
    result_.place = place_.text() + "/" + object_name(run_, "");
    result_.place.pop_back();
    result_.files = std::ssize(files_) + 1;
    warn_about_the_line();
    check_local();
    send_what_is_missing();
    send_decisions();
    if (result_.failures.empty() && request_.local == LocalCopy::remove_when_verified)
      remove_local();
    result_.retries = session_.retries();
    return result_;
  }

 private:
  fs::path record_path() const {
    const std::string where = session_.options().endpoint + " " + place_.text();
    const std::string name =
        run_.run_id() + "-" + hex(sha256_digest(where)).substr(0, kRecordDigits) + ".jsonl";
    return run_.path().parent_path().parent_path() / "sync" / name;
  }

  /// Lives for one request: a connection that is kept would be one more than were allowed.
  S3Client client() { return {session_, place_.bucket, context_.stop}; }

  std::string key(const std::string& name) const { return place_.key(object_name(run_, name)); }

  void warn_about_the_line() const {
    if (is_open_on_the_way(session_.options().endpoint))
      context_.progress.warn(
          "the S3 endpoint is not encrypted: others on the way can read the run");
  }

  /// Local damage must not become the only copy.
  void check_local() {
    if (request_.local == LocalCopy::keep) return;
    context_.progress.phase("verify", 0, "files");
    const auto permit = context_.budget.acquire(context_.stop, Stage::hash);
    const auto faults = verify_run(run_.path());
    if (faults.empty()) return;
    throw Error(ErrorKind::bad_data,
                "the run is not valid, so nothing was sent or removed: '" + faults.front().file +
                    "' " + faults.front().what + (faults.size() > 1 ? " (and more)" : "") +
                    ": see 'screenalytics verify'");
  }

  std::map<std::string, ListedObject> list() {
    const std::string prefix = key("");
    std::map<std::string, ListedObject> there;
    for (ListedObject& object : client().list(prefix)) {
      std::string name = object.key.substr(std::min(prefix.size(), object.key.size()));
      there[std::move(name)] = std::move(object);
    }
    return there;
  }

  /// Names that we sent once: the record has them, or else the manifest in the store.
  std::set<std::string> names_of_ours(const std::map<std::string, ListedObject>& there) {
    std::set<std::string> ours;
    for (const auto& [name, object] : record_.known()) ours.insert(name);
    std::set<std::string> wanted{kManifest};
    for (const RunFile& file : files_) wanted.insert(file.name);
    const bool unknown = std::ranges::any_of(there, [&](const auto& entry) {
      return !wanted.contains(entry.first) && !ours.contains(entry.first);
    });
    if (!unknown || !there.contains(kManifest)) return ours;
    const auto text = client().get_text(key(kManifest));
    const Json json = Json::parse(text.value_or(""), nullptr, false);
    if (!json.is_object()) return ours;
    for (const RunFile& file : files_of(json)) ours.insert(file.name);
    return ours;
  }

  void send_what_is_missing() {
    context_.progress.phase("sync", 0, "bytes");
    const auto there = list();
    SyncPlan plan = plan_sync(files_, there, record_.known(), names_of_ours(there));
    ask_the_store(plan);
    say(plan);
    const bool manifest_there = there.contains(kManifest);
    if (manifest_there && plan.send.empty() && plan.obsolete.empty() &&
        is_the_same(manifest_, there.at(kManifest))) {
      tidy_record();
      return;
    }
    if (manifest_there && plan.takes_back) client().remove(key(kManifest));
    send(plan.send);
    remove(plan.obsolete);
    if (!plan.send.empty()) check_listing();
    if (!result_.failures.empty()) return;
    send_manifest();
    record_.add(kManifest, {manifest_.bytes, manifest_.sha256, manifest_etag_});
    tidy_record();
  }

  /// Of all runs of the episode, so no part of this one; the run is not held back by it.
  void send_decisions() {
    try {
      S3Client line = client();
      result_.decisions =
          screenalytics::send_decisions(line,
                                        place_.key(decisions_name(run_.ep_id())),
                                        run_.path().parent_path().parent_path() / "people.jsonl",
                                        request_.others_decisions,
                                        context_);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      add_failures({{"people.jsonl", error.what()}});
    }
  }

  void tidy_record() {
    std::vector<RunFile> all = files_;
    all.push_back(manifest_);
    record_.tidy(all);
  }

  bool is_the_same(const RunFile& file, const ListedObject& object) {
    const auto known = record_.known().find(file.name);
    if (known != record_.known().end() && known->second.etag == object.etag && !object.etag.empty())
      return known->second.sha256 == file.sha256 && object.bytes == file.bytes;
    return object.bytes == file.bytes && [&] {
      S3Client asker = client();
      return holds(asker, file);
    }();
  }

  /// What the store says that it holds; remembered.
  bool holds(S3Client& client, const RunFile& file) {
    const auto stored = client.head(key(file.name));
    if (!stored || stored->bytes != file.bytes || stored->claimed_sha256 != file.sha256)
      return false;
    const auto digest = digest_from_hex(file.sha256);
    if (!stored->checksum_sha256.empty() && stored->checksum_sha256 != base64_text(*digest))
      return false;
    record_.add(file.name, {file.bytes, file.sha256, stored->etag});
    return true;
  }

  void ask_the_store(SyncPlan& plan) {
    std::mutex mutex;
    std::vector<RunFile> others;
    const auto failures = transfer_all(
        session_, place_.bucket, context_, plan.ask, [&](S3Client& client, const RunFile& file) {
          if (holds(client, file)) return;
          const std::lock_guard lock(mutex);
          others.push_back(file);
        });
    if (!failures.empty()) {
      throw Error(ErrorKind::unavailable,
                  "the store does not say what it holds: " + failures.front().why);
    }
    plan.takes_back = plan.takes_back || !others.empty();
    std::ranges::move(others, std::back_inserter(plan.send));
    plan.ask.clear();
  }

  void say(const SyncPlan& plan) const {
    if (!plan.foreign.empty()) {
      context_.progress.warn(std::to_string(plan.foreign.size()) +
                             " object(s) in the run's place are not the run's and were left alone, "
                             "e.g. '" +
                             plan.foreign.front() + "'");
    }
  }

  void send(std::vector<RunFile>& files) {
    // The largest first: small ones fill the other line meanwhile.
    std::ranges::sort(files, [](const RunFile& a, const RunFile& b) {
      return std::pair(b.bytes, a.name) < std::pair(a.bytes, b.name);
    });
    context_.progress.phase("sync", static_cast<std::int64_t>(total_bytes(files)), "bytes");
    std::mutex mutex;
    add_failures(transfer_all(
        session_, place_.bucket, context_, files, [&](S3Client& client, const RunFile& file) {
          const Upload upload = upload_of(run_.file(file.name), file, context_.progress);
          const std::string etag = client.put(key(file.name), upload);
          record_.add(file.name, {file.bytes, file.sha256, etag});
          const std::lock_guard lock(mutex);
          ++result_.sent;
          result_.sent_bytes += file.bytes;
        }));
  }

  void remove(const std::vector<std::string>& names) {
    const auto files = named(names);
    const auto failures = transfer_all(
        session_, place_.bucket, context_, files, [&](S3Client& client, const RunFile& file) {
          client.remove(key(file.name));
        });
    result_.removed += std::ssize(files) - std::ssize(failures);
    add_failures(failures);
  }

  void add_failures(const std::vector<TransferFailure>& more) {
    result_.failures.insert(result_.failures.end(), more.begin(), more.end());
  }

  /// Nothing is taken on trust: what was sent must be there before the manifest says so.
  void check_listing() {
    if (!result_.failures.empty()) return;
    const auto there = list();
    for (const RunFile& file : files_) {
      const auto object = there.find(file.name);
      if (object != there.end() && object->second.bytes == file.bytes) continue;
      result_.failures.push_back({file.name, "is not in the store although it was sent"});
    }
  }

  void send_manifest() {
    manifest_etag_ = client().put(key(kManifest), upload_of_text(manifest_text_, kManifest));
    ++result_.sent;
    result_.sent_bytes += manifest_.bytes;
  }

  void remove_local() {
    std::vector<RunFile> all = files_;
    all.push_back(manifest_);
    context_.progress.phase("check", static_cast<std::int64_t>(all.size()), "files");
    add_failures(transfer_all(
        session_, place_.bucket, context_, all, [&](S3Client& client, const RunFile& file) {
          prove(client, file);
          context_.progress.add(1);
        }));
    if (!result_.failures.empty()) return;
    const auto left = remove_run_files(run_, files_);
    if (!left.empty()) {
      context_.progress.warn(std::to_string(left.size()) +
                             " file(s) that the run does not list stay in '" +
                             run_.path().string() + "', e.g. '" + left.front() + "'");
    }
    result_.local_removed = true;
  }

  /// The store's own checksum says so, or else it is read back.
  void prove(S3Client& client, const RunFile& file) const {
    const auto stored = client.head(key(file.name));
    if (!stored || stored->bytes != file.bytes)
      throw Error(ErrorKind::bad_data, "is not in the store with its size: the local copy stays");
    if (stored->checksum_sha256 == base64_text(*digest_from_hex(file.sha256))) return;
    client.get(key(file.name),
               {.bytes = file.bytes,
                .sha256 = file.sha256,
                .begin = [] {},
                .take = [](std::span<const std::uint8_t>) {}});
  }

  const RunFolder run_;
  const RunLock lock_;
  const SyncRequest& request_;
  const RunContext& context_;
  const S3Place place_;
  S3Session session_;
  const std::string manifest_text_;
  const std::vector<RunFile> files_;
  RunFile manifest_;
  std::string manifest_etag_;
  SyncRecord record_;
  SyncResult result_;
};

}  // namespace

void check_sync(const SyncRequest& request) {
  const S3Place place = read_s3_place(request.place);
  CpuBudget budget(1);
  S3Session session(request.s3, request.environment, budget);
  const S3Options& options = session.options();
  locate(options.endpoint, options.region, options.addressing, place.bucket, "");
  if (!options.instance_credentials) session.credentials({});
}

SyncResult sync_run(const Settings& settings,
                    const SyncRequest& request,
                    const RunContext& context) {
  return Sync(find_finished_run(settings), request, context).run();
}

}  // namespace screenalytics
