// Tuning that is compiled into the transforms' CUDA kernels. Registers that the compiler may use
// are in limits.cmake; test/cuda/occupancy_test.cpp holds both against what a multiprocessor has.
//
// Reasoned from machine code. Where an H100 has measured alternatives, it says so.
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
// Forward of whole rows with 16 numbers a thread does with 80 or 96 registers, which leaves room
// for more blocks: while some exchange numbers, others compute. Measured on an H100: 4% less time
// at 4096, 1 to 2% at 1024 and 2048, nothing below. (With 24 and 32 numbers it would spill.)
constexpr int forward_resident(int threads, int numbers) {
  return numbers > 16 ? resident(threads) : threads > kThreads ? 768 / threads : 640 / threads;
}
// Backward needs more registers with 24 or 32 numbers a thread: three quarters of the threads, or
// half of them. (At 512 threads a block there is no choice.)
constexpr int backward_resident(int threads, int numbers) {
  const int all = resident(threads);
  return numbers > 16 && all > 1 ? all * 3 / 4 : all;
}
// Shared memory of a multiprocessor with the most (capability 9.0), and what the system takes of it
// for each block.
constexpr int kMostShared = 228 * 1024;
constexpr int kReservedShared = 1024;
// That a block may have with a capability, 10 * major + minor. (8.7 has more, but runs machine code
// of 8.6.)
constexpr int kSmallBlock = 99 * 1024;
constexpr int most_of_block(int capability) {
  return (capability > 80 && capability < 90) || (capability >= 120 && capability < 130)
             ? kSmallBlock
             : kMostShared - kReservedShared;
}
// Whether any device of the capability that is compiled for runs rows of N numbers. If none does,
// no plan launches their CUDA kernels there, and they are left empty.
#if defined(__CUDA_ARCH__)
constexpr int kMostOfBlock = most_of_block(__CUDA_ARCH__ / 10);
#else
constexpr int kMostOfBlock = kMostShared - kReservedShared;
#endif
template <int N>
constexpr bool kRunsRows = N <= 8192 || kMostOfBlock > kSmallBlock;
// That a block may have where a multiprocessor shall hold so many.
constexpr int shared_of_block(int resident) { return kMostShared / resident - kReservedShared; }

// Sums of the backward pass lie in shared memory beside the signal's spectrum; of longer rows only
// one of the two has room, and the spectrum takes it, because all heads read that.
constexpr bool sums_in_shared(int n) { return n <= 8192; }
// Backward of the longest rows exchanges halves of numbers, so that the whole spectrum has room
// with capability 9.0. (With a factor 3 it would be slower in half precision: threads meet in
// banks, and what is added is more than what the second-level cache saves.)
constexpr bool exchanges_halves(int n) { return n > 8192 && n % 3 != 0; }
// Backward loads samples before it needs them, and does not load in groups, except with 512 threads
// a block: their 128 registers are full.
constexpr bool loads_early(int threads, int numbers) { return threads * numbers <= 8192; }
// Forward does so, but for windows of 32 numbers a thread: where their samples are takes registers,
// too.
constexpr bool loads_windows_early(int numbers) { return numbers <= 16; }

// Numbers of the signal's spectrum and of the sums that are loaded together: enough to hide what
// the second-level cache takes, few enough for registers.
constexpr int kTogether = 4;
// Of one array, where the compiler would take more than there are registers for.
constexpr int kLoadGroup = 8;

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
