// SPDX-License-Identifier: MIT
#include "infer/model.h"

#include "core/error.h"
#include "infer/denormals.h"
#include "infer/started_threads.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <new>
#include <optional>
#include <utility>

#include <dlfcn.h>

#define ORT_API_MANUAL_INIT
#include <onnxruntime_cxx_api.h>
#undef ORT_API_MANUAL_INIT

namespace screenalytics {
namespace {

constexpr int kOldestApi = 14;

/// From 1.29 on, published builds of ONNX Runtime report to their maker on Linux and macOS: threads
/// of their own that look for a network, a device id in the user's cache, files in the temporary
/// folder. The call that turns it off comes too late (it needs the environment, whose making
/// reports already); the variable does not. It is set before `main`, while there is one thread.
const bool kReportsNothing = [] {
  ::setenv("ORT_DISABLE_TELEMETRY", "1", 1);   // NOLINT(concurrency-mt-unsafe)
  ::setenv("ORT_TELEMETRY_DISABLED", "1", 1);  // NOLINT(concurrency-mt-unsafe): its name in between
  return true;
}();

void ORT_API_CALL
drop_message(void*, OrtLoggingLevel, const char*, const char*, const char*, const char*) {}

/// The runtime turns every exception into its own; ours of no memory stays what it is.
void refuse_no_memory(const Ort::Exception& error) {
  const std::string text = error.what();
  const bool no_memory = text.find("bad_alloc") != std::string::npos ||
                         text.find("Failed to allocate memory") != std::string::npos;
  if (no_memory) throw std::bad_alloc();
}

std::string version_text() { return OrtGetApiBase()->GetVersionString(); }

/// The runtime's interface version: the minor part of its version, e.g. 17 of "1.17.3".
int api_of_runtime() {
  const std::string version = version_text();
  const auto dot = version.find('.');
  return dot == std::string::npos ? 0 : std::atoi(version.c_str() + dot + 1);
}

void choose_api() {
  const int offered = api_of_runtime();
#if ORT_API_VERSION >= 20
  const int wanted = std::min(offered, ORT_API_VERSION);
#else
  const int wanted = ORT_API_VERSION;
#endif
  const OrtApi* api = nullptr;
  if (wanted >= kOldestApi && wanted <= offered) {
    api = OrtGetApiBase()->GetApi(static_cast<std::uint32_t>(wanted));
  }
  if (api == nullptr) {
    throw Error(ErrorKind::unavailable,
                "ONNX Runtime " + version_text() +
                    " is too old: this program was built against 1." +
                    std::to_string(ORT_API_VERSION) + "; install that version or build again");
  }
#if ORT_API_VERSION >= 20
  Ort::InitApi(api);
#else
  Ort::InitApi();
#endif
}

Ort::Env make_environment() {
  choose_api();
  static_cast<void>(kReportsNothing);
  Ort::Env made(ORT_LOGGING_LEVEL_ERROR, "screenalytics", drop_message, nullptr);
  made.DisableTelemetryEvents();
  return made;
}

/// ONNX Runtime wants one environment for the process; it lives as long as the process.
Ort::Env& environment() {
  static Ort::Env* const env = new Ort::Env(make_environment());
  return *env;
}

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

std::string provider_of(Device device) {
  switch (device) {
    case Device::cuda:
      return "CUDAExecutionProvider";
    case Device::coreml:
      return "CoreMLExecutionProvider";
    case Device::automatic:
    case Device::cpu:
      break;
  }
  return "CPUExecutionProvider";
}

std::string name_of(Device device) {
  switch (device) {
    case Device::cuda:
      return "cuda";
    case Device::coreml:
      return "coreml";
    case Device::automatic:
    case Device::cpu:
      break;
  }
  return "cpu";
}

bool offers(Device device) {
  return std::ranges::count(Ort::GetAvailableProviders(), provider_of(device)) > 0;
}

std::string library_path() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&OrtGetApiBase), &info) == 0 || !info.dli_fname) {
    return {};
  }
  return std::string(", ") + info.dli_fname;
}

[[noreturn]] void refuse(Device device) {
  std::string offered;
  for (const std::string& provider : Ort::GetAvailableProviders()) {
    const auto end = provider.find("ExecutionProvider");
    offered += (offered.empty() ? "" : ", ") + provider.substr(0, end);
  }
  const std::string wanted = device == Device::cuda ? "CUDA" : "CoreML";
  throw Error(ErrorKind::unavailable,
              "this ONNX Runtime (" + version_text() + library_path() + ") has no " + wanted +
                  " provider; it has: " + offered +
                  "; use --device cpu, or install an ONNX Runtime with " + wanted +
                  " and set ONNXRUNTIME_ROOT to it");
}

