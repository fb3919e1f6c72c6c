// What one block does to memory.
#pragma once

#include <map>
#include <set>
#include <unordered_set>

#include "evidence/count/block.h"

namespace sgconv::evidence {

// Tensors of a dry run lie so far apart that an address says which it belongs to.
constexpr unsigned kTensorBits = 40;
constexpr unsigned tensor_of(std::uint64_t address) {
  return static_cast<unsigned>(address >> kTensorBits);
}

// Bytes between a multiprocessor and the second-level cache, in whole sectors.
struct Traffic {
  std::uint64_t read = 0, written = 0;
  auto operator<=>(const Traffic &) const = default;
};
using TensorTraffic = std::map<unsigned, Traffic>;

constexpr std::uint64_t kSectorBytes = 32;

// Sectors of 32 bytes that the lanes of one access touch.
std::uint64_t sectors_of(const Access &access, std::vector<std::uint64_t> *which = nullptr);

// Wavefronts that an access to shared memory takes, and would take without conflicts: accesses of
// 8 bytes go by half-warps, those of 16 by quarters; 32 banks of 4 bytes; lanes that read one word
// share it.
struct Wavefronts {
  std::uint64_t taken = 0, ideal = 0;
  double ratio() const {
    return ideal == 0 ? 1.0 : static_cast<double>(taken) / static_cast<double>(ideal);
  }
};
Wavefronts wavefronts_of(const Access &access);
// Adds those of each instruction to a sum; `worst` becomes the largest ratio of one.
void add_wavefronts(const std::map<std::size_t, Wavefronts> &places, Wavefronts &sum,
                    double &worst);

// Two accesses of different warps to one word of shared memory, one of them a write, without a
// barrier of the block between them; or two lanes of one write.
struct Race {
  std::size_t first, second;  // places in the code
  std::uint64_t address;
  auto operator<=>(const Race &) const = default;
};

// Of a whole block.
class BlockMemory : public BlockObserver {
 public:
  void access(unsigned warp, const Access &access) override;
  void barrier() override;

  const TensorTraffic &traffic() const { return traffic_; }
  // Different sectors of each tensor.
  std::map<unsigned, std::uint64_t> footprint() const;
  std::uint64_t local_bytes() const { return local_bytes_; }
  // By place in the code.
  const std::map<std::size_t, Wavefronts> &loads() const { return loads_; }
  const std::map<std::size_t, Wavefronts> &stores() const { return stores_; }
  const std::set<Race> &races() const { return races_; }

 private:
  struct Word {
    std::uint64_t epoch = 0;
    std::uint64_t readers = 0, writers = 0;  // warps
    std::size_t reading = 0, writing = 0;    // the last place
  };
  void shared(unsigned warp, const Access &access);

  TensorTraffic traffic_;
  std::unordered_set<std::uint64_t> sectors_;
  std::uint64_t local_bytes_ = 0;
  std::map<std::size_t, Wavefronts> loads_, stores_;
  std::vector<Word> words_;  // by their place in shared memory
  std::set<Race> races_;
  std::uint64_t epoch_ = 0;
  std::vector<std::uint64_t> scratch_;
};

// Of one thread: which tensors it touches, and how much.
class ThreadMemory : public AccessObserver {
 public:
  void access(unsigned warp, const Access &access) override;
  const TensorTraffic &traffic() const { return traffic_; }

 private:
  TensorTraffic traffic_;
};

}  // namespace sgconv::evidence
