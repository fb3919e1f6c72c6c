// How many blocks of the one-block convolutions a multiprocessor holds, from the limits that the
// build enforces (registers) and the shapes (threads, shared memory).
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sstream>

#include "check.h"
#include "cuda/fused_shape.h"
#include "cuda/synthesis.h"

namespace {

using namespace sgconv::test;

// Resources of a multiprocessor (CUDA C++ Programming Guide, "Compute Capabilities").
struct Multiprocessor {
  int architecture, shared_bytes, shared_bytes_of_block;
};
constexpr Multiprocessor kDevices[] = {{80, 164 * 1024, 163 * 1024}, {90, 228 * 1024, 227 * 1024}};
constexpr int kRegisters = 65536;
constexpr int kThreads = 2048;
constexpr int kScales = 15;            // of a kernel as long as a block's signal, at the most
constexpr int kReservedShared = 1024;  // of every block, by the system

// <kernel>[@<size>]=<registers>[/<bytes>], as limits.cmake has them; the last that fits counts.
int registers_of(const std::string &kernel, int size) {
  int result = 0;
  std::stringstream limits(SGCONV_REGISTER_LIMITS);
  for (std::string limit; std::getline(limits, limit, ' ');) {
    const std::string name = limit.substr(0, limit.find('='));
    if (name == kernel || name == kernel + "@" + std::to_string(size)) {
      result = std::atoi(limit.c_str() + name.size() + 1);
    }
  }
  return result;
}

int resident(const Multiprocessor &device, int registers, int threads, int shared_bytes) {
  const int of_warp = (registers + 7) / 8 * 8 * 32;
  const int by_registers = kRegisters / of_warp / (threads / 32);
  return std::min(
      {by_registers, kThreads / threads, device.shared_bytes / (shared_bytes + kReservedShared)});
}

struct Expected {
  int forward, backward;  // blocks a multiprocessor
};

template <int N>
void check_size(const Expected &sm80, const Expected &sm90) {
  using Shape = sgconv::cuda::FusedShape<N>;
  for (const Multiprocessor &device : kDevices) {
    const Expected &expected = device.architecture == 80 ? sm80 : sm90;
    const std::string where =
        "N=" + std::to_string(N) + " on sm_" + std::to_string(device.architecture);
    check(Shape::kSharedBytes <= device.shared_bytes_of_block,
          where + ": shared memory of a block");
    for (const char *kernel : {"fused_prepare", "fused_forward", "fused_kernel_gradient"}) {
      check_equal(resident(device, registers_of(kernel, N), Shape::kThreads, Shape::kSharedBytes),
                  expected.forward, where + ", " + kernel);
    }
    const int synthesis = Shape::kSharedBytes + Shape::synthesis_bytes(2 * kScales);
    check_equal(resident(device, registers_of("fused_prepare", N), Shape::kThreads, synthesis),
                expected.forward, where + ", synthesis");
    check(Shape::kSharedBytes + Shape::synthesis_bytes(2 * sgconv::cuda::kMaxScales) <=
              device.shared_bytes_of_block,
          where + ": shared memory of the longest synthesis");
    check_equal(
        resident(device, registers_of("fused_backward", N), Shape::kThreads, Shape::kSharedBytes),
        expected.backward, where + ", fused_backward");
  }
  // What the compiler is told leaves at least as many.
  check(resident(kDevices[1], registers_of("fused_forward", N), Shape::kThreads, 0) >=
            Shape::kResident,
        std::to_string(N) + ": launch bounds");
  check(resident(kDevices[1], registers_of("fused_backward", N), Shape::kThreads, 0) >=
            Shape::kBackwardResident,
        std::to_string(N) + ": launch bounds of backward");
}

}  // namespace

int main() {
  check_size<256>({4, 4}, {4, 4});
  check_size<384>({4, 3}, {4, 3});
  check_size<512>({4, 4}, {4, 4});
  check_size<768>({4, 3}, {4, 3});
  check_size<1024>({4, 4}, {4, 4});
  check_size<1536>({4, 3}, {4, 3});
  check_size<2048>({4, 4}, {4, 4});
  check_size<3072>({4, 3}, {4, 3});
  check_size<4096>({2, 2}, {2, 2});
  check_size<6144>({2, 1}, {2, 1});
  check_size<8192>({2, 1}, {2, 1});
  check_size<12288>({1, 1}, {1, 1});
  check_size<16384>({1, 1}, {1, 1});
  return failures() == 0 ? 0 : 1;
}
