// A plan: the tables and the scratch memory of one convolution geometry, in float or in double.
#ifndef SGCONV_CPU_PLAN_H
#define SGCONV_CPU_PLAN_H

#include <cstdint>
#include <memory>
#include <vector>

#include "cpu/block_cut.h"
#include "cpu/context.h"
#include "cpu/memory.h"
#include "cpu/tier.h"

namespace sgconv {

// Bytes of host memory that a plan takes.
struct PlanMemory {
  std::int64_t held;      // as long as it exists
  std::int64_t building;  // besides, while it is made
  std::int64_t spectrum;  // for each spectrum, which the caller provides
};

// Works out the sizes alone: no time and no memory that grow with the geometry.
template <class Real>
PlanMemory plan_memory(const Context &context, const sgconv_convolution_geometry &geometry);

template <class Real>
class Plan {
 public:
  Plan(std::shared_ptr<Context> context, const sgconv_convolution_geometry &geometry);

  Context &context() const { return *context_; }
  const sgconv_convolution_geometry &geometry() const { return geometry_; }
  const Transform<Real> &transform() const { return transform_; }
  std::int64_t spectrum_bytes() const;

  // Fills in geometry, transform and scratch, then runs it on the context's threads.
  void prepare(Convolution<Real> job);
  void forward(Convolution<Real> job);
  void backward(Convolution<Real> job);

 private:
  void complete(Convolution<Real> &job) const;
  std::int64_t slices(const Convolution<Real> &job) const;
  bool split_rows(std::int64_t items) const;
  void run(ConvolutionCode<Real> code, const Convolution<Real> &job, std::int64_t items);

  std::shared_ptr<Context> context_;
  sgconv_convolution_geometry geometry_;
  Transform<Real> transform_{};
  const Method<Real> *method_;
  BlockCut cut_;
  Buffer tables_;
  std::vector<Buffer> scratch_;
  std::vector<Workspace<Real>> workspaces_;
  Buffer partial_;
};

}  // namespace sgconv

#endif
