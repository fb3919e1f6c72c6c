# Sources of the CUDA library, for nvcc and for the emulated device alike.
set(SGCONV_CUDA_KERNEL_SOURCES
    block/slice_groups.cu
    layers/activation.cu
    layers/add.cu
    layers/batch_norm.cu
    layers/channel_norm.cu
    layers/embedding.cu
    layers/heads.cu
    layers/linear.cu
    layers/norm_parameters.cu
    layers/pool.cu
    layers/transpose.cu
    lengths/tails.cu
    ring/multiply.cu
    ring/place.cu
    ring/twist.cu
    ring/untwist.cu
    synthesis/synthesis_backward.cu
    synthesis/synthesis_forward.cu
    synthesis/synthesis_place.cu)
set(SGCONV_CUDA_HOST_SOURCES
    api/checks.cpp
    api/device.cpp
    api/layer_checks.cpp
    api/layers.cpp
    api/norms.cpp
    api/plan.cpp
    api/ring.cpp
    api/synthesis.cpp
    api/tokens.cpp
    block/block.cpp
    device/launch.cpp
    four_step/chunks.cpp
    four_step/four_step.cpp
    plan/plan.cpp
    policy/policy.cpp)
list(TRANSFORM SGCONV_CUDA_KERNEL_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
list(TRANSFORM SGCONV_CUDA_HOST_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)

# Convolutions' own transforms: one translation unit a size, so that they compile side by side, the longest first.
# Templates get @size@, and of a size "P_M" @arguments@ "P, M".
include(${CMAKE_CURRENT_LIST_DIR}/policy/sizes.cmake)
set(SGCONV_SIZED_FOLDER ${PROJECT_BINARY_DIR}/sized)
function(sgconv_sized folder name sizes)
  set(list "")
  set(sources "")
  foreach(size IN LISTS sizes)
    string(REPLACE "_" ", " arguments ${size})
    configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/${folder}/${name}.cu.in ${SGCONV_SIZED_FOLDER}/${name}_${size}.cu @ONLY)
    list(PREPEND sources ${SGCONV_SIZED_FOLDER}/${name}_${size}.cu)
    string(APPEND list "SGCONV_SIZE(${size})\n")
  endforeach()
  file(CONFIGURE OUTPUT ${SGCONV_SIZED_FOLDER}/${name}_sizes.inc CONTENT "${list}" @ONLY)
  set(SGCONV_CUDA_KERNEL_SOURCES ${sources} ${SGCONV_CUDA_KERNEL_SOURCES} PARENT_SCOPE)
endfunction()
sgconv_sized(four_step middle_rows "${SGCONV_MIDDLE_ROWS_SIZES}")
sgconv_sized(four_step columns "${SGCONV_COLUMNS_SIZES}")
sgconv_sized(block windows "${SGCONV_WINDOW_SIZES}")
sgconv_sized(block block "${SGCONV_BLOCK_SIZES}")
