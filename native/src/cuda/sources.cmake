# Sources of the CUDA library, for nvcc and for the emulated device alike.
set(SGCONV_CUDA_KERNEL_SOURCES
    kernel_rows.cu
    spectrum.cu
    synthesis_backward.cu
    synthesis_forward.cu
    synthesis_place.cu
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
    long_convolution.cpp
    launch.cpp
    policy.cpp)
list(TRANSFORM SGCONV_CUDA_KERNEL_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
list(TRANSFORM SGCONV_CUDA_HOST_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)

# Convolutions' own transforms: one translation unit a size, so that they compile side by side, the longest first.
#  fused: whole rows by one block; columns and long_rows: what longer rows are made of
set(SGCONV_FUSED_SIZES 256 384 512 768 1024 1536 2048 3072 4096 6144 8192 12288 16384)
set(SGCONV_COLUMNS_SIZES 24 32 256 384 768 1024)
set(SGCONV_LONG_ROWS_SIZES 512 1024 2048 4096 8192 16384)
set(SGCONV_FUSED_FOLDER ${PROJECT_BINARY_DIR}/fused)
function(sgconv_sized template prefix sizes)
  set(list "")
  set(sources "")
  foreach(size IN LISTS sizes)
    configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/${template}.cu.in ${SGCONV_FUSED_FOLDER}/${prefix}_${size}.cu @ONLY)
    list(PREPEND sources ${SGCONV_FUSED_FOLDER}/${prefix}_${size}.cu)
    string(APPEND list "SGCONV_SIZE(${size})\n")
  endforeach()
  file(CONFIGURE OUTPUT ${SGCONV_FUSED_FOLDER}/${prefix}_sizes.inc CONTENT "${list}" @ONLY)
  set(SGCONV_CUDA_KERNEL_SOURCES ${sources} ${SGCONV_CUDA_KERNEL_SOURCES} PARENT_SCOPE)
endfunction()
sgconv_sized(long_rows long_rows "${SGCONV_LONG_ROWS_SIZES}")
sgconv_sized(columns columns "${SGCONV_COLUMNS_SIZES}")
sgconv_sized(fused_size fused "${SGCONV_FUSED_SIZES}")
