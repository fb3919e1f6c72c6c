// A context: threads and the lock that lets calls on them run one after another.
#ifndef SGCONV_CPU_CONTEXT_H
#define SGCONV_CPU_CONTEXT_H

#include <memory>
#include <mutex>
#include <type_traits>

#include "cpu/dispatch.h"
#include "cpu/layers/jobs.h"
#include "cpu/pool.h"

namespace sgconv {

class Context {
 public:
  // threads >= 1, or 0 for all processors that the process may use.
  explicit Context(int threads);

  template <class Real>
  const Tier<Real> &tier() const {
    if constexpr (std::is_same_v<Real, float>) {
      return *tiers_.float32;
    } else {
      return *tiers_.float64;
    }
  }
  int threads() const { return pool_.threads(); }
  Pool &pool() { return pool_; }
  // Null until they are given.
  template <class Real>
  Product<Real> product() const {
    if constexpr (std::is_same_v<Real, float>) {
      return float32_product_;
    } else {
      return float64_product_;
    }
  }
  void set_products(Product<float> float32, Product<double> float64) {
    float32_product_ = float32;
    float64_product_ = float64;
  }
  [[nodiscard]] std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }

 private:
  const Tiers &tiers_;
  std::mutex mutex_;
  Pool pool_;
  Product<float> float32_product_ = nullptr;
  Product<double> float64_product_ = nullptr;
};

// Most threads of a context.
constexpr int kMostThreads = 1024;

}  // namespace sgconv

#endif
