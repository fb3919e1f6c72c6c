#include "emulation/barrier_calls.h"

#include <algorithm>

#include "emulation/block.h"
#include "emulation/control.h"
#include "emulation/machine.h"

namespace sgconv::emulation {
namespace {

// Everything that runs in a fiber is compiled with frame pointers: a frame starts with the address
// of its caller's, and the address that it returns to follows. A fiber's first one has no caller.
const void *return_of(const void *frame) { return static_cast<void *const *>(frame)[1]; }
const void *caller_of(const void *frame) { return *static_cast<void *const *>(frame); }

}  // namespace

void BarrierCalls::note(const Launch &launch, Site site, const void *frame) {
  BarrierCall call{launch.function, site.file, site.line, {}};
  for (; frame != nullptr; frame = caller_of(frame)) {
    call.returns.push_back(return_of(frame));
  }
  const auto [known, fresh] = numbers_.try_emplace(call, met_.size());
  if (fresh) {
    met_.push_back({std::move(call),
                    std::string(site.file) + ":" + std::to_string(site.line) + " in " +
                        launch.name + ", " + std::to_string(launch.block.x) + " threads a block",
                    0});
  }
  ++met_[known->second].count;
}

bool BarrierCalls::same(const BarrierCall &call, const Launch &launch, Site site,
                        const void *frame) {
  if (call.kernel != launch.function || call.line != site.line || call.file != site.file) {
    return false;
  }
  for (const void *address : call.returns) {
    if (frame == nullptr || return_of(frame) != address) {
      return false;
    }
    frame = caller_of(frame);
  }
  return frame == nullptr;
}

}  // namespace sgconv::emulation

using sgconv::emulation::block_runner;
using sgconv::emulation::machine;

namespace {

const sgconv::emulation::BarrierCalls::Met &barrier(std::int32_t number) {
  const std::lock_guard guard(machine().lock);
  return block_runner().barrier_calls().met().at(static_cast<std::size_t>(number));
}

}  // namespace

void sgconv_emulation_watch_barriers(int32_t on) {
  const std::lock_guard guard(machine().lock);
  block_runner().barrier_calls().watch(on != 0);
}

int32_t sgconv_emulation_barriers(void) {
  const std::lock_guard guard(machine().lock);
  return static_cast<int32_t>(block_runner().barrier_calls().met().size());
}

const char *sgconv_emulation_barrier(int32_t number) { return barrier(number).text.c_str(); }

int64_t sgconv_emulation_barrier_count(int32_t number) { return barrier(number).count; }

int32_t sgconv_emulation_barrier_returns(int32_t number, const void **addresses, int32_t most) {
  const std::vector<const void *> &returns = barrier(number).call.returns;
  std::copy_n(returns.begin(), std::min(static_cast<std::size_t>(most), returns.size()), addresses);
  return static_cast<int32_t>(returns.size());
}

void sgconv_emulation_skip_barrier(int32_t number) {
  const std::lock_guard guard(machine().lock);
  auto &calls = block_runner().barrier_calls();
  if (number < 0) {
    calls.skip_none();
  } else {
    calls.skip(static_cast<std::size_t>(number));
  }
}
