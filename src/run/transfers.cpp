// SPDX-License-Identifier: MIT
#include "run/transfers.h"

#include "core/error.h"
#include "files/file_descriptor.h"
#include "files/sha256.h"
#include "run/worker_pool.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <fcntl.h>

namespace screenalytics {
namespace {

constexpr int kFailuresInARow = 10;
constexpr std::size_t kMostLines = 1000;

std::string_view content_type(const std::string& name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTypes{
      {{".json", "application/json"},
       {".jsonl", "application/x-ndjson"},
       {".jpg", "image/jpeg"},
       {".html", "text/html; charset=utf-8"},
       {".csv", "text/csv; charset=utf-8"},
       {".vtt", "text/vtt; charset=utf-8"}}};
  for (const auto& [end, type] : kTypes)
    if (name.ends_with(end)) return type;
  return "application/octet-stream";
}

/// What the threads of one transfer share.
class Queue {
 public:
  Queue(const std::vector<RunFile>& files, Progress& progress)
      : files_(files), progress_(progress) {
    tell();
  }

  const RunFile* next() {
    const std::lock_guard lock(mutex_);
    while (in_a_row_ >= kFailuresInARow && taken_ < files_.size()) {
      failures_.push_back(
          {files_[taken_++].name,
           "not tried, because " + std::to_string(kFailuresInARow) + " files in a row had failed"});
    }
    return stopped_ || taken_ == files_.size() ? nullptr : &files_[taken_++];
  }
  void done() {
    const std::lock_guard lock(mutex_);
    ++finished_;
    in_a_row_ = 0;
    tell();
  }
  void failed(const RunFile& file, const Error& error) {
    const std::lock_guard lock(mutex_);
    failures_.push_back({file.name, error.what()});
    in_a_row_ = error.kind() == ErrorKind::unavailable ? in_a_row_ + 1 : 0;
  }
  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  std::vector<TransferFailure> failures() {
    const std::lock_guard lock(mutex_);
    std::ranges::sort(failures_, {}, &TransferFailure::name);
    return failures_;
  }

 private:
  void tell() {
    progress_.detail(std::to_string(finished_) + " of " + std::to_string(files_.size()) + " files");
  }

  const std::vector<RunFile>& files_;
  Progress& progress_;
  std::mutex mutex_;  // guards what follows
  std::size_t taken_ = 0;
  std::size_t finished_ = 0;
  int in_a_row_ = 0;
  bool stopped_ = false;
  std::vector<TransferFailure> failures_;
};

bool ends_all(ErrorKind kind) {
  return kind == ErrorKind::cancelled || kind == ErrorKind::bad_usage ||
         kind == ErrorKind::no_space;
}

void work(Queue& queue,
          S3Client& client,
          const std::function<void(S3Client& client, const RunFile& file)>& job) {
  while (const RunFile* file = queue.next()) {
    try {
      job(client, *file);
      queue.done();
    } catch (const Error& error) {
      if (!ends_all(error.kind())) {
        queue.failed(*file, error);
        continue;
      }
      queue.stop();
      throw;
    } catch (...) {
      queue.stop();
      throw;
    }
  }
}

}  // namespace

std::vector<TransferFailure> transfer_all(
    S3Session& session,
    const std::string& bucket,
    const RunContext& context,
    const std::vector<RunFile>& files,
    const std::function<void(S3Client& client, const RunFile& file)>& job) {
  if (files.empty()) return {};
  const auto most = static_cast<int>(std::min<std::size_t>(files.size(), kMostLines));
  const int lines = std::clamp(session.options().concurrency, 1, most);
  Queue queue(files, context.progress);
  const auto line = [&] {
    S3Client client(session, bucket, context.stop);
    work(queue, client, job);
  };
  std::vector<std::future<void>> threads;
  {
    // This thread is one of them: a sync after a harvest needs no more threads than the harvest.
    std::optional<WorkerPool> others;
    if (lines > 1) others.emplace(lines - 1);
    for (int i = 1; i < lines; ++i) threads.push_back(others->submit(line));
    std::packaged_task<void()> own(line);
    threads.push_back(own.get_future());
    own();
    for (const auto& thread : threads) thread.wait();
  }
  for (auto& thread : threads) thread.get();
  return queue.failures();
}

Upload upload_of_text(std::string_view text, const std::string& name) {
  const auto bytes = std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  return {.bytes = text.size(),
          .sha256 = sha256_of(bytes),
          .content_type = std::string(content_type(name)),
          .read = [bytes](std::uint64_t offset, std::span<std::uint8_t> room) {
            const auto rest = bytes.subspan(static_cast<std::size_t>(offset));
            const auto count = std::min(room.size(), rest.size());
            std::copy_n(rest.data(), count, room.data());
            return count;
          }};
}

Upload upload_of(const std::filesystem::path& path, const RunFile& file, Progress& progress) {
  auto open_file = std::make_shared<FileDescriptor>();
  return {
      .bytes = file.bytes,
      .sha256 = file.sha256,
      .content_type = std::string(content_type(file.name)),
      .read = [path, open_file](std::uint64_t offset, std::span<std::uint8_t> room) -> std::size_t {
        if (!open_file->is_open())
          *open_file = FileDescriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC));
        ssize_t got = -1;
        if (open_file->is_open())
          got = pread(open_file->get(), room.data(), room.size(), static_cast<off_t>(offset));
        if (got >= 0) return static_cast<std::size_t>(got);
        const auto kind = errno == ENOENT ? ErrorKind::not_found : ErrorKind::io;
        throw Error(kind,
                    "cannot read '" + path.string() +
                        "': " + std::error_code(errno, std::generic_category()).message());
      },
      .taken =
          [&progress](std::uint64_t bytes) { progress.add(static_cast<std::int64_t>(bytes)); }};
}

}  // namespace screenalytics
