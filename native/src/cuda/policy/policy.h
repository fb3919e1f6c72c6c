// Tuning of launches, apart from the algorithms: how many threads and blocks, how much at a time.
// What is compiled into the CUDA kernels is in shapes.h, which sizes there are in sizes.h.
//
// Each figure says what it was reasoned from, or measured on.
#pragma once

#include <cstdint>

#include "cuda/device/device.h"
#include "cuda/policy/shapes.h"

namespace sgconv::cuda {

// Threads of a block of the CUDA kernels that stream and of those that sum; the first are compiled
// for it (__launch_bounds__). 2048 threads a multiprocessor, of 16 bytes each, have the 32 KiB in
// flight that memory needs; blocks of 256 reach that with up to 32 registers and lose little with
// up to 64.
constexpr int kMaxThreads = 256;
constexpr int kWarp = 32;

// One thread of a streaming kernel moves two signal elements and, as one 16-byte access, two
// complex numbers, so that a warp's accesses are contiguous on both sides.
constexpr unsigned kPair = 2;

// Blocks a multiprocessor before a block of a CUDA kernel that sums takes a second share: as many
// as it can hold of 256 threads.
constexpr int64_t kReductionBlocks = 8;

// The current device.
struct Target {
  int device;
  int architecture;  // compute capability, major * 10 + minor
  int64_t
      stream_blocks;  // a multiprocessor, before a block of a streaming kernel takes a second share
  int64_t multiprocessors;
  int64_t shared_bytes;  // that a block may ask for
  int64_t cache_bytes;   // second level
};

// Asked of each device once. Throws Failure(SGCONV_DEVICE) when there is none.
Target current_target();
// Number of the current device.
int current_device();

// Rows (b, c, h) that one launch may count in 32 bits, and channels C * H of a plan, of which one
// launch has at least one member: more are left to the ring steps.
constexpr int64_t kMostRows = int64_t{1} << 30;
constexpr int64_t kMostChannels = int64_t{1} << 20;

// One block a row.
namespace block_policy {

// One channel's share of the backward pass's workspace for slices of the batch is at most this, or
// what one slice takes, beside the groups that many slices are added up in: far below what any
// caller allows for scratch memory.
constexpr int64_t kMostSliceBytes = int64_t{16} << 20;

// What a slice of the batch costs in signals: its roots, and sums that are written and read again.
constexpr int64_t kSliceCost = 1;

// Terms that are added up one after another, because rounding errors grow with them: in a slice,
// and slices whose sums are added up. Two levels of both make 64 Mi of what 14000 at once, alike,
// would bring beyond the bound. Wide enough that sums cost less than a hundredth of what they sum.
constexpr int64_t kMostOfSlice = 256;
constexpr int64_t kSlicesOfGroup = 64;

// Signals (or windows of them) of the batch in a slice, of which there are at most `most` a channel
// at a time, where the device has so many places: the width with the shortest time,
// waves * (width + cost), which is where waves are full. Of equal ones the widest, which has the
// fewest sums. Where `most` slices of kMostOfSlice are not enough, they take turns.
int64_t slice_width(int64_t batch, int64_t channels, int64_t most, int64_t places);

}  // namespace block_policy

// Four steps. By the model of docs/performance.md they are bound by what goes through the
// second-level cache, and next by the launches; so chunks of signals are as large as stay in it,
// and such that the last wave of each launch is full (four_step/chunks.h).
namespace four_step_policy {

// What the numbers between the steps of a chunk may take of the second-level cache: half. Inputs,
// outputs, spectra and sums stream through the rest; and that of A100 and H100 is two halves, each
// with copies of what its side reads. Measured on an H100: two fifths, three fifths and two thirds
// take 0 to 22% more, but for backward at 1 Mi, which takes 5% less with two thirds.
constexpr int64_t cache_share(const Target &target) { return target.cache_bytes / 2; }

// What a launch costs beyond its work, its first and its last wave included, in bytes of that
// cache: 4.5 us, in which a multiprocessor gets 33 bytes a nanosecond (4.4 TB/s over 132). Measured
// on an H100, (64, 768, 32 Ki) and (2, 256, 1 Mi) both ways: the least at 150000; forward at 32 Ki
// takes 7% more from 25000 to 100000, at 1 Mi 29% more with 250000.
constexpr int64_t kLaunchBytes = 150000;  // a multiprocessor

}  // namespace four_step_policy

// Blocks with so much shared memory that a multiprocessor holds, which has 1 KiB more than it gives
// a block and keeps 1 KiB of each.
constexpr int64_t resident_blocks(const Target &target, int64_t shared_bytes) {
  return (target.shared_bytes + shapes::kReservedShared) / (shared_bytes + shapes::kReservedShared);
}

// Grid for a (rows, columns) array: x over columns, y over rows, grid-stride in both.
struct RowGrid {
  dim3 grid, block;
};
RowGrid row_grid(const Target &target, int64_t rows, int64_t columns);

// Like row_grid, but every block works on one row: y over rows, x over columns.
RowGrid block_row_grid(const Target &target, int64_t rows, int64_t columns);

// One block a row for sums; `rows` may exceed the grid (grid-stride).
RowGrid reduction_grid(const Target &target, int64_t rows);

}  // namespace sgconv::cuda
