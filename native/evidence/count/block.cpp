#include "evidence/count/block.h"

#include <algorithm>
#include <memory>
#include <numeric>

namespace sgconv::evidence {
namespace {

Dimensions index_of(const KernelCall &call, std::uint64_t number) {
  return {static_cast<std::uint32_t>(number % call.grid.x),
          static_cast<std::uint32_t>(number / call.grid.x % call.grid.y),
          static_cast<std::uint32_t>(number / call.grid.x / call.grid.y)};
}

}  // namespace

std::vector<std::uint64_t> run_block(const KernelCall &call, std::uint64_t number,
                                     BlockObserver *observer) {
  std::vector<std::uint64_t> issued(call.kernel->code.size());
  const auto threads = static_cast<unsigned>(call.block.count());
  std::vector<std::unique_ptr<Warp>> warps;
  for (unsigned first = 0; first < threads; first += kLanes) {
    warps.push_back(std::make_unique<Warp>(call, index_of(call, number), first / kLanes,
                                           std::min(kLanes, threads - first), issued, observer));
  }
  for (;;) {
    std::size_t waiting = 0;
    for (const auto &warp : warps) {
      waiting += warp->run() == Warp::State::kAtBarrier ? 1u : 0u;
    }
    if (waiting == 0) {
      return issued;
    }
    if (waiting != warps.size()) {
      throw NotUnderstood(call.kernel->symbol + ": a barrier that not all warps come to");
    }
    if (observer != nullptr) {
      observer->barrier();
    }
  }
}

std::vector<std::uint64_t> run_thread(const KernelCall &call, std::uint64_t number,
                                      AccessObserver *observer) {
  std::vector<std::uint64_t> issued(call.kernel->code.size());
  Warp warp(call, index_of(call, number), 0, 1, issued, observer);
  while (warp.run() != Warp::State::kEnded) {
  }
  return issued;
}

std::uint64_t sum(const std::vector<std::uint64_t> &issued) {
  return std::accumulate(issued.begin(), issued.end(), std::uint64_t{0});
}

}  // namespace sgconv::evidence
