// Runs one launch: its blocks one after another, the threads of a block as fibers.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulation/barrier_calls.h"
#include "emulation/fiber.h"
#include "emulation/kernel.h"
#include "emulation/shared_memory.h"

namespace sgconv::emulation {

// In which order the threads of a block get their turn. Results must not depend on it. Forward and
// reverse take one warp after another, each as far as it gets without the others; shuffled gives
// every thread one turn at a time.
enum class Order { kForward, kReverse, kShuffled };

struct Outcome {
  cudaError_t error = cudaSuccess;
  std::string text;
};

class BlockRunner {
 public:
  // `most_shared`: bytes of shared memory that the device gives a block.
  Outcome run(const Launch &launch, std::size_t most_shared);

  // From within a fiber; `frame`: of the function that the CUDA kernel called.
  void block_barrier(Site site, const void *frame);
  void warp_barrier(unsigned mask, Site site, const void *frame);
  std::uint64_t exchange(unsigned mask, std::uint64_t value, unsigned lane, Site site);
  void *shared_array(std::size_t bytes, std::size_t alignment, Site site);
  void *dynamic_shared() const { return shared_.dynamic(); }
  unsigned lane_of_current() const { return current_ % kWarp; }
  void await_previous() { threads_[current_].awaited = true; }
  [[noreturn]] void fault(cudaError_t error, const char *text);

  bool running() const { return running_; }
  void set_order(Order order, unsigned seed);
  BarrierCalls &barrier_calls() { return barrier_calls_; }

 private:
  static constexpr unsigned kWarp = 32;
  enum class State { kNew, kReady, kAtBlockBarrier, kAtWarpBarrier, kDone };
  struct Thread {
    State state = State::kNew;
    Index index{};
    void *stack_pointer = nullptr;
    std::unique_ptr<FiberStack> stack;
    Site site{};
    unsigned exchanges = 0;
    bool awaited = false;
  };

  static void enter();
  void run_block(const Launch &launch);
  void prepare_threads(const dim3 &block);
  bool pass_fairly();
  bool pass_greedily();
  bool turn_of_warp(unsigned warp, unsigned lanes);
  bool turn_if_ready(unsigned thread);
  void turn(unsigned thread);
  void wait(State state, Site site);
  bool release_warp(unsigned warp);
  bool release_warps();
  bool release_block();
  void report_deadlock();
  bool same_site(unsigned first, unsigned last) const;
  void fail(cudaError_t error, const std::string &text);

  const Launch *launch_ = nullptr;
  std::vector<Thread> threads_;
  std::vector<unsigned> order_;  // of the shuffled policy
  std::vector<std::unique_ptr<FiberStack>> free_stacks_;
  std::vector<std::uint64_t> slots_;  // exchange values: two rounds a warp
  SharedMemory shared_;
  BarrierCalls barrier_calls_;
  std::size_t most_shared_ = 0;
  void *scheduler_ = nullptr;
  unsigned current_ = 0;
  std::size_t ended_ = 0;
  bool running_ = false;
  Order policy_ = Order::kForward;
  unsigned seed_ = 0;
  Outcome outcome_;
  cudaError_t fault_error_ = cudaSuccess;
  char fault_text_[256] = {};
};

std::optional<Order> order_named(std::string_view name);

// All launches run on this one, under the device lock.
BlockRunner &block_runner();

}  // namespace sgconv::emulation
