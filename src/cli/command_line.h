// SPDX-License-Identifier: MIT
#pragma once

#include "cli/commands.h"
#include "cli/settings_flags.h"
#include "cli/surroundings.h"
#include "run/cluster_run.h"

#include <functional>
#include <stop_token>
#include <string>

#include <CLI/CLI.hpp>

namespace screenalytics {

/// The command line: each subject adds its commands (the add_..._commands functions below), then
/// `run` parses into one Request and runs what was asked for.
class CommandLine {
 public:
  CommandLine(const Surroundings& around, std::stop_token stop);
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  CLI::App& app() { return app_; }
  /// What the flags write into; lives as long as the command line.
  Request& request() { return request_; }
  const Surroundings& around() const { return around_; }
  const std::stop_token& stop() const { return stop_; }

  CLI::App* command(CLI::App& parent,
                    const std::string& name,
                    const std::string& help,
                    std::function<int()> action);
  /// A command with the flags of `flags` and --progress.
  CLI::App* job(CLI::App& parent,
                const std::string& name,
                const std::string& help,
                FlagSet flags,
                std::function<int()> action);

  /// Exit code of the command that was named. Failures leave as Error.
  int run(int count, const char* const* arguments);

 private:
  const Surroundings& around_;
  std::stop_token stop_;
  Request request_;
  std::function<int()> action_;
  CLI::App app_{"Screenalytics: who is on screen, when and for how long, never above the CPU cap"};
};

void add_run_commands(CommandLine& line);
void add_cluster_commands(CommandLine& line);
/// --show and the tuning of the cluster stage, for every command that may run it.
void add_cluster_flags(CLI::App& command, Request& request);
/// The tuning alone, for commands that have --show and the flags of matching already.
void add_cluster_tuning(CLI::App& command, Request& request);
/// What was said on the command line of `command`, which has these flags.
ClusterWishes cluster_wishes(const CLI::App& command, const Request& request);
void add_facebank_commands(CommandLine& line);
void add_model_commands(CommandLine& line);
void add_screentime_commands(CommandLine& line);
void add_report_commands(CommandLine& line);
/// `people ...` and `search`.
void add_people_commands(CommandLine& line);
/// The table of CPU use on any video.
void add_bench_commands(CommandLine& line);
void add_eval_commands(CommandLine& line);
void add_overlay_commands(CommandLine& line);
void add_limit_commands(CommandLine& line);
void add_verify_commands(CommandLine& line);
/// `sync` and `pull`.
void add_sync_commands(CommandLine& line);
/// How an S3 store is talked to, for every command that may do so.
void add_s3_flags(CLI::App& command, S3Options& options);
/// --sync and the S3 flags, for commands that may end with a sync.
void add_sync_after_flags(CLI::App& command, Request& request);
void add_prune_commands(CommandLine& line);
void add_determinism_commands(CommandLine& line);

}  // namespace screenalytics
