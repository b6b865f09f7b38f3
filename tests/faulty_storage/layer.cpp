// SPDX-License-Identifier: MIT
// Preloaded into a program, counts what it asks of the storage below one folder and fails the k-th
// call, or cuts the power there. The environment says what:
//   FAULTY_ROOT    the folder
//   FAULTY_FAULT   ENOSPC, EIO, EROFS, EMFILE, ENOMEM, ENOMEM-media (only aligned blocks and blocks
//   that
//                  grow, which is how FFmpeg allocates), "cut" or "torn" (DurableTree), or "count"
//   FAULTY_AT      k, from 1; every call that the fault can hit is counted
//   FAULTY_STICKY  1: every later call fails too (a full disk stays full)
//   FAULTY_REPORT  a file that gets a line "failed N CALL PATH", or "counted N" at the end
//   FAULTY_FREE    so many bytes are free, says statvfs of anything in or above the folder
//   FAULTY_STORE   for "cut" and "torn": a folder that does not exist yet; afterwards `after` in it
//                  is the tree as the power cut left it, and the program was killed
#include "layer.h"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace faulty_storage {

Layer* layer = nullptr;
thread_local bool inside = false;

namespace {

namespace fs = std::filesystem;

std::atomic<long> allocations{0};
std::atomic<long> allocation_to_fail{0};
std::atomic<bool> allocations_sticky{false};
std::atomic<bool> media_only{false};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

int error_named(const std::string& name) {
  if (name == "ENOSPC") return ENOSPC;
  if (name == "EIO") return EIO;
  if (name == "EROFS") return EROFS;
  if (name == "EMFILE") return EMFILE;
  return 0;
}

unsigned kinds_of(const std::string& fault) {
  if (fault == "ENOSPC") return kCreate | kWrite | kSync;
  if (fault == "EROFS") return kCreate | kReplace;
  if (fault == "EMFILE") return kRead | kCreate;
  if (fault == "EIO") return kRead | kCreate | kWrite | kSync | kReplace;
  return kCreate | kWrite | kSync | kReplace;  // cut, torn, count
}

void note(const std::string& line) {
  if (layer->report.empty()) return;
  const auto file = static_cast<int>(
      ::syscall(SYS_openat, AT_FDCWD, layer->report.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666));
  ::syscall(SYS_write, file, line.data(), line.size());
  ::syscall(SYS_close, file);
}

[[noreturn]] void cut_the_power() {
  layer->tree->rebuild(layer->store + "/after", layer->unsynced);
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

__attribute__((constructor)) void begin() {
  const Inside mark_inside;
  ::unsetenv("LD_PRELOAD");  // programs that ours starts are none of our business
  const std::string fault = variable("FAULTY_FAULT");
  if (fault.empty()) return;
  auto* made = new Layer;
  made->root = fs::path(variable("FAULTY_ROOT")).lexically_normal().string();
  made->report = variable("FAULTY_REPORT");
  made->store = variable("FAULTY_STORE");
  made->at = std::atol(variable("FAULTY_AT").c_str());
  const std::string free = variable("FAULTY_FREE");
  if (!free.empty()) made->free = std::atol(free.c_str());
  made->sticky = variable("FAULTY_STICKY") == "1";
  made->error = error_named(fault);
  made->kinds = kinds_of(fault);
  made->memory = fault.starts_with("ENOMEM");
  if (made->memory) {
    made->kinds = 0;
    allocation_to_fail = made->at;
    allocations_sticky = made->sticky;
    media_only = fault == "ENOMEM-media";
    allocations = 0;
  }
  if (fault == "cut" || fault == "torn") {
    if (fault == "torn") made->unsynced = DurableTree::Unsynced::torn;
    made->tree = std::make_unique<DurableTree>(made->root, made->store);
  }
  layer = made;
}

__attribute__((destructor)) void end() {
  if (layer == nullptr) return;
  const Inside mark_inside;
  const long count = layer->memory ? allocations.load() : layer->count.load();
  note("counted " + std::to_string(count) + "\n");
}

}  // namespace

bool fails(unsigned kind, const char* call, const std::string& path) {
  if ((layer->kinds & kind) == 0) return false;
  const long number = ++layer->count;
  const bool hit = number == layer->at || (layer->sticky && layer->at > 0 && number > layer->at);
  if (!hit) return false;
  if (number == layer->at)
    note("failed " + std::to_string(number) + " " + call + " " + path + "\n");
  if (layer->tree) cut_the_power();
  errno = layer->error;
  return layer->error != 0;
}

std::string folder_path(int folder) {
  std::array<char, PATH_MAX> text{};
  const std::string link =
      folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/" + std::to_string(folder);
  const ssize_t length = ::readlink(link.c_str(), text.data(), text.size() - 1);
  return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : std::string();
}

std::string whole_path(int folder, const char* path) {
  if (path == nullptr) return {};
  const fs::path named = path[0] == '/' ? fs::path(path) : fs::path(folder_path(folder)) / path;
  std::string whole = named.lexically_normal().string();
  if (whole.size() > 1 && whole.ends_with('/')) whole.pop_back();
  return whole;
}

bool is_below(const std::string& path) {
  return path.size() >= layer->root.size() && path.starts_with(layer->root) &&
         (path.size() == layer->root.size() || path[layer->root.size()] == '/');
}

bool is_ours(int descriptor) {
  return layer != nullptr && !inside && descriptor >= 0 && descriptor < kDescriptors &&
         layer->below[static_cast<std::size_t>(descriptor)];
}

void mark(int descriptor, bool below) {
  if (layer != nullptr && descriptor >= 0 && descriptor < kDescriptors)
    layer->below[static_cast<std::size_t>(descriptor)] = below;
}

bool allocation_fails(Asked how) {
  if (inside || (media_only && how == Asked::plain)) return false;
  const long wanted = allocation_to_fail.load(std::memory_order_relaxed);
  const long number = ++allocations;
  if (wanted == 0) return false;
  return number == wanted || (allocations_sticky && number > wanted);
}

}  // namespace faulty_storage
