// What integer instructions compute, for one thread. A value that depends on memory or on
// floating-point arithmetic is not known, and nor is what is computed from it: addresses and
// branches of the transforms depend on neither.
#pragma once

#include <cstdint>

#include "evidence/machine/instruction.h"

namespace sgconv::evidence {

struct Value {
  std::uint32_t bits = 0;
  std::uint32_t mask = 0;  // of the bits that are known: compilers keep predicates in single bits

  constexpr bool known() const { return mask == ~0u; }
};
constexpr Value known(std::uint32_t bits) { return {bits, ~0u}; }

struct Operands {
  Value a, b, c;
  Value c_high;                // the register after c, for products of 64 bits
  Value a_high, b_high;        // after a and b
  Value first, second, third;  // predicates: 87 to 90, 77 to 80, 68 to 71
};

struct Results {
  Value value, high;       // registers
  Value predicate, other;  // predicates: 81 to 83, 84 to 86
  int words = 1;           // registers that are written
  int predicates = 0;      // predicates that are written
};

// Throws NotUnderstood for an instruction or a variant that is not handled.
Results compute(const Instruction &instruction, const Operands &operands);

// A logic function of three inputs by its table, whose bit 4a + 2b + c is the result.
std::uint32_t logic(unsigned table, std::uint32_t a, std::uint32_t b, std::uint32_t c);

}  // namespace sgconv::evidence
