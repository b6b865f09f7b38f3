// SPDX-License-Identifier: MIT
// Replaces a file the way that was asked for, so that a test can see which ways survive a power
// cut: forgetful_writer careful|no-file-sync|no-folder-sync|in-place FOLDER
#include <cstdio>
#include <string>

#include <fcntl.h>
#include <unistd.h>

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const std::string way = arguments[1];
  const std::string folder = arguments[2];
  const std::string text = "the new contents";
  const std::string written = folder + (way == "in-place" ? "/file" : "/file.part");
  const int file = ::open(written.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (file < 0 || ::write(file, text.data(), text.size()) < 0) return 7;
  if (way != "no-file-sync" && way != "in-place" && ::fsync(file) != 0) return 7;
  ::close(file);
  if (way != "in-place" && ::rename(written.c_str(), (folder + "/file").c_str()) != 0) return 7;
  if (way != "no-folder-sync") {
    const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY);
    if (handle < 0 || ::fsync(handle) != 0) return 7;
    ::close(handle);
  }
  // What the test cuts at: all of the above is over.
  return ::unlink((folder + "/marker").c_str()) == 0 ? 0 : 7;
}
