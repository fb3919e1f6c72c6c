# Registers a thread of each CUDA kernel may use; the build fails above, at a spill, and at a kernel that
# is not listed. Blocks have up to 256 threads: 64 registers leave room for 1024 threads a
# multiprocessor, 48 for 1280, 40 for 1536, which keep enough bytes in flight for a streaming kernel.
set(SGCONV_REGISTER_LIMITS
    backward_rows=64
    decay_gradient=64
    gate_gradient=40
    kernel_gradient=48
    multiply_rows=40
    # Not tuned on a GPU yet: no spills; up to 256 threads, one block a multiprocessor at N = 4096.
    fused_forward=224
    fused_prepare=224
    norm_rows=48
    place_rows=48
    synthesise_rows=48
    twist_rows=40
    untwist_rows=48
    # Four powers in flight a thread; bound by arithmetic, 512 threads a multiprocessor suffice.
    weight_gradient=128)
