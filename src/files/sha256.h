// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace screenalytics {

/// FIPS 180-4 SHA-256, fed in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void add(std::span<const std::uint8_t> bytes);
  /// 64 lower-case hexadecimal digits. Ends the hash: call once.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_of(std::span<const std::uint8_t> bytes);
/// Streams the file. Throws Error{not_found or io}.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace screenalytics
