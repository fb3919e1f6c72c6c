// Barriers by the calls that lead to them, so that a test can take away one of them: a function
// with a barrier is called from many places, and templates make many functions of one.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "emulation/kernel.h"

namespace sgconv::emulation {

// The CUDA kernel, the place of the barrier in its source, and the addresses that its calls return
// to, innermost first. What is inlined has no call of its own, but each barrier in it has.
struct BarrierCall {
  const void *kernel;
  const void *file;
  int line;
  std::vector<const void *> returns;
  auto operator<=>(const BarrierCall &) const = default;
};

class BarrierCalls {
 public:
  struct Met {
    BarrierCall call;
    std::string text;
    std::int64_t count;  // by how many threads, how often
  };

  // Notes what is met from now on, or no more.
  void watch(bool on) { watched_ = on; }
  // In the order in which they were met first.
  const std::vector<Met> &met() const { return met_; }
  // Leaves out the barrier with this number in `met` too, or none any more.
  void skip(std::size_t number) { skipped_.push_back(number); }
  void skip_none() { skipped_.clear(); }

  // Whether to leave out the barrier that was called from this frame.
  bool skips(const Launch &launch, Site site, const void *frame) {
    if (watched_) {
      note(launch, site, frame);
    }
    return std::any_of(skipped_.begin(), skipped_.end(), [&](std::size_t number) {
      return same(met_[number].call, launch, site, frame);
    });
  }

 private:
  void note(const Launch &launch, Site site, const void *frame);
  static bool same(const BarrierCall &call, const Launch &launch, Site site, const void *frame);

  bool watched_ = false;
  std::vector<std::size_t> skipped_;
  std::map<BarrierCall, std::size_t> numbers_;
  std::vector<Met> met_;
};

}  // namespace sgconv::emulation
