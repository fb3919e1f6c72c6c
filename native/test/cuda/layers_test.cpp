// What layers compute, against its definitions.
#include "check.h"
#include "cuda/layers/dropout.h"
#include "emulation/control.h"
#include "layer_cases.h"
#include "layer_numbers.h"

using namespace sgconv::test;

namespace {

constexpr sgconv_signal_geometry kSignals[] = {{1, 1, 1},   {2, 3, 5},  {3, 33, 40}, {2, 7, 33},
                                               {1, 70, 96}, {5, 40, 1}, {2, 1, 700}};

// The known answers of the generator's authors.
void known_words() {
  using sgconv::cuda::philox;
  const auto expect_words = [](const sgconv::cuda::Words &words,
                               std::initializer_list<uint32_t> known) {
    check(std::equal(known.begin(), known.end(), words.word), "known answers of Philox");
  };
  expect_words(philox(0, 0, 0, 0), {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const uint64_t ones = ~uint64_t{0};
  expect_words(philox(ones, ones, 0xffffffff, 0xffffffff),
               {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  expect_words(philox(0x85a308d3243f6a88, 0x0370734413198a2e, 0xa4093822, 0x299f31d0),
               {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

void signals() {
  for (const sgconv_signal_geometry &g : kSignals) {
    run_add(g, 0);
    run_add(g, 0.3);
    run_layer_norm(g);
    if (g.channels > 1) {
      run_scalar_norm(g);
    }
    run_batch_norm(g);
    run_embedding(g, 1);
    run_embedding(g, 19);
    run_pool(g);
    run_transpose(g.batch, g.channels, g.length);
  }
  run_pool({600, 1, 9});  // more members than go along with a launch
  run_embedding({2, 5, 64}, 300);
}

void linear_maps() {
  const sgconv_dropout none{}, some = dropout_of(0.25, 1), rows = dropout_of(0.5, 2);
  run_linear({1, 1, 1, 1, 0, 0, none, none}, 1);
  run_linear({3, 5, 4, 7, 0, 0, none, rows}, 2);
  run_linear({3, 5, 4, 7, 1, 0, some, none}, 3);
  run_linear({3, 5, 4, 8, 1, 1, some, rows}, 1);
  run_linear({3, 5, 4, 7, 0, 1, some, none}, 2);
  run_linear({4, 9, 3, 33, 0, 1, none, none}, 3);
  run_linear({2, 20, 11, 64, 1, 1, some, rows}, 2);
  run_linear({40, 6, 3, 1, 0, 0, none, rows}, 40);
}

// Rounds to the same bits whatever the order of threads is; this is run in several.
void same_bits() {
  const sgconv_signal_geometry g{3, 20, 50};
  const Floats x = noise(size_of(g), 61), w = noise(g.channels, 62);
  DeviceArray<float> dev(x), weight(w), mean = blank(g.channels), variance = blank(g.channels);
  Floats results[2];
  for (Floats &result : results) {
    DeviceArray<float> y = blank(size_of(g));
    ok(sgconv_cuda_batch_norm_forward(&g, 0, 1e-5, dev.get(), weight.get(), weight.get(), y.get(),
                                      mean.get(), variance.get(), nullptr),
       "batch_norm");
    result = y.host();
    sgconv_emulation_order("reverse", 0);
  }
  sgconv_emulation_order("forward", 0);
  check(results[0] == results[1], "the same bits in another order of threads");
}

// What callers rule out does not read beyond the table.
void tokens_that_are_none() {
  const sgconv_signal_geometry g{1, 2, 3};
  DeviceArray<int64_t> tokens(std::vector<int64_t>{-1, 1, 2});
  DeviceArray<float> table(Floats{1, 2, 3, 4}), y = blank(6);
  ok(sgconv_cuda_embedding_forward(&g, 2, tokens.get(), table.get(), y.get(), nullptr),
     "embedding");
  const Floats out = y.host();
  check(std::isnan(out[0]) && out[1] == 3 && std::isnan(out[2]) && out[4] == 4,
        "NaN for a token that is none");
}

}  // namespace

int main() {
  known_words();
  for (const double p : {0.0, 0.1, 0.9}) {
    run_activation(1, true, p, 0, 0);
    run_activation(1000, true, p, 4, 0);
    run_activation(1003, true, p, 0, 0);
    run_activation(64, true, p, 3, 0);
    run_activation(63, false, p, 5, 0);
    run_activation(64, false, p, 8, 0);
    run_activation(64, true, p, (int64_t{1} << 34) + 8, 1);  // the high half of the counter
  }
  signals();
  linear_maps();
  run_pair_features(1, 1);
  run_pair_features(5, 37);
  run_cross_entropy(1, 1);
  run_cross_entropy(6, 10);
  run_cross_entropy(300, 45);
  same_bits();
  tokens_that_are_none();
  return failures() == 0 ? 0 : 1;
}