void keep_to_one_thread(Ort::SessionOptions& options) {
  options.SetIntraOpNumThreads(1);
  options.SetInterOpNumThreads(1);
  options.SetExecutionMode(ORT_SEQUENTIAL);
  options.AddConfigEntry("session.intra_op.allow_spinning", "0");
  options.AddConfigEntry("session.inter_op.allow_spinning", "0");
}

Ort::SessionOptions options_for(Device device, LibraryThreads threads) {
  Ort::SessionOptions options;
  if (threads == LibraryThreads::one) keep_to_one_thread(options);
  options.SetGraphOptimizationLevel(ORT_ENABLE_ALL);
  options.DisableMemPattern();
  options.SetLogSeverityLevel(ORT_LOGGING_LEVEL_ERROR);
  if (device == Device::cuda) options.AppendExecutionProvider_CUDA(OrtCUDAProviderOptions{});
  if (device == Device::coreml) options.AppendExecutionProvider("CoreML", {});
  return options;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t axis : shape) {
    text += (text.empty() ? "" : "x") + (axis < 0 ? std::string("?") : std::to_string(axis));
  }
  return text;
}

TensorInfo describe(std::string name, const Ort::TypeInfo& type, const std::string& model) {
  if (type.GetONNXType() != ONNX_TYPE_TENSOR ||
      type.GetTensorTypeAndShapeInfo().GetElementType() != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
    throw Error(ErrorKind::bad_model,
                "model '" + model + "': '" + name +
                    "' is not a float32 tensor; export the model with float32 input and outputs");
  }
  return {std::move(name), type.GetTensorTypeAndShapeInfo().GetShape()};
}

std::vector<TensorInfo> inputs_of(const Ort::Session& session, const std::string& model) {
  const Ort::AllocatorWithDefaultOptions allocator;
  std::vector<TensorInfo> infos;
  for (std::size_t i = 0; i < session.GetInputCount(); ++i) {
    infos.push_back(describe(
        session.GetInputNameAllocated(i, allocator).get(), session.GetInputTypeInfo(i), model));
  }
  return infos;
}

std::vector<TensorInfo> outputs_of(const Ort::Session& session, const std::string& model) {
  const Ort::AllocatorWithDefaultOptions allocator;
  std::vector<TensorInfo> infos;
  for (std::size_t i = 0; i < session.GetOutputCount(); ++i) {
    infos.push_back(describe(
        session.GetOutputNameAllocated(i, allocator).get(), session.GetOutputTypeInfo(i), model));
  }
  return infos;
}

std::size_t elements(const std::vector<std::int64_t>& shape) {
  std::size_t count = 1;
  for (const std::int64_t axis : shape)
    count *= static_cast<std::size_t>(std::max<std::int64_t>(axis, 0));
  return count;
}

bool fits(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& wanted) {
  return std::ranges::equal(shape, wanted, [](std::int64_t is, std::int64_t want) {
    return is > 0 && (want < 0 || is == want);
  });
}

using OpenSession = Ort::Session (*)(const void* source,
                                     std::size_t size,
                                     const Ort::SessionOptions&);

}  // namespace

struct Model::State {
  std::string name;
  std::string device;
  LibraryThreads threads = LibraryThreads::one;
  Ort::Env& env =
      environment();  // first: even an empty session needs the interface chosen to be dropped
  Ort::Session session{nullptr};
  std::vector<TensorInfo> inputs;
  std::vector<TensorInfo> outputs;
  std::vector<const char*> output_names;
  mutable std::atomic<std::int64_t> calls{0};

  template <typename Open>
  void load(Device wanted, const Open& open);
  template <typename Open>
  void load_on(Device wanted, const Open& open);
  void check(const Tensor& input) const;
};

/// `open(options)` makes the session.
template <typename Open>
void Model::State::load_on(Device wanted, const Open& open) {
  const StartedThreads started;
  const Ort::SessionOptions options = options_for(wanted, threads);
  session = open(options);
  device = name_of(wanted);
  if (wanted == Device::cpu && threads == LibraryThreads::one && started.count() > 0) {
    throw Error(ErrorKind::internal,
                "model '" + name + "': ONNX Runtime " + version_text() + " started " +
                    std::to_string(started.count()) + " threads for a session that may have none");
  }
}

