// A block's shared memory: arrays by the place of their declaration, poisoned, with gaps between
// them.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "emulation/kernel.h"

namespace sgconv::emulation {

bool same(Site a, Site b);

class SharedMemory {
 public:
  // Starts a block on a device that gives a block so many bytes at most.
  void poison(std::size_t dynamic_bytes, std::size_t most);
  void *dynamic() const { return start_; }
  // nullptr when the block has no more room.
  void *array(std::size_t bytes, std::size_t alignment, Site site);
  // The array beyond whose end somebody wrote.
  std::optional<Site> damage() const;

 private:
  struct Array {
    Site site;
    std::size_t offset, bytes;
  };

  std::vector<unsigned char> memory_;
  unsigned char *start_ = nullptr;  // aligned start of memory_
  std::size_t bytes_ = 0;
  std::size_t used_ = 0;
  std::vector<Array> arrays_;
};

}  // namespace sgconv::emulation
