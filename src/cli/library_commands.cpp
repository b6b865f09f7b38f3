// SPDX-License-Identifier: MIT
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/job_context.h"
#include "core/error.h"
#include "models/install.h"
#include "models/model_pack.h"
#include "run/doctor.h"
#include "run/facebank_run.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

std::vector<ModelPack> all_packs(const fs::path& models) {
  std::vector<fs::path> folders;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(models, none)) {
    if (fs::exists(entry.path() / "models.json")) folders.push_back(entry.path());
  }
  std::ranges::sort(folders);
  std::vector<ModelPack> packs;
  for (const fs::path& folder : folders) packs.push_back(read_pack(folder));
  if (packs.empty()) {
    throw Error(ErrorKind::not_found,
                "no model pack in '" + models.string() + "': run 'screenalytics models install'");
  }
  return packs;
}

int print_faults(const std::vector<std::string>& faults) {
  for (const std::string& fault : faults) std::printf("  %s\n", fault.c_str());
  return faults.empty() ? 0 : 1;
}

}  // namespace

int run_facebank_list(const Request& request) {
  const auto members = Facebank(request.settings.data, request.settings.show).members();
  if (members.empty())
    std::printf("the facebank of show '%s' is empty\n", request.settings.show.c_str());
  for (const CastMember& member : members) {
    std::printf(
        "%s  %s  %zu seed(s)\n", member.cast_id.c_str(), member.name.c_str(), member.seeds.size());
    for (const SeedPhoto& seed : member.seeds) {
      std::printf("  %s  %s  face %.0f px  score %.2f  model %s\n",
                  seed.seed_id.c_str(),
                  seed.photo.c_str(),
                  static_cast<double>(seed.size),
                  static_cast<double>(seed.score),
                  seed.fingerprint.c_str());
    }
  }
  return 0;
}

int run_facebank_remove(const Request& request) {
  Facebank bank(request.settings.data, request.settings.show);
  if (request.seed_id.empty()) {
    bank.remove(request.cast_id);
  } else {
    bank.remove(request.cast_id, request.seed_id);
  }
  std::printf("removed\n");
  return 0;
}

int run_facebank_verify(const Request& request,
                        const Surroundings& around,
                        const std::stop_token& stop) {
  const ModelPack pack = read_pack(request.settings.models / request.settings.pack);
  const Facebank bank(request.settings.data, request.settings.show);
  const auto faults = with_permit(quiet(request), around, stop, [&] {
    return verify_facebank(bank, pack.card("embedder").fingerprint(), request.settings.match);
  });
  std::printf("facebank of show '%s': %s\n",
              request.settings.show.c_str(),
              faults.empty() ? "sound" : "faults:");
  return print_faults(faults) == 0 ? 0 : exit_code(ErrorKind::bad_data);
}

int run_models_list(const Request& request) {
  for (const ModelPack& pack : all_packs(request.settings.models)) {
    std::printf("%s  %s  (%s)\n", pack.name.c_str(), pack.version.c_str(), pack.folder.c_str());
    for (const ModelCard& card : pack.models) {
      std::printf("  %-9s %-28s %s  %s\n",
                  card.role.c_str(),
                  card.name.c_str(),
                  card.family.c_str(),
                  card.licence.c_str());
      for (const std::string& step : card.preparation)
        std::printf("            %s\n", step.c_str());
    }
  }
  return 0;
}

int run_models_install(const Request& request,
                       const Surroundings& around,
                       const std::stop_token& stop) {
  const InstallOptions options{
      .models = request.settings.models, .cache = around.cache, .again = request.again};
  const ModelPack pack = with_permit(request, around, stop, [&] {
    return install_pack(request.pack_or_folder, options, [](const std::string& line) {
      std::fprintf(stderr, "%s\n", line.c_str());
    });
  });
  std::printf("model pack '%s' is ready in %s\n", pack.name.c_str(), pack.folder.c_str());
  return 0;
}

int run_models_verify(const Request& request,
                      const Surroundings& around,
                      const std::stop_token& stop) {
  int faulty = 0;
  for (const ModelPack& pack : all_packs(request.settings.models)) {
    const auto faults =
        with_permit(quiet(request), around, stop, [&] { return verify_pack(pack); });
    std::printf("%s: %s\n", pack.name.c_str(), faults.empty() ? "sound" : "faults:");
    faulty += print_faults(faults);
  }
  return faulty == 0 ? 0 : exit_code(ErrorKind::bad_model);
}

