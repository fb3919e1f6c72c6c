#include "cpu/pool.h"

namespace sgconv {
namespace {

constexpr std::uint64_t kOpen = std::uint64_t{1} << 31;
constexpr std::uint64_t kInside = kOpen - 1;
constexpr int kJobShift = 32;

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

Pool::Pool(int threads) : threads_(threads), shares_(static_cast<std::size_t>(threads)) {
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
  }
  wake_.notify_all();
  for (std::thread &worker : workers_) worker.join();
}

void Pool::open() {
  const std::uint64_t job = (state_.load(std::memory_order_relaxed) >> kJobShift) + 1;
  state_.store(job << kJobShift | kOpen);
  if (sleeping_.load() > 0) {
    // Under the lock, so that no worker is between its last look at the state and its sleep.
    const std::lock_guard lock(mutex_);
    wake_.notify_all();
  }
}

void Pool::close() {
  state_.fetch_and(~kOpen);
  spin_until([this] { return (state_.load(std::memory_order_acquire) & kInside) == 0; });
}

void Pool::run(Body body, void *argument) {
  if (threads_ == 1) {
    body(argument, 0);
    return;
  }
  body_ = body;
  argument_ = argument;
  finished_.store(0, std::memory_order_relaxed);
  open();
  body(argument, 0);
  spin_until([this] { return finished_.load(std::memory_order_acquire) == threads_ - 1; });
  close();
}

void Pool::share(ItemsBody body, void *argument, std::int64_t items, std::int64_t grain) {
  if (threads_ == 1 || items <= grain) {
    body(argument, 0, 0, items);
    return;
  }
  body_ = nullptr;
  items_body_ = body;
  argument_ = argument;
  grain_ = grain;
  for (int i = 0; i < threads_; ++i) {
    Share &share = shares_[static_cast<std::size_t>(i)];
    share.next.store(items * i / threads_, std::memory_order_relaxed);
    share.last = items * (i + 1) / threads_;
  }
  open();
  take_items(0);
  close();
}

void Pool::take_items(int index) {
  for (int i = 0; i < threads_; ++i) {
    Share &share = shares_[static_cast<std::size_t>((index + i) % threads_)];
    for (;;) {
      const std::int64_t first = share.next.fetch_add(grain_, std::memory_order_relaxed);
      if (first >= share.last) break;
      const std::int64_t last = first + grain_ < share.last ? first + grain_ : share.last;
      items_body_(argument_, index, first, last);
    }
  }
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

// Enters a job that is open and newer than `last_job`, if there is one.
bool Pool::enter(std::uint64_t &last_job) {
  std::uint64_t state = state_.load();
  while ((state & kOpen) != 0 && state >> kJobShift != last_job) {
    if (state_.compare_exchange_weak(state, state + 1)) {
      last_job = state >> kJobShift;
      return true;
    }
  }
  return false;
}

void Pool::work(int index) {
  std::uint64_t last_job = 0;
  for (;;) {
    bool inside = false;
    for (int spins = 0; !(inside = enter(last_job)) && spins < kSpins; ++spins) relax();
    if (!inside) {
      std::unique_lock lock(mutex_);
      sleeping_.fetch_add(1);
      wake_.wait(lock, [&] { return stopping_.load() || (inside = enter(last_job)); });
      sleeping_.fetch_sub(1);
    }
    if (!inside) return;
    if (body_ != nullptr) {
      body_(argument_, index);
    } else {
      take_items(index);
    }
    finished_.fetch_add(1, std::memory_order_release);
    state_.fetch_sub(1, std::memory_order_release);
  }
}

}  // namespace sgconv
