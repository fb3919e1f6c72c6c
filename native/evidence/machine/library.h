// The machine code of a compiled library: nvcc puts it into a section .nv_fatbin.
#pragma once

#include "evidence/machine/cubin.h"

namespace sgconv::evidence {

// All CUDA kernels that a library, or an object file, has for an architecture. Throws NotUnderstood
// where there are none, and where they are compressed or of another form.
Kernels kernels_of(const ElfFile &library, std::uint32_t architecture);

}  // namespace sgconv::evidence