int run_models_licences(const Request& request) {
  for (const ModelPack& pack : all_packs(request.settings.models)) {
    for (const ModelCard& card : pack.models) {
      std::printf("%s (%s of pack '%s')\n  licence: %s\n  terms:   %s\n  origin:  %s\n",
                  card.name.c_str(),
                  card.role.c_str(),
                  pack.name.c_str(),
                  card.licence.c_str(),
                  card.terms.c_str(),
                  card.origin.c_str());
    }
  }
  return 0;
}

int run_doctor(const Request& request, const Surroundings& around, const std::stop_token& stop) {
  const CpuAllowance allowance = read_allowance(around.slurm_cpus);
  const auto page = with_permit(quiet(request), around, stop, [&] {
    return examine_machine(allowance, request.settings.models, around.cache, request.settings.data);
  });
  std::string section;
  int advice = 0;
  for (const Finding& finding : page) {
    if (finding.section != section) std::printf("%s\n", finding.section.c_str());
    section = finding.section;
    std::printf("  %-20s %s\n", finding.subject.c_str(), finding.found.c_str());
    if (finding.advice.empty()) continue;
    std::printf("  %-20s -> %s\n", "", finding.advice.c_str());
    ++advice;
  }
  std::printf(advice == 0 ? "all is well\n" : "%d thing(s) to look at, marked ->\n", advice);
  return 0;
}

void add_facebank_commands(CommandLine& line) {
  Request& request = line.request();
  auto* bank = line.app().add_subcommand("facebank", "known faces of a show's cast");
  bank->require_subcommand(1);
  const auto in_bank = [&line, &request, bank](
                           const char* name, const char* help, std::function<int()> action) {
    auto* added = line.job(*bank, name, help, FlagSet::facebank, std::move(action));
    added->add_option("--show", request.settings.show, "the show")->required();
    return added;
  };
  auto* add = in_bank("add", "add photos of one person, one face each", [&line] {
    return run_facebank_add(line.request(), line.around(), line.stop());
  });
  add->add_option("--cast-id", request.cast_id, "short name of the person, for files")->required();
  add->add_option("--name", request.cast_name, "full name")->required();
  add->add_option("photos", request.photos, "photos")->required();
  in_bank("list", "who is in it", [&request] { return run_facebank_list(request); });
  auto* remove = in_bank("remove", "remove a person, or one seed", [&request] {
    return run_facebank_remove(request);
  });
  remove->add_option("--cast-id", request.cast_id, "the person")->required();
  remove->add_option("--seed", request.seed_id, "only this seed (see list)");
  in_bank("verify", "check photos and seeds", [&line] {
    return run_facebank_verify(line.request(), line.around(), line.stop());
  });
}

void add_model_commands(CommandLine& line) {
  Request& request = line.request();
  auto* models = line.app().add_subcommand("models", "model packs");
  models->require_subcommand(1);
  const auto of_models = [&line, &request, models](
                             const char* name, const char* help, std::function<int()> action) {
    auto* added = line.command(*models, name, help, std::move(action));
    added->add_option("--models", request.settings.models, "folder of all model packs");
    return added;
  };
  of_models("list", "installed packs and what preparing did", [&request] {
    return run_models_list(request);
  });
  auto* install =
      of_models("install", "install the default pack, or a folder of your own models", [&line] {
        return run_models_install(line.request(), line.around(), line.stop());
      });
  add_cpu_flags(*install, request.settings.cpu);
  install->add_option("pack", request.pack_or_folder, "'default' or a folder")
      ->capture_default_str();
  install->add_flag("--again", request.again, "also when it is there and sound");
  auto* verify = of_models("verify", "check every file against its checksum", [&line] {
    return run_models_verify(line.request(), line.around(), line.stop());
  });
  add_cpu_flags(*verify, request.settings.cpu);
  of_models("licences", "licence, terms and origin of every model", [&request] {
    return run_models_licences(request);
  });
  auto* doctor =
      line.command(line.app(),
                   "doctor",
                   "what this machine gives, and what to do about what is missing",
                   [&line] { return run_doctor(line.request(), line.around(), line.stop()); });
  doctor->add_option("--models", request.settings.models, "folder of all model packs");
  doctor->add_option("--data", request.settings.data, "folder of all runs");
}

}  // namespace screenalytics
