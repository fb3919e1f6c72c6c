# Sources of the CUDA library, for nvcc and for the emulated device alike.
set(SGCONV_CUDA_KERNEL_SOURCES
    kernel_rows.cu
    spectrum.cu
    synthesis_backward.cu
    synthesis_forward.cu
    twist.cu
    untwist.cu)
set(SGCONV_CUDA_HOST_SOURCES
    api_convolution.cpp
    api_device.cpp
    api_fused.cpp
    api_synthesis.cpp
    boundary.cpp
    fused.cpp
    geometry_checks.cpp
    launch.cpp
    policy.cpp)
list(TRANSFORM SGCONV_CUDA_KERNEL_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
list(TRANSFORM SGCONV_CUDA_HOST_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)

# One-block convolutions: one translation unit a size, so that they compile side by side, the longest first.
set(SGCONV_FUSED_SIZES 256 384 512 768 1024 1536 2048 3072 4096 6144 8192 12288 16384)
set(SGCONV_FUSED_FOLDER ${PROJECT_BINARY_DIR}/fused)
set(fused_sizes "")
set(fused_sources "")
foreach(size IN LISTS SGCONV_FUSED_SIZES)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/fused_size.cu.in ${SGCONV_FUSED_FOLDER}/fused_${size}.cu @ONLY)
  list(PREPEND fused_sources ${SGCONV_FUSED_FOLDER}/fused_${size}.cu)
  string(APPEND fused_sizes "SGCONV_FUSED_SIZE(${size})\n")
endforeach()
file(CONFIGURE OUTPUT ${SGCONV_FUSED_FOLDER}/fused_sizes.inc CONTENT "${fused_sizes}" @ONLY)
list(PREPEND SGCONV_CUDA_KERNEL_SOURCES ${fused_sources})
