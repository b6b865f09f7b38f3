// SPDX-License-Identifier: MIT
#include "models/install.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/file_descriptor.h"
#include "files/folders.h"
#include "files/sha256.h"
#include "files/system_error.h"
#include "infer/model.h"
#include "models/checks.h"
#include "models/draft.h"
#include "models/prepare.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

/// One installation at a time in a folder of packs: a second one waits, then finds the pack there.
/// The kernel lets go of the lock when the process ends, however it ends.
class InstallLock {
 public:
  explicit InstallLock(const fs::path& models) {
    make_folders(models);
    const fs::path path = models / ".lock";
    file_ = FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (!file_.is_open()) throw write_error("write", path, errno);
    while (::flock(file_.get(), LOCK_EX) != 0) {
      if (errno != EINTR) throw write_error("lock", path, errno);
    }
  }

 private:
  FileDescriptor file_;
};

[[noreturn]] void refuse(const ModelCard& card, const std::string& why) {
  throw Error(ErrorKind::bad_model, "model '" + card.file + "' " + why);
}

std::string number(double value, int digits) {
  std::array<char, 64> text{};
  const auto [end, fault] = std::to_chars(
      text.data(), text.data() + text.size(), value, std::chars_format::general, digits);
  return fault == std::errc() ? std::string(text.data(), end) : std::string("?");
}

std::string line_of(const PreparationStep& step) {
  std::string line = step.name + ": " + (step.kept ? "kept" : "not kept");
  if (!step.detail.empty()) line += ", " + step.detail;
  if (step.ms_after > 0) {
    line += ", " + number(step.ms_before, 3) + " -> " + number(step.ms_after, 3) + " ms a call";
  }
  return line + ", difference " + number(step.difference, 2);
}

std::vector<std::int64_t> input_shape(const ModelCard& card, const Model& model) {
  if (model.inputs().size() != 1) {
    refuse(card, "has " + std::to_string(model.inputs().size()) + " inputs, not 1");
  }
  const auto& shape = model.inputs().front().shape;
  const bool is_picture = shape.size() == 4 && (shape[1] == 3 || shape[1] < 0);
  if (!is_picture) refuse(card, "does not take N x 3 x height x width");
  return shape;
}

/// Holds the model to its card's contract, and fills in what only the model can tell: a detector's
/// fixed size, a user's embedder's dimension.
void complete_card(const Model& model, const Tensor& check, ModelCard& card) {
  const auto shape = input_shape(card, model);
  const std::vector<Tensor> outputs = model.run(check);
  for (const Tensor& output : outputs) {
    if (!std::ranges::all_of(output.values, [](float v) { return std::isfinite(v); })) {
      refuse(card, "gives values that are not finite");
    }
  }
  if (card.role == "detector") {
    const bool is_fixed = shape[2] > 0 && shape[3] > 0;
    card.input = is_fixed ? Size{static_cast<int>(shape[3]), static_cast<int>(shape[2])} : Size{};
    return;
  }
  if (outputs.size() != 1) refuse(card, "is no embedder: it has several outputs");
  const int dimension = static_cast<int>(outputs.front().values.size());
  if (card.dimension != 0 && card.dimension != dimension) {
    refuse(card,
           "gives " + std::to_string(dimension) + " values, its card says " +
               std::to_string(card.dimension));
  }
  card.dimension = dimension;
}

/// Prepares the model unless that was done before, and completes its card.
void finish(DraftModel& model, const InstallReport& report) {
  const auto load = [&] { return Model(model.onnx, model.card.file, Device::cpu); };
  const auto checks = check_tensors(model.card, input_shape(model.card, load()));
  if (model.card.preparation.empty()) {
    report(model.card.file + ": preparing (" + std::to_string(model.onnx.size()) + " bytes)");
    Preparation prepared = prepare_model(model.onnx, checks, {});
    // A file that nothing was gained from stays as published, to the byte.
    if (std::ranges::any_of(prepared.steps, &PreparationStep::kept)) {
      model.onnx = std::move(prepared.model);
    }
    for (const PreparationStep& step : prepared.steps) {
      model.card.preparation.push_back(line_of(step));
      report(model.card.file + ": " + model.card.preparation.back());
    }
    if (prepared.steps.empty()) model.card.preparation.emplace_back("nothing to do");
  }
  complete_card(load(), checks.front(), model.card);
  model.card.sha256 = sha256_of(model.onnx);
}

/// Puts the finished folder in place. What was there before stays until the new one is complete.
void replace_folder(const fs::path& part, const fs::path& target) {
  sync_folder(part);
  if (fs::exists(target)) {
    exchange_folders(part, target);  // the old one goes with the half-made one's name
  } else {
    fs::rename(part, target);
    sync_folder(target.parent_path());
  }
}

