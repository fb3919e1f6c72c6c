// Fused convolution beyond one block against the definition in float64, as is the path through
// cuFFT, and against itself.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "fused_cases.h"

namespace {

using namespace sgconv::test;

constexpr int64_t kKi = 1024;

// Every size up to the largest, from the length after the one before.
void sizes() {
  int64_t size = 0;
  int64_t previous = 16 * kKi;
  for (const int64_t n : {24,  32,   48,   64,   96,   128,  192,  256,  384,   512,
                          768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384}) {
    for (const int64_t length : {previous + 1, n * kKi}) {
      ok(sgconv_cuda_fused_size(length, &size), "fused_size");
      check_equal(size, n * kKi, "size for " + std::to_string(length));
      sgconv_path path = SGCONV_PATH_CUFFT;
      ok(sgconv_cuda_choose_path(length, SGCONV_BFLOAT16, &path), "choose_path");
      check_equal(path, SGCONV_PATH_FUSED, "path for " + std::to_string(length));
    }
    previous = n * kKi;
  }
  check_equal(sgconv_cuda_fused_size(previous + 1, &size), SGCONV_UNSUPPORTED, "no larger size");
  sgconv_path path = SGCONV_PATH_FUSED;
  ok(sgconv_cuda_choose_path(previous + 1, SGCONV_FLOAT32, &path), "choose_path");
  check_equal(path, SGCONV_PATH_CUFFT, "path beyond the largest size");
}

// The same bits whatever the parts and the workspace.
void repeats_in_parts(int64_t heads) {
  const Problem p{SGCONV_BIDIRECTIONAL, 5, heads, 3, 20001};
  const Signals s = signals_for(p, SGCONV_FLOAT32, kBoth);
  const Results whole = convolve_in_blocks(p, s, SGCONV_FLOAT32, {});
  expect(name_of(p, SGCONV_FLOAT32, kBoth), oracle::ExactConvolution(p, s).judge(whole));
  check(same(whole, convolve_in_blocks(p, s, SGCONV_FLOAT32, {})), "the same bits again");
  for (const Chunks chunks : {Chunks{1, 1}, Chunks{2, 2}, Chunks{5, 3}}) {
    check(same(whole, convolve_in_blocks(p, s, SGCONV_FLOAT32,
                                         {.size = 0, .skew = 0, .chunks = chunks, .signals = 1})),
          "the same bits in chunks of " + std::to_string(chunks.batch) + " x " +
              std::to_string(chunks.hidden));
  }
  for (const int64_t signals : {2, 4}) {
    check(same(whole,
               convolve_in_blocks(p, s, SGCONV_FLOAT32,
                                  {.size = 0, .skew = 0, .chunks = {5, 3}, .signals = signals})),
          "the same bits with workspace for " + std::to_string(signals) + " signals");
  }
}

// What is not asked for changes nothing about the rest, and needs no workspace.
void parts() {
  const Problem p{SGCONV_CIRCULAR, 2, 2, 2, 20000};
  const int64_t size = 24 * kKi;
  const Signals s = signals_for(p, SGCONV_FLOAT32, kBoth);
  const Results all = convolve_in_blocks(p, s, SGCONV_FLOAT32, {});
  const sgconv_convolution_geometry geometry{2, 2, p.length, p.length, p.mode, 0};
  DeviceArray<float> kernel(narrow<float>(s.kernel)), skip(narrow<float>(s.skip));
  DeviceArray<float> spectrum(static_cast<std::size_t>(2 * 4 * size));
  ok(sgconv_cuda_fused_prepare(&geometry, size, 0, 4, kernel.get(), skip.get(), spectrum.get(),
                               nullptr),
     "fused_prepare");
  DeviceArray<float> u(narrow<float>(s.u)), pre(narrow<float>(s.pre)), post(narrow<float>(s.post)),
      dy(narrow<float>(s.dy)), gradient(static_cast<std::size_t>(p.inputs()));
  DeviceArray<float> dk(narrow<float>(s.kernel)), dskip(narrow<float>(s.skip));
  const sgconv_cuda_rows rows{2, 2, p.length, size, 0, 2, 0, 2};
  const sgconv_cuda_rows one{2, 2, p.length, size, 0, 1, 0, 1};
  const auto query = [](const sgconv_cuda_rows &of, int32_t with_kernel, int32_t dpost) {
    int64_t bytes = 0;
    ok(sgconv_cuda_fused_backward_workspace(&of, of.batch_count, with_kernel, dpost, &bytes),
       "workspace");
    return bytes;
  };
  check(query(one, 0, 0) < query(one, 0, 1) && query(one, 0, 1) < query(one, 1, 1),
        "workspace by what is asked for");
  const auto bytes_for = [&](int32_t with_kernel, int32_t dpost) {
    return query(rows, with_kernel, dpost);
  };
  DeviceArray<float> workspace(static_cast<std::size_t>(
      std::max({bytes_for(0, 0), bytes_for(0, 1), bytes_for(1, 0), bytes_for(1, 1)}) / 4));
  const auto backward = [&](int32_t with_kernel, float *du, float *dpre, float *dpost,
                            int64_t bytes) {
    return sgconv_cuda_fused_backward(&rows, 2, SGCONV_FLOAT32, with_kernel, spectrum.get(),
                                      u.get(), pre.get(), post.get(), dy.get(), du, dpre, dpost,
                                      workspace.get(), bytes, nullptr);
  };
  ok(backward(0, gradient.get(), nullptr, nullptr, bytes_for(0, 0)), "du alone");
  check(widen(gradient.host()) == all.du, "du alone");
  ok(backward(0, nullptr, gradient.get(), nullptr, bytes_for(0, 0)), "dpre alone");
  check(widen(gradient.host()) == all.dpre, "dpre alone");
  ok(backward(0, nullptr, nullptr, gradient.get(), bytes_for(0, 1)), "dpost alone");
  check(widen(gradient.host()) == all.dpost, "dpost alone");
  const int64_t bytes = bytes_for(1, 0);
  ok(backward(1, nullptr, nullptr, nullptr, bytes), "kernel alone");
  ok(sgconv_cuda_fused_kernel_gradient(&rows, 2, p.mode, workspace.get(), bytes, dk.get(), nullptr,
                                       nullptr),
     "dk alone");
  check(widen(dk.host()) == all.dk, "dk alone");
  ok(sgconv_cuda_fused_kernel_gradient(&rows, 2, p.mode, workspace.get(), bytes, nullptr,
                                       dskip.get(), nullptr),
     "dskip alone");
  check(widen(dskip.host()) == all.dskip, "dskip alone");
  int64_t least = 0;
  ok(sgconv_cuda_fused_forward_workspace(&one, &least), "forward workspace");
  check_equal(backward(0, gradient.get(), nullptr, nullptr, least - 8), SGCONV_INVALID_ARGUMENT,
              "short workspace of backward");
  check_equal(
      sgconv_cuda_fused_forward(&rows, SGCONV_FLOAT32, spectrum.get(), u.get(), nullptr, nullptr,
                                gradient.get(), workspace.get(), least - 8, nullptr),
      SGCONV_INVALID_ARGUMENT, "short workspace of forward");
}

// Enough to notice each missing barrier.
void brief() {
  run({SGCONV_CAUSAL, 1, 2, 1, 17000}, SGCONV_FLOAT32, kNone);
  run({SGCONV_CAUSAL, 1, 1, 1, 300 * kKi}, SGCONV_FLOAT32, kNone);
}

// Every class of signals with columns of every kind and rows of every length: a minute or more.
void classes() {
  int32_t number = 0;
  for (const int64_t n : {24, 32, 48, 64, 96, 128, 192, 256, 384, 512}) {
    for (const bool full : {true, false}) {
      // Each mode meets each type.
      const auto mode = static_cast<sgconv_mode>(number / 3 % 3);
      run_classes({mode, 2, 1, 1, full ? n * kKi : n * kKi * 5 / 6}, number % 3);
      ++number;
    }
  }
}

// What depends on how many signals a chunk has, which SGCONV_EMULATED_CACHE says.
void chunks() {
  repeats_in_parts(1);
  repeats_in_parts(2);
  run({SGCONV_CAUSAL, 3, 2, 2, 40 * kKi}, SGCONV_BFLOAT16, kNone);
  parts();
}

void sweep() {
  sizes();
  for (const sgconv_mode mode : {SGCONV_CAUSAL, SGCONV_BIDIRECTIONAL, SGCONV_CIRCULAR}) {
    for (const int64_t size : {24 * kKi, 32 * kKi}) {
      for (const int32_t dtype : {SGCONV_FLOAT32, SGCONV_BFLOAT16, SGCONV_FLOAT16}) {
        run({mode, 1, 1, 1, size}, dtype, kNone, {.size = size});
      }
      run({mode, 2, 2, 2, size / 3 * 2 + 1}, SGCONV_FLOAT32, kBoth, {.size = size, .skew = 1});
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
  both_paths(17001);
  both_paths(40001);
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
  } else if (part == "chunks") {
    chunks();
  } else if (part == "classes") {
    classes();
  } else if (part.empty()) {
    sweep();
  } else {
    std::printf("no part %s: expected brief, chunks, classes or size <Ki>\n", argv[1]);
    return 2;
  }
  print_worst("long");
  return failures() == 0 ? 0 : 1;
}
