#include "evidence/model/exchanges.h"

#include <set>

namespace sgconv::evidence {
namespace {

constexpr Instruction kNothing{0x0000000000007918, 0x000fc00000000000};

// Ends at the first race.
struct Found {};
class FirstRace : public BlockMemory {
 public:
  void access(unsigned warp, const Access &access) override {
    BlockMemory::access(warp, access);
    if (!races().empty()) {
      throw Found();
    }
  }
};

bool races_without(const KernelCall &call, std::size_t barrier) {
  Kernel changed = *call.kernel;
  changed.code[barrier] = kNothing;
  KernelCall other = call;
  other.kernel = &changed;
  FirstRace memory;
  try {
    (void)run_block(other, 0, &memory);
    return false;
  } catch (const Found &) {
    return true;
  }
}

}  // namespace

ExchangeEvidence exchanges_of(const Kernels &kernels, const Call &call, bool without) {
  ExchangeEvidence result;
  std::set<std::pair<const Kernel *, std::vector<std::uint64_t>>> seen;
  for (const KernelCall &launch : record(kernels, call).launches) {
    // Launches of one CUDA kernel that go another way through it count by themselves.
    if (!seen.insert({launch.kernel, run_thread(launch, 0, nullptr)}).second) {
      continue;
    }
    BlockMemory memory;
    const std::vector<std::uint64_t> issued = run_block(launch, 0, &memory);
    add_wavefronts(memory.loads(), result.loads, result.worst_conflict);
    add_wavefronts(memory.stores(), result.stores, result.worst_conflict);
    result.races += memory.races().size();
    for (std::size_t i = 0; i < issued.size(); ++i) {
      if (launch.kernel->code[i].opcode() == opcode::kBarrier && issued[i] > 0) {
        ++result.barriers;
        result.needed += without && races_without(launch, i) ? 1 : 0;
      }
    }
  }
  return result;
}

}  // namespace sgconv::evidence
