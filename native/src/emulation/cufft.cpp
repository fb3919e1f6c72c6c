// cuFFT's complex transforms of rank 1, in float64 inside.
#include <complex>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>

#include "emulation/cufft_api.h"
#include "emulation/device_work.h"
#include "emulation/failures.h"
#include "emulation/fft.h"

namespace sgconv::emulation {
namespace {

struct Shape {
  long long size, batch, istride, idist, ostride, odist;

  // Elements from the first to the last one of a side.
  std::size_t input_extent() const { return extent(istride, idist); }
  std::size_t output_extent() const { return extent(ostride, odist); }
  std::size_t work_bytes() const {
    return static_cast<std::size_t>(size) * static_cast<std::size_t>(batch) * sizeof(cufftComplex);
  }

 private:
  std::size_t extent(long long stride, long long distance) const {
    return static_cast<std::size_t>((batch - 1) * distance + (size - 1) * stride + 1);
  }
};

struct Plan {
  bool made = false;
  bool automatic = true;
  int device = 0;
  Shape shape{};
  std::shared_ptr<Fft> fft;
  void *own_area = nullptr;
  void *area = nullptr;
  cudaStream_t stream = nullptr;
};

struct Plans {
  std::mutex lock;
  std::map<cufftHandle, Plan> all;
  std::map<std::size_t, std::weak_ptr<Fft>> transforms;
  cufftHandle next = 1;

  Plan *find(cufftHandle handle) {
    const auto found = all.find(handle);
    return found == all.end() ? nullptr : &found->second;
  }
  std::shared_ptr<Fft> transform(std::size_t size) {
    std::shared_ptr<Fft> shared = transforms[size].lock();
    if (shared == nullptr) {
      shared = std::make_shared<Fft>(size);
      transforms[size] = shared;
    }
    return shared;
  }
};

Plans &plans() {
  static Plans *const instance = new Plans();  // never destroyed, like the machine
  return *instance;
}

cufftResult shape_of(int rank, const long long *size, const long long *inembed, long long istride,
                     long long idist, const long long *onembed, long long ostride, long long odist,
                     cufftType type, long long batch, Shape *shape) {
  if (type != CUFFT_C2C) {
    return CUFFT_NOT_SUPPORTED;
  }
  if (rank != 1 || size == nullptr) {
    return CUFFT_INVALID_VALUE;
  }
  if (*size < 1 || batch < 1) {
    return CUFFT_INVALID_SIZE;
  }
  const bool packed = inembed == nullptr || onembed == nullptr;
  *shape = packed ? Shape{*size, batch, 1, *size, 1, *size}
                  : Shape{*size, batch, istride, idist, ostride, odist};
  return shape->istride < 1 || shape->ostride < 1 ? CUFFT_INVALID_VALUE : CUFFT_SUCCESS;
}

cufftResult make(cufftHandle handle, const Shape &shape, std::size_t *work_size) {
  Plan *plan = plans().find(handle);
  if (plan == nullptr || plan->made) {
    return CUFFT_INVALID_PLAN;
  }
  if (const int injected = failure_at("plan"); injected != 0) {
    return static_cast<cufftResult>(injected);
  }
  if (allocation_forbidden() || cudaGetDevice(&plan->device) != cudaSuccess) {
    return CUFFT_INTERNAL_ERROR;  // making a plan allocates device memory
  }
  plan->shape = shape;
  if (plan->automatic) {
    if (cudaMalloc(&plan->own_area, shape.work_bytes()) != cudaSuccess) {
      return CUFFT_ALLOC_FAILED;
    }
    plan->area = plan->own_area;
  }
  plan->fft = plans().transform(static_cast<std::size_t>(shape.size));
  plan->made = true;
  *work_size = shape.work_bytes();
  return CUFFT_SUCCESS;
}

void execute(const Shape &shape, Fft &fft, const cufftComplex *input, cufftComplex *output,
             int direction, void *area) {
  // The real library overwrites its work area: nobody may keep anything there.
  std::memset(area, 0xff, shape.work_bytes());
  std::vector<std::complex<double>> row(fft.size());
  for (long long batch = 0; batch < shape.batch; ++batch) {
    const cufftComplex *from = input + batch * shape.idist;
    cufftComplex *to = output + batch * shape.odist;
    for (long long n = 0; n < shape.size; ++n) {
      const cufftComplex value = from[n * shape.istride];
      row[static_cast<std::size_t>(n)] = {static_cast<double>(value.x),
                                          static_cast<double>(value.y)};
    }
    fft.transform(row.data(), direction);
    for (long long n = 0; n < shape.size; ++n) {
      const auto value = row[static_cast<std::size_t>(n)];
      to[n * shape.ostride] = {static_cast<float>(value.real()), static_cast<float>(value.imag())};
    }
  }
}

}  // namespace
}  // namespace sgconv::emulation

using namespace sgconv::emulation;

cufftResult cufftGetVersion(int *version) {
  *version = 12000;
  return CUFFT_SUCCESS;
}

cufftResult cufftCreate(cufftHandle *handle) {
  const std::lock_guard guard(plans().lock);
  int device = 0;
  if (cudaGetDevice(&device) != cudaSuccess) {
    return CUFFT_SETUP_FAILED;
  }
  *handle = plans().next++;
  plans().all.emplace(*handle, Plan{});
  count_plans(1);
  return CUFFT_SUCCESS;
}

