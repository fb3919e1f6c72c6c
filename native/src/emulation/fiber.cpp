#include "emulation/fiber.h"

#include <sys/mman.h>

#include <cstdint>
#include <new>

#if !defined(__x86_64__)
#error "The emulated device runs on x86-64 only"
#endif

// Callee-saved registers of the System V ABI. Kernels leave the float control words alone.
asm(R"(
.text
.hidden sgconv_emulation_switch
.globl sgconv_emulation_switch
.type sgconv_emulation_switch, @function
sgconv_emulation_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size sgconv_emulation_switch, .-sgconv_emulation_switch
)");

namespace sgconv::emulation {
namespace {

constexpr std::size_t kGuard = 4096;

}  // namespace

FiberStack::FiberStack() {
  void *memory = mmap(nullptr, kGuard + kBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory, kGuard, PROT_NONE) != 0) {
    throw std::bad_alloc();
  }
  memory_ = static_cast<char *>(memory);
}

FiberStack::~FiberStack() { munmap(memory_, kGuard + kBytes); }

void *FiberStack::prepare(void (*entry)()) const {
  auto *top = reinterpret_cast<std::uintptr_t *>(memory_ + kGuard + kBytes);
  *--top = 0;  // return address of entry, never used; leaves the alignment of a call
  *--top = reinterpret_cast<std::uintptr_t>(entry);  // popped by ret
  for (int i = 0; i < 6; ++i) {
    *--top = 0;  // callee-saved registers
  }
  return top;
}

}  // namespace sgconv::emulation
