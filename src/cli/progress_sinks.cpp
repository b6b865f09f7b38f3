// SPDX-License-Identifier: MIT
#include "cli/progress_sinks.h"

#include "core/error.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string_view>

#include <unistd.h>

namespace screenalytics {
namespace {

constexpr int kBarCells = 24;
constexpr double kMiB = 1024.0 * 1024.0;
constexpr auto kPlainInterval = std::chrono::seconds(5);

void print_line(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

/// 75 -> "1:15", 3675 -> "1:01:15".
std::string clock_text(double seconds) {
  const auto all = static_cast<long long>(seconds + 0.5);
  std::array<char, 32> text{};
  if (all >= 3600) {
    std::snprintf(
        text.data(), text.size(), "%lld:%02lld:%02lld", all / 3600, all / 60 % 60, all % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%lld:%02lld", all / 60, all % 60);
  }
  return text.data();
}

std::string_view words_for(const std::string& phase) {
  if (phase == "start") return "starting";
  if (phase == "index") return "reading the file";
  if (phase == "scan") return "finding faces";
  if (phase == "faces") return "tracking, embedding";
  if (phase == "write") return "writing";
  if (phase == "sync") return "sending";
  if (phase == "pull") return "fetching";
  return phase;
}

std::string describe(const ProgressSnapshot& now) {
  std::string text(words_for(now.phase));
  std::array<char, 160> numbers{};
  const bool megabytes = now.unit == "bytes";
  if (now.total > 0) {
    const double share =
        std::clamp(static_cast<double>(now.done) / static_cast<double>(now.total), 0.0, 1.0);
    std::snprintf(numbers.data(),
                  numbers.size(),
                  "  %5.1f %%  %.*f %s/s",
                  100 * share,
                  megabytes ? 1 : 0,
                  megabytes ? now.fps / kMiB : now.fps,
                  megabytes ? "MiB" : now.unit.c_str());
    text += numbers.data();
    if (!now.detail.empty()) text += "  " + now.detail;
    if (now.eta_s >= 0) text += "  " + clock_text(now.eta_s) + " left";
  }
  std::snprintf(numbers.data(),
                numbers.size(),
                "  CPU %.0f %%  %d threads  %.0f MiB",
                now.cpu_percent,
                now.thread_count,
                now.rss_mb);
  return text + numbers.data();
}

bool is_over(const std::string& phase) {
  return phase == "done" || phase == "failed" || phase == "stopped";
}

/// Redraws one line.
class BarSink : public ProgressSink {
 public:
  void show(const ProgressSnapshot& now) override {
    if (is_over(now.phase)) return clear();
    const double share =
        now.total > 0
            ? std::clamp(static_cast<double>(now.done) / static_cast<double>(now.total), 0.0, 1.0)
            : 0;
    const int full = static_cast<int>(share * kBarCells);
    std::string bar = "[" + std::string(static_cast<std::size_t>(full), '#') +
                      std::string(static_cast<std::size_t>(kBarCells - full), ' ') + "] ";
    std::fprintf(stderr, "\r\033[K%s%s", bar.c_str(), describe(now).c_str());
    std::fflush(stderr);
    drawn_ = true;
  }
  void say(const std::string& text) override {
    clear();
    print_line(text);
  }
  void warn(const std::string& text) override {
    clear();
    print_line("warning: " + text);
  }

 private:
  void clear() {
    if (drawn_) std::fputs("\r\033[K", stderr);
    drawn_ = false;
  }
  bool drawn_ = false;
};

/// A line for each phase and every few seconds.
class PlainSink : public ProgressSink {
 public:
  void show(const ProgressSnapshot& now) override {
    const auto time = std::chrono::steady_clock::now();
    if (is_over(now.phase) || (now.phase == phase_ && time - shown_ < kPlainInterval)) return;
    phase_ = now.phase;
    shown_ = time;
    print_line(describe(now));
  }
  void say(const std::string& text) override { print_line(text); }
  void warn(const std::string& text) override { print_line("warning: " + text); }

 private:
  std::string phase_;
  std::chrono::steady_clock::time_point shown_;
};

class JsonSink : public ProgressSink {
 public:
  void show(const ProgressSnapshot& now) override {
    Json json = {{"event", "progress"}};
    json.update(to_json(now));
    print_line(json.dump());
  }
  void say(const std::string& text) override {
    print_line(Json{{"event", "note"}, {"text", text}}.dump());
  }
  void warn(const std::string& text) override {
    print_line(Json{{"event", "warning"}, {"text", text}}.dump());
  }
};

class QuietSink : public ProgressSink {
 public:
  void show(const ProgressSnapshot&) override {}
  void say(const std::string&) override {}
  void warn(const std::string& text) override { print_line("warning: " + text); }
};

}  // namespace

std::unique_ptr<ProgressSink> make_progress_sink(const std::string& name) {
  if (name == "json") return std::make_unique<JsonSink>();
  if (name == "none") return std::make_unique<QuietSink>();
  if (name == "plain") return std::make_unique<PlainSink>();
  if (name == "auto") {
    if (isatty(STDERR_FILENO) != 0) return std::make_unique<BarSink>();
    return std::make_unique<PlainSink>();
  }
  throw Error(ErrorKind::bad_usage,
              "--progress must be auto, plain, json or none, not '" + name + "'");
}

}  // namespace screenalytics
