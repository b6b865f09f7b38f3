// SPDX-License-Identifier: MIT
#include "cli/command_line.h"
#include "cli/exit_codes.h"
#include "cli/job_context.h"
#include "cli/sync_output.h"
#include "run/pull_run.h"

#include <algorithm>
#include <cstdio>
#include <map>

namespace screenalytics {
namespace {

constexpr std::size_t kShownFailures = 100;
constexpr double kMiB = 1024.0 * 1024.0;

const std::map<std::string, Addressing> kAddressing{{"auto", Addressing::automatic},
                                                    {"path", Addressing::path},
                                                    {"virtual-host", Addressing::virtual_host}};

double mebibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / kMiB; }

/// Names every file that did not get through, one a line.
void print_failures(const std::vector<TransferFailure>& failures, const char* again) {
  for (std::size_t i = 0; i < std::min(failures.size(), kShownFailures); ++i)
    std::fprintf(stderr, "failed: %s: %s\n", failures[i].name.c_str(), failures[i].why.c_str());
  if (failures.size() > kShownFailures)
    std::fprintf(stderr, "failed: and %zu more\n", failures.size() - kShownFailures);
  std::fprintf(
      stderr, "screenalytics: %zu file(s) did not get through: %s\n", failures.size(), again);
}

int run_sync(const Request& request, const Surroundings& around, const std::stop_token& stop) {
  const SyncRequest sync = sync_request(request, around);
  return print_sync(with_context(request, around, stop, [&](const RunContext& context) {
    return sync_run(request.settings, sync, context);
  }));
}

int run_pull(const Request& request, const Surroundings& around, const std::stop_token& stop) {
  const SyncRequest sync = sync_request(request, around);
  const auto result = with_context(request, around, stop, [&](const RunContext& context) {
    return pull_run(request.settings, sync, context);
  });
  if (!result.failures.empty()) {
    print_failures(result.failures, "nothing was put into the data folder, run it again to go on");
    return kIncompleteTransfer;
  }
  if (!result.decisions.empty()) std::printf("%s\n", result.decisions.c_str());
  if (result.was_there) {
    std::printf("the run is here already: %s\n", result.run.path().c_str());
    return 0;
  }
  std::printf(
      "%lld files, %lld of them (%.1f MiB) fetched now, all verified; %lld requests sent "
      "again\n%s\n",
      static_cast<long long>(result.files),
      static_cast<long long>(result.fetched),
      mebibytes(result.fetched_bytes),
      static_cast<long long>(result.retries),
      result.run.path().c_str());
  return 0;
}

/// The flags of a command that works on one run and needs neither video nor models.
CLI::App* add_command(CommandLine& line,
                      const char* name,
                      const char* help,
                      const std::function<int()>& action) {
  Request& request = line.request();
  CLI::App* command = line.command(line.app(), name, help, action);
  command->add_option("--ep-id", request.settings.ep_id, "name of the episode")->required();
  command->add_option("--data", request.settings.data, "folder of all runs and facebanks")
      ->capture_default_str();
  command->add_option("--progress", request.progress, "auto, plain, json or none")
      ->capture_default_str();
  add_cpu_flags(*command, request.settings.cpu);
  add_s3_flags(*command, request.sync.s3);
  return command;
}

}  // namespace

SyncRequest sync_request(const Request& request, const Surroundings& around) {
  SyncRequest sync = request.sync;
  sync.environment = around.aws;
  if (sync.place.empty()) sync.place = around.sync_to;
  if (sync.place.empty()) {
    throw Error(ErrorKind::bad_usage,
                "no place was named: give s3://bucket/prefix, or set SCREENALYTICS_SYNC_TO");
  }
  check_sync(sync);
  return sync;
}

SyncResult sync_after(const Settings& settings,
                      const SyncRequest& sync,
                      const RunContext& context) {
  try {
    return sync_run(settings, sync, context);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    SyncResult result;
    result.failures.push_back({"the run", error.what()});
    return result;
  }
}

