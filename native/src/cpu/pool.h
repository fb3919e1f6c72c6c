// Threads that run the same function together. They spin for a while for the next job, then sleep.
#ifndef SGCONV_CPU_POOL_H
#define SGCONV_CPU_POOL_H

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace sgconv {

class Pool {
 public:
  // `threads` includes the thread that calls run.
  explicit Pool(int threads);
  ~Pool();
  Pool(const Pool &) = delete;
  Pool &operator=(const Pool &) = delete;

  int threads() const { return threads_; }

  // Calls body(argument, index) on every thread, index 0 on the caller's, and waits for all.
  void run(void (*body)(void *argument, int index), void *argument);

  // Waits until every thread of the present run is here.
  void wait();

 private:
  void work(int index);
  void stop();

  const int threads_;
  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<std::uint64_t> job_{0};
  std::atomic<int> sleeping_{0};
  std::atomic<bool> stopping_{false};
  void (*body_)(void *, int) = nullptr;
  void *argument_ = nullptr;
  alignas(64) std::atomic<int> running_{0};
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<std::uint64_t> phase_{0};
};

}  // namespace sgconv

#endif
