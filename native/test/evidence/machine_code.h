// Machine code of two small CUDA kernels: nvcc 13.0, sm_90, of
//
//   struct Walk { float *out; const float *in; int count; };
//   __global__ void walk(const Walk a) {
//   #pragma unroll 1
//     for (int i = threadIdx.x + blockIdx.x * blockDim.x; i < a.count; i += blockDim.x * gridDim.x)
//     {
//       a.out[i] = a.in[i] * 2.0f + 1.0f;
//     }
//   }
//   struct Turn { float *out; int rows, shares; };
//   __global__ void turn(const Turn a) {  // of 64 threads
//     __shared__ float numbers[128];
//     const int row = static_cast<int>(blockIdx.x) / a.shares;
//     if (row >= a.rows) return;
//     numbers[2 * threadIdx.x] = static_cast<float>(threadIdx.x);
//     __syncthreads();
//     a.out[row * 64 + threadIdx.x] = numbers[2 * (threadIdx.x ^ 32)];
//   }
#pragma once

#include "evidence/machine/cubin.h"

namespace sgconv::test {

struct Walk {
  std::uint64_t out, in;
  std::int32_t count;
};
struct Turn {
  std::uint64_t out;
  std::int32_t rows, shares;
};

constexpr std::size_t kBarrierOfTurn = 41, kStoreOfTurn = 39, kLoadOfTurn = 42;

inline evidence::Kernel walk() {
  return {"walk",
          {
              {0x00000a00ff017b82, 0x000fe20000000800}, {0x0000000000007919, 0x000e220000002500},
              {0x0000000000047ab9, 0x000fe20000000800}, {0x0000880000087ab9, 0x000fe20000000800},
              {0x0000000000037919, 0x000e240000002100}, {0x0000000400007c24, 0x001fca000f8e0203},
              {0x0000000800007c0c, 0x000fda000bf06270}, {0x000000000000094d, 0x000fea0003800000},
              {0x00008600ff067b82, 0x000e220000000a00}, {0x0000030000057ab9, 0x000fe20000000800},
              {0x0000820000067ab9, 0x000fe20000000a00}, {0x00000005040472a4, 0x000fca000f8e023f},
              {0x00008400ff087b82, 0x000e6e0000000a00}, {0x0000000400027825, 0x001fcc00078e0206},
              {0x0000000602027981, 0x004ea2000c1e1900}, {0x40000000ff0b7435, 0x000fe200000001ff},
              {0x0000000400047825, 0x042fe200078e0208}, {0x0000000400007c10, 0x000fc8000fffe0ff},
              {0x0000000800007c0c, 0x000fc8000bf06270}, {0x3f800000020b7423, 0x004fca000000000b},
              {0x0000000b04007986, 0x0005e8000c101906}, {0xfffffffc00dc8947, 0x000fea000383ffff},
              {0x000000000000794d, 0x000fea0003800000}, {0xfffffffc00fc7947, 0x000fc0000383ffff},
          },
          12,
          0,
          0,
          0x210,
          24};
}

inline evidence::Kernel turn() {
  return {"turn",
          {
              {0x00000a00ff017b82, 0x000ff00000000800}, {0x00008700ff077b82, 0x000e220000000800},
              {0x0000000000047919, 0x000e620000002500}, {0x0000860000047ab9, 0x000fe20000000800},
              {0x0000000700057213, 0x001fc80000000000}, {0x0000000500007306, 0x000e300000209400},
              {0x0000000000007308, 0x001e240000001000}, {0x0ffffffe00027836, 0x001fcc0000000000},
              {0x0000000200037305, 0x0000a4000021f000}, {0x00000000ff027435, 0x001fe200000001ff},
              {0x000000ffff067224, 0x004fc800078e0a03}, {0x0000000506097224, 0x000fe200078e02ff},
              {0x0000000400067213, 0x002fc80000000000}, {0x0000000903037227, 0x000fcc00078e0002},
              {0x0000000603037227, 0x000fc800078e00ff}, {0x000000ffff007224, 0x000fc800078e0a03},
              {0x0000000005007224, 0x000fca00078e0206}, {0x000000000500720c, 0x000fda0003f44070},
              {0x000000010000a824, 0x000fe200078e0a05}, {0x000000010303a810, 0x000fe40007ffe0ff},
              {0x000000ff0700720c, 0x000fe40003f45270}, {0x000000050000720c, 0x000fe40003f06070},
              {0x0000000704007212, 0x000fc800078e3cff}, {0x000000ff0000720c, 0x000fce0003f26270},
              {0x0000000103030836, 0x000fc80000000000}, {0x000000ffff067224, 0x000fca00078e0003},
              {0x000000ff06069210, 0x000fe40007ffe1ff}, {0x00000007ff06a212, 0x000fc800078e33ff},
              {0x0000000406007c0c, 0x000fda000bf06270}, {0x000000000000094d, 0x000fea0003800000},
              {0x0000000000097919, 0x000e220000002100}, {0x00000000000579c3, 0x000e620000008800},
              {0x0000040000047882, 0x000fce0000000000}, {0x00008400ff027b82, 0x000ea20000000a00},
              {0x0000000405047291, 0x002fe2000f8ec03f}, {0x0000000809057824, 0x001fe200078e00ff},
              {0x0000000900007245, 0x080fe40000201000}, {0x0000000906097211, 0x000fe400078e30ff},
              {0x0000010005047812, 0x000fc600078e3cff}, {0x0000000005007988, 0x000fe20008000804},
              {0x0000000409027825, 0x004fe200078e0002}, {0x0000000000007b1d, 0x000fec0000010000},
              {0x0000000404077984, 0x000e220008000800}, {0x0000820000047ab9, 0x000fc60000000a00},
              {0x0000000702007986, 0x001fe2000c101904}, {0x000000000000794d, 0x000fea0003800000},
              {0xfffffffc00fc7947, 0x000fc0000383ffff},
          },
          10,
          0,
          512,
          0x210,
          16};
}

}  // namespace sgconv::test
