// SPDX-License-Identifier: MIT
#include "files/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "core/error.h"
#include "files/file_descriptor.h"
#include "files/system_error.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>

namespace screenalytics {
namespace {

constexpr std::size_t kKeptOutput = std::size_t{64} * 1024;
constexpr int kLookEveryMs = 20;

bool is_executable_file(const std::filesystem::path& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

Error cannot_start(const std::string& program, int error_number) {
  return {ErrorKind::unavailable, "cannot start '" + program + "': " + system_text(error_number)};
}

std::array<FileDescriptor, 2> make_pipe(const std::string& program) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw cannot_start(program, errno);
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

/// A started child. Leaving its scope before `wait` ends the child, so that none outlives an error.
class Child {
 public:
  explicit Child(pid_t id) : id_(id) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    wait(0);
  }

  /// True when the child has ended; `flags` as for waitpid.
  bool wait(int flags) {
    if (id_ <= 0) return true;
    int status = 0;
    pid_t ended = 0;
    do {
      ended = ::waitpid(id_, &status, flags);
    } while (ended < 0 && errno == EINTR);
    if (ended == 0) return false;
    id_ = -1;
    exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return true;
  }

  int exit_code() const { return exit_code_; }

 private:
  pid_t id_;
  int exit_code_ = 0;
};

/// What the new process needs, made before the fork: after it only async-signal-safe calls are
/// allowed.
struct Start {
  const char* program;
  char* const* arguments;
  const char* folder;
  int input;
  int output;
  int failure;  ///< takes errno when the program could not be started; closes when it could
  pid_t parent;
};

[[noreturn]] void become(const Start& start) {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // An ignored SIGPIPE would stay ignored in the program.
  ::signal(SIGPIPE, SIG_DFL);
#ifdef __linux__
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != start.parent) ::_exit(127);
#endif
  if (::dup2(start.input, STDIN_FILENO) >= 0 && ::dup2(start.output, STDOUT_FILENO) >= 0 &&
      ::dup2(start.output, STDERR_FILENO) >= 0 && ::chdir(start.folder) == 0) {
    ::execv(start.program, start.arguments);
  }
  const int error_number = errno;
  [[maybe_unused]] const ssize_t told = ::write(start.failure, &error_number, sizeof error_number);
  ::_exit(127);
}

/// Reads what is there. False at the end of the stream.
bool drain(int descriptor, std::string& output) {
  std::array<char, 16384> chunk;
  const ssize_t count = ::read(descriptor, chunk.data(), chunk.size());
  if (count == 0) return false;
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  output.append(chunk.data(), static_cast<std::size_t>(count));
  if (output.size() > 2 * kKeptOutput) output.erase(0, output.size() - kKeptOutput);
  return true;
}

/// Until the child has ended and its words are read. A grandchild that keeps the pipe open is not
/// waited for.
void follow(Child& child, int descriptor, std::string& output) {
  bool open = true;
  while (open) {
    pollfd waiting{descriptor, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, kLookEveryMs);
    if (ready > 0) {
      open = drain(descriptor, output);
    } else if (child.wait(WNOHANG)) {
      while (::poll(&waiting, 1, 0) > 0 && drain(descriptor, output)) {
      }
      open = false;
    }
  }
  child.wait(0);
  if (output.size() > kKeptOutput) output.erase(0, output.size() - kKeptOutput);
}

Child start_child(const Start& start, const std::string& name) {
  const pid_t id = ::fork();
  if (id == 0) become(start);
  if (id < 0) throw cannot_start(name, errno);
  return Child(id);
}

}  // namespace

std::optional<std::filesystem::path> find_program(const std::string& name) {
  if (name.empty()) return std::nullopt;
  if (name.find('/') != std::string::npos) {
    if (!is_executable_file(name)) return std::nullopt;
    return std::filesystem::absolute(name);
  }
  // The search path is this function's input; nothing in the program changes the environment after
  // start.
  const char* search = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe)
  std::string rest = search == nullptr ? "/usr/local/bin:/usr/bin:/bin" : search;
  while (!rest.empty()) {
    const std::size_t colon = rest.find(':');
    const std::string folder = rest.substr(0, colon);
    rest = colon == std::string::npos ? std::string() : rest.substr(colon + 1);
    const auto candidate = std::filesystem::path(folder) / name;
    if (!folder.empty() && is_executable_file(candidate))
      return std::filesystem::absolute(candidate);
  }
  return std::nullopt;
}

ChildResult run_program(const std::vector<std::string>& arguments,
                        const std::filesystem::path& folder) {
  if (arguments.empty()) throw Error(ErrorKind::internal, "run_program needs a program");
  const std::string& name = arguments.front();
  const auto program = find_program(name);
  if (!program) {
    throw Error(ErrorKind::unavailable,
                "cannot start '" + name + "': there is no such program on PATH; install it");
  }

  auto output = make_pipe(name);
  auto failure = make_pipe(name);
  const FileDescriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!nothing.is_open()) throw cannot_start(name, errno);
  std::vector<std::string> words = arguments;
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const std::string where = folder.empty() ? "." : folder.string();

  Child child = start_child({.program = program->c_str(),
                             .arguments = pointers.data(),
                             .folder = where.c_str(),
                             .input = nothing.get(),
                             .output = output[1].get(),
                             .failure = failure[1].get(),
                             .parent = ::getpid()},
                            name);
  output[1].reset();
  failure[1].reset();
  int error_number = 0;
  ssize_t told = 0;
  do {
    told = ::read(failure[0].get(), &error_number, sizeof error_number);
  } while (told < 0 && errno == EINTR);
  if (told > 0) throw cannot_start(name + "' in '" + where, error_number);

  ChildResult result;
  follow(child, output[0].get(), result.output);
  result.exit_code = child.exit_code();
  return result;
}

}  // namespace screenalytics
