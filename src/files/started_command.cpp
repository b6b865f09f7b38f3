// SPDX-License-Identifier: MIT
#include "files/started_command.h"

#include "core/error.h"
#include "files/file_descriptor.h"
#include "files/system_error.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace screenalytics {
namespace {

constexpr int kNotFound = 127;
constexpr int kNotRunnable = 126;

std::array<FileDescriptor, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw Error(ErrorKind::io, "no pipe can be made: " + system_text(errno));
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

ssize_t read_whole(int descriptor, void* bytes, std::size_t size) {
  ssize_t count = 0;
  do {
    count = ::read(descriptor, bytes, size);
  } while (count < 0 && errno == EINTR);
  return count;
}

struct Pipes {
  int go;       // closed when the program may start
  int failure;  // takes errno
};

[[noreturn]] void become(char* const* words, const sigset_t& mask, const Pipes& pipes) {
  char nothing = 0;
  (void)read_whole(pipes.go, &nothing, sizeof nothing);
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  ::execvp(words[0], words);
  const int error_number = errno;
  [[maybe_unused]] const ssize_t told = ::write(pipes.failure, &error_number, sizeof error_number);
  ::_exit(exit_code_of_failed_start(error_number));
}

}  // namespace

StartedCommand start_command(const CommandStart& start) {
  std::vector<std::string> words = start.words;
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  auto go = make_pipe();
  auto failure = make_pipe();
  const pid_t parent = ::getpid();
  StartedCommand started{.id = ::fork()};
  if (started.id == 0) {
    go[1].reset();
#ifdef __linux__
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (::getppid() != parent) ::_exit(kNotFound);
    become(pointers.data(), start.mask, {.go = go[0].get(), .failure = failure[1].get()});
  }
  if (started.id < 0)
    throw Error(ErrorKind::unavailable, "no process can be started: " + system_text(errno));
  failure[1].reset();
  try {
    if (start.before) start.before(started.id);
  } catch (...) {
    ::kill(started.id, SIGKILL);
    ::waitpid(started.id, nullptr, 0);
    throw;
  }
  go[1].reset();
  const ssize_t count =
      read_whole(failure[0].get(), &started.error_number, sizeof started.error_number);
  if (count != sizeof started.error_number) started.error_number = 0;
  return started;
}

int exit_code_of_failed_start(int error_number) {
  return error_number == ENOENT || error_number == ENOTDIR ? kNotFound : kNotRunnable;
}

int exit_code_of_status(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace screenalytics