cufftResult cufftDestroy(cufftHandle handle) {
  const std::lock_guard guard(plans().lock);
  Plan *plan = plans().find(handle);
  if (plan == nullptr) {
    return CUFFT_INVALID_PLAN;
  }
  if (plan->own_area != nullptr && cudaFree(plan->own_area) != cudaSuccess) {
    return CUFFT_INTERNAL_ERROR;
  }
  plans().all.erase(handle);
  count_plans(-1);
  return CUFFT_SUCCESS;
}

cufftResult cufftSetAutoAllocation(cufftHandle handle, int automatic) {
  const std::lock_guard guard(plans().lock);
  Plan *plan = plans().find(handle);
  if (plan == nullptr || plan->made) {
    return CUFFT_INVALID_PLAN;
  }
  plan->automatic = automatic != 0;
  return CUFFT_SUCCESS;
}

cufftResult cufftMakePlanMany64(cufftHandle handle, int rank, long long *size, long long *inembed,
                                long long istride, long long idist, long long *onembed,
                                long long ostride, long long odist, cufftType type, long long batch,
                                std::size_t *work_size) {
  const std::lock_guard guard(plans().lock);
  Shape shape{};
  const cufftResult result =
      shape_of(rank, size, inembed, istride, idist, onembed, ostride, odist, type, batch, &shape);
  return result == CUFFT_SUCCESS ? make(handle, shape, work_size) : result;
}

cufftResult cufftMakePlan1d(cufftHandle handle, int size, cufftType type, int batch,
                            std::size_t *work_size) {
  long long wide = size;
  return cufftMakePlanMany64(handle, 1, &wide, nullptr, 1, size, nullptr, 1, size, type, batch,
                             work_size);
}

cufftResult cufftGetSizeMany64(cufftHandle handle, int rank, long long *size, long long *inembed,
                               long long istride, long long idist, long long *onembed,
                               long long ostride, long long odist, cufftType type, long long batch,
                               std::size_t *work_size) {
  const std::lock_guard guard(plans().lock);
  if (plans().find(handle) == nullptr) {
    return CUFFT_INVALID_PLAN;
  }
  Shape shape{};
  const cufftResult result =
      shape_of(rank, size, inembed, istride, idist, onembed, ostride, odist, type, batch, &shape);
  if (result == CUFFT_SUCCESS) {
    *work_size = shape.work_bytes();
  }
  return result;
}

cufftResult cufftEstimate1d(int size, cufftType type, int batch, std::size_t *work_size) {
  long long wide = size;
  Shape shape{};
  const cufftResult result =
      shape_of(1, &wide, nullptr, 1, size, nullptr, 1, size, type, batch, &shape);
  if (result == CUFFT_SUCCESS) {
    *work_size = shape.work_bytes();
  }
  return result;
}

cufftResult cufftGetSize(cufftHandle handle, std::size_t *work_size) {
  const std::lock_guard guard(plans().lock);
  const Plan *plan = plans().find(handle);
  if (plan == nullptr || !plan->made) {
    return CUFFT_INVALID_PLAN;
  }
  *work_size = plan->shape.work_bytes();
  return CUFFT_SUCCESS;
}

cufftResult cufftSetWorkArea(cufftHandle handle, void *area) {
  const std::lock_guard guard(plans().lock);
  Plan *plan = plans().find(handle);
  if (plan == nullptr) {
    return CUFFT_INVALID_PLAN;
  }
  plan->area = area;
  return CUFFT_SUCCESS;
}

cufftResult cufftSetStream(cufftHandle handle, cudaStream_t stream) {
  const std::lock_guard guard(plans().lock);
  Plan *plan = plans().find(handle);
  if (plan == nullptr) {
    return CUFFT_INVALID_PLAN;
  }
  plan->stream = stream;
  return CUFFT_SUCCESS;
}

cufftResult cufftExecC2C(cufftHandle handle, cufftComplex *input, cufftComplex *output,
                         int direction) {
  const std::lock_guard guard(plans().lock);
  const Plan *plan = plans().find(handle);
  if (plan == nullptr || !plan->made) {
    return CUFFT_INVALID_PLAN;
  }
  if (direction != CUFFT_FORWARD && direction != CUFFT_INVERSE) {
    return CUFFT_INVALID_VALUE;
  }
  if (const int injected = failure_at("transform"); injected != 0) {
    return static_cast<cufftResult>(injected);
  }
  int device = 0;
  if (cudaGetDevice(&device) != cudaSuccess || device != plan->device) {
    return CUFFT_INVALID_DEVICE;
  }
  const Shape &shape = plan->shape;
  if (!is_device_memory(plan->area, shape.work_bytes())) {
    return CUFFT_NO_WORKSPACE;
  }
  if (!is_device_memory(input, shape.input_extent() * sizeof(cufftComplex)) ||
      !is_device_memory(output, shape.output_extent() * sizeof(cufftComplex))) {
    return CUFFT_INVALID_VALUE;
  }
  if (reinterpret_cast<std::uintptr_t>(input) % sizeof(cufftComplex) != 0 ||
      reinterpret_cast<std::uintptr_t>(output) % sizeof(cufftComplex) != 0) {
    return CUFFT_UNALIGNED_DATA;
  }
  const cudaError_t error =
      submit(plan->stream, [shape, fft = plan->fft, input, output, direction, area = plan->area] {
        execute(shape, *fft, input, output, direction, area);
      });
  return error == cudaSuccess ? CUFFT_SUCCESS : CUFFT_EXEC_FAILED;
}
