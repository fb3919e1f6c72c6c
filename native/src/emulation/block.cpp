#include "emulation/block.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <random>

#include "emulation/settings.h"

namespace sgconv::emulation {
namespace {

std::string place(Site site) { return std::string(site.file) + ":" + std::to_string(site.line); }

}  // namespace

Index current_thread;
Index current_block;
dim3 block_size;
dim3 grid_size;

std::optional<Order> order_named(std::string_view name) {
  if (name == "forward") {
    return Order::kForward;
  }
  if (name == "reverse") {
    return Order::kReverse;
  }
  if (name == "shuffled") {
    return Order::kShuffled;
  }
  return std::nullopt;
}

BlockRunner &block_runner() {
  static BlockRunner *const runner = [] {
    auto *made = new BlockRunner();  // never destroyed, like the machine
    const auto order = order_named(settings().order);
    if (!order.has_value()) {
      std::fprintf(stderr,
                   "sgconv emulation: SGCONV_EMULATED_ORDER = '%s', expected forward, "
                   "reverse or shuffled\n",
                   settings().order.c_str());
      std::abort();
    }
    made->set_order(*order, settings().seed);
    return made;
  }();
  return *runner;
}

void BlockRunner::set_order(Order order, unsigned seed) {
  policy_ = order;
  seed_ = seed;
}

Outcome BlockRunner::run(const Launch &launch, std::size_t most_shared) {
  launch_ = &launch;
  most_shared_ = most_shared;
  outcome_ = {};
  running_ = true;
  grid_size = launch.grid;
  block_size = launch.block;
  for (unsigned z = 0; z < launch.grid.z && outcome_.error == cudaSuccess; ++z) {
    for (unsigned y = 0; y < launch.grid.y && outcome_.error == cudaSuccess; ++y) {
      for (unsigned x = 0; x < launch.grid.x && outcome_.error == cudaSuccess; ++x) {
        current_block = {x, y, z};
        run_block(launch);
      }
    }
  }
  running_ = false;
  return outcome_;
}

void BlockRunner::prepare_threads(const dim3 &block) {
  const std::size_t count = static_cast<std::size_t>(block.x) * block.y * block.z;
  threads_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    Thread &thread = threads_[i];
    if (thread.stack != nullptr) {  // left over from a launch that was given up
      free_stacks_.push_back(std::move(thread.stack));
    }
    const auto flat = static_cast<unsigned>(i);
    thread.state = State::kNew;
    thread.exchanges = 0;
    thread.awaited = false;
    thread.index = {flat % block.x, flat / block.x % block.y, flat / block.x / block.y};
  }
  slots_.assign((count + kWarp - 1) / kWarp * kWarp * 2, ~std::uint64_t{0});
  if (policy_ == Order::kShuffled) {
    order_.resize(count);
    std::iota(order_.begin(), order_.end(), 0u);
    std::shuffle(order_.begin(), order_.end(), std::minstd_rand(seed_ + current_block.x + 1));
  }
}

void BlockRunner::run_block(const Launch &launch) {
  prepare_threads(launch.block);
  shared_.poison(launch.dynamic_shared, most_shared_);
  ended_ = 0;
  while (ended_ < threads_.size()) {
    const bool moved = policy_ == Order::kShuffled ? pass_fairly() : pass_greedily();
    const bool released = outcome_.error == cudaSuccess && (release_warps() || release_block());
    if (outcome_.error != cudaSuccess) {
      return;
    }
    if (!moved && !released) {
      report_deadlock();
      return;
    }
  }
  if (const auto site = shared_.damage(); site.has_value()) {
    fail(cudaErrorIllegalAddress, "a write beyond the shared array at " + place(*site));
  }
  if (launch.early && !std::all_of(threads_.begin(), threads_.end(),
                                   [](const Thread &thread) { return thread.awaited; })) {
    fail(cudaErrorLaunchFailure, "begins early, and a thread does not wait for launches before");
  }
}

bool BlockRunner::pass_fairly() {
  bool moved = false;
  for (const unsigned thread : order_) {
    moved |= turn_if_ready(thread);
    if (outcome_.error != cudaSuccess) {
      break;
    }
  }
  return moved;
}

