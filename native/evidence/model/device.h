// What a multiprocessor holds, and the model that predicts times.
#pragma once

#include <cstdint>
#include <vector>

#include "evidence/machine/warp.h"

namespace sgconv::evidence {

// Of compute capability 9.0 (CUDA C++ Programming Guide, "Compute Capabilities").
struct Multiprocessor {
  int threads = 2048, blocks = 32, registers = 65536;
  std::uint64_t shared_bytes = 228 * 1024;
  std::uint64_t reserved_shared = 1024;  // of every block, by the system
};

// Blocks of these needs that it holds.
int resident_blocks(const Multiprocessor &multiprocessor, int registers, std::uint64_t threads,
                    std::uint64_t shared_bytes);

// The share of a device's places that is at work while a launch lasts: blocks that take so long
// each go to the first free of `places`, in order.
double wave_fill(const std::vector<double> &blocks, std::uint64_t places);

// Constants of the model. An H100 has measured its clock, which stays under load, and what issue
// and shared memory take together: they overlap in part (docs/gpu-evidence.md). The others were
// fixed before anything was measured, and stood.
struct Model {
  const char *device;
  double hbm_bytes;          // a second
  double l2_bytes = 5.5e12;  // a second
  double multiprocessors = 132;
  double clock = 1.98e9;  // cycles a second; four warps issue in each
  double issue_share = 0.77, hbm_share = 0.90, l2_share = 0.80;  // that can be had
  double exposed_wavefronts = 0.42;  // of shared memory, one a cycle: what issue does not hide
  double launch_seconds = 1.5e-6;    // of each after the first
};
constexpr Model kH100{"H100", 3.0e12};
constexpr Model kH200{"H200", 4.3e12};

struct Work {
  double warp_instructions = 0, shared_wavefronts = 0, hbm_bytes = 0, l2_bytes = 0;
};

enum class Bound { kIssue, kHbm, kL2 };
const char *name_of(Bound bound);

struct Time {
  double seconds;
  Bound bound;
};
// Of one launch with this much to do, whose waves are filled so far.
Time predict(const Model &model, const Work &work, double fill);

}  // namespace sgconv::evidence
