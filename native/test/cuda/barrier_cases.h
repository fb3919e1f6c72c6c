// Small work for the device in which every barrier is called from every place that calls it, and
// matters.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace sgconv::test {

struct BarrierCase {
  std::string name;
  std::function<void()> run;  // checks what it computes (check.h)
};

// What is right is computed here, once. The emulated machine must have a second device, whose
// blocks have less shared memory (capability 8.9), and a cache in which two signals are a chunk.
std::vector<BarrierCase> barrier_cases();

}  // namespace sgconv::test