bool BlockRunner::pass_greedily() {
  bool moved = false;
  const auto count = static_cast<unsigned>(threads_.size());
  const unsigned warps = (count + kWarp - 1) / kWarp;
  for (unsigned i = 0; i < warps && outcome_.error == cudaSuccess; ++i) {
    const unsigned warp = policy_ == Order::kReverse ? warps - 1 - i : i;
    do {
      moved |= turn_of_warp(warp, std::min(kWarp, count - warp * kWarp));
    } while (outcome_.error == cudaSuccess && release_warp(warp));
  }
  return moved;
}

bool BlockRunner::turn_of_warp(unsigned warp, unsigned lanes) {
  bool moved = false;
  for (unsigned i = 0; i < lanes && outcome_.error == cudaSuccess; ++i) {
    const unsigned lane = policy_ == Order::kReverse ? lanes - 1 - i : i;
    moved |= turn_if_ready(warp * kWarp + lane);
  }
  return moved;
}

bool BlockRunner::turn_if_ready(unsigned thread) {
  const State state = threads_[thread].state;
  if (state != State::kNew && state != State::kReady) {
    return false;
  }
  turn(thread);
  ended_ += threads_[thread].state == State::kDone ? 1u : 0u;
  return true;
}

void BlockRunner::enter() {
  BlockRunner &runner = block_runner();
  runner.launch_->body();
  runner.threads_[runner.current_].state = State::kDone;
  void *unused = nullptr;
  sgconv_emulation_switch(&unused, runner.scheduler_);
}

void BlockRunner::turn(unsigned number) {
  Thread &thread = threads_[number];
  if (thread.state == State::kNew) {
    if (free_stacks_.empty()) {
      free_stacks_.push_back(std::make_unique<FiberStack>());
    }
    thread.stack = std::move(free_stacks_.back());
    free_stacks_.pop_back();
    thread.stack_pointer = thread.stack->prepare(&BlockRunner::enter);
    thread.state = State::kReady;
  }
  current_ = number;
  current_thread = thread.index;
  fault_error_ = cudaSuccess;
  sgconv_emulation_switch(&scheduler_, thread.stack_pointer);
  if (fault_error_ != cudaSuccess) {
    fail(fault_error_, fault_text_);
  }
  if (thread.state == State::kDone) {
    free_stacks_.push_back(std::move(thread.stack));
  }
}

void BlockRunner::wait(State state, Site site) {
  Thread &thread = threads_[current_];
  thread.state = state;
  thread.site = site;
  sgconv_emulation_switch(&thread.stack_pointer, scheduler_);
}

void BlockRunner::fault(cudaError_t error, const char *text) {
  fault_error_ = error;
  std::snprintf(fault_text_, sizeof fault_text_, "%s, thread (%u, %u, %u) of block (%u, %u, %u)",
                text, current_thread.x, current_thread.y, current_thread.z, current_block.x,
                current_block.y, current_block.z);
  void *unused = nullptr;
  sgconv_emulation_switch(&unused, scheduler_);
  __builtin_unreachable();
}

void BlockRunner::fail(cudaError_t error, const std::string &text) {
  if (outcome_.error == cudaSuccess) {
    outcome_ = {error, std::string("CUDA kernel ") + launch_->name + ": " + text};
  }
}

void BlockRunner::block_barrier(Site site, const void *frame) {
  if (!barrier_calls_.skips(*launch_, site, frame)) {
    wait(State::kAtBlockBarrier, site);
  }
}

void BlockRunner::warp_barrier(unsigned mask, Site site, const void *frame) {
  if (mask != 0xffffffffu) {
    fault(cudaErrorNotSupported, "a warp barrier for part of a warp");
  }
  if (!barrier_calls_.skips(*launch_, site, frame)) {
    wait(State::kAtWarpBarrier, site);
  }
}

