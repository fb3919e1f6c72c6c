// Executes one block of a launch, and counts.
#pragma once

#include "evidence/machine/warp.h"

namespace sgconv::evidence {

// Gets to know what the threads of a block do, in an order in which they may: one warp after
// another from barrier to barrier.
class BlockObserver : public AccessObserver {
 public:
  // All threads have come to a barrier.
  virtual void barrier() = 0;
};

// How often each instruction is issued by the warps of block `number`, together.
std::vector<std::uint64_t> run_block(const KernelCall &call, std::uint64_t number,
                                     BlockObserver *observer);
// The same of one thread, for what all threads do alike: the block's first.
std::vector<std::uint64_t> run_thread(const KernelCall &call, std::uint64_t number,
                                      AccessObserver *observer);

std::uint64_t sum(const std::vector<std::uint64_t> &issued);

}  // namespace sgconv::evidence
