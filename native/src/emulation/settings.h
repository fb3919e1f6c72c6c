// What the emulated machine looks like, from the environment, read once.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sgconv::emulation {

// What may differ from device to device: lists in the environment, separated by commas, in the
// order of the devices; the last entry serves all that follow.
struct DeviceSettings {
  int capability;             // SGCONV_EMULATED_CAPABILITY, major * 10 + minor, default 90
  std::size_t shared_memory;  // bytes a block may have, by the capability
  int pools;                  // SGCONV_EMULATED_POOLS: whether it has memory pools, default 1
  int compute_mode;           // SGCONV_EMULATED_COMPUTE_MODE, a cudaComputeMode, default 0
  int unusable;  // SGCONV_EMULATED_UNUSABLE: the cudaError_t that a context ends in, default 0:
                 // none
};

struct Settings {
  std::vector<DeviceSettings> devices;  // SGCONV_EMULATED_DEVICES, default 1; 0: a driver alone
  std::size_t memory;                   // SGCONV_EMULATED_MEMORY, bytes a device, default 4 GiB
  bool eager;         // SGCONV_EMULATED_EAGER=1: streams work at once instead of when waited for
  std::size_t cache;  // SGCONV_EMULATED_CACHE, bytes of the second level, default 1 MiB
  // SGCONV_EMULATED_MULTIPROCESSORS, default 2: few, so that grid-stride loops take more than one
  // turn.
  std::size_t multiprocessors;
  std::string order;   // SGCONV_EMULATED_ORDER: forward, reverse or shuffled
  unsigned seed;       // SGCONV_EMULATED_SEED, of the shuffled one, default 1
  std::string inject;  // SGCONV_EMULATED_FAILURES, see control.h
};

const Settings &settings();

}  // namespace sgconv::emulation