template <typename Open>
void Model::State::load(Device wanted, const Open& open) {
  try {
    environment();
    if (wanted != Device::automatic && !offers(wanted)) refuse(wanted);
    if (wanted != Device::automatic) {
      load_on(wanted, open);
    } else {
      // A provider that is compiled in may still lack its driver: then the next one serves.
      for (const Device accelerator : {Device::cuda, Device::coreml}) {
        if (session || !offers(accelerator)) continue;
        try {
          load_on(accelerator, open);
        } catch (const Ort::Exception&) {
          session = Ort::Session{nullptr};
        }
      }
      if (!session) load_on(Device::cpu, open);
    }
    inputs = inputs_of(session, name);
    outputs = outputs_of(session, name);
  } catch (const Ort::Exception& error) {
    refuse_no_memory(error);
    throw Error(ErrorKind::bad_model,
                "cannot load model '" + name + "': " + one_line(error.what()));
  }
  if (inputs.size() != 1) {
    throw Error(
        ErrorKind::bad_model,
        "model '" + name + "' has " + std::to_string(inputs.size()) + " inputs, one is supported");
  }
  for (const TensorInfo& output : outputs) output_names.push_back(output.name.c_str());
}

void Model::State::check(const Tensor& input) const {
  const TensorInfo& wanted = inputs.front();
  if (!fits(input.shape, wanted.shape)) {
    throw Error(ErrorKind::bad_model,
                "model '" + name + "': input '" + wanted.name + "' takes " +
                    shape_text(wanted.shape) + ", not " + shape_text(input.shape));
  }
  if (elements(input.shape) != input.values.size()) {
    throw Error(ErrorKind::internal,
                "model '" + name + "': a tensor of shape " + shape_text(input.shape) + " holds " +
                    std::to_string(input.values.size()) + " values");
  }
}

Model::Model(const std::filesystem::path& path, Device device, LibraryThreads threads)
    : state_(std::make_unique<State>()) {
  state_->name = path.string();
  state_->threads = threads;
  if (!std::filesystem::is_regular_file(path)) {
    throw Error(ErrorKind::not_found, "there is no model file '" + path.string() + "'");
  }
  state_->load(device, [&](const Ort::SessionOptions& options) {
    return Ort::Session(state_->env, path.c_str(), options);
  });
}

Model::Model(std::span<const std::uint8_t> bytes, const std::string& name, Device device)
    : state_(std::make_unique<State>()) {
  state_->name = name;
  state_->load(device, [&](const Ort::SessionOptions& options) {
    return Ort::Session(state_->env, bytes.data(), bytes.size(), options);
  });
}

Model::~Model() = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;

const std::vector<TensorInfo>& Model::inputs() const { return state_->inputs; }
const std::vector<TensorInfo>& Model::outputs() const { return state_->outputs; }
const std::string& Model::device() const { return state_->device; }
std::int64_t Model::calls() const { return state_->calls; }

std::vector<Tensor> Model::run(const Tensor& input) const {
  state_->check(input);
  const DenormalsAsZero mode;
  try {
    const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    // The runtime's interface takes a mutable pointer and only reads from it.
    const Ort::Value value =
        Ort::Value::CreateTensor<float>(memory,
                                        const_cast<float*>(input.values.data()),
                                        input.values.size(),
                                        input.shape.data(),
                                        input.shape.size());
    const char* const input_name = state_->inputs.front().name.c_str();
    const std::vector<Ort::Value> results = state_->session.Run(Ort::RunOptions{nullptr},
                                                                &input_name,
                                                                &value,
                                                                1,
                                                                state_->output_names.data(),
                                                                state_->output_names.size());
    std::vector<Tensor> outputs;
    for (const Ort::Value& result : results) {
      Tensor tensor{result.GetTensorTypeAndShapeInfo().GetShape(), {}};
      const float* data = result.GetTensorData<float>();
      tensor.values.assign(data, data + elements(tensor.shape));
      outputs.push_back(std::move(tensor));
    }
    ++state_->calls;
    return outputs;
  } catch (const Ort::Exception& error) {
    refuse_no_memory(error);
    throw Error(ErrorKind::bad_model,
                "model '" + state_->name + "' failed on " + shape_text(input.shape) + ": " +
                    one_line(error.what()));
  }
}

std::string runtime_version() { return version_text(); }

std::vector<std::string> runtime_providers() {
  environment();
  return Ort::GetAvailableProviders();
}

}  // namespace screenalytics
