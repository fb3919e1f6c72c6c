#include "sgconv/cpu.h"

#include <cstdint>

std::int32_t sgconv_cpu_abi_version() { return SGCONV_CPU_ABI_VERSION; }

const char *sgconv_cpu_version() { return SGCONV_VERSION; }
