// C entries of embeddings, of pooling, and of what classifiers end with.
#include <algorithm>

#include "cuda/api/layer_checks.h"
#include "cuda/layers/layers.h"

using namespace sgconv;

namespace {

void check_vocabulary(const sgconv_signal_geometry *geometry, int64_t vocabulary) {
  cuda::check_signal(geometry);
  require_range("vocabulary", vocabulary, 1, INT64_MAX / 4);
  checked_product("table (vocabulary, channels)", {vocabulary, geometry->channels});
}

void check_pool(const sgconv_signal_geometry *geometry, int32_t last, const int64_t *lengths) {
  cuda::check_signal(geometry);
  require_range("last", last, 0, 1);
  require_optional("lengths", lengths);
  if (lengths != nullptr) {
    cuda::check_numbers("lengths", lengths, geometry->batch, 1, geometry->length);
  }
}

void check_pairs(int64_t pairs, int64_t channels) {
  require_range("pairs", pairs, 1, INT64_MAX / 4);
  require_range("channels", channels, 1, INT64_MAX / 4);
  checked_product("features (pairs, 4 channels)", {4, pairs, channels});
}

// A counting sort: the places of each token in the order of the batch.
void fill_index(const sgconv_signal_geometry &g, int64_t vocabulary, const int64_t *tokens,
                int64_t *index) {
  int64_t *const starts = index;
  int64_t *const places = index + vocabulary + 1;
  const int64_t count = g.batch * g.length;
  std::fill(starts, starts + vocabulary + 1, 0);
  for (int64_t i = 0; i < count; ++i) {
    ++starts[tokens[i]];
  }
  int64_t end = 0;
  for (int64_t token = 0; token <= vocabulary; ++token) {
    end += starts[token];
    starts[token] = end;
  }
  // From behind, which leaves each start where its token begins.
  for (int64_t i = count - 1; i >= 0; --i) {
    places[--starts[tokens[i]]] = i / g.length * g.channels * g.length + i % g.length;
  }
}

}  // namespace

sgconv_status sgconv_cuda_embedding_forward(const sgconv_signal_geometry *geometry,
                                            int64_t vocabulary, const int64_t *tokens,
                                            const float *table, float *y, void *stream) {
  return guarded([=] {
    check_vocabulary(geometry, vocabulary);
    require_pointer("tokens", tokens);
    require_pointer("table", table);
    require_pointer("y", y);
    cuda::launch_embedding_forward(*geometry, vocabulary, tokens, table, y, stream);
  });
}

sgconv_status sgconv_cuda_embedding_index(const sgconv_signal_geometry *geometry,
                                          int64_t vocabulary, const int64_t *tokens,
                                          int64_t *index) {
  return guarded([=] {
    check_vocabulary(geometry, vocabulary);
    require_pointer("tokens", tokens);
    require_pointer("index", index);
    cuda::check_numbers("tokens", tokens, geometry->batch * geometry->length, 0, vocabulary - 1);
    fill_index(*geometry, vocabulary, tokens, index);
  });
}

sgconv_status sgconv_cuda_embedding_backward(const sgconv_signal_geometry *geometry,
                                             int64_t vocabulary, const int64_t *index,
                                             const float *dy, float *dtable, void *stream) {
  return guarded([=] {
    check_vocabulary(geometry, vocabulary);
    require_pointer("index", index);
    require_pointer("dy", dy);
    require_pointer("dtable", dtable);
    cuda::launch_embedding_backward(*geometry, vocabulary, index, dy, dtable, stream);
  });
}

sgconv_status sgconv_cuda_pool_forward(const sgconv_signal_geometry *geometry, int32_t last,
                                       const int64_t *lengths, const float *x, float *y,
                                       void *stream) {
  return guarded([=] {
    check_pool(geometry, last, lengths);
    require_pointer("x", x);
    require_pointer("y", y);
    cuda::launch_pool_forward(*geometry, last != 0, lengths, x, y, stream);
  });
}

sgconv_status sgconv_cuda_pool_backward(const sgconv_signal_geometry *geometry, int32_t last,
                                        const int64_t *lengths, const float *dy, float *dx,
                                        void *stream) {
  return guarded([=] {
    check_pool(geometry, last, lengths);
    require_pointer("dy", dy);
    require_pointer("dx", dx);
    cuda::launch_pool_backward(*geometry, last != 0, lengths, dy, dx, stream);
  });
}

sgconv_status sgconv_cuda_pair_features_forward(int64_t pairs, int64_t channels, const float *x,
                                                float *y, void *stream) {
  return guarded([=] {
    check_pairs(pairs, channels);
    require_pointer("x", x);
    require_pointer("y", y);
    cuda::launch_pair_features(pairs, channels, x, y, stream);
  });
}

sgconv_status sgconv_cuda_pair_features_backward(int64_t pairs, int64_t channels, const float *x,
                                                 const float *dy, float *dx, void *stream) {
  return guarded([=] {
    check_pairs(pairs, channels);
    require_pointer("x", x);
    require_pointer("dy", dy);
    require_pointer("dx", dx);
    cuda::launch_pair_features_backward(pairs, channels, x, dy, dx, stream);
  });
}

sgconv_status sgconv_cuda_cross_entropy(int64_t batch, int64_t classes, const float *logits,
                                        const int64_t *labels, float *losses, float *dlogits,
                                        void *stream) {
  return guarded([=] {
    require_range("batch", batch, 1, INT64_MAX / 4);
    require_range("classes", classes, 1, INT64_MAX / 4);
    checked_product("logits (batch, classes)", {batch, classes});
    require_pointer("logits", logits);
    require_pointer("labels", labels);
    require_pointer("losses", losses);
    require_optional("dlogits", dlogits);
    cuda::check_numbers("labels", labels, batch, 0, classes - 1);
    cuda::launch_cross_entropy(batch, classes, logits, labels, losses, dlogits, stream);
  });
}
