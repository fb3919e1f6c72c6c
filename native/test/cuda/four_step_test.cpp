// Convolution in four steps against the definition in float64, and against itself.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "plan_cases.h"

namespace {

using namespace sgconv::test;

constexpr int64_t kKi = 1024;

// Every size up to the largest, from the length after the one before.
void sizes() {
  int64_t previous = 16 * kKi;
  for (const int64_t n : {24,  32,   48,   64,   96,   128,  192,  256,  384,   512,
                          768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384}) {
    for (const int64_t length : {previous + 1, n * kKi}) {
      check_equal(Plan({SGCONV_CAUSAL, 1, 1, 1, length}, SGCONV_FLOAT32).size(), n * kKi,
                  "size for " + std::to_string(length));
    }
    previous = n * kKi;
  }
  const sgconv_convolution_geometry too_long{1, 1, previous + 1, previous, SGCONV_CAUSAL, 0};
  sgconv_cuda_plan *plan = nullptr;
  check_equal(sgconv_cuda_plan_create(&too_long, SGCONV_FLOAT32, &plan), SGCONV_UNSUPPORTED,
              "no larger size");
}

// What is asked for decides how much workspace is needed.
void workspace() {
  const Plan plan({SGCONV_CIRCULAR, 1, 2, 2, 20000}, SGCONV_FLOAT32);
  const int64_t input = plan.workspace_bytes(2, SGCONV_GRADIENT_INPUT, 0);
  const int64_t gates = plan.workspace_bytes(2, SGCONV_GRADIENT_POST, 0);
  const int64_t kernel = plan.workspace_bytes(2, SGCONV_GRADIENT_KERNEL, 0);
  check(0 < input && input < gates && gates < kernel, "workspace by what is asked for");
}

// Columns in registers and in shared memory, and every way through the rows.
void brief() {
  run({SGCONV_CAUSAL, 1, 2, 1, 17000}, SGCONV_FLOAT32, kBoth);
  run({SGCONV_CAUSAL, 1, 1, 1, 17000}, SGCONV_FLOAT32, kBoth);
  run({SGCONV_CAUSAL, 1, 1, 1, 300 * kKi}, SGCONV_FLOAT32, kNone);
}

// Every class of signals with columns of every kind and rows of every length: a minute or more.
void classes() {
  int32_t number = 0;
  for (const int64_t n : {24, 32, 48, 64, 96, 128, 192, 256, 384, 512}) {
    for (const bool full : {true, false}) {
      // Each mode meets each type.
      const sgconv_mode mode = oracle::kModes[number / 3 % 4];
      run_classes({mode, 2, 1, 1, full ? n * kKi : n * kKi * 5 / 6}, number % 3);
      ++number;
    }
  }
}

// On a device whose blocks have 99 KiB: rows of more than 8192 go this way, those of 16384 do not.
void small_blocks() {
  for (const int64_t n : {12, 16}) {
    check_equal(Plan({SGCONV_CAUSAL, 1, 1, 1, n * kKi}, SGCONV_FLOAT32).size(), n * kKi,
                "size for " + std::to_string(n * kKi));
    run({SGCONV_CAUSAL, 2, 1, 2, n * kKi}, SGCONV_FLOAT32, kBoth);
    run({SGCONV_BIDIRECTIONAL, 2, 2, 1, n * kKi - 1}, SGCONV_BFLOAT16, kNone);
  }
  run({SGCONV_CIRCULAR, 1, 1, 1, 48 * kKi}, SGCONV_FLOAT32, kNone);
  const sgconv_convolution_geometry too_long{1, 1, 8192 * kKi + 1, 8192 * kKi, SGCONV_CAUSAL, 0};
  sgconv_cuda_plan *plan = nullptr;
  check_equal(sgconv_cuda_plan_create(&too_long, SGCONV_FLOAT32, &plan), SGCONV_UNSUPPORTED,
              "no size beyond 8 Mi");
}

// What depends on how many signals a chunk has, which SGCONV_EMULATED_CACHE says.
void chunks() {
  for (const int64_t heads : {1, 2}) {
    repeats({SGCONV_BIDIRECTIONAL, 5, heads, 3, 20001});
  }
  repeats({SGCONV_CAUSAL, 5, 2, 3, 20001, 0, {20001, 7, 7, 20000, 9000}});
  run({SGCONV_CAUSAL, 3, 2, 2, 40 * kKi}, SGCONV_BFLOAT16, kNone);
  parts({SGCONV_CIRCULAR, 2, 2, 2, 20000});
  parts({SGCONV_CAUSAL, 2, 1, 2, 20000});
}

void sweep() {
  sizes();
  workspace();
  for (const sgconv_mode mode : oracle::kModes) {
    for (const int64_t size : {24 * kKi, 32 * kKi}) {
      for (const int32_t dtype : {SGCONV_FLOAT32, SGCONV_BFLOAT16, SGCONV_FLOAT16}) {
        run({mode, 1, 1, 1, size}, dtype, kNone);
      }
      run({mode, 2, 2, 2, size - size / 5}, SGCONV_FLOAT32, kBoth, {.skew = 1});
    }
  }
  // Every class of signals, with columns of each kind.
  run_classes({SGCONV_CAUSAL, 2, 1, 1, 20000}, SGCONV_FLOAT32);
  run_classes({SGCONV_BIDIRECTIONAL, 2, 1, 1, 24 * kKi}, SGCONV_FLOAT16);
  run_classes({SGCONV_CIRCULAR, 2, 1, 1, 32 * kKi}, SGCONV_FLOAT32);
  run_classes({SGCONV_CAUSAL, 2, 1, 1, 384 * kKi - 1}, SGCONV_FLOAT32);
  // Every length of rows, and what takes more than registers for a column.
  for (const int64_t n : {48, 64, 96, 128, 192, 256}) {
    const auto pick = static_cast<int32_t>(n / 16) % 3;
    run({static_cast<sgconv_mode>(pick), 1, 1, 1, n * kKi}, SGCONV_FLOAT32, kNone);
  }
  run({SGCONV_BIDIRECTIONAL, 2, 1, 1, 50001}, SGCONV_BFLOAT16, kBoth);
  run({SGCONV_CAUSAL, 2, 2, 1, 384 * kKi - 1}, SGCONV_FLOAT32, kBoth);
  run({SGCONV_CIRCULAR, 1, 1, 1, 384 * kKi}, SGCONV_FLOAT16, kNone);
  run({SGCONV_BIDIRECTIONAL, 1, 1, 1, 512 * kKi - 1}, SGCONV_FLOAT32, kPost);
  run_lengths(17001);
  chunks();
}

}  // namespace

// A part, or all of it; "size <Ki>": that size by itself, both ways.
int main(int argc, char **argv) {
  const std::string part = argc > 1 ? argv[1] : "";
  if (part == "size" && argc > 2) {
    run({SGCONV_BIDIRECTIONAL, 1, 1, 1, std::atoll(argv[2]) * kKi}, SGCONV_FLOAT32, kNone);
  } else if (part == "brief") {
    brief();
  } else if (part == "small_blocks") {
    small_blocks();
  } else if (part == "chunks") {
    chunks();
  } else if (part == "classes") {
    classes();
  } else if (part.empty()) {
    sweep();
  } else {
    std::printf("no part %s: expected brief, small_blocks, chunks, classes or size <Ki>\n",
                argv[1]);
    return 2;
  }
  print_worst("four steps");
  return failures() == 0 ? 0 : 1;
}
