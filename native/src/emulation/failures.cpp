#include "emulation/failures.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sstream>
#include <string>

#include "emulation/block.h"
#include "emulation/control.h"
#include "emulation/machine.h"
#include "emulation/settings.h"

namespace sgconv::emulation {
namespace {

struct Failure {
  std::int64_t countdown;
  int error;
};

constexpr std::array<const char *, 13> kPoints{
    "allocation", "attribute", "capture", "context", "copy",   "event",    "handle",
    "launch",     "pinned",    "plan",    "product", "stream", "transform"};

bool known(const std::string &point) {
  for (const char *candidate : kPoints) {
    if (point == candidate) {
      return true;
    }
  }
  return false;
}

std::atomic<std::int64_t> live_plans = 0;
std::atomic<std::int64_t> live_handles = 0;

class Failures {
 public:
  Failures() {
    std::istringstream list(settings().inject);
    std::string entry;
    while (std::getline(list, entry, ',')) {
      std::istringstream fields(entry);
      std::string point, n, error;
      std::getline(fields, point, ':');
      std::getline(fields, n, ':');
      std::getline(fields, error, ':');
      if (!add(point, std::atoll(n.c_str()), std::atoi(error.c_str()))) {
        std::fprintf(stderr,
                     "sgconv emulation: SGCONV_EMULATED_FAILURES: '%s' is not point:n:error\n",
                     entry.c_str());
        std::abort();
      }
    }
  }

  bool add(const std::string &point, std::int64_t n, int error) {
    if (!known(point) || n < 1 || error == 0) {
      return false;
    }
    pending_.insert({point, {n, error}});
    return true;
  }

  int at(const char *point) {
    int error = 0;
    const auto [first, last] = pending_.equal_range(point);
    for (auto it = first; it != last;) {
      if (--it->second.countdown == 0) {
        error = it->second.error;
        it = pending_.erase(it);
      } else {
        ++it;
      }
    }
    return error;
  }

  void clear() { pending_.clear(); }

 private:
  std::multimap<std::string, Failure> pending_;
};

Failures &failures() {
  static Failures instance;
  return instance;
}

}  // namespace

int failure_at(const char *point) {
  const std::lock_guard guard(machine().lock);
  ++machine().counts[point];
  return failures().at(point);
}

void count_plans(std::int64_t change) { live_plans += change; }
void count_handles(std::int64_t change) { live_handles += change; }

}  // namespace sgconv::emulation

using sgconv::emulation::machine;

int32_t sgconv_emulation_fail(const char *point, int64_t n, int32_t error) {
  const std::lock_guard guard(machine().lock);
  return sgconv::emulation::failures().add(point, n, error) ? 0 : -1;
}

void sgconv_emulation_reset(void) {
  const std::lock_guard guard(machine().lock);
  sgconv::emulation::failures().clear();
  machine().counts["waiting copies"] = machine().waiting_copies;
  for (const auto &device : machine().devices) {
    device->poisoned = cudaSuccess;
  }
}

int64_t sgconv_emulation_live(const char *kind) {
  const std::lock_guard guard(machine().lock);
  const std::string name(kind);
  std::int64_t allocations = 0, bytes = 0, contexts = 0;
  for (const auto &device : machine().devices) {
    allocations += static_cast<std::int64_t>(device->memory.live());
    bytes += static_cast<std::int64_t>(device->memory.used());
    contexts += device->context ? 1 : 0;
  }
  const std::map<std::string, std::int64_t> values{
      {"allocation", allocations},
      {"bytes", bytes},
      {"carveout", static_cast<std::int64_t>(machine().carveout.size())},
      {"context", contexts},
      {"pinned", static_cast<std::int64_t>(machine().pinned.size())},
      {"registered", static_cast<std::int64_t>(machine().registered.size())},
      {"stream", static_cast<std::int64_t>(machine().streams.size())},
      {"event", static_cast<std::int64_t>(machine().events.size())},
      {"graph", static_cast<std::int64_t>(machine().graphs.size())},
      {"executable", static_cast<std::int64_t>(machine().executables.size())},
      {"plan", sgconv::emulation::live_plans},
      {"handle", sgconv::emulation::live_handles}};
  const auto found = values.find(name);
  return found == values.end() ? -1 : found->second;
}

int64_t sgconv_emulation_count(const char *kind) {
  const std::lock_guard guard(machine().lock);
  const auto found = machine().counts.find(kind);
  return found == machine().counts.end() ? 0 : found->second;
}

int64_t sgconv_emulation_peak_bytes(int32_t device) {
  const std::lock_guard guard(machine().lock);
  return static_cast<int64_t>(
      machine().devices.at(static_cast<std::size_t>(device))->memory.peak());
}

void sgconv_emulation_reset_peak(int32_t device) {
  const std::lock_guard guard(machine().lock);
  machine().devices.at(static_cast<std::size_t>(device))->memory.reset_peak();
}

const char *sgconv_emulation_report(void) { return machine().report.c_str(); }

int32_t sgconv_emulation_order(const char *order, int32_t seed) {
  const std::lock_guard guard(machine().lock);
  const auto chosen = sgconv::emulation::order_named(order);
  if (!chosen.has_value()) {
    return -1;
  }
  sgconv::emulation::block_runner().set_order(*chosen, static_cast<unsigned>(seed));
  return 0;
}
