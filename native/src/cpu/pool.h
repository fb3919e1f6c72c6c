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
  using Body = void (*)(void *argument, int index);
  using ItemsBody = void (*)(void *argument, int index, std::int64_t first, std::int64_t last);

  // `threads` includes the thread that calls.
  explicit Pool(int threads);
  ~Pool();
  Pool(const Pool &) = delete;
  Pool &operator=(const Pool &) = delete;

  int threads() const { return threads_; }

  // Calls body(argument, index) on every thread, index 0 on the caller's, and waits for all.
  void run(Body body, void *argument);

  // Calls body(argument, index, first, last) until all of `items` are done, up to `grain` of them
  // at a time. Each thread takes from its own share in order, then from what others have left, so
  // the caller never waits for a thread that has not woken up. Which thread does an item is not
  // fixed.
  void share(ItemsBody body, void *argument, std::int64_t items, std::int64_t grain);

  // Waits until every thread of the present run is here.
  void wait();

 private:
  struct alignas(64) Share {
    std::atomic<std::int64_t> next{0};
    std::int64_t last = 0;
  };

  void work(int index);
  void open();
  void close();
  bool enter(std::uint64_t &last_job);
  void take_items(int index);
  void stop();

  const int threads_;
  std::vector<Share> shares_;
  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<int> sleeping_{0};
  std::atomic<bool> stopping_{false};
  // What to do; constant while a job is open or a worker is inside it.
  Body body_ = nullptr;  // null: items_body_ on shares
  ItemsBody items_body_ = nullptr;
  void *argument_ = nullptr;
  std::int64_t grain_ = 1;
  // Number of the job, whether workers may still enter it, and how many are inside.
  alignas(64) std::atomic<std::uint64_t> state_{0};
  alignas(64) std::atomic<int> finished_{0};
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<std::uint64_t> phase_{0};
};

}  // namespace sgconv

#endif
