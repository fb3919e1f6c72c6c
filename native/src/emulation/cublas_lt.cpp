// What cuBLAS needs beside it; here only its name counts.
#include <cstddef>

#include "emulation/export.h"

extern "C" SGCONV_EMULATION_API std::size_t cublasLtGetVersion() { return 130100; }
