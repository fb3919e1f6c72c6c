# Which transforms are compiled: of whole rows by one block, and the columns and the rows that longer ones are
# made of (sizes.h). 2^k and 3 * 2^k, so that no signal is padded by more than a half; of both kinds
# those that policy/sizes.h puts together. Sorted: the longest is compiled first.
set(SGCONV_BLOCK_SIZES 256 384 512 768 1024 1536 2048 3072 4096 6144 8192 12288 16384)
set(SGCONV_COLUMNS_SIZES 24 32 256 384 768 1024)
set(SGCONV_MIDDLE_ROWS_SIZES 512 1024 2048 4096 8192 16384)
