// CUDA kernels of a cubin: machine code and what the compiler says of its needs.
#pragma once

#include <map>

#include "evidence/machine/elf.h"
#include "evidence/machine/instruction.h"

namespace sgconv::evidence {

struct Kernel {
  std::string symbol;  // mangled
  std::vector<Instruction> code;
  int registers;         // of a thread
  int frame_bytes;       // of a thread's stack: where registers are spilled to
  int static_shared;     // bytes of a block
  int parameter_offset;  // in constant bank 0
  int parameter_bytes;
  std::vector<std::uint8_t> jumps = {};  // constant bank 2: where jumps by a table go
};

// Kernels by their mangled names.
using Kernels = std::map<std::string, Kernel>;

// Adds those of a cubin. Throws NotUnderstood where something is missing.
void read_cubin(const ElfFile &file, Kernels &kernels);

}  // namespace sgconv::evidence
