// SPDX-License-Identifier: MIT
#include "budget/computing_threads.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <limits>
#include <utility>

#include <pthread.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX signals

namespace screenalytics {

struct ComputingThreads::Spot {
  pthread_t thread{};
  std::atomic<bool> held = false;
  int entries = 0;  // of the thread itself
};

namespace {

constexpr int kParkSignal = SIGURG;
constexpr int kNoLimit = std::numeric_limits<int>::max();

// What the signal handler can reach: plain, of this thread only.
struct OwnPlace {
  const std::atomic<bool>* held = nullptr;
  void* spot = nullptr;
  volatile sig_atomic_t shields = 0;
  volatile sig_atomic_t parked = 0;
};
constinit thread_local OwnPlace own_place;

void park(int) {
  OwnPlace& own = own_place;
  if (own.held == nullptr || own.shields > 0 || own.parked != 0) return;
  const int error_number = errno;
  own.parked = 1;
  sigset_t all_but_ours;
  sigfillset(&all_but_ours);
  sigdelset(&all_but_ours, kParkSignal);
  while (own.held->load(std::memory_order_acquire)) sigsuspend(&all_but_ours);
  own.parked = 0;
  errno = error_number;
}

void install_handler() {
  struct sigaction action{};
  action.sa_handler = park;
  action.sa_flags = SA_RESTART;
  sigfillset(&action.sa_mask);
  sigaction(kParkSignal, &action, nullptr);
}

}  // namespace

ComputingThreads::Shield::Shield() { own_place.shields = own_place.shields + 1; }

ComputingThreads::Shield::~Shield() {
  own_place.shields = own_place.shields - 1;
  if (own_place.shields > 0 || own_place.held == nullptr) return;
  if (own_place.held->load(std::memory_order_acquire)) pthread_kill(pthread_self(), kParkSignal);
}

ComputingThreads::ComputingThreads() : allowed_(kNoLimit) { install_handler(); }

ComputingThreads::~ComputingThreads() { allow_all(); }

void ComputingThreads::enter() {
  const Shield shield;
  if (own_place.spot != nullptr) {
    ++static_cast<Spot*>(own_place.spot)->entries;
    return;
  }
  auto spot = std::make_unique<Spot>();
  spot->thread = pthread_self();
  spot->entries = 1;
  own_place.spot = spot.get();
  own_place.held = &spot->held;
  const std::lock_guard lock(mutex_);
  spots_.push_back(std::move(spot));
  balance();
}

void ComputingThreads::leave() {
  const Shield shield;
  auto* const own = static_cast<Spot*>(own_place.spot);
  if (own == nullptr || --own->entries > 0) return;
  own_place.held = nullptr;
  own_place.spot = nullptr;
  const std::lock_guard lock(mutex_);
  std::erase_if(spots_, [own](const auto& spot) { return spot.get() == own; });
  balance();
}

void ComputingThreads::allow(int running) {
  const Shield shield;
  const std::lock_guard lock(mutex_);
  const bool first_stays = running >= allowed_ || spots_.size() < 2;
  if (!first_stays) std::rotate(spots_.begin(), spots_.begin() + 1, spots_.end());
  allowed_ = running;
  balance();
}

void ComputingThreads::allow_all() { allow(kNoLimit); }

int ComputingThreads::count() const {
  const Shield shield;
  const std::lock_guard lock(mutex_);
  return static_cast<int>(spots_.size());
}

// A signal goes to threads whose state changes: in to park, or out of the wait. A thread cannot end
// meanwhile, because leaving takes the mutex.
void ComputingThreads::balance() {
  for (std::size_t i = 0; i < spots_.size(); ++i) {
    Spot& spot = *spots_[i];
    const bool held = std::cmp_greater_equal(i, allowed_);
    if (spot.held.exchange(held, std::memory_order_acq_rel) == held) continue;
    pthread_kill(spot.thread, kParkSignal);
  }
}

}  // namespace screenalytics
