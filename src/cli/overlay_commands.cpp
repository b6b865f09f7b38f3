// SPDX-License-Identifier: MIT
#include "cli/command_line.h"
#include "cli/job_context.h"
#include "cli/text.h"
#include "core/error.h"
#include "run/overlay_run.h"

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace screenalytics {
namespace {

const std::map<std::string, VideoEncoding> kEncodings{{"auto", VideoEncoding::automatic},
                                                      {"h264", VideoEncoding::h264},
                                                      {"mpeg4", VideoEncoding::mpeg4}};
const std::vector<std::string> kPresets{
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"};

struct OverlayRequest {
  OverlayOptions options;
  std::vector<std::string> blur;
  bool force = false;
};

void add_options(CLI::App& command, Settings& settings, OverlayRequest& asked) {
  command.add_option("--video", settings.video, "the video file, when it has moved");
  command.add_option("--out", asked.options.out, "the new video: .mp4, .m4v, .mov or .mkv")
      ->required();
  command.add_flag("--force", asked.force, "replace the file that is there");
  command
      .add_option("--blur",
                  asked.blur,
                  "instead of boxes: 'all', 'all-but NAME...' or 'NAME...' are made "
                  "unrecognisable; a name, cast id or id_0001")
      ->expected(1, 1000);
  auto* clock = command.add_flag_callback(
      "--clock",
      [&asked] { asked.options.clock = true; },
      "time and frame number in the corner (default: with boxes, not with a blur)");
  command.add_flag_callback(
             "--no-clock", [&asked] { asked.options.clock = false; }, "no clock")
      ->excludes(clock);
  command.add_option("--font", asked.options.font, "font file (default: the machine's sans-serif)");
}

void add_encoding(CLI::App& command, WriteOptions& write) {
  command
      .add_option("--encoder",
                  write.encoding,
                  "h264 needs an FFmpeg with x264 (GPL); auto takes it where it is there")
      ->transform(CLI::CheckedTransformer(kEncodings).description("{auto,h264,mpeg4}"));
  command.add_option("--crf", write.crf, "quality: 0 best and largest, 51 worst")
      ->check(CLI::Range(0, 51))
      ->capture_default_str();
  command.add_option("--preset", write.preset, "x264: slower is smaller and costs more CPU")
      ->check(CLI::IsMember(kPresets))
      ->capture_default_str();
  command.add_flag("--audio,!--no-audio", write.audio, "copy the audio streams (default)");
}

void print_result(const OverlayResult& result) {
  const double seconds = result.cpu.at("cpu_seconds").get<double>();
  const double wall = result.cpu.at("wall_seconds").get<double>();
  std::printf("%lld frames by %s, %s MiB, %s frames a second, %s CPU ms a frame\n",
              static_cast<long long>(result.frames),
              result.encoder.c_str(),
              fixed(static_cast<double>(result.bytes) / (1024.0 * 1024.0), 1).c_str(),
              fixed(static_cast<double>(result.frames) / wall, 1).c_str(),
              fixed(1000 * seconds / static_cast<double>(result.frames), 1).c_str());
  std::printf("CPU %s s in %s s (cap %s %% by %s), peak memory %s MiB\n",
              fixed(seconds, 2).c_str(),
              fixed(wall, 2).c_str(),
              fixed(result.cpu.at("cap_percent").get<double>(), 0).c_str(),
              result.cpu.at("method").get<std::string>().c_str(),
              fixed(result.cpu.at("peak_rss_mb").get<double>(), 0).c_str());
  std::printf("%s\n", result.out.c_str());
}

int run_overlay(const CommandLine& line, const Request& request, OverlayRequest& asked) {
  asked.options.blur = read_blur(asked.blur);
  asked.options.existing = asked.force ? Existing::replace : Existing::refuse;
  try {
    print_result(with_context(request, line.around(), line.stop(), [&](const RunContext& context) {
      return overlay(request.settings, asked.options, context);
    }));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::cancelled) throw;
    throw Error(ErrorKind::cancelled, "stopped; no video was written");
  }
  return 0;
}

}  // namespace

void add_overlay_commands(CommandLine& line) {
  const auto asked = std::make_shared<OverlayRequest>();
  auto* command = line.job(line.app(),
                           "overlay",
                           "the video with boxes, names and a clock, or with people blurred",
                           FlagSet::analysis,
                           [&line, asked] { return run_overlay(line, line.request(), *asked); });
  add_options(*command, line.request().settings, *asked);
  add_encoding(*command, asked->options.write);
}

}  // namespace screenalytics
