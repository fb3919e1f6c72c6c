// A stack of its own and a switch to it: the smallest thing that can run a CUDA thread.
#pragma once

#include <cstddef>

namespace sgconv::emulation {

// Stack memory with a guard page below it.
class FiberStack {
 public:
  static constexpr std::size_t kBytes = 64 * 1024;

  FiberStack();
  ~FiberStack();
  FiberStack(const FiberStack &) = delete;
  FiberStack &operator=(const FiberStack &) = delete;

  // Stack pointer of a fiber that has not run yet; the first switch to it calls `entry`, which must
  // never return.
  void *prepare(void (*entry)()) const;

 private:
  char *memory_;
};

// Saves the caller's context, its stack pointer in *save, and continues at `resume`.
extern "C" void sgconv_emulation_switch(void **save, void *resume);

}  // namespace sgconv::emulation
