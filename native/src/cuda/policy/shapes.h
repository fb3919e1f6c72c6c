// Tuning that is compiled into the transforms' CUDA kernels. Registers that the compiler may use
// are in limits.cmake; test/cuda/occupancy_test.cpp holds both against what a multiprocessor has.
//
// Reasoned from machine code, not yet measured on a GPU.
#pragma once

namespace sgconv::cuda::shapes {

// A transform of N numbers by one group of threads, so many numbers a thread: more of them mean
// fewer exchanges through shared memory, until registers run out. 24 where N has a factor 3. From
// 8192 on 32, because 16 would take 512 threads and more.
constexpr int numbers_of_thread(int n) { return n % 3 == 0 ? 24 : n >= 8192 ? 32 : 16; }

// Threads of a block: rows of fewer share one, so that a block has four warps to hide latency with.
constexpr int kThreads = 128;
// Threads that a multiprocessor shall hold, which leaves each 128 registers: what transforms of 16
// numbers a thread need.
constexpr int kResidentThreads = 512;

// Blocks that a multiprocessor shall hold.
constexpr int resident(int threads) { return kResidentThreads / threads; }
// Backward needs more registers with 24 or 32 numbers a thread: three quarters of the threads, or
// half of them. (At 512 threads a block there is no choice.)
constexpr int backward_resident(int threads, int numbers) {
  const int all = resident(threads);
  return numbers > 16 && all > 1 ? all * 3 / 4 : all;
}
// A channel's spectrum stays in registers over the signals of an item, if it is of so many numbers
// a thread.
constexpr bool keeps_spectrum(int numbers) { return numbers <= 16; }

// Columns do less with a number that they wait for: with 16 a thread, 64 registers suffice for
// twice the threads.
constexpr int columns_resident(int threads, int numbers) {
  return (numbers > 16 ? 1 : 2) * resident(threads);
}

// Columns of up to so many numbers lie in one thread's registers.
constexpr int kMostInRegisters = 32;
// Columns of a block: one a thread ...
constexpr int kRegisterColumns = 128;
// ... or as many as make 64 or 128 contiguous bytes a row of z, and 256 or 512 threads.
constexpr int shared_columns(int p) { return p > 512 ? 8 : 16; }

}  // namespace sgconv::cuda::shapes
