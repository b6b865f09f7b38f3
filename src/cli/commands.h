// SPDX-License-Identifier: MIT
#pragma once

#include "cli/surroundings.h"
#include "run/cluster_settings.h"
#include "run/harvest_run.h"
#include "run/settings.h"
#include "run/sync_run.h"

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace screenalytics {

/// What the command line asked for, besides the settings.
struct Request {
  std::string command;  ///< as typed
  std::string progress = "auto";
  double wait_seconds = 0;  ///< for a run that another process works on
  Settings settings;
  ClusterSettings clustering;
  std::string cast_id;
  std::string cast_name;
  std::string seed_id;
  std::vector<std::filesystem::path> photos;
  std::string pack_or_folder = "default";
  bool again = false;
  std::filesystem::path out;  ///< a file to write
  SyncRequest sync;           ///< place empty: no sync asked for
};

/// Each runs one command and returns the exit code; failures leave as Error. Results go to standard
/// output, progress and warnings to standard error.
int run_harvest(const Request& request,
                const Surroundings& around,
                HarvestStage stage,
                const std::stop_token& stop);
int run_faces_embed(const Request& request,
                    const Surroundings& around,
                    const std::stop_token& stop);
int run_cluster(const Request& request, const Surroundings& around, const std::stop_token& stop);
int run_facebank_add(const Request& request,
                     const Surroundings& around,
                     const std::stop_token& stop);
int run_facebank_list(const Request& request);
int run_facebank_remove(const Request& request);
int run_facebank_verify(const Request& request,
                        const Surroundings& around,
                        const std::stop_token& stop);
int run_models_list(const Request& request);
int run_models_install(const Request& request,
                       const Surroundings& around,
                       const std::stop_token& stop);
int run_models_verify(const Request& request,
                      const Surroundings& around,
                      const std::stop_token& stop);
int run_models_licences(const Request& request);
int run_doctor(const Request& request, const Surroundings& around, const std::stop_token& stop);

}  // namespace screenalytics
