// What the emulated machine looks like, from the environment, read once.
#pragma once

#include <cstddef>
#include <string>

#include "emulation/kernel.h"

namespace sgconv::emulation {

struct Settings {
  int devices;         // SGCONV_EMULATED_DEVICES, default 1; 0: a driver without a device
  std::size_t memory;  // SGCONV_EMULATED_MEMORY, bytes a device, default 4 GiB
  int capability;      // SGCONV_EMULATED_CAPABILITY, major * 10 + minor, default 90
  bool eager;          // SGCONV_EMULATED_EAGER=1: streams work at once instead of when waited for
  std::size_t cache;   // SGCONV_EMULATED_CACHE, bytes of the second level, default 1 MiB
  std::size_t shared_memory;  // bytes a block may have
  std::string order;          // SGCONV_EMULATED_ORDER: forward, reverse or shuffled
  std::string inject;         // SGCONV_EMULATED_FAILURES, see control.h
  std::string skipped;        // SGCONV_EMULATED_SKIP_BARRIER=<file>:<line>, for mutation tests

  bool skips(Site site) const;
};

const Settings &settings();

}  // namespace sgconv::emulation