/// Removes a half-made pack unless it was put in place.
class PartFolder {
 public:
  explicit PartFolder(fs::path path) : path_(std::move(path)) {
    fs::remove_all(path_);
    make_folders(path_);
  }
  ~PartFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  PartFolder(const PartFolder&) = delete;
  PartFolder& operator=(const PartFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

ModelPack build(PackDraft draft, const fs::path& models, const InstallReport& report) {
  const PartFolder part(models / ("." + draft.name + ".part"));
  ModelPack pack{.folder = part.path(), .name = draft.name, .version = draft.version, .models = {}};
  for (DraftModel& model : draft.models) {
    finish(model, report);
    write_atomically(part.path() / model.card.file, model.onnx);
    pack.models.push_back(model.card);
  }
  for (const auto& [file, text] : draft.licences) {
    write_atomically(part.path() / "LICENSES" / file, text);
  }
  write_pack(pack);
  pack.folder = models / draft.name;
  replace_folder(part.path(), pack.folder);
  report("pack '" + pack.name + "': installed in '" + pack.folder.string() + "'");
  return pack;
}

/// The pack in that folder, when there is one without fault; faults are reported.
std::optional<ModelPack> sound_pack(const fs::path& folder, const InstallReport& report) {
  if (!fs::exists(folder)) return std::nullopt;
  try {
    ModelPack pack = read_pack(folder);
    const auto faults = verify_pack(pack);
    for (const std::string& fault : faults) report(fault + "; installing again");
    if (faults.empty()) return pack;
  } catch (const Error& error) {
    report(std::string(error.what()) + "; installing again");
  }
  return std::nullopt;
}

ModelPack left_alone(ModelPack pack, const InstallReport& report) {
  report("pack '" + pack.name + "': is there and sound, in '" + pack.folder.string() + "'");
  return pack;
}

/// Same weights and contract, whatever preparing made of them.
bool is_same(const ModelCard& installed, const ModelCard& offered) {
  return installed.file == offered.file && installed.fingerprint() == offered.fingerprint() &&
         installed.score_threshold == offered.score_threshold &&
         installed.thresholds == offered.thresholds && installed.licence == offered.licence &&
         installed.terms == offered.terms;
}

bool holds(const ModelPack& pack, const PackDraft& draft) {
  return pack.version == draft.version &&
         std::ranges::equal(
             pack.models, draft.models, is_same, {}, [](const DraftModel& m) { return m.card; });
}

ModelPack install_default(const InstallOptions& options, const InstallReport& report) {
  auto installed = sound_pack(options.models / kDefaultPack, report);
  const bool is_current = installed && installed->version == kDefaultPackVersion;
  if (is_current && !options.again) return left_alone(std::move(*installed), report);
  if (installed && !is_current) {
    report("pack 'default': version " + installed->version + " is there, this program brings " +
           kDefaultPackVersion);
  }
  return build(draft_default(options.cache, report), options.models, report);
}

void require_usable_name(const std::string& name, bool is_own) {
  const bool is_plain = !name.empty() && name.front() != '.' && name.find('/') == std::string::npos;
  if (is_plain && (is_own || name != kDefaultPack)) return;
  throw Error(ErrorKind::bad_usage,
              "a model pack cannot be named '" + name + "': rename the folder and run again");
}

ModelPack install_folder(const fs::path& folder,
                         const InstallOptions& options,
                         const InstallReport& report) {
  const bool is_own = fs::exists(folder / "models.json");
  PackDraft draft = is_own ? draft_own_pack(folder) : draft_user_folder(folder, report);
  require_usable_name(draft.name, is_own);
  const fs::path target = options.models / draft.name;
  auto installed = sound_pack(target, report);
  const bool is_itself = installed && fs::equivalent(folder, target);
  const bool may_stay = installed && (is_itself || !options.again) && holds(*installed, draft);
  if (may_stay) return left_alone(std::move(*installed), report);
  return build(std::move(draft), options.models, report);
}

}  // namespace

ModelPack install_pack(const std::string& name_or_folder,
                       const InstallOptions& options,
                       const InstallReport& report) {
  try {
    const InstallLock lock(options.models);
    if (name_or_folder == kDefaultPack) return install_default(options, report);
    if (fs::is_directory(name_or_folder)) return install_folder(name_or_folder, options, report);
    throw Error(
        ErrorKind::not_found,
        "there is no model pack or folder '" + name_or_folder +
            "'; give 'default', or a folder with models.json or with InsightFace or YuNet models");
  } catch (const fs::filesystem_error& fault) {
    throw write_error("read or change", fault.path1(), fault.code().value());
  }
}

}  // namespace screenalytics
