// One-block convolution against the definition in float64, as is the path through cuFFT, and
// against itself.
#include <cstdio>
#include <string>

#include "fused_cases.h"

namespace {

using namespace sgconv::test;

constexpr int64_t kSizes[] = {256,  384,  512,  768,  1024,  1536, 2048,
                              3072, 4096, 6144, 8192, 12288, 16384};

// What is not asked for changes nothing about the rest.
void parts() {
  const Problem p{SGCONV_CAUSAL, 3, 2, 2, 500};
  const Signals s = signals_for(p, SGCONV_FLOAT32, kBoth);
  const Results all = convolve_in_blocks(p, s, SGCONV_FLOAT32, {});
  const auto count = static_cast<std::size_t>(p.inputs());
  const int64_t size = 512;
  const sgconv_convolution_geometry geometry{2, 2, 500, 500, SGCONV_CAUSAL, 0};
  DeviceArray<float> kernel(narrow<float>(s.kernel)), skip(narrow<float>(s.skip));
  DeviceArray<float> spectrum(static_cast<std::size_t>(2 * 4 * size));
  ok(sgconv_cuda_fused_prepare(&geometry, size, 0, 4, kernel.get(), skip.get(), spectrum.get(),
                               nullptr),
     "fused_prepare");
  DeviceArray<float> u(narrow<float>(s.u)), pre(narrow<float>(s.pre)), post(narrow<float>(s.post)),
      dy(narrow<float>(s.dy)), gradient(count);
  DeviceArray<float> dk(narrow<float>(s.kernel)), dskip(narrow<float>(s.skip));
  const sgconv_cuda_rows rows{2, 2, 500, size, 0, 3, 0, 2};
  int64_t bytes = 0;
  ok(sgconv_cuda_fused_backward_workspace(&rows, 3, 1, 1, &bytes), "fused_backward_workspace");
  DeviceArray<float> workspace(static_cast<std::size_t>(bytes / 4));
  const auto backward = [&](int32_t with_kernel, float *du, float *dpre, float *dpost) {
    return sgconv_cuda_fused_backward(&rows, 3, SGCONV_FLOAT32, with_kernel, spectrum.get(),
                                      u.get(), pre.get(), post.get(), dy.get(), du, dpre, dpost,
                                      workspace.get(), bytes, nullptr);
  };
  ok(backward(0, gradient.get(), nullptr, nullptr), "du alone");
  check(widen(gradient.host()) == all.du, "du alone");
  ok(backward(0, nullptr, gradient.get(), nullptr), "dpre alone");
  check(widen(gradient.host()) == all.dpre, "dpre alone");
  ok(backward(0, nullptr, nullptr, gradient.get()), "dpost alone");
  check(widen(gradient.host()) == all.dpost, "dpost alone");
  ok(backward(1, nullptr, nullptr, nullptr), "kernel alone");
  ok(sgconv_cuda_fused_kernel_gradient(&rows, 3, SGCONV_CAUSAL, workspace.get(), bytes, dk.get(),
                                       nullptr, nullptr),
     "dk alone");
  check(widen(dk.host()) == all.dk, "dk alone");
  ok(sgconv_cuda_fused_kernel_gradient(&rows, 3, SGCONV_CAUSAL, workspace.get(), bytes, nullptr,
                                       dskip.get(), nullptr),
     "dskip alone");
  check(widen(dskip.host()) == all.dskip, "dskip alone");
  check_equal(backward(0, nullptr, nullptr, nullptr), SGCONV_INVALID_ARGUMENT, "nothing to do");
  bytes -= 8;
  check_equal(backward(1, nullptr, nullptr, nullptr), SGCONV_INVALID_ARGUMENT, "short workspace");
}

void sizes() {
  int64_t size = 0;
  int64_t previous = 0;
  for (const int64_t n : kSizes) {
    for (const int64_t length : {previous + 1, n}) {
      ok(sgconv_cuda_fused_size(length, &size), "fused_size");
      check_equal(size, n, "size for " + std::to_string(length));
    }
    previous = n;
  }
  sgconv_cuda_rows rows{1, 1, 100, 1000, 0, 1, 0, 1};
  check_equal(sgconv_cuda_fused_backward_workspace(&rows, 1, 1, 1, &size), SGCONV_UNSUPPORTED,
              "size 1000");
}

// On devices whose blocks have at most 99 KiB of shared memory, as those of capability 8.9.
void small_blocks() {
  int64_t size = 0;
  ok(sgconv_cuda_fused_size(8192, &size), "fused_size");
  check_equal(size, int64_t{8192}, "size for 8192");
  sgconv_cuda_rows rows{1, 1, 16000, 16384, 0, 1, 0, 1};
  ok(sgconv_cuda_fused_forward_workspace(&rows, &size), "fused_forward_workspace");
  check(size > 0, "16384 goes beyond such a block");
  for (const int64_t length : {8000, 12000, 16384}) {
    run({SGCONV_CIRCULAR, 2, 1, 2, length}, SGCONV_FLOAT32, kNone);
  }
  ok(sgconv_cuda_fused_size((8 << 20) - 1, &size), "fused_size");
  check_equal(size, int64_t{8 << 20}, "the largest size");
  check_equal(sgconv_cuda_fused_size((8 << 20) + 1, &size), SGCONV_UNSUPPORTED, "and no larger");
}

// Scratch memory of one channel stays small however long the batch and however many the heads.
void long_batches() {
  int64_t bytes = 0;
  sgconv_cuda_rows rows{64, 1, 16000, 16384, 0, 1, 0, 1};
  ok(sgconv_cuda_fused_backward_workspace(&rows, 1 << 20, 1, 1, &bytes),
     "fused_backward_workspace");
  check(bytes <= 16 << 20, "workspace of a channel: " + std::to_string(bytes) + " bytes");
}

// Enough to notice each missing barrier: every way of exchanging, several rows a block, and passes
// of one direction that follow each other.
void brief() {
  for (const int64_t size : {256, 768, 1024, 3072}) {
    run({SGCONV_CIRCULAR, 3, 2, 2, 250}, SGCONV_FLOAT32, kNone, {.size = size});
  }
  run({SGCONV_CIRCULAR, 2, 2, 1, 4000}, SGCONV_FLOAT32, kPost, {.size = 4096});
}

// One launch each way of every kind that `brief` leaves out: more than 48 KiB of shared memory, 32
// numbers a thread, 512 threads a block, signals of 16 bits.
void large() {
  run({SGCONV_BIDIRECTIONAL, 2, 1, 1, 8000}, SGCONV_FLOAT32, kNone, {.size = 8192});
  run({SGCONV_BIDIRECTIONAL, 2, 1, 1, 12000}, SGCONV_BFLOAT16, kPost, {.size = 12288});
  run({SGCONV_BIDIRECTIONAL, 2, 1, 1, 16000}, SGCONV_FLOAT16, kNone, {.size = 16384});
}

// Every class of signals at every size, in every mode, of every type.
void classes() {
  for (const sgconv_mode mode : {SGCONV_CAUSAL, SGCONV_BIDIRECTIONAL, SGCONV_CIRCULAR}) {
    for (const int64_t size : kSizes) {
      for (const int32_t dtype : {SGCONV_FLOAT32, SGCONV_BFLOAT16, SGCONV_FLOAT16}) {
        run_classes({mode, 2, 1, 1, size - mode}, dtype, {.size = size});
      }
    }
  }
}

void sweep() {
  for (const sgconv_mode mode : {SGCONV_CAUSAL, SGCONV_BIDIRECTIONAL, SGCONV_CIRCULAR}) {
    for (const int64_t length : {1, 2, 17, 255, 256, 257, 1000}) {
      run({mode, 3, 1, 2, length}, SGCONV_FLOAT32, kNone);
    }
    run({mode, 40, 2, 3, 250}, SGCONV_FLOAT32, kBoth);
    for (const int64_t size : kSizes) {
      // A full row of one dtype, a shorter one of another, every class of signals of the third;
      // each size meets each dtype.
      const auto pick = static_cast<int32_t>(size / 128 + mode) % 3;
      run({mode, 2, 1, 1, size}, pick, kNone, {.size = size});
      run({mode, 3, 2, 1, size - size / 3}, (pick + 1) % 3, kBoth, {.size = size, .skew = 1});
      run_classes({mode, 2, 1, 1, size - mode}, (pick + 2) % 3, {.size = size});
    }
  }
  for (const int gating : {kPre, kPost}) {
    run({SGCONV_CAUSAL, 2, 1, 2, 300}, SGCONV_FLOAT32, gating);
  }
  run({SGCONV_CAUSAL, 1, 1, 1, 16000}, SGCONV_FLOAT32, kNone);
  repeats(7, 3, 300);
  repeats(5, 40, 40);
  both_paths(777);
  both_paths(2500);
  parts();
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
    } else if (part == "classes") {
      classes();
    } else {
      std::printf("no part %s: expected brief, large, small_blocks or classes\n", argv[i]);
      return 2;
    }
  }
  print_worst("fused");
  return failures() == 0 ? 0 : 1;
}
