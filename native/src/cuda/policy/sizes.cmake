# Which transforms are compiled: of whole rows by one block, and the columns ("P_M": M columns of P) and the
# rows that longer ones are made of, as policy/sizes.h puts them together. 2^k and 3 * 2^k, so that no
# signal is padded by more than a half. Sorted: the longest is compiled first.
set(SGCONV_BLOCK_SIZES 256 384 512 768 1024 1536 2048 3072 4096 6144 8192 12288 16384)
# Those that short kernels are applied in windows of: a factor of four between them costs at most a tenth, by
# policy/costs.h. 8192 is the longest on devices with small blocks.
set(SGCONV_WINDOW_SIZES 256 1024 4096 8192 16384)
set(SGCONV_COLUMNS_SIZES
    12_1024
    16_1024
    12_2048
    16_2048
    12_4096
    16_4096
    24_4096
    32_4096
    384_512
    256_1024
    384_1024
    256_2048
    384_2048
    256_4096
    384_4096
    1024_2048
    768_4096
    1024_4096
    768_8192
    1024_8192
    768_16384
    1024_16384)
set(SGCONV_MIDDLE_ROWS_SIZES 512 1024 2048 4096 8192 16384)
