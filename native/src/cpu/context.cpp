#include "cpu/context.h"

#include <sched.h>

#include <thread>

namespace sgconv {
namespace {

int usable_processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
  const unsigned count = std::thread::hardware_concurrency();
  return count == 0 ? 1 : static_cast<int>(count);
}

}  // namespace

Context::Context(int threads)
    : tiers_(tiers_in_use()), pool_(threads == 0 ? usable_processors() : threads) {}

}  // namespace sgconv
