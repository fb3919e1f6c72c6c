# Registers a thread of each CUDA kernel may use, <kernel>[@<size>][:<architecture>]=<registers>[/<bytes of stack frame and of
# spill stores>]: the build fails above, at any other spill, and at a kernel that is not listed. Streaming kernels have up
# to 256 threads a block: 64 registers leave room for 1024 threads a multiprocessor, 48 for 1280, 40 for
# 1536, which keep enough bytes in flight. The one-block convolutions and what they leave room for are in
# shapes.h; test/cuda/occupancy_test.cpp holds both against each other.
set(SGCONV_REGISTER_LIMITS
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
    block_backward=128
    block_backward@384=168
    block_backward@768=168
    block_backward@1536=168
    block_backward@3072=168
    block_backward@6144=255
    block_backward@8192=255
    block_backward_heads=128
    block_backward_heads@384=168
    block_backward_heads@768=168
    block_backward_heads@1536=168
    block_backward_heads@3072=168
    block_backward_heads@6144=255
    block_backward_heads@8192=255
    block_forward=128
    block_gate_heads=128
    block_gate_heads@384=168
    block_gate_heads@768=168
    block_gate_heads@1536=168
    block_gate_heads@3072=168
    block_gate_heads@6144=255
    block_gate_heads@8192=255
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
    # For 10.0 and 12.0 the compiler takes more, and spills one number; not tuned.
    backward_rows:100=72
    backward_rows:120=64/8
    gate_gradient:100=48
    gate_gradient:120=48
    place_synthesized:100=64/8
    place_synthesized:120=64/8)
