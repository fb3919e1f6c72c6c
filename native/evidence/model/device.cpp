#include "evidence/model/device.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>

namespace sgconv::evidence {

int resident_blocks(const Multiprocessor &multiprocessor, int registers, std::uint64_t threads,
                    std::uint64_t shared_bytes) {
  const int warps = static_cast<int>((threads + kLanes - 1) / kLanes);
  const int of_warp = (registers + 7) / 8 * 8 * static_cast<int>(kLanes);
  // A quarter of the registers belongs to each of four schedulers, which share the block's warps.
  const int by_registers = multiprocessor.registers / 4 / of_warp * 4 / warps;
  const int by_shared = static_cast<int>(multiprocessor.shared_bytes /
                                         (shared_bytes + multiprocessor.reserved_shared));
  return std::min({by_registers, by_shared,
                   multiprocessor.threads / static_cast<int>(kLanes) / warps,
                   multiprocessor.blocks});
}

double wave_fill(const std::vector<double> &blocks, std::uint64_t places) {
  std::priority_queue<double, std::vector<double>, std::greater<>> free;
  for (std::uint64_t place = 0; place < places; ++place) {
    free.push(0.0);
  }
  double end = 0;
  for (const double block : blocks) {
    const double done = free.top() + block;
    free.pop();
    free.push(done);
    end = std::max(end, done);
  }
  const double work = std::accumulate(blocks.begin(), blocks.end(), 0.0);
  return work / (end * static_cast<double>(places));
}

const char *name_of(Bound bound) {
  return bound == Bound::kIssue ? "issue" : bound == Bound::kHbm ? "HBM" : "L2";
}

Time predict(const Model &model, const Work &work, double fill) {
  const double cycles = model.multiprocessors * model.clock;
  const double issue = work.warp_instructions / (4 * cycles * model.issue_share) +
                       work.shared_wavefronts * model.exposed_wavefronts / cycles;
  const double hbm = work.hbm_bytes / (model.hbm_bytes * model.hbm_share);
  const double l2 = work.l2_bytes / (model.l2_bytes * model.l2_share);
  const double most = std::max({issue, hbm, l2});
  return {most / fill, most == issue ? Bound::kIssue : most == hbm ? Bound::kHbm : Bound::kL2};
}

}  // namespace sgconv::evidence
