# Sources of the CUDA library, for nvcc and for the emulated device alike.
set(SGCONV_CUDA_KERNEL_SOURCES
    fused_forward.cu
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
    geometry_checks.cpp
    launch.cpp
    policy.cpp)
list(TRANSFORM SGCONV_CUDA_KERNEL_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
list(TRANSFORM SGCONV_CUDA_HOST_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
