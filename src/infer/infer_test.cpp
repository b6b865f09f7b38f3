// SPDX-License-Identifier: MIT
#include "core/error.h"
#include "infer/denormals.h"
#include "infer/model.h"
#include "infer/started_threads.h"
#include "infer/tensor.h"
#include "infer/tiny_onnx.h"

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <limits>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TinyOnnx;

template <typename Action>
Error error_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::internal, "nothing was thrown"};
}

Model relu(const std::vector<int>& shape) {
  return {TinyOnnx::model("Relu", shape), "relu", Device::cpu};
}

Image ramp(Size size) {
  return Image::make(size, [&](std::uint8_t* data) {
    const int bytes = size.width * size.height * 3;
    for (int i = 0; i < bytes; ++i) data[i] = static_cast<std::uint8_t>(i * 7 % 251);
  });
}

float plain_value(const Image& image, int x, int y, int channel, const PixelFormat& format) {
  const int place = format.order == ChannelOrder::bgr ? channel : 2 - channel;
  const std::uint8_t byte = image.row(y)[static_cast<std::size_t>(3 * x + place)];
  const auto c = static_cast<std::size_t>(channel);
  return (static_cast<float>(byte) - format.mean[c]) * format.scale[c];
}

TEST(ToTensor, EqualsThePlainFormulaInBothOrdersAndAtEveryWidth) {
  for (const ChannelOrder order : {ChannelOrder::bgr, ChannelOrder::rgb}) {
    const PixelFormat format{order, {104, 117, 123}, {0.5F, 1.0F / 128, 0.017F}};
    for (const int width : {1, 15, 16, 17, 35}) {
      const Image image = ramp({width, 3});
      const Tensor tensor = to_tensor({&image, 1}, format);
      ASSERT_THAT(tensor.shape, ElementsAre(1, 3, 3, width));
      ASSERT_EQ(tensor.values.size(), static_cast<std::size_t>(9 * width));
      for (int i = 0; i < 9 * width; ++i) {
        const float wanted = plain_value(image, i % width, i / width % 3, i / width / 3, format);
        ASSERT_EQ(tensor.values[static_cast<std::size_t>(i)], wanted) << width << " at " << i;
      }
    }
  }
}

TEST(ToTensor, PutsPicturesOfABatchOneAfterTheOther) {
  const Image first = ramp({4, 2});
  const Image second = Image::make({4, 2}, [](std::uint8_t* data) { std::fill_n(data, 24, 9); });
  const std::vector<Image> both{first, second};
  const Tensor batch = to_tensor(both, {});
  EXPECT_THAT(batch.shape, ElementsAre(2, 3, 2, 4));
  const Tensor alone = to_tensor({&first, 1}, {});
  EXPECT_TRUE(std::equal(alone.values.begin(), alone.values.end(), batch.values.begin()));
  EXPECT_THAT(std::vector<float>(batch.values.begin() + 24, batch.values.end()),
              ::testing::Each(9.0F));
}

TEST(ToTensor, RefusesNoPictureAndMixedSizes) {
  EXPECT_THROW(to_tensor({}, {}), Error);
  const std::vector<Image> mixed{ramp({4, 2}), ramp({2, 4})};
  EXPECT_THAT(error_of([&] { to_tensor(mixed, {}); }).what(), HasSubstr("differ in size"));
}

TEST(Model, RunsAndCountsCalls) {
  const Model model = relu({-1, 2});
  EXPECT_EQ(model.device(), "cpu");
  EXPECT_EQ(model.inputs().front().name, "in");
  EXPECT_THAT(model.inputs().front().shape, ElementsAre(-1, 2));
  EXPECT_THAT(model.outputs().front().shape, ElementsAre(-1, 2));
  const std::vector<Tensor> outputs = model.run({{2, 2}, {-1, 2, 3, -4}});
  ASSERT_EQ(outputs.size(), 1U);
  EXPECT_THAT(outputs[0].shape, ElementsAre(2, 2));
  EXPECT_THAT(outputs[0].values, ElementsAre(0, 2, 3, 0));
  model.run({{1, 2}, {0, 0}});
  EXPECT_EQ(model.calls(), 2);
}

TEST(Model, LoadsFromAFile) {
  const auto path = std::filesystem::temp_directory_path() / "screenalytics_infer_test.onnx";
  const std::vector<std::uint8_t> bytes = TinyOnnx::model("Neg", {1, 1});
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  const Model model(path, Device::automatic);
  EXPECT_THAT(model.run({{1, 1}, {3}})[0].values, ElementsAre(-3));
  std::filesystem::remove(path);
}

