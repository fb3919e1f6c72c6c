# Settings that every target of ours shares: link `sgconv_options` (C, C++ and CUDA).
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_INSTALL_MESSAGE NEVER)

# A release is checked; what the launcher builds for one machine must also build with a compiler that warns of more.
option(SGCONV_GATES "Warnings and CUDA kernels beyond their limits are errors" ON)
set(cxx_gate "")
set(cuda_gate "")
if(SGCONV_GATES)
  set(cxx_gate -Werror)
  set(cuda_gate -Xcompiler=-Werror --Werror=all-warnings)
endif()

add_library(sgconv_options INTERFACE)
target_compile_options(
  sgconv_options
  INTERFACE $<$<COMPILE_LANGUAGE:C,CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion ${cxx_gate}>
            $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra,-Wconversion,-Wsign-conversion ${cuda_gate}>
            # Builds of one commit are equal wherever they are made.
            $<$<COMPILE_LANGUAGE:C,CXX>:-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.>)
target_link_options(sgconv_options INTERFACE -Wl,--no-undefined)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  # A library stays mapped, whoever closes it: its threads may sleep in it.
  target_link_options(sgconv_options INTERFACE $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,SHARED_LIBRARY>:-Wl,-z,nodelete>)
endif()

if(SGCONV_SANITIZE)
  add_compile_options(-fsanitize=${SGCONV_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SGCONV_SANITIZE})
endif()