int print_sync(const SyncResult& result) {
  if (!result.failures.empty()) {
    print_failures(
        result.failures,
        "the store shows no half run, the local one stays; 'screenalytics sync' goes on");
    return kIncompleteTransfer;
  }
  std::printf(
      "%lld files, %lld of them (%.1f MiB) sent now, %lld removed; %lld requests sent again\n",
      static_cast<long long>(result.files),
      static_cast<long long>(result.sent),
      mebibytes(result.sent_bytes),
      static_cast<long long>(result.removed),
      static_cast<long long>(result.retries));
  if (!result.decisions.empty()) std::printf("%s\n", result.decisions.c_str());
  if (result.local_removed) std::printf("verified in the store; the local copy was removed\n");
  std::printf("%s\n", result.place.c_str());
  return 0;
}

void add_s3_flags(CLI::App& command, S3Options& options) {
  const auto add = [&](const char* name, auto& value, const char* help) {
    return command.add_option(name, value, help)->group("S3");
  };
  add("--endpoint",
      options.endpoint,
      "S3 server, https://host:port (default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, else AWS)");
  add("--s3-region", options.region, "region (default: AWS_REGION, the profile's, else us-east-1)");
  add("--s3-profile", options.profile, "profile of the shared AWS files (default: AWS_PROFILE)");
  add("--s3-addressing",
      options.addressing,
      "where the bucket's name stands; auto: in the path with --endpoint")
      ->transform(CLI::CheckedTransformer(kAddressing).description("{auto,path,virtual-host}"));
  add("--s3-concurrency", options.concurrency, "transfers, and so connections, at once")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  add("--s3-ca-file",
      options.ca_file,
      "certificates to trust (default: AWS_CA_BUNDLE, else the system's)");
  add("--s3-multipart-above", options.multipart_above, "larger files go up in parts, bytes")
      ->capture_default_str();
  add("--s3-part-bytes", options.part_bytes, "size of a part, bytes (S3 wants 5 MiB or more)")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add("--s3-attempts", options.retry.attempts, "tries of one request")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command
      .add_option_function<int>(
          "--s3-stall-seconds",
          [&options](int seconds) { options.stall_timeout = std::chrono::seconds(seconds); },
          "a transfer that is slower than 1 KiB/s for so long is torn and tried again")
      ->check(CLI::Range(1, 3600))
      ->default_str(std::to_string(options.stall_timeout.count()))
      ->group("S3");
  command
      .add_flag("--s3-instance-credentials",
                options.instance_credentials,
                "without other credentials, ask the container's or the machine's metadata service")
      ->group("S3");
}

void add_sync_after_flags(CLI::App& command, Request& request) {
  command
      .add_option("--sync",
                  request.sync.place,
                  "bring the run into an S3 store when it is done: s3://bucket/prefix")
      ->group("S3");
  add_s3_flags(command, request.sync.s3);
}

void add_sync_commands(CommandLine& line) {
  Request& request = line.request();
  CLI::App* sync = add_command(
      line, "sync", "bring a finished run into an S3 store: what is missing or changed", [&line] {
        return run_sync(line.request(), line.around(), line.stop());
      });
  sync->add_option(
      "--run-id", request.settings.run_id, "the run (default: the newest finished one)");
  sync->add_option(
      "--to", request.sync.place, "s3://bucket/prefix (default: SCREENALYTICS_SYNC_TO)");
  sync->add_flag_function(
      "--delete-local",
      [&request](std::int64_t) { request.sync.local = LocalCopy::remove_when_verified; },
      "remove the local run when every object has been verified in the store");
  sync->add_flag_function(
      "--replace-decisions",
      [&request](std::int64_t) { request.sync.others_decisions = OthersDecisions::replace; },
      "send people.jsonl also when the store's has decisions that are not here");
  CLI::App* pull =
      add_command(line, "pull", "fetch a run from an S3 store, verified and whole", [&line] {
        return run_pull(line.request(), line.around(), line.stop());
      });
  pull->add_option("--run-id", request.settings.run_id, "the run")->required();
  pull->add_option(
      "--from", request.sync.place, "s3://bucket/prefix (default: SCREENALYTICS_SYNC_TO)");
}

}  // namespace screenalytics
