// How many blocks of our transforms a multiprocessor holds, from the limits that the
// build enforces (registers) and the shapes (threads, shared memory).
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sstream>

#include "check.h"
#include "cuda/block/block_shape.h"
#include "cuda/four_step/column_transform.h"
#include "cuda/four_step/middle_rows.h"
#include "cuda/synthesis/synthesis.h"

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

// <kernel>[@<size>]=<registers>, as limits.cmake has them; the last that fits counts.
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
  int forward, backward, others;  // blocks a multiprocessor
};

template <int N>
void check_size(const Expected &sm80, const Expected &sm90) {
  using Shape = sgconv::cuda::BlockShape<N>;
  check((Shape::kSharedBytes <= sgconv::cuda::shapes::kSmallBlock) == (N <= 8192),
        std::to_string(N) + ": which rows run on small blocks");
  for (const Multiprocessor &device : kDevices) {
    const Expected &expected = device.architecture == 80 ? sm80 : sm90;
    const std::string where =
        "N=" + std::to_string(N) + " on sm_" + std::to_string(device.architecture);
    check(Shape::kSharedBytes <= device.shared_bytes_of_block,
          where + ": shared memory of a block");
    const auto held = [&](const char *kernel) {
      return resident(device, registers_of(kernel, N), Shape::kThreads, Shape::kSharedBytes);
    };
    check_equal(held("block_forward"), expected.forward, where + ", block_forward");
    for (const char *kernel : {"block_prepare", "block_kernel_gradient", "window_forward"}) {
      check_equal(held(kernel), expected.others, where + ", " + kernel);
    }
    const int synthesis = Shape::kSharedBytes + Shape::synthesis_bytes(2 * kScales);
    check_equal(resident(device, registers_of("block_prepare", N), Shape::kThreads, synthesis),
                expected.others, where + ", synthesis");
    check(Shape::kSharedBytes + Shape::synthesis_bytes(2 * sgconv::cuda::kMaxScales) <=
              device.shared_bytes_of_block,
          where + ": shared memory of the longest synthesis");
    for (const char *kernel : {"block_backward", "block_backward_heads", "window_backward"}) {
      check_equal(resident(device, registers_of(kernel, N), Shape::kThreads, Shape::kBackwardBytes),
                  expected.backward, where + ", " + kernel);
    }
    if (device.architecture == 90) {
      const int aside = Shape::kBackwardBytes + Shape::kParkedBytes + Shape::kSumsBytes;
      check_equal(resident(device, registers_of("block_backward", N), Shape::kThreads, aside),
                  expected.backward, where + ", what the backward pass puts aside");
      check(aside <= device.shared_bytes_of_block, where + ": shared memory of its block");
      // Bytes of L2 a sample: u, dy, du and the spectrum, and what has no room in shared memory.
      const int rest = Shape::Transform::kR - Shape::kParked - Shape::kKept;
      const int bytes = 20 + (Shape::kSumsShared ? 0 : 16) + 16 * rest / Shape::Transform::kR;
      check(bytes <= (N <= 8192 ? 20 : 38),
            where + ": " + std::to_string(bytes) + " bytes a sample");
      if (Shape::kParksInput) {
        check(resident(device, registers_of("block_forward", N), Shape::kThreads,
                       Shape::kSharedBytes + Shape::kArrayBytes) >= expected.others,
              where + ", parked heads");
      }
    }
  }
  // What the compiler is told leaves at least as many.
  check(resident(kDevices[1], registers_of("block_forward", N), Shape::kThreads, 0) >=
            Shape::kForwardResident,
        std::to_string(N) + ": launch bounds");
  check(resident(kDevices[1], registers_of("block_backward", N), Shape::kThreads, 0) >=
            Shape::kBackwardResident,
        std::to_string(N) + ": launch bounds of backward");
}

// Blocks a multiprocessor on both architectures, of rows of M beyond one block.
template <int M>
void check_rows(int forward, int backward) {
  using Shape = sgconv::cuda::BlockShape<M>;
  for (const Multiprocessor &device : kDevices) {
    const std::string where =
        "M=" + std::to_string(M) + " on sm_" + std::to_string(device.architecture);
    check_equal(
        resident(device, registers_of("middle_rows", M), Shape::kThreads, Shape::kSharedBytes),
        forward, where + ", middle_rows");
    check_equal(resident(device, registers_of("middle_rows_backward", M), Shape::kThreads,
                         sgconv::cuda::MiddleShape<M>::kBackwardBytes),
                backward, where + ", middle_rows_backward");
  }
  check(forward >= Shape::kResident && backward >= Shape::kResident,
        std::to_string(M) + ": launch bounds of rows");
}

// And of columns of P.
template <int P>
void check_columns(int expected) {
  using Transform = sgconv::cuda::ColumnTransform<P, 1024>;
  for (const Multiprocessor &device : kDevices) {
    const std::string where =
        "P=" + std::to_string(P) + " on sm_" + std::to_string(device.architecture) + ", ";
    const auto held = [&](const char *kernel) {
      return resident(device, registers_of(kernel, P), Transform::kBlock, Transform::kSharedBytes);
    };
    check_equal(held("columns_in"), expected, where + "columns_in");
    check_equal(held("columns_out"), expected, where + "columns_out");
    check_equal(held("columns_within"), sgconv::cuda::shapes::resident(Transform::kBlock),
                where + "columns_within");
  }
  check_equal(Transform::kResident, expected, std::to_string(P) + ": launch bounds of columns");
  check(Transform::kSharedBytes <= sgconv::cuda::shapes::kSmallBlock,
        std::to_string(P) + ": runs on small blocks");
  // Neighbouring columns in different banks of shared memory, sixteen of them a pass.
  if constexpr (P > 32) {
    bool used[16] = {};
    for (int lane = 0; lane < 16; ++lane) {
      const int bank =
          (lane % Transform::kColumns * Transform::kStride + lane / Transform::kColumns) % 16;
      check(!used[bank], std::to_string(P) + ": two lanes of a half-warp in one bank");
      used[bank] = true;
    }
  }
}

}  // namespace

int main() {
  check_size<256>({5, 4, 4}, {5, 4, 4});
  check_size<384>({4, 3, 4}, {4, 3, 4});
  check_size<512>({5, 4, 4}, {5, 4, 4});
  check_size<768>({4, 3, 4}, {4, 3, 4});
  check_size<1024>({5, 4, 4}, {5, 4, 4});
  check_size<1536>({4, 3, 4}, {4, 3, 4});
  check_size<2048>({5, 4, 4}, {5, 4, 4});
  check_size<3072>({4, 3, 4}, {4, 3, 4});
  check_size<4096>({3, 2, 2}, {3, 2, 2});
  check_size<6144>({2, 1, 2}, {2, 1, 2});
  check_size<8192>({2, 1, 2}, {2, 1, 2});
  check_size<12288>({1, 1, 1}, {1, 1, 1});
  check_size<16384>({1, 1, 1}, {1, 1, 1});
  check_rows<512>(4, 4);
  check_rows<1024>(4, 4);
  check_rows<2048>(4, 4);
  check_rows<4096>(2, 2);
  check_rows<8192>(2, 2);
  check_rows<16384>(1, 1);
  check_columns<12>(8);
  check_columns<16>(8);
  check_columns<24>(4);
  check_columns<32>(4);
  check_columns<256>(4);
  check_columns<384>(2);
  check_columns<768>(2);
  check_columns<1024>(2);
  return failures() == 0 ? 0 : 1;
}
