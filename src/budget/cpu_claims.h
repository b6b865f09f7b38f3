// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace screenalytics {

/// CPUs taken by this process, so that runs at the same time use different ones. Each is a locked
/// file `cpu-N.L` in a folder that all runs of a user share: level 0 is a CPU that no other run
/// has, level 1 one that another has too, and so on. The kernel drops the locks when the process
/// ends, however it ends.
class CpuClaims {
 public:
  /// Takes `count` of `preferred` (best first), those with the fewest claims on them. When the
  /// folder cannot be used, they are taken without a claim, from a place in the list that depends
  /// on the process number, and `trouble()` says why.
  CpuClaims(const std::filesystem::path& folder, const std::vector<int>& preferred, int count);
  ~CpuClaims();
  CpuClaims(CpuClaims&& other) noexcept;
  CpuClaims& operator=(CpuClaims&&) = delete;

  const std::vector<int>& cpus() const { return cpus_; }  ///< in ascending order
  /// How many of them another run has claimed as well.
  int shared() const { return shared_; }
  const std::string& trouble() const { return trouble_; }

 private:
  bool take(const std::filesystem::path& folder, int cpu, int level);
  void take_without(const std::vector<int>& preferred, int count);

  std::vector<int> cpus_;
  std::vector<int> files_;
  int shared_ = 0;
  std::string trouble_;
};

}  // namespace screenalytics
