// SPDX-License-Identifier: MIT
#include "budget/cpu_limits.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/settings_flags.h"
#include "cli/stop_signals.h"
#include "core/error.h"

#include <cstdio>
#include <exception>
#include <functional>
#include <new>
#include <string>

#include <CLI/CLI.hpp>
#include <malloc.h>


namespace screenalytics {
namespace {

/// The command line: parses into a Request and knows what to run.
class CommandLine {
 public:
  CommandLine(const Surroundings& around, const std::stop_token& stop)
      : around_(around), stop_(stop) {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", "screenalytics " SCREENALYTICS_VERSION);
    app_.footer(
        "Exit codes: 0 done, 2 usage, 3 not found, 4 bad media, 5 bad model, 6 bad data, 7 I/O, 8 "
        "disk full,\n"
        "9 not available here, 10 busy, 70 our mistake, 130 stopped (the same command goes on).");
    request_.settings.models = around.models;
    if (around.cpu_limit) request_.settings.cpu_limit = *around.cpu_limit;
    add_runs();
    add_facebank();
    add_models();
    auto* doctor = command(
        app_, "doctor", "what this machine gives, and what to do about what is missing", [this] {
          return run_doctor(request_, around_);
        });
    doctor->add_option("--models", request_.settings.models, "folder of all model packs");
    doctor->add_option("--data", request_.settings.data, "folder of all runs");
  }

  int run(int count, const char* const* arguments) {
    for (int i = 0; i < count; ++i)
      request_.command += (i == 0 ? "" : " ") + std::string(arguments[i]);
    try {
      app_.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
      return error.get_exit_code() == 0 ? app_.exit(error) : fail(error);
    }
    return action_();
  }

 private:
  static int fail(const CLI::ParseError& error) {
    std::fprintf(stderr, "screenalytics: %s (see --help)\n", error.what());
    return exit_code(ErrorKind::bad_usage);
  }

  CLI::App* command(CLI::App& parent,
                    const std::string& name,
                    const std::string& help,
                    std::function<int()> action) {
    auto* added = parent.add_subcommand(name, help);
    added->callback([this, action = std::move(action)] { action_ = action; });
    return added;
  }

  CLI::App* job(CLI::App& parent,
                const std::string& name,
                const std::string& help,
                FlagSet flags,
                std::function<int()> action) {
    auto* added = command(parent, name, help, std::move(action));
    add_flags(*added, flags, request_.settings);
    added->add_option("--progress", request_.progress, "auto, plain, json or none")
        ->capture_default_str();
    return added;
  }

  void add_runs() {
    job(app_,
        "harvest",
        "video file -> detections, tracks, faces, embeddings",
        FlagSet::harvest,
        [this] { return run_harvest(request_, around_, HarvestStage::harvest, stop_); });
    job(app_,
        "detect-track",
        "the first half of harvest: stops after tracks",
        FlagSet::detect_track,
        [this] { return run_harvest(request_, around_, HarvestStage::detect_track, stop_); });
    job(app_,
        "faces-embed",
        "the second half: faces and embeddings of a run with tracks",
        FlagSet::faces_embed,
        [this] { return run_faces_embed(request_, around_, stop_); });
  }

  CLI::App* in_facebank(CLI::App& bank,
                        const std::string& name,
                        const std::string& help,
                        std::function<int()> action) {
    auto* added = job(bank, name, help, FlagSet::facebank, std::move(action));
    added->add_option("--show", request_.settings.show, "the show")->required();
    return added;
  }

  void add_facebank() {
    auto* bank = app_.add_subcommand("facebank", "known faces of a show's cast");
    bank->require_subcommand(1);
    auto* add = in_facebank(*bank, "add", "add photos of one person, one face each", [this] {
      return run_facebank_add(request_, around_, stop_);
    });
    add->add_option("--cast-id", request_.cast_id, "short name of the person, for files")
        ->required();
    add->add_option("--name", request_.cast_name, "full name")->required();
    add->add_option("photos", request_.photos, "photos")->required();
    in_facebank(*bank, "list", "who is in it", [this] { return run_facebank_list(request_); });
    auto* remove = in_facebank(*bank, "remove", "remove a person, or one seed", [this] {
      return run_facebank_remove(request_);
    });
    remove->add_option("--cast-id", request_.cast_id, "the person")->required();
    remove->add_option("--seed", request_.seed_id, "only this seed (see list)");
    in_facebank(*bank, "verify", "check photos and seeds", [this] {
      return run_facebank_verify(request_);
    });
  }

  void add_models() {
    auto* models = app_.add_subcommand("models", "model packs");
    models->require_subcommand(1);
    const auto with_folder = [this](CLI::App* added) {
      added->add_option("--models", request_.settings.models, "folder of all model packs");
      return added;
    };
    with_folder(command(*models, "list", "installed packs and what preparing did", [this] {
      return run_models_list(request_);
    }));
    auto* install = with_folder(command(
        *models, "install", "install the default pack, or a folder of your own models", [this] {
          return run_models_install(request_, around_);
        }));
    install->add_option("pack", request_.pack_or_folder, "'default' or a folder")
        ->capture_default_str();
    install->add_flag("--again", request_.again, "also when it is there and sound");
    with_folder(command(*models, "verify", "check every file against its checksum", [this] {
      return run_models_verify(request_);
    }));
    with_folder(command(*models, "licences", "licence, terms and origin of every model", [this] {
      return run_models_licences(request_);
    }));
  }

  const Surroundings& around_;
  std::stop_token stop_;
  Request request_;
  std::function<int()> action_;
  CLI::App app_{"Screenalytics: who is on screen, when and for how long, never above the CPU cap"};
};

/// Decoded pictures and tensors come and go by the megabyte. glibc would hand each back to the kernel, and faulting the
/// pages in again costs as much as scaling a 1080p frame.
void keep_freed_memory() {
  constexpr int kKeep = 64 << 20;
  mallopt(M_MMAP_THRESHOLD, kKeep);
  mallopt(M_TRIM_THRESHOLD, 2 * kKeep);
}

int guarded(int count, const char* const* arguments) {
  try {
    keep_freed_memory();
    limit_library_threads();
    const Surroundings around = read_surroundings();
    const StopSignals signals;
    return CommandLine(around, signals.token()).run(count, arguments);
  } catch (const Error& error) {
    std::fprintf(stderr, "screenalytics: %s\n", error.what());
    return exit_code(error.kind());
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr,
                 "screenalytics: out of memory: close other programs or use fewer --workers; "
                 "finished segments are kept\n");
    return exit_code(ErrorKind::unavailable);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "screenalytics: unexpected: %s\n", error.what());
    return exit_code(ErrorKind::internal);
  }
}

}  // namespace
}  // namespace screenalytics

int main(int count, char** arguments) { return screenalytics::guarded(count, arguments); }
