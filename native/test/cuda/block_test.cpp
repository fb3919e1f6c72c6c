// Convolution by one block a row against the definition in float64, and against itself.
#include <cstdio>
#include <string>

#include "plan_cases.h"

namespace {

using namespace sgconv::test;

constexpr int64_t kSizes[] = {256,  384,  512,  768,  1024,  1536, 2048,
                              3072, 4096, 6144, 8192, 12288, 16384};

int64_t size_for(int64_t length) {
  return Plan({SGCONV_CAUSAL, 1, 1, 1, length}, SGCONV_FLOAT32).size();
}

void sizes() {
  int64_t previous = 0;
  for (const int64_t n : kSizes) {
    for (const int64_t length : {previous + 1, n}) {
      check_equal(size_for(length), n, "size for " + std::to_string(length));
    }
    previous = n;
  }
}

// On devices whose blocks have at most 99 KiB of shared memory, as those of capability 8.9, or that
// run machine code for such.
void small_blocks() {
  check_equal(size_for(8192), int64_t{8192}, "size for 8192");
  const Plan beyond({SGCONV_CAUSAL, 1, 1, 1, 16000}, SGCONV_FLOAT32);
  check(beyond.workspace_bytes(1, 0, 1) > 0, "16384 goes beyond such a block");
  for (const int64_t length : {8000, 12000, 16384}) {
    run({SGCONV_CIRCULAR, 2, 1, 2, length}, SGCONV_FLOAT32, kNone);
  }
  check_equal(size_for((8 << 20) - 1), int64_t{8 << 20}, "the largest size");
  const sgconv_convolution_geometry too_long{1, 1, (8 << 20) + 1, 8 << 20, SGCONV_CAUSAL, 0};
  sgconv_cuda_plan *plan = nullptr;
  check_equal(sgconv_cuda_plan_create(&too_long, SGCONV_FLOAT32, &plan), SGCONV_UNSUPPORTED,
              "and no larger");
}

// Scratch memory of one channel stays small however long the batch and however many the heads.
void long_batches() {
  const Plan plan({SGCONV_CAUSAL, 1, 64, 1, 16000}, SGCONV_FLOAT32);
  const int64_t bytes =
      plan.workspace_bytes(1 << 20, SGCONV_GRADIENT_KERNEL | SGCONV_GRADIENT_POST, 0);
  check(bytes <= 17 << 20, "workspace of a channel: " + std::to_string(bytes) + " bytes");
}

// Every way of exchanging whole numbers, several rows a block, and passes of one direction that
// follow each other.
void brief() {
  for (const int64_t size : {256, 768, 1024, 3072}) {
    run({SGCONV_CIRCULAR, 3, 2, 2, size - 6}, SGCONV_FLOAT32, kNone);
  }
  run({SGCONV_CIRCULAR, 2, 2, 1, 4000}, SGCONV_FLOAT32, kPost);
}

// One launch each way of every kind that `brief` leaves out: more than 48 KiB of shared memory, 32
// numbers a thread, 512 threads a block, exchanges by halves, signals of 16 bits.
void large() {
  run({SGCONV_BIDIRECTIONAL, 2, 1, 1, 8000}, SGCONV_FLOAT32, kNone);
  run({SGCONV_BIDIRECTIONAL, 2, 1, 1, 12000}, SGCONV_BFLOAT16, kPost);
  run({SGCONV_BIDIRECTIONAL, 2, 1, 1, 16000}, SGCONV_FLOAT16, kNone);
  run({SGCONV_CIRCULAR, 1, 2, 1, 16000}, SGCONV_FLOAT16, kBoth);
}

// More rows than a small device has room for, so that blocks take several, and not all as many;
// several heads, whose spectra lie in shared memory or in the workspace; whole rows beside shorter
// ones.
void ranges() {
  run({SGCONV_CAUSAL, 9, 1, 5, 250}, SGCONV_FLOAT32, kBoth);
  run({SGCONV_BIDIRECTIONAL, 9, 3, 5, 256}, SGCONV_BFLOAT16, kNone);
  for (const int64_t size : {384, 1024, 1536, 2048, 3072}) {
    run({SGCONV_CIRCULAR, 5, 1, 3, size}, SGCONV_FLOAT16, kNone);
    run({SGCONV_CAUSAL, 5, 3, 3, size - 1}, SGCONV_FLOAT32, kBoth);
  }
  for (const int64_t size : {4096, 6144, 8192, 12288, 16384}) {
    run({SGCONV_BIDIRECTIONAL, 3, 1, 3, size}, SGCONV_FLOAT32, kPost);
    run({SGCONV_CAUSAL, 3, 3, 1, size - 100}, SGCONV_FLOAT32, kBoth);
  }
  for (const int64_t size : {1024, 8192, 16384}) {
    parts({SGCONV_CAUSAL, 5, 1, 2, size});
    parts({SGCONV_CAUSAL, 5, 3, 2, size});
  }
  run({SGCONV_CAUSAL, 5, 1, 3, 4096, 4096, {4096, 4096, 100, 4096, 4096}}, SGCONV_FLOAT32, kNone);
  repeats({SGCONV_BIDIRECTIONAL, 7, 3, 3, 1000});
}

// Every class of signals at every size, in every mode, of every type.
void classes() {
  for (const sgconv_mode mode : oracle::kModes) {
    for (const int64_t size : kSizes) {
      for (const int32_t dtype : {SGCONV_FLOAT32, SGCONV_BFLOAT16, SGCONV_FLOAT16}) {
        run_classes({mode, 2, 1, 1, size - mode}, dtype);
      }
    }
  }
}

void sweep() {
  for (const sgconv_mode mode : oracle::kModes) {
    for (const int64_t length : {1, 2, 17, 255, 256, 257, 1000}) {
      run({mode, 3, 1, 2, length}, SGCONV_FLOAT32, kNone);
    }
    run({mode, 40, 2, 3, 250}, SGCONV_FLOAT32, kBoth);
    for (const int64_t size : kSizes) {
      // A full row of one dtype, a shorter one of another, every class of signals of the third;
      // each size meets each dtype.
      const auto pick = static_cast<int32_t>(size / 128 + mode) % 3;
      run({mode, 2, 1, 1, size}, pick, kNone);
      run({mode, 3, 2, 1, size - size / 5}, (pick + 1) % 3, kBoth, {.skew = 1});
      run_classes({mode, 2, 1, 1, size - mode}, (pick + 2) % 3);
    }
  }
  for (const int gating : {kPre, kPost}) {
    run({SGCONV_CAUSAL, 2, 1, 2, 300}, SGCONV_FLOAT32, gating);
  }
  run({SGCONV_CAUSAL, 1, 1, 1, 16000}, SGCONV_FLOAT32, kNone);
  for (const int64_t length : {1, 2, 255, 300, 1000, 5000}) {
    run_lengths(length);
  }
  repeats({SGCONV_BIDIRECTIONAL, 7, 2, 3, 300});
  repeats({SGCONV_BIDIRECTIONAL, 5, 2, 40, 40});
  repeats({SGCONV_CAUSAL, 7, 2, 5, 300, 1000, {300, 2, 2, 299, 151, 151, 300}});
  parts({SGCONV_CAUSAL, 3, 2, 2, 500});
  parts({SGCONV_CAUSAL, 3, 1, 2, 500});
  sizes();
  long_batches();
}

}  // namespace

// The parts that are named, or all of it.
int main(int argc, char **argv) {
  if (argc == 1) sweep();
  for (int i = 1; i < argc; ++i) {
    const std::string part = argv[i];
    if (part == "brief") {
      brief();
    } else if (part == "large") {
      large();
    } else if (part == "small_blocks") {
      small_blocks();
    } else if (part == "ranges") {
      ranges();
    } else if (part == "classes") {
      classes();
    } else {
      std::printf("no part %s: expected brief, large, ranges, small_blocks or classes\n", argv[i]);
      return 2;
    }
  }
  print_worst("block");
  return failures() == 0 ? 0 : 1;
}