TEST(Model, RefusesAnInputThatDoesNotFitItsAxes) {
  const Model model = relu({-1, 2});
  const Error error = error_of([&] { model.run({{1, 3}, {1, 2, 3}}); });
  EXPECT_EQ(error.kind(), ErrorKind::bad_model);
  EXPECT_THAT(error.what(), HasSubstr("takes ?x2, not 1x3"));
  EXPECT_THROW(model.run({{2}, {1, 2}}), Error);
  EXPECT_THROW(model.run({{0, 2}, {}}), Error);
  EXPECT_EQ(error_of([&] { model.run({{1, 2}, {1}}); }).kind(), ErrorKind::internal);
  EXPECT_EQ(model.calls(), 0);
}

TEST(Model, SaysWhichFileIsMissingOrDamaged) {
  const Error missing = error_of([] { const Model model("/nowhere/a.onnx", Device::cpu); });
  EXPECT_EQ(missing.kind(), ErrorKind::not_found);
  EXPECT_THAT(missing.what(), HasSubstr("/nowhere/a.onnx"));
  const std::vector<std::uint8_t> junk{1, 2, 3, 4, 5};
  const Error damaged = error_of([&] { const Model model(junk, "junk.onnx", Device::cpu); });
  EXPECT_EQ(damaged.kind(), ErrorKind::bad_model);
  EXPECT_THAT(damaged.what(), HasSubstr("junk.onnx"));
  EXPECT_EQ(std::string(damaged.what()).find('\n'), std::string::npos);
}

TEST(Model, RefusesAnUnknownOperatorAndOtherThanFloat) {
  const Error unknown = error_of(
      [] { const Model model(TinyOnnx::model("NoSuchOperator", {1}), "odd.onnx", Device::cpu); });
  EXPECT_EQ(unknown.kind(), ErrorKind::bad_model);
  EXPECT_THAT(unknown.what(), HasSubstr("NoSuchOperator"));
  const Error wide = error_of([] {
    const Model model(TinyOnnx::model("Relu", {1}, TinyOnnx::kDouble), "wide.onnx", Device::cpu);
  });
  EXPECT_THAT(wide.what(), HasSubstr("not a float32 tensor"));
}

TEST(Model, NeverFallsBackWhenAnAcceleratorWasAskedFor) {
  const std::vector<std::string> providers = runtime_providers();
  const std::vector<std::pair<Device, std::string>> asked{{Device::cuda, "CUDA"},
                                                          {Device::coreml, "CoreML"}};
  for (const auto& [device, name] : asked) {
    if (std::ranges::count(providers, name + "ExecutionProvider") > 0) continue;
    const Error error =
        error_of([&] { const Model model(TinyOnnx::model("Relu", {1}), "relu", device); });
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
    EXPECT_THAT(error.what(), HasSubstr("has no " + name + " provider; it has: "));
    EXPECT_THAT(error.what(), HasSubstr(runtime_version()));
  }
  EXPECT_THAT(providers, ::testing::Contains("CPUExecutionProvider"));
}

TEST(Model, StartsNoThread) {
  runtime_providers();
  const StartedThreads started;
  const Model model = relu({-1, 2});
  model.run({{1, 2}, {1, 2}});
  EXPECT_EQ(started.count(), 0);
}

TEST(StartedThreads, CountsThreadsOfThisThreadOnly) {
  std::mutex mutex;
  std::condition_variable over;
  bool done = false;
  const auto wait = [&] {
    std::unique_lock lock(mutex);
    over.wait(lock, [&] { return done; });
  };
  {
    const std::jthread before(wait);
    const StartedThreads started;
    EXPECT_EQ(started.count(), 0);
    const std::jthread after(wait);
    EXPECT_EQ(started.count(), 1);
    const std::lock_guard lock(mutex);
    done = true;
    over.notify_all();
  }
}

TEST(DenormalsAsZero, HoldsOnlyWhileItLives) {
  volatile float small = std::numeric_limits<float>::min();
  const auto half = [&] { return small * 0.5F; };
  EXPECT_GT(half(), 0.0F);
  {
    const DenormalsAsZero mode;
#if defined(__x86_64__) || defined(__aarch64__)
    EXPECT_EQ(half(), 0.0F);
#endif
  }
  EXPECT_GT(half(), 0.0F);
}

}  // namespace
}  // namespace screenalytics
