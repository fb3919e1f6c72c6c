// One-block convolution on the emulated device: against the definition in float64, against the path
// through cuFFT, and against itself.
#include <cstring>
#include <random>

#include "fused_path.h"

namespace {

using namespace sgconv::test;

constexpr double kPeak = 5e-6;  // SEMANTICS section 6
double worst = 0;

Doubles random(std::mt19937_64 &source, int64_t count, int32_t dtype) {
  std::normal_distribution<double> normal;
  Doubles values(static_cast<std::size_t>(count));
  for (double &value : values) {
    value = normal(source);
  }
  return rounded(values, dtype);
}

enum Gating { kNone = 0, kPre = 1, kPost = 2, kBoth = 3 };

Signals signals_for(const Problem &p, int32_t dtype, int gating, bool skip) {
  std::mt19937_64 source(static_cast<unsigned>(p.length) + 3u);
  Signals s;
  s.u = random(source, p.inputs(), dtype);
  s.dy = random(source, p.outputs(), dtype);
  s.kernel = random(source, p.channels() * p.hidden * p.length, SGCONV_FLOAT32);
  if (skip) {
    s.skip = random(source, p.heads * p.hidden, SGCONV_FLOAT32);
  }
  if ((gating & kPre) != 0) {
    s.pre = random(source, p.inputs(), dtype);
  }
  if ((gating & kPost) != 0) {
    s.post = random(source, p.inputs(), dtype);
  }
  return s;
}

struct Bound {
  double l2, roundoff;
};

Bound bound_of(int32_t dtype) {
  switch (dtype) {
    case SGCONV_BFLOAT16:
      return {2.5e-3, 0x1p-8};
    case SGCONV_FLOAT16:
      return {4e-4, 0x1p-11};
    default:
      return {1e-6, 0};
  }
}

void compare(const std::string &what, const Doubles &actual, const Doubles &expected,
             int32_t dtype) {
  const Bound bound = bound_of(dtype);
  const Error error = error_of(actual, expected, bound.roundoff);
  worst = std::fmax(worst, dtype == SGCONV_FLOAT32 ? error.l2 : 0);
  char text[64];
  std::snprintf(text, sizeof text, ": L2 %.3g, peak %.3g", error.l2, error.peak);
  check(actual.size() == expected.size() && error.l2 <= bound.l2 && error.peak <= kPeak,
        what + text);
}

Doubles joined(Doubles a, const Doubles &b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

void compare(const std::string &where, const Results &actual, const Results &expected,
             int32_t dtype, int gating) {
  compare(where + " y", actual.y, expected.y, dtype);
  compare(where + " du", actual.du, expected.du, dtype);
  // One row's dskip may be nearly 0 by chance; it is one more lag 0 of the same correlation.
  compare(where + " dk, dskip", joined(actual.dk, actual.dskip),
          joined(expected.dk, expected.dskip), SGCONV_FLOAT32);
  if ((gating & kPre) != 0) {
    compare(where + " dpre", actual.dpre, expected.dpre, dtype);
  }
  if ((gating & kPost) != 0) {
    compare(where + " dpost", actual.dpost, expected.dpost, dtype);
  }
}

void run(const Problem &p, int32_t dtype, int gating, const Options &options = {}) {
  const Signals s = signals_for(p, dtype, gating, true);
  char name[200];
  std::snprintf(name, sizeof name, "mode %d dtype %d B=%ld C=%ld H=%ld L=%ld N=%ld gates %d",
                static_cast<int>(p.mode), dtype, static_cast<long>(p.batch),
                static_cast<long>(p.heads), static_cast<long>(p.hidden),
                static_cast<long>(p.length), static_cast<long>(options.size), gating);
  compare(name, convolve_in_blocks(p, s, dtype, options), convolve(p, s), dtype, gating);
}

bool same(const Results &a, const Results &b) {
  return a.y == b.y && a.du == b.du && a.dk == b.dk && a.dskip == b.dskip && a.dpre == b.dpre &&
         a.dpost == b.dpost;
}

// The same bits every time, however the caller cuts the rows.
void repeats(int64_t batch, int64_t hidden, int64_t length) {
  const Problem p{SGCONV_BIDIRECTIONAL, batch, 2, hidden, length};
  const Signals s = signals_for(p, SGCONV_FLOAT32, kBoth, true);
  const Results whole = convolve_in_blocks(p, s, SGCONV_FLOAT32, {});
  check(same(whole, convolve_in_blocks(p, s, SGCONV_FLOAT32, {})), "the same bits again");
  for (const Chunks chunks : {Chunks{1, 1}, Chunks{3, 2}, Chunks{batch - 1, hidden}}) {
    check(same(whole,
               convolve_in_blocks(p, s, SGCONV_FLOAT32, {.size = 0, .skew = 0, .chunks = chunks})),
          "the same bits in chunks of " + std::to_string(chunks.batch) + " x " +
              std::to_string(chunks.hidden));
  }
}

// The path through cuFFT computes the same.
void agrees(int64_t length) {
  for (const sgconv_mode mode : {SGCONV_CAUSAL, SGCONV_BIDIRECTIONAL, SGCONV_CIRCULAR}) {
    const Problem p{mode, 2, 2, 2, length};
    const Signals s = signals_for(p, SGCONV_FLOAT32, kBoth, false);
    compare("fused against cuFFT, L=" + std::to_string(length),
            convolve_in_blocks(p, s, SGCONV_FLOAT32, {}),
            convolve_on_device(p, s, SGCONV_FLOAT32, {}), SGCONV_FLOAT32, kBoth);
  }
}

// What is not asked for changes nothing about the rest.
void parts() {
  const Problem p{SGCONV_CAUSAL, 3, 2, 2, 500};
  const Signals s = signals_for(p, SGCONV_FLOAT32, kBoth, true);
  const Results all = convolve_in_blocks(p, s, SGCONV_FLOAT32, {});
  const auto count = static_cast<std::size_t>(p.inputs());
  const int64_t size = 512;
  const sgconv_convolution_geometry geometry{2, 2, 500, SGCONV_CAUSAL, 0};
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
  ok(sgconv_cuda_fused_workspace(&rows, 3, &bytes), "fused_workspace");
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
  for (const int64_t n :
       {256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384}) {
    for (const int64_t length : {previous + 1, n}) {
      ok(sgconv_cuda_fused_size(length, &size), "fused_size");
      check_equal(size, n, "size for " + std::to_string(length));
    }
    previous = n;
  }
  check_equal(sgconv_cuda_fused_size(previous + 1, &size), SGCONV_UNSUPPORTED, "beyond one block");
  sgconv_cuda_rows rows{1, 1, 100, 1000, 0, 1, 0, 1};
  check_equal(sgconv_cuda_fused_workspace(&rows, 1, &size), SGCONV_UNSUPPORTED, "size 1000");
}

// On devices whose blocks have at most 99 KiB of shared memory, as those of capability 8.9.
void small_blocks() {
  int64_t size = 0;
  ok(sgconv_cuda_fused_size(8192, &size), "fused_size");
  check_equal(size, int64_t{8192}, "size for 8192");
  check_equal(sgconv_cuda_fused_size(8193, &size), SGCONV_UNSUPPORTED, "beyond such a block");
  sgconv_cuda_rows rows{1, 1, 16000, 16384, 0, 1, 0, 1};
  check_equal(sgconv_cuda_fused_workspace(&rows, 1, &size), SGCONV_UNSUPPORTED, "size 16384");
  run({SGCONV_CAUSAL, 2, 1, 2, 8000}, SGCONV_FLOAT32, kNone, {.size = 8192});
}

// Scratch memory of one channel stays small however long the batch and however many the heads.
void long_batches() {
  int64_t bytes = 0;
  sgconv_cuda_rows rows{64, 1, 16000, 16384, 0, 1, 0, 1};
  ok(sgconv_cuda_fused_workspace(&rows, 1 << 20, &bytes), "fused_workspace");
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

void sweep() {
  for (const sgconv_mode mode : {SGCONV_CAUSAL, SGCONV_BIDIRECTIONAL, SGCONV_CIRCULAR}) {
    for (const int64_t length : {1, 2, 17, 255, 256, 257, 1000}) {
      run({mode, 3, 1, 2, length}, SGCONV_FLOAT32, kNone);
    }
    run({mode, 40, 2, 3, 250}, SGCONV_FLOAT32, kBoth);
    for (const int64_t size :
         {256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384}) {
      // A full row of one dtype, a shorter one of another; each size meets each dtype.
      const auto pick = static_cast<int32_t>(size / 128 + mode) % 3;
      run({mode, 2, 1, 1, size}, pick, kNone, {.size = size});
      run({mode, 3, 2, 1, size - size / 3}, (pick + 1) % 3, kBoth, {.size = size, .skew = 1});
    }
  }
  for (const int gating : {kPre, kPost}) {
    run({SGCONV_CAUSAL, 2, 1, 2, 300}, SGCONV_FLOAT32, gating);
  }
  run({SGCONV_CAUSAL, 1, 1, 1, 16000}, SGCONV_FLOAT32, kNone);
  repeats(7, 3, 300);
  repeats(5, 40, 40);
  agrees(777);
  agrees(2500);
  parts();
  sizes();
  long_batches();
}

}  // namespace

int main(int argc, char **argv) {
  if (argc > 1 && std::strcmp(argv[1], "brief") == 0) {
    brief();
  } else if (argc > 1 && std::strcmp(argv[1], "small_blocks") == 0) {
    small_blocks();
  } else {
    sweep();
  }
  std::printf("fused, float32: worst relative L2 %.3g\n", worst);
  return failures() == 0 ? 0 : 1;
}
