# Decides whether the CUDA library is built: sets SGCONV_CUDA_ENABLED and enables the language.
set(SGCONV_CUDA_ARCHITECTURES "80-real;90" CACHE STRING
    "GPU architectures; <n>-real is machine code, <n> is machine code and PTX for later GPUs; or `distributed`")
# What is published has machine code for every GPU of 8.0 or later that works in a PC or a server: code of 10.0 also runs on
# 10.3, of 12.0 on 12.1. The driver compiles PTX of 9.0 for the others, 11.0 and what comes after 12; PTX of 12.0 would leave
# out 11.0.
set(SGCONV_CUDA_DISTRIBUTED "80-real;86-real;89-real;90;100-real;120-real")
set(SGCONV_CUDA_DISTRIBUTED_NVCC 12.8) # knows them all
if(SGCONV_CUDA_ARCHITECTURES STREQUAL "distributed")
  set(SGCONV_CUDA_ARCHITECTURES ${SGCONV_CUDA_DISTRIBUTED})
endif()

if(NOT SGCONV_CUDA MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "sgconv: SGCONV_CUDA is '${SGCONV_CUDA}'; expected AUTO, ON or OFF")
endif()

set(SGCONV_CUDA_ABSENCE "" CACHE STRING "If there is no CUDA library: why, for people who then miss it")

set(SGCONV_CUDA_ENABLED OFF)
if(SGCONV_CUDA STREQUAL "OFF")
  message(STATUS "sgconv: no CUDA library, SGCONV_CUDA is OFF")
else()
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    set(CMAKE_CUDA_ARCHITECTURES ${SGCONV_CUDA_ARCHITECTURES})
    set(CMAKE_CUDA_STANDARD 17) # CMake 3.25 knows no later one
    set(CMAKE_CUDA_STANDARD_REQUIRED ON)
    set(CMAKE_CUDA_VISIBILITY_PRESET hidden)
    set(CMAKE_CUDA_RUNTIME_LIBRARY Shared)
    enable_language(CUDA)
    set(SGCONV_CUDA_ENABLED ON)
    message(STATUS "sgconv: CUDA library with nvcc ${CMAKE_CUDA_COMPILER_VERSION} for ${SGCONV_CUDA_ARCHITECTURES}")
  elseif(SGCONV_CUDA STREQUAL "ON")
    message(FATAL_ERROR "sgconv: SGCONV_CUDA is ON and nvcc was not found; install the CUDA toolkit, put nvcc on "
                        "the PATH or set CUDACXX, or use -DSGCONV_CUDA=OFF")
  else()
    message(STATUS "sgconv: no CUDA library, nvcc was not found")
  endif()
endif()

# The emulated device, for tests, is written for one processor and one system.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$" AND NOT SGCONV_SANITIZE)
  set(SGCONV_EMULATION_DEFAULT ON)
else()
  set(SGCONV_EMULATION_DEFAULT OFF)
endif()
option(SGCONV_EMULATION "Build the emulated CUDA device that tests use" ${SGCONV_EMULATION_DEFAULT})