std::uint64_t BlockRunner::exchange(unsigned mask, std::uint64_t value, unsigned lane, Site site) {
  if (mask != 0xffffffffu) {
    fault(cudaErrorNotSupported, "a shuffle for part of a warp");
  }
  const unsigned self = current_;
  const unsigned warp = self / kWarp;
  if ((warp + 1) * kWarp > threads_.size() || lane >= kWarp) {
    fault(cudaErrorLaunchFailure, "a shuffle from a lane that does not exist");
  }
  // A lane cannot be two exchanges ahead of another of its warp, so two rounds of slots suffice.
  const std::size_t round = threads_[self].exchanges++ % 2;
  const std::size_t base = (2 * static_cast<std::size_t>(warp) + round) * kWarp;
  slots_[base + self % kWarp] = value;
  wait(State::kAtWarpBarrier, site);
  return slots_[base + lane];
}

bool BlockRunner::same_site(unsigned first, unsigned last) const {
  for (unsigned i = first + 1; i < last; ++i) {
    if (!same(threads_[i].site, threads_[first].site)) {
      return false;
    }
  }
  return true;
}

bool BlockRunner::release_warp(unsigned warp) {
  const unsigned first = warp * kWarp;
  const unsigned last = std::min(first + kWarp, static_cast<unsigned>(threads_.size()));
  for (unsigned i = first; i < last; ++i) {
    if (threads_[i].state != State::kAtWarpBarrier) {
      return false;
    }
  }
  if (!same_site(first, last)) {
    fail(cudaErrorLaunchFailure,
         "lanes of one warp wait at different places, among them " + place(threads_[first].site));
    return false;
  }
  for (unsigned i = first; i < last; ++i) {
    threads_[i].state = State::kReady;
  }
  return true;
}

bool BlockRunner::release_warps() {
  bool released = false;
  for (unsigned warp = 0; warp * kWarp < threads_.size(); ++warp) {
    released |= release_warp(warp);
  }
  return released;
}

bool BlockRunner::release_block() {
  for (const Thread &thread : threads_) {
    if (thread.state != State::kAtBlockBarrier) {
      return false;
    }
  }
  if (!same_site(0, static_cast<unsigned>(threads_.size()))) {
    fail(cudaErrorLaunchFailure, "threads of one block wait at different barriers, among them " +
                                     place(threads_.front().site));
    return false;
  }
  for (Thread &thread : threads_) {
    thread.state = State::kReady;
  }
  return true;
}

void BlockRunner::report_deadlock() {
  for (const Thread &thread : threads_) {
    if (thread.state != State::kDone) {
      fail(cudaErrorLaunchFailure, "deadlock: thread (" + std::to_string(thread.index.x) + ", " +
                                       std::to_string(thread.index.y) + ", " +
                                       std::to_string(thread.index.z) + ") waits at " +
                                       place(thread.site) + " for threads that do not come; " +
                                       std::to_string(ended_) + " threads have ended");
      return;
    }
  }
}

void *BlockRunner::shared_array(std::size_t bytes, std::size_t alignment, Site site) {
  void *array = shared_.array(bytes, alignment, site);
  if (array == nullptr) {
    fault(cudaErrorLaunchFailure, "more shared memory than a block has");
  }
  return array;
}

void block_barrier(Site site) { block_runner().block_barrier(site, __builtin_frame_address(0)); }
void warp_barrier(unsigned mask, Site site) {
  block_runner().warp_barrier(mask, site, __builtin_frame_address(0));
}
std::uint64_t exchange(unsigned mask, std::uint64_t value, unsigned lane, Site site) {
  return block_runner().exchange(mask, value, lane, site);
}
unsigned lane_of_current() { return block_runner().lane_of_current(); }
void *shared_array(std::size_t bytes, std::size_t alignment, Site site) {
  return block_runner().shared_array(bytes, alignment, site);
}
void await_previous() { block_runner().await_previous(); }
void *dynamic_shared() { return block_runner().dynamic_shared(); }
void misaligned(const void *address, std::size_t alignment) {
  char text[128];
  std::snprintf(text, sizeof text, "address %p is not aligned to %zu bytes", address, alignment);
  block_runner().fault(cudaErrorMisalignedAddress, text);
}

}  // namespace sgconv::emulation
