#include "cpu/pool.h"

namespace sgconv {
namespace {

// About 50 microseconds of polling before a thread gives its processor back.
constexpr int kSpins = 2000;

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  __asm__ __volatile__("yield");
#endif
}

// Polls; after a while also yields, so that more threads than processors still make progress.
template <class Condition>
void spin_until(const Condition &condition) {
  for (int spins = 0; !condition(); ++spins) {
    if (spins < kSpins) {
      relax();
    } else {
      std::this_thread::yield();
    }
  }
}

}  // namespace

Pool::Pool(int threads) : threads_(threads) {
  try {
    workers_.reserve(static_cast<std::size_t>(threads - 1));
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
  } catch (...) {
    stop();
    throw;
  }
}

Pool::~Pool() { stop(); }

void Pool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_.store(true);
    job_.fetch_add(1);
  }
  wake_.notify_all();
  for (std::thread &worker : workers_) worker.join();
}

void Pool::run(void (*body)(void *, int), void *argument) {
  if (threads_ == 1) {
    body(argument, 0);
    return;
  }
  body_ = body;
  argument_ = argument;
  running_.store(threads_ - 1, std::memory_order_relaxed);
  job_.fetch_add(1);
  if (sleeping_.load() > 0) {
    // Under the lock, so that no worker is between its last look at job_ and its sleep.
    const std::lock_guard lock(mutex_);
    wake_.notify_all();
  }
  body(argument, 0);
  spin_until([this] { return running_.load(std::memory_order_acquire) == 0; });
}

void Pool::wait() {
  const std::uint64_t phase = phase_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) == threads_ - 1) {
    arrived_.store(0, std::memory_order_relaxed);
    phase_.store(phase + 1, std::memory_order_release);
  } else {
    spin_until([&] { return phase_.load(std::memory_order_acquire) != phase; });
  }
}

void Pool::work(int index) {
  std::uint64_t seen = 0;
  for (;;) {
    for (int spins = 0; job_.load() == seen && spins < kSpins; ++spins) relax();
    if (job_.load() == seen) {
      std::unique_lock lock(mutex_);
      sleeping_.fetch_add(1);
      wake_.wait(lock, [&] { return job_.load() != seen; });
      sleeping_.fetch_sub(1);
    }
    ++seen;
    if (stopping_.load()) return;
    body_(argument_, index);
    running_.fetch_sub(1, std::memory_order_release);
  }
}

}  // namespace sgconv
