# Registers a thread of each CUDA kernel may use, <kernel>[@<size>][:<architecture>]=<registers>: the build fails above,
# at any stack frame or spill, and at a kernel that is not listed. Streaming kernels have up to 256 threads a block: 64
# registers leave room for 1024 threads a multiprocessor, 48 for 1280, 40 for 1536, which keep enough bytes in flight. The
# one-block convolutions and what they leave room for are in shapes.h; test/cuda/occupancy_test.cpp holds both against each
# other.
set(SGCONV_REGISTER_LIMITS
    add_slices=40
    backward_rows=64
    columns_in=128
    columns_out=128
    columns_within=128
    columns_in@12=64
    columns_in@16=64
    columns_in@256=64
    columns_in@1024=64
    columns_out@12=64
    columns_out@16=64
    columns_out@256=64
    columns_out@1024=64
    decay_gradient=64
    block_forward=128
    block_kernel_gradient=128
    block_prepare=128
    gate_gradient=40
    kernel_gradient=48
    middle_rows=128
    middle_rows_backward=128
    multiply_rows=40
    norm_rows=48
    clear_rows=40
    place_rows=48
    place_synthesized=64
    synthesize_rows=48
    twist_rows=40
    untwist_rows=48
    # Four powers in flight a thread; bound by arithmetic, 512 threads a multiprocessor suffice.
    weight_gradient=128
    window_forward=128
    # Of layers.
    activation_backward=48
    activation_forward=48
    add_partials=48
    add_rows=48
    batch_norm=48
    batch_norm_backward=64
    batch_parameters=48
    batch_statistics=48
    bias_gradient=48
    channel_norm=64
    channel_norm_backward=64
    cross_entropy=64
    embed_backward=48
    embed_tokens=48
    linear_backward=64
    linear_forward=64
    norm_parameters=48
    norm_scalars=48
    pair_features=48
    pair_features_backward=64
    pool_backward=48
    pool_rows=48
    running_statistics=48
    transpose_tiles=48
    # For 10.0 and 12.0 the compiler takes more.
    add_slices:100=48
    add_slices:120=48
    gate_gradient:100=48
    gate_gradient:120=48)

# Forward of whole rows has more threads on a multiprocessor with 16 numbers a thread.
foreach(size 256 512 1024 2048)
  list(APPEND SGCONV_REGISTER_LIMITS block_forward@${size}=96)
endforeach()
list(APPEND SGCONV_REGISTER_LIMITS block_forward@4096=80)

# Backward may have fewer threads on a multiprocessor, and so more registers, with 24 and 32 numbers a thread.
foreach(kernel block_backward block_backward_heads window_backward)
  list(APPEND SGCONV_REGISTER_LIMITS ${kernel}=128 ${kernel}@6144=255 ${kernel}@8192=255)
  foreach(size 384 768 1536 3072)
    list(APPEND SGCONV_REGISTER_LIMITS ${kernel}@${size}=168)
  endforeach()
endforeach()
